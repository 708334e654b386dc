// SPDX-License-Identifier: Apache-2.0
// The shopper's view: a photo or an item, filters, and what is like it.
import * as api from './api.js';
import { announce, debounced, h, icon } from './dom.js';
import { facetPanel, loadFacets } from './facets.js';
import { filterText, isChosen } from './filter.js';
import { QueryPanel } from './query.js';
import { card, message, skeletons } from './results.js';

const PAGE = 24;
const MOST = 240;
const RETRY_MILLISECONDS = 2000;  // while the server starts

export class SearchView {
  // `goTo(collection, id)`: puts "more like this" into the address, so that Back leads back.
  constructor(goTo) {
    this.goTo = goTo;
    this.query = null;
    this.choices = {};
    this.written = '';
    this.k = PAGE;
    this.openFacets = new Set();
    this.refreshSoon = debounced(() => this.refresh(), 150);
    this.build();
  }

  build() {
    this.panel = new QueryPanel((query) => this.onQuery(query));
    this.facets = h('div', { class: 'facets' });
    this.filterBox = h('input', {
      type: 'text', id: 'filter', spellcheck: false, autocomplete: 'off', placeholder: 'price < 80 and in_stock = true',
      'aria-describedby': 'filter-problem',
      oninput: debounced(() => { this.written = this.filterBox.value; this.restart(); }, 400),
    });
    this.filterProblem = h('p', { id: 'filter-problem', class: 'problem', role: 'alert' });
    this.heading = h('h1', { class: 'heading' });
    this.note = h('p', { class: 'quiet small' });
    this.clear = h('button', { type: 'button', class: 'link', hidden: true, onclick: () => this.clearFilters() }, 'Clear filters');
    this.grid = h('ul', { class: 'grid', 'aria-label': 'Results' });
    this.state = h('div', {});
    this.more = h('p', { class: 'actions center' }, h('button', { type: 'button', class: 'button', onclick: () => this.showMore() }, 'Show more'));
    this.filters = h('details', { class: 'filters', open: window.matchMedia('(min-width: 60rem)').matches },
      h('summary', {}, icon('sliders'), 'Filters'), this.facets,
      h('div', { class: 'facet written' }, h('label', { for: 'filter' }, 'Write a filter'), this.filterBox, this.filterProblem));
    this.element = h('div', { class: 'search' },
      h('aside', { class: 'side', 'aria-label': 'Query and filters' }, this.panel.element, this.filters),
      h('section', { class: 'results', 'aria-label': 'Products' },
        h('div', { class: 'results-head' }, h('div', {}, this.heading, this.note), this.clear),
        this.state, this.grid, this.more));
  }

  // Shows a collection, and what is like one of its items where `id` is given. A photo goes on to the next collection.
  show(collection, id) {
    this.listening ??= new AbortController();
    this.panel.listen(this.listening.signal);
    if (collection !== this.collection) {
      this.collection = collection;
      this.choices = {};
      this.written = this.filterBox.value = '';
      this.openFacets.clear();
      this.facets.replaceChildren();
    }
    if (id !== undefined) this.query = { id };
    else if (this.query?.id !== undefined) this.query = null;
    this.panel.show(this.collection, this.query);
    this.restart();
  }

  hide() {
    this.listening?.abort();
    this.listening = null;
    this.loading?.abort();
  }

  onQuery(query) {
    const onlyCropped = query?.prepared && query.prepared === this.query?.prepared;
    const inAddress = this.query?.id !== undefined;
    this.query = query;
    this.panel.show(this.collection, query);
    if (inAddress) this.goTo(this.collection);  // which shows again
    else if (onlyCropped) { this.k = PAGE; this.refreshSoon(); }
    else this.restart();
  }

  restart() {
    this.k = PAGE;
    this.refresh();
  }

  showMore() {
    this.k += PAGE;
    this.refresh();
  }

  clearFilters() {
    this.choices = {};
    this.written = this.filterBox.value = '';
    this.restart();
  }

  onChoice(attribute, choice) {
    this.choices[attribute] = choice;
    this.restart();
  }

