// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

// A module of the page. They are .js, which node would read as CommonJS, so the text is loaded as what it is.
async function page(name) {
  const text = fs.readFileSync(new URL(`../../services/search/web/${name}`, import.meta.url), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

const { filterText, isChosen } = await page('filter.js');
const { methodsOf, parseMetrics, percentile } = await page('metrics.js');

test('no choice is no filter', () => {
  assert.equal(filterText({}), '');
  assert.equal(filterText({ color: { type: 'string', values: new Set() }, price: { type: 'number' } }, '  '), '');
});

test('choices of one facet are alternatives, and facets go together', () => {
  const choices = {
    color: { type: 'string', values: new Set(['red', 'blue']) },
    price: { type: 'number', min: 20, max: 80 },
    in_stock: { type: 'bool', values: new Set(['true']) },
  };
  assert.equal(filterText(choices), 'color in ["red", "blue"] and price >= 20 and price <= 80 and in_stock = true');
  assert.equal(filterText(choices, '', 'color'), 'price >= 20 and price <= 80 and in_stock = true');
});

test('both values of a bool are no condition', () => {
  assert.equal(filterText({ in_stock: { type: 'bool', values: new Set(['true', 'false']) } }), '');
});

test('values are quoted', () => {
  assert.equal(filterText({ name: { type: 'string', values: new Set(['a "b" \\ c\n']) } }), 'name in ["a \\"b\\" \\\\ c\\n"]');
});

test('a written filter keeps to itself', () => {
  const choices = { price: { type: 'number', max: 80 } };
  assert.equal(filterText(choices, 'a = 1 or b = 2'), 'price <= 80 and (a = 1 or b = 2)');
  assert.equal(filterText({}, ' a = 1 or b = 2 '), 'a = 1 or b = 2');
});

test('a choice counts when it chooses', () => {
  assert.equal(isChosen(undefined), false);
  assert.equal(isChosen({ values: new Set() }), false);
  assert.equal(isChosen({ values: new Set(['x']) }), true);
  assert.equal(isChosen({ type: 'number', max: 3 }), true);
});

const METRICS = `# HELP lookalike_grpc_requests_total Calls.
lookalike_grpc_requests_total{method="lookalike.v1.VisualSearch/Search",code="OK"} 8
lookalike_grpc_requests_total{method="lookalike.v1.VisualSearch/Search",code="NOT_FOUND"} 2
lookalike_grpc_request_seconds_bucket{method="lookalike.v1.VisualSearch/Search",le="0.01"} 5
lookalike_grpc_request_seconds_bucket{method="lookalike.v1.VisualSearch/Search",le="0.1"} 9
lookalike_grpc_request_seconds_bucket{method="lookalike.v1.VisualSearch/Search",le="+Inf"} 10
lookalike_plain 1.5e3
`;

test('metrics are read', () => {
  const samples = parseMetrics(METRICS);
  assert.deepEqual(samples.at(-1), { name: 'lookalike_plain', labels: {}, value: 1500 });
  const search = methodsOf(samples).get('lookalike.v1.VisualSearch/Search');
  assert.equal(search.calls, 10);
  assert.equal(search.failed, 2);
  assert.equal(percentile(null, search, 0.5), 0.01);
  assert.equal(percentile(null, search, 0.9), 0.1);
  assert.equal(percentile(null, search, 0.99), Infinity);
  assert.equal(percentile(search, search, 0.5), null);
});
