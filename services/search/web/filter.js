// SPDX-License-Identifier: Apache-2.0
// What is chosen among the facets, as a filter of docs/api.md.

const quoted = (text) => `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`;

function condition(attribute, choice) {
  if (choice.values) {
    if (choice.type === 'bool') return choice.values.size === 1 ? `${attribute} = ${[...choice.values][0]}` : '';
    return choice.values.size > 0 ? `${attribute} in [${[...choice.values].map(quoted).join(', ')}]` : '';
  }
  const bounds = [];
  if (choice.min !== undefined) bounds.push(`${attribute} >= ${choice.min}`);
  if (choice.max !== undefined) bounds.push(`${attribute} <= ${choice.max}`);
  return bounds.join(' and ');
}

// `choices`: attribute -> { type, values: Set of texts } or { type: "number", min, max }. `written`: what stands in the
// filter box. `without`: an attribute whose own choice is left out.
export function filterText(choices, written = '', without = null) {
  const conditions = Object.entries(choices)
    .filter(([attribute]) => attribute !== without)
    .map(([attribute, choice]) => condition(attribute, choice))
    .filter((text) => text !== '');
  if (written.trim() !== '') conditions.push(conditions.length > 0 ? `(${written.trim()})` : written.trim());
  return conditions.join(' and ');
}

export const isChosen = (choice) =>
  choice !== undefined && (choice.values ? choice.values.size > 0 : choice.min !== undefined || choice.max !== undefined);
