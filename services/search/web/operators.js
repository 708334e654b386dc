// SPDX-License-Identifier: Apache-2.0
// The operators' view: is it well, what does it hold, what is it doing.
import * as api from './api.js';
import { h, svg } from './dom.js';
import { methodsOf, parseMetrics, percentile } from './metrics.js';
import { message, picture } from './results.js';

const EVERY_MILLISECONDS = 2000;
const HISTORY = 60;  // readings: two minutes
const PAGE = 25;

const number = (value) => Number(value).toLocaleString();
const short = (method) => method.replace(/^lookalike\.v1\./, '').replace(/^grpc\.(health|reflection)\..*\//, '$1/');

function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = Number(value), unit = 0;
  for (; amount >= 1024 && unit < units.length - 1; ++unit) amount /= 1024;
  return `${amount.toLocaleString(undefined, { maximumFractionDigits: amount < 10 && unit > 0 ? 1 : 0 })} ${units[unit]}`;
}

function seconds(bound) {
  if (bound === null) return '–';
  if (bound === Infinity) return '> 30 s';
  return bound < 1 ? `≤ ${Number((bound * 1000).toPrecision(3))} ms` : `≤ ${bound} s`;
}

const unseen = (text) => h('span', { class: 'unseen' }, text);
const fact = (name, value) => [h('dt', {}, name), h('dd', {}, value)];
const section = (title, ...content) => h('section', { class: 'panel', 'aria-label': title }, h('h2', {}, title), ...content);
const table = (caption, heads, rows) => h('div', { class: 'scroll', tabIndex: 0, role: 'group', 'aria-label': caption }, h('table', {},
  h('caption', { class: 'unseen' }, caption),
  h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', {}, rows)));

function sparkline(values) {
  const most = Math.max(1, ...values);
  const points = values.map((value, i) => `${(i / (HISTORY - 1)) * 100},${30 - (value / most) * 28}`).join(' ');
  return svg('svg', { viewBox: '0 0 100 30', preserveAspectRatio: 'none', class: 'spark', 'aria-hidden': 'true' },
    svg('polyline', { points }));
}

export class OperatorsView {
  constructor(goTo) {
    this.goTo = goTo;
    this.health = h('div', {});
    this.model = h('div', {});
    this.throughput = h('div', {});
    this.collections = h('div', {});
    this.items = h('div', {});
    this.rates = [];
    this.element = h('div', { class: 'operators' }, h('h1', { class: 'unseen' }, 'Operate'),
      h('div', { class: 'panels' }, section('Health', this.health), section('Model', this.model), section('Throughput', this.throughput)),
      section('Collections', this.collections), this.items);
  }

  show() {
    this.hide();
    this.before = null;
    this.rates = [];
    this.update();
    this.timer = setInterval(() => this.update(), EVERY_MILLISECONDS);
  }

  hide() {
    clearInterval(this.timer);
  }

  async update() {
    await Promise.all([this.updateHealth(), this.updateModel(), this.updateCollections(), this.updateThroughput()]);
  }

  async updateHealth() {
    const { ready, reason } = await api.readiness();
    this.health.replaceChildren(h('p', { class: `light ${ready ? 'good' : 'bad'}` }, ready ? 'Ready' : 'Not ready'),
      h('p', { class: 'quiet' }, ready ? 'Takes searches and writes.' : reason));
  }

  async updateModel() {
    try {
      const model = await api.model();
      this.model.replaceChildren(h('dl', { class: 'list' }, fact('Name', model.name), fact('Id', model.id),
        fact('Weights', model.weights), fact('Dimension', number(model.dimension)),
        fact('Input', `${model.inputSize} × ${model.inputSize} px`), fact('Runs on', `${model.device}, ${model.engine}`)));
    } catch (error) {
      this.model.replaceChildren(h('p', { class: 'quiet' }, error.message));
    }
  }

  async updateCollections() {
    try {
      const collections = await api.collections();
      if (collections.length === 0) {
        this.collections.replaceChildren(message('None yet', 'lookalike ingest --collection shop FOLDER makes one.'));
        return;
      }
      const shape = JSON.stringify(collections);
      if (shape === this.shape) return;  // keeps the focus where it is
      this.shape = shape;
      const focused = this.collections.contains(document.activeElement) && document.activeElement.textContent;
      this.collections.replaceChildren(table('Collections',
        ['Name', 'Items', 'Model', 'Dimension', 'Not linked yet', 'Removed', 'Index', 'Sequence', unseen('Go')],
        collections.map((one) => this.collectionRow(one))));
      if (focused) [...this.collections.querySelectorAll('button')].find((button) => button.textContent === focused)?.focus();
    } catch (error) {
      this.shape = '';
      this.collections.replaceChildren(h('p', { class: 'quiet' }, error.message));
    }
  }

  collectionRow(one) {
    return h('tr', {},
      h('th', { scope: 'row' }, h('button', { type: 'button', class: 'link', onclick: () => this.showItems(one.name) }, one.name)),
      h('td', {}, number(one.items)), h('td', {}, one.modelId || 'own embeddings', one.centered ? ', centered' : ''),
      h('td', {}, number(one.dimension)), h('td', {}, number(one.backlog)), h('td', {}, number(one.tombstones)),
      h('td', {}, bytes(one.indexBytes)), h('td', {}, number(one.sequence)),
      h('td', {}, h('button', { type: 'button', class: 'link', 'aria-label': `Search ${one.name}`, onclick: () => this.goTo(one.name) }, 'Search')));
  }

  async showItems(collection, cursors = ['']) {
    let page;
    try {
      page = await api.items(collection, cursors.at(-1), PAGE);
    } catch (error) {
      this.items.replaceChildren(section(`Items of ${collection}`, h('p', { class: 'quiet' }, error.message)));
      return;
    }
    const heading = `Items of ${collection}, page ${cursors.length}`;
    this.items.replaceChildren(section(heading,
      table(heading, [unseen('Picture'), 'Id', 'Attributes', 'Sequence'], page.items.map((item) => h('tr', {},
        h('td', { class: 'thumb' }, picture(collection, item)), h('th', { scope: 'row' }, item.id),
        h('td', { class: 'wide' }, Object.entries(item.attributes).sort().map(([name, value]) => `${name}: ${value}`).join(' · ')),
        h('td', {}, number(item.sequence))))),
      h('p', { class: 'actions' },
        h('button', { type: 'button', class: 'button', disabled: cursors.length === 1, onclick: () => this.showItems(collection, cursors.slice(0, -1)) }, 'Previous'),
        h('button', { type: 'button', class: 'button', disabled: page.nextCursor === '', onclick: () => this.showItems(collection, [...cursors, page.nextCursor]) }, 'Next'))));
    this.items.querySelector('h2').scrollIntoView({ block: 'nearest' });
  }

  async updateThroughput() {
    let samples;
    try {
      samples = parseMetrics(await api.metricsText());
    } catch {
      return;
    }
    const now = { time: performance.now(), methods: methodsOf(samples) };
    if (this.before) this.showThroughput(this.before, now);
    else this.throughput.replaceChildren(h('p', { class: 'quiet' }, 'Measuring…'));
    this.before = now;
  }

  showThroughput(before, now) {
    const span = (now.time - before.time) / 1000;
    const rows = [...now.methods].filter(([method]) => method.startsWith('lookalike.')).map(([method, after]) => {
      const then = before.methods.get(method);
      return { method, after, then, rate: (after.calls - (then?.calls ?? 0)) / span };
    });
    const all = rows.reduce((sum, row) => sum + row.rate, 0);
    this.rates = [...this.rates, all].slice(-HISTORY);
    this.throughput.replaceChildren(
      h('p', { class: 'figure' }, all.toFixed(1), h('span', { class: 'quiet' }, ' calls/s')), sparkline(this.rates),
      table('Calls by method', ['Method', 'Per second', 'All', 'Failed', 'Half within', '99 % within'],
        rows.sort((a, b) => b.after.calls - a.after.calls).map(({ method, after, then, rate }) => h('tr', {},
          h('th', { scope: 'row' }, short(method)), h('td', {}, rate.toFixed(1)), h('td', {}, number(after.calls)),
          h('td', {}, number(after.failed)), h('td', {}, seconds(percentile(then, after, 0.5) ?? percentile(null, after, 0.5))),
          h('td', {}, seconds(percentile(then, after, 0.99) ?? percentile(null, after, 0.99)))))));
  }
}
