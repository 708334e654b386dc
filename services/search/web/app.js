// SPDX-License-Identifier: Apache-2.0
// Which view is shown. The address says it: #/, #/c/COLLECTION, #/c/COLLECTION/like/ITEM, #/admin.
import * as api from './api.js';
import { h } from './dom.js';
import { OperatorsView } from './operators.js';
import { message } from './results.js';
import { SearchView } from './search.js';

const RETRY_MILLISECONDS = 2000;

const main = document.getElementById('main');
const picker = document.getElementById('picker');
const select = document.getElementById('collections');

const address = (collection, id) => '#/' + ['c', collection, ...(id === undefined ? [] : ['like', id])].map(encodeURIComponent).join('/');

const views = {
  search: new SearchView((collection, id) => { location.hash = address(collection, id); }),
  admin: new OperatorsView((collection) => { location.hash = address(collection); }),
};
let shown = null;

function show(name) {
  if (shown !== views[name]) {
    shown?.hide();
    shown = views[name];
    main.replaceChildren(shown.element);
  }
  for (const link of document.querySelectorAll('[data-view]')) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function instead(...content) {
  shown?.hide();
  shown = null;
  main.replaceChildren(h('div', { class: 'alone' }, h('h1', { class: 'unseen' }, 'Lookalike'), ...content));
}

async function showSearch(collection, id) {
  let names;
  try {
    names = (await api.collections()).map((one) => one.name);
  } catch (error) {
    const starting = error.status === 503;
    instead(message(starting ? 'Just a moment' : 'That did not work', starting ? 'The server is starting.' : error.message,
      [['Try again', route]], starting ? '' : 'failed'));
    if (starting) setTimeout(route, RETRY_MILLISECONDS);
    return;
  }
  picker.hidden = names.length === 0;
  select.replaceChildren(...names.map((name) => h('option', { value: name }, name)));
  if (names.length === 0) {
    instead(message('There is no catalog yet', 'Make one from a folder of pictures: lookalike ingest --collection shop FOLDER',
      [['Look again', route]]));
    return;
  }
  if (collection !== undefined && !names.includes(collection)) {
    instead(message('No such catalog', `There is none named “${collection}”.`,
      [['Go to the first', () => { location.hash = address(names[0]); }]]));
    return;
  }
  select.value = collection ?? names[0];
  show('search');
  views.search.show(select.value, id);
}

function route() {
  const parts = location.hash.replace(/^#\/?/, '').split('/').map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  if (parts[0] === 'admin') {
    picker.hidden = true;
    show('admin');
    views.admin.show();
  } else {
    showSearch(parts[0] === 'c' ? parts[1] : undefined, parts[2] === 'like' ? parts[3] : undefined);
  }
}

select.addEventListener('change', () => { location.hash = address(select.value); });
window.addEventListener('hashchange', () => {
  window.scrollTo(0, 0);
  route();
});
route();