  async refresh() {
    this.loading?.abort();
    const loading = this.loading = new AbortController();
    clearTimeout(this.retry);
    this.element.setAttribute('aria-busy', 'true');
    if (this.grid.children.length === 0) this.grid.replaceChildren(...skeletons(12));
    this.state.replaceChildren();
    try {
      const [found, facets] = await Promise.all([
        this.load(loading.signal),
        this.query ? loadFacets(this.collection, this.choices, this.written, loading.signal) : [],
      ]);
      this.showFound(found, facets);
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.showFailure(error);
    } finally {
      if (loading === this.loading) this.element.removeAttribute('aria-busy');
    }
  }

  // { items, more }: what is like the query; without one, the collection as it comes.
  async load(signal) {
    const filter = filterText(this.choices, this.written);
    this.filters.hidden = !this.query;  // they narrow a search; a catalog is listed whole
    if (this.query) {
      const answer = await api.search(this.collection, this.query, { k: this.k, filter }, signal);
      return {
        items: answer.results, dropped: answer.droppedFilters ?? [],
        more: answer.results.length === this.k && this.k < MOST,
      };
    }
    const answer = await api.items(this.collection, '', this.k, signal);
    return { items: answer.items, dropped: [], more: answer.nextCursor !== '' && this.k < MOST };
  }

  showFound({ items, more }, facets) {
    const open = document.activeElement?.closest('.facet')?.dataset.attribute;
    const focused = document.activeElement;
    this.filterProblem.textContent = '';
    this.filterBox.removeAttribute('aria-invalid');
    // A slider or a list that is being used stays as it is; its numbers are right when it is left.
    const panel = facetPanel(facets, this.choices, (attribute, choice) => this.onChoice(attribute, choice), this.openFacets);
    const kept = open && [...this.facets.children].find((facet) => facet.dataset.attribute === open);
    this.facets.replaceChildren(...panel.map((facet) => (kept && facet.dataset.attribute === open ? kept : facet)));
    if (kept) focused.focus({ preventScroll: true });
    this.grid.replaceChildren(...this.cardsOf(items));
    this.more.hidden = !more;
    this.clear.hidden = !this.query || !(this.written.trim() || Object.values(this.choices).some(isChosen));
    this.heading.textContent = this.query ? 'Most similar' : 'In this catalog';
    this.note.textContent = this.query ? `${items.length}${more ? '+' : ''} products, best first`
      : 'Choose one to see more like it, or search with a photo.';
    if (items.length === 0) this.state.replaceChildren(this.nothing());
    announce(items.length === 0 ? 'Nothing found' : `${items.length} products`);
  }

  // Cards of before stay where nothing about them is new: pictures do not flicker, and what is open stays open.
  cardsOf(items) {
    const before = this.cards ?? new Map();
    this.cards = new Map();
    return items.map((item) => {
      const key = JSON.stringify([this.collection, item]);
      const made = before.get(key) ?? card(this.collection, item, (chosen) => this.goTo(this.collection, chosen.id));
      this.cards.set(key, made);
      return made;
    });
  }

  nothing() {
    if (!this.clear.hidden) {
      return message('Nothing found', 'No product fits these filters.', [['Clear filters', () => this.clearFilters()]]);
    }
    return message('This catalog is empty', 'Fill it with: lookalike ingest --collection ' + this.collection + ' FOLDER');
  }

  showFailure(error) {
    if (error.field === 'filter' && this.written.trim() !== '') {
      this.filterProblem.textContent = error.message.replace(/^filter: /, '');
      this.filterBox.setAttribute('aria-invalid', 'true');
      return;
    }
    this.grid.replaceChildren();
    this.more.hidden = true;
    this.heading.textContent = this.note.textContent = '';
    const again = [['Try again', () => this.refresh()]];
    if (error.status === 503) {
      this.state.replaceChildren(message('Just a moment', 'The server is starting.', again));
      this.retry = setTimeout(() => this.refresh(), RETRY_MILLISECONDS);
    } else if (error.field === 'image' || error.code === 'FAILED_PRECONDITION') {
      this.state.replaceChildren(message('This photo cannot be searched with', error.message, [], 'failed'));
    } else {
      this.state.replaceChildren(message('That did not work', error.message, again, 'failed'));
    }
  }
}
