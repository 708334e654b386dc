// SPDX-License-Identifier: Apache-2.0
import * as api from './api.js';
import { h, icon } from './dom.js';

const TITLES = ['title', 'name', 'product_name'];
const SECONDARY = ['brand', 'category', 'color', 'material', 'pattern', 'class'];

const text = (value) => (Array.isArray(value) ? value.join(', ') : value === true ? 'yes' : value === false ? 'no' : String(value));
// Items that came from a folder of pictures have a file's path as id: its name is enough.
const fileName = (id) => id.replace(/^.*\/(?=.)/, '').replace(/(?<=.)\.(jpe?g|png|webp|gif|bmp|tiff?)$/i, '');
const titleOf = (item) => String(TITLES.map((name) => item.attributes[name]).find(Boolean) ?? fileName(item.id));
const money = (value) => value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const similarityOf = (item) => item.similarity ?? item.score;

// The picture of an item, or a plain tile where none was kept.
export function picture(collection, item, image = 0) {
  const tile = h('span', { class: 'tile' });
  tile.append(h('img', {
    src: api.thumbnail(collection, item.id, image), alt: '', loading: 'lazy', decoding: 'async',
    onerror: (event) => {
      event.target.remove();
      tile.classList.add('bare');
      tile.append(h('span', { 'aria-hidden': 'true' }, titleOf(item).slice(0, 2).toUpperCase()));
    },
  }));
  return tile;
}

function scoreBadge(item) {
  const similarity = similarityOf(item);
  if (similarity === undefined) return null;
  return h('span', { class: 'score', title: 'Similarity: 1 is the same, 0 unrelated' }, similarity.toFixed(2));
}

function partRow(part) {
  const value = part.missing ? 'missing' : part.value.toFixed(3);
  return h('tr', {}, h('th', { scope: 'row' }, part.name), h('td', {}, value),
    h('td', {}, `× ${part.weight.toFixed(2)}`), h('td', {}, part.contribution.toFixed(3)));
}

// How the score came about, and everything that is known of the item.
function explanation(item) {
  const attributes = Object.entries(item.attributes).sort(([a], [b]) => a.localeCompare(b));
  const parts = item.explanation?.parts ?? [];
  return [
    parts.length > 0 && h('table', { class: 'parts' },
      h('caption', { class: 'unseen' }, `Parts of the score of ${item.id}`),
      h('tbody', {}, parts.map(partRow)),
      h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'score'), h('td'), h('td'), h('td', {}, item.score.toFixed(3))))),
    h('dl', { class: 'attributes' },
      [['id', item.id], ...attributes].map(([name, value]) => [h('dt', {}, name), h('dd', {}, text(value))])),
  ];
}

// Can be scrolled by keys where it is wider than the card.
const why = (item) =>
  h('div', { class: 'why', role: 'region', 'aria-label': `Why ${titleOf(item)} is here`, tabIndex: 0 }, explanation(item));

function explainButton(item, card) {
  const button = h('button', {
    type: 'button', class: 'explain', 'aria-expanded': 'false', 'aria-label': `Explain ${titleOf(item)}`,
    title: 'Why is this here?',
    onclick: () => {
      const shown = card.querySelector('.why');
      if (shown) shown.remove(); else card.append(why(item));
      button.setAttribute('aria-expanded', String(!shown));
    },
  }, icon('info'));
  return button;
}

// One result. `onMoreLike(item)` when it is chosen.
export function card(collection, item, onMoreLike) {
  const { price } = item.attributes;
  const secondary = SECONDARY.map((name) => item.attributes[name]).filter((value) => value !== undefined).slice(0, 2);
  const element = h('article', { class: 'card', 'data-id': item.id });
  element.append(
    h('button', { type: 'button', class: 'open', title: 'More like this', onclick: () => onMoreLike(item) },
      picture(collection, item, item.image),
      h('span', { class: 'hint', 'aria-hidden': 'true' }, 'More like this'),
      h('span', { class: 'name' }, h('span', { class: 'unseen' }, 'More like '), titleOf(item))),
    h('div', { class: 'facts' },
      h('span', { class: 'quiet' }, secondary.map(text).join(' · ') || ' '),
      typeof price === 'number' && h('span', { class: 'price' }, money(price)),
      explainButton(item, element)),
    scoreBadge(item) ?? '');
  return h('li', {}, element);
}

export const skeletons = (count) =>
  Array.from({ length: count }, () => h('li', { 'aria-hidden': 'true' }, h('div', { class: 'card skeleton' }, h('span', { class: 'tile' }))));

// A message in place of results. `actions`: [label, what it does].
export function message(title, words, actions = [], kind = '') {
  return h('div', { class: `message ${kind}`, role: kind === 'failed' ? 'alert' : undefined },
    h('h2', {}, title), words && h('p', {}, words),
    actions.length > 0 && h('p', { class: 'actions' }, actions.map(([label, onclick]) =>
      h('button', { type: 'button', class: 'button', onclick }, label))));
}
