// SPDX-License-Identifier: Apache-2.0
import * as api from './api.js';
import { debounced, h } from './dom.js';
import { filterText, isChosen } from './filter.js';

const VALUES_SHOWN = 8;

const label = (attribute) => (attribute.charAt(0).toUpperCase() + attribute.slice(1)).replace(/[_-]+/g, ' ');
const round = (value) => Math.round(value * 100) / 100;

// The facets of a collection under a filter. The counts of an attribute that is itself chosen are those without its own
// choice, so that one sees what else could be ticked. None where the server has no facets.
export async function loadFacets(collection, choices, written, signal) {
  try {
    const chosen = Object.keys(choices).filter((attribute) => isChosen(choices[attribute]));
    const answers = await Promise.all([null, ...chosen].map((attribute) =>
      api.facets(collection, filterText(choices, written, attribute), signal)));
    const facets = new Map(answers[0].facets.map((facet) => [facet.attribute, facet]));
    chosen.forEach((attribute, i) => {
      const own = answers[i + 1].facets.find((facet) => facet.attribute === attribute);
      if (own) facets.set(attribute, own);
    });
    return [...facets.values()].map(withTexts);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return [];
  }
}

// Values as texts, which are compared and shown; a bool comes as one.
const withTexts = (facet) => ({ ...facet, values: facet.values.map(({ value, count }) => ({ value: String(value), count })) });

function isUseful(facet) {
  if (facet.type === 'number') return facet.max > facet.min;
  const distinct = Number(facet.distinct);
  return distinct > 1 && distinct <= api.MOST_FACET_VALUES && Number(facet.items) > distinct;
}

function valueList(facet, choice, onChoice, open) {
  const chosen = new Set(choice?.values ?? []);
  const values = [...(facet.values ?? [])];
  for (const value of chosen) {
    if (!values.some((one) => one.value === value)) values.push({ value, count: '0' });
  }
  const row = ({ value, count }) => h('li', {}, h('label', { class: 'tick' },
    h('input', {
      type: 'checkbox', checked: chosen.has(value),
      onchange: (event) => {
        if (event.target.checked) chosen.add(value); else chosen.delete(value);
        onChoice({ type: facet.type, values: chosen });
      },
    }),
    h('span', { class: 'value' }, facet.type === 'bool' ? { true: 'Yes', false: 'No' }[value] ?? value : value),
    h('span', { class: 'count' }, count)));
  const list = h('ul', { class: 'values' }, values.slice(0, open.has(facet.attribute) ? undefined : VALUES_SHOWN).map(row));
  if (values.length <= VALUES_SHOWN || open.has(facet.attribute)) return [list];
  const more = h('button', {
    type: 'button', class: 'link',
    onclick: () => {
      open.add(facet.attribute);
      list.append(...values.slice(VALUES_SHOWN).map(row));
      list.children[VALUES_SHOWN].querySelector('input').focus();
      more.remove();
    },
  }, `${values.length - VALUES_SHOWN} more`);
  return [list, more];
}

function numberRange(facet, choice, onChoice) {
  const { min, max } = facet;
  const step = Number.isInteger(min) && Number.isInteger(max) ? 1 : (max - min) / 200;
  const tell = debounced((low, high) => onChoice({
    type: 'number',
    min: low > min ? round(low) : undefined,
    max: high < max ? round(high) : undefined,
  }), 250);
  const input = (name, value) => h('input', {
    type: 'range', min, max, step, value, 'aria-label': `${label(facet.attribute)}, ${name}`, oninput: () => update(true),
  });
  // `step` may keep the slider's value from its very end.
  const low = input('at least', min), high = input('at most', max);
  low.value = choice?.min ?? min;
  high.value = choice?.max ?? max;
  const said = h('output', { class: 'said' });
  const track = h('div', { class: 'range' }, h('div', { class: 'fill' }), low, high);
  const update = (byHand) => {
    const ends = [Number(low.value), Number(high.value)].sort((a, b) => a - b);
    if (ends[0] <= min + step / 2) ends[0] = min;
    if (ends[1] >= max - step) ends[1] = max;
    said.textContent = `${round(ends[0])} – ${round(ends[1])}`;
    const fill = track.firstChild.style;
    fill.left = `${((ends[0] - min) / (max - min)) * 100}%`;
    fill.right = `${100 - ((ends[1] - min) / (max - min)) * 100}%`;
    if (byHand) tell(...ends);
  };
  update(false);
  return [said, track];
}

// The panel of facets. `onChoice(attribute, choice)`; `open`: the attributes whose values are all shown, kept by the
// caller from one panel to the next.
export function facetPanel(facets, choices, onChoice, open) {
  return facets.filter((facet) => isUseful(facet) || isChosen(choices[facet.attribute])).map((facet) => {
    const choice = choices[facet.attribute];
    const tell = (next) => onChoice(facet.attribute, next);
    return h('fieldset', { class: 'facet', 'data-attribute': facet.attribute }, h('legend', {}, label(facet.attribute)),
      facet.type === 'number' ? numberRange(facet, choice, tell) : valueList(facet, choice, tell, open));
  });
}
