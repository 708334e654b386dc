// SPDX-License-Identifier: Apache-2.0
// The page as a shopper and an operator use it, in Chromium.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Server } from './server.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const server = new Server();
let items, browser, page, complaints;

before(async () => {
  await server.start();
  items = server.fill('shop', 60);
  server.fill('bags', 6, 2);
  // Without root rights Chromium brings its own sandbox; a container that runs as root has none.
  const args = process.getuid() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
});

after(async () => {
  await browser?.close();
  await server.stop();
  server.remove();
});

beforeEach(() => open());

// Whatever a test did: nothing went wrong behind the scenes, and nothing was asked of another host.
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(complaints, []);
});

async function open(options = {}) {
  await page?.context().close();
  complaints = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  await context.addInitScript(keepSearches);
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports every answer that is an error; the tests of failures look at those.
    const expected = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'blob:' && url.origin !== server.url) complaints.push(`asked ${request.url()}`);
  });
}

const goTo = async (hash = '#/c/shop') => {
  await page.goto(`${server.url}/${hash}`);
  await page.locator('.card[data-id]').first().waitFor();
};
const shownIds = () => page.locator('.card[data-id]').evaluateAll((cards) => cards.map((card) => card.dataset.id));
const choosePhoto = (file) => page.locator('.query-panel input[type=file]').first().setInputFiles(file);
const settled = () => page.locator('.search:not([aria-busy])').waitFor();
// Waits for the search that `action` leads to, and gives the JSON that it asked.
async function searched(action) {
  const answer = page.waitForResponse((response) => response.url().includes(':search') && response.status() === 200);
  await action();
  await answer;
  await settled();
  return JSON.parse(await page.evaluate(() => window.lastSearch));
}

// Keeps the JSON of each search: a form's parts cannot be read from outside the page.
function keepSearches() {
  const { fetch } = window;
  window.fetch = async (url, options) => {
    const body = options?.body instanceof FormData ? await options.body.get('request').text() : options?.body;
    if (body) window.lastSearch = body;
    return fetch(url, options);
  };
}
const categoriesOf = (ids) => new Set(ids.map((id) => items.find((item) => item.id === id).attributes.category));

async function drag(from, to) {
  const box = await page.locator('.cropper').boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 4 });
  await page.mouse.up();
}

async function assertAccessible() {
  await page.evaluate(fs.readFileSync(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`), []);
}

test('shows the catalog before anything is searched for', async () => {
  await goTo();
  assert.equal((await shownIds()).length, 24);
  assert.equal(await page.locator('.filters').isVisible(), false, 'there is nothing to narrow yet');
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.locator('.card[data-id]').nth(24).waitFor();
  assert.equal((await shownIds()).length, 48);
});

test('finds what is like a photo', async () => {
  await goTo();
  await searched(() => choosePhoto(items[4].picture));
  assert.equal((await shownIds())[0], items[4].id);
  assert.match(await page.locator('.score').first().textContent(), /^1\.00$/);
  await page.waitForFunction(() => document.querySelector('.card .tile img')?.naturalWidth > 0);
});

test('takes a photo that is dropped, and one that is pasted', async () => {
  await goTo();
  for (const [kind, property] of [['drop', 'dataTransfer'], ['paste', 'clipboardData']]) {
    const index = kind === 'drop' ? 7 : 10;
    const bytes = [...fs.readFileSync(items[index].picture)];
    await searched(() => page.evaluate(([name, holder, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(content)], 'photo.jpg', { type: 'image/jpeg' }));
      const Event = name === 'drop' ? DragEvent : ClipboardEvent;
      document.body.dispatchEvent(new Event(name, { bubbles: true, cancelable: true, [holder]: transfer }));
    }, [kind, property, bytes]));
    assert.equal((await shownIds())[0], items[index].id, kind);
  }
});

test('searches for the part of the photo that a box is drawn around', async () => {
  await goTo();
  await searched(() => choosePhoto(items[4].picture));
  const { crop } = (await searched(() => drag([0.2, 0.3], [0.7, 0.8]))).query;
  for (const [side, wanted] of Object.entries({ left: 0.2, top: 0.3, right: 0.7, bottom: 0.8 })) {
    assert.ok(Math.abs(crop[side] - wanted) < 0.07, `${side} is ${crop[side]}`);
  }
  const whole = await searched(() => page.getByRole('button', { name: 'Whole photo' }).click());
  assert.equal(whole.query, undefined);
});

test('the box is moved and resized with the keys', async () => {
  await goTo();
  await searched(() => choosePhoto(items[4].picture));
  await page.locator('.crop-box').focus();
  const smaller = await searched(() => page.keyboard.press('Shift+ArrowLeft'));
  assert.ok(Math.abs(smaller.query.crop.right - 0.98) < 1e-6);
  const moved = await searched(() => page.keyboard.press('ArrowRight'));
  assert.ok(Math.abs(moved.query.crop.left - 0.02) < 1e-6);
});

test('shows more like the one that is chosen, and Back leads back', async () => {
  await goTo();
  const first = (await shownIds())[0];
  await searched(() => page.locator('.open').first().click());
  assert.ok(page.url().endsWith(`#/c/shop/like/${first}`));
  const like = await shownIds();
  assert.ok(!like.includes(first), 'the item itself is left out');
  const group = (id) => items.find((item) => item.id === id).attributes.group;
  assert.equal(group(like[0]), group(first));
  await page.goBack();
  await page.getByRole('heading', { name: 'Search with a photo' }).waitFor();
  await searched(() => page.goForward());
  assert.deepEqual(await shownIds(), like);
});

test('filters by facets and by price', async () => {
  await goTo(`#/c/shop/like/${items[0].id}`);
  await searched(() => page.locator('[data-attribute=category]').getByRole('checkbox', { name: /^boot/ }).check());
  assert.deepEqual(categoriesOf(await shownIds()), new Set(['boot']));
  await searched(() => page.locator('[data-attribute=category]').getByRole('checkbox', { name: /^sneaker/ }).check());
  assert.deepEqual(categoriesOf(await shownIds()), new Set(['boot', 'sneaker']));
  const { filter } = await searched(() => page.getByRole('slider', { name: 'Price, at most' }).evaluate((slider) => {
    slider.value = 90;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  }));
  assert.match(filter, /^category in \["boot", "sneaker"\] and price <= \d+(\.\d+)?$/);
  for (const id of await shownIds()) {
    assert.ok(items.find((item) => item.id === id).attributes.price <= 91, id);
  }
  await searched(() => page.getByRole('button', { name: 'Clear filters' }).click());
  assert.equal((await shownIds()).length, 24);
});

test('takes a filter as it is written, and points to what is wrong with it', async () => {
  await goTo(`#/c/shop/like/${items[0].id}`);
  await searched(() => page.getByLabel('Write a filter').fill('category = "boot" or category = "pump"'));
  assert.deepEqual(categoriesOf(await shownIds()), new Set(['boot', 'pump']));
  await page.getByLabel('Write a filter').fill('price <');
  await page.getByRole('alert').filter({ hasText: 'at byte 8' }).waitFor();
  assert.equal(await page.getByLabel('Write a filter').getAttribute('aria-invalid'), 'true');
  assert.ok((await shownIds()).length > 0, 'what was found before stays');
});

test('says so where nothing is found', async () => {
  await goTo(`#/c/shop/like/${items[0].id}`);
  await searched(() => page.getByLabel('Write a filter').fill('price < 0'));
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await searched(() => page.getByRole('button', { name: 'Clear filters' }).first().click());
  assert.equal((await shownIds()).length, 24);
});

test('explains a result on demand', async () => {
  await goTo(`#/c/shop/like/${items[0].id}`);
  const button = page.locator('.explain').first();
  await button.click();
  assert.equal(await button.getAttribute('aria-expanded'), 'true');
  assert.match(await page.locator('.why').first().textContent(), /price/);
  assert.match(await page.locator('.parts').first().textContent(), /similarity/);
  await button.click();
  assert.equal(await page.locator('.why').count(), 0);
});

test('changes to another catalog', async () => {
  await goTo();
  await page.getByLabel('Catalog').selectOption('bags');
  await page.waitForFunction(() => document.querySelectorAll('.card[data-id]').length === 6);
  await page.goto(`${server.url}/#/c/nowhere`);
  await page.getByRole('heading', { name: 'No such catalog' }).waitFor();
});

test('says what is wrong with a file that is no picture', async () => {
  await goTo();
  await choosePhoto({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg></svg>') });
  await page.getByRole('alert').filter({ hasText: 'This photo cannot be searched with' }).waitFor();
  await searched(() => choosePhoto(items[4].picture));
  assert.equal((await shownIds())[0], items[4].id, 'the next one can');
});

test('shows that it is loading', async () => {
  await goTo();
  await page.route('**:search', async (route) => {
    await page.locator('.search[aria-busy]').waitFor();
    await route.continue();
  });
  await searched(() => choosePhoto(items[4].picture));
  assert.equal(await page.locator('.search[aria-busy]').count(), 0);
});

test('says so where the server is gone, and goes on when it is back', async () => {
  await goTo();
  await server.stop();
  await page.locator('.open').first().click();
  await page.getByRole('alert').filter({ hasText: 'The server does not answer' }).waitFor();
  await server.start();
  await searched(() => page.getByRole('button', { name: 'Try again' }).click());
  assert.equal((await shownIds()).length, 24);
});

test('waits while the server starts', async () => {
  let starting = true;
  await page.route('**/v1/collections', (route) => (starting
    ? route.fulfill({ status: 503, json: { error: { code: 'UNAVAILABLE', status: 503, message: 'starting' } } })
    : route.continue()));
  await page.goto(server.url);
  await page.getByText('The server is starting').waitFor();
  starting = false;
  await page.locator('.card[data-id]').first().waitFor();
});

test('fits a phone', async () => {
  await open(PHONE);
  await goTo(`#/c/shop/like/${items[0].id}`);
  await page.locator('.explain').first().click();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'nothing sticks out to the side');
  await page.getByText('Take a photo').or(page.getByText('Use a photo')).first().waitFor();
  await page.locator('summary').click();
  await page.locator('[data-attribute=category]').getByRole('checkbox', { name: /^boot/ }).waitFor();
});

test('shows operators what there is and what it does', async () => {
  await page.goto(`${server.url}/#/admin`);
  await page.getByText('Takes searches and writes').waitFor();
  await page.getByText('vgg16-gap', { exact: true }).waitFor();
  await page.getByRole('row').filter({ hasText: 'shop' }).filter({ hasText: '60' }).first().waitFor();
  await page.getByRole('row').filter({ hasText: 'VisualSearch/Search' }).waitFor();
  await page.getByRole('button', { name: 'shop', exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'category: ' }).nth(24).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('heading', { name: 'Items of shop, page 2' }).waitFor();
  await assertAccessible();
});

for (const colorScheme of ['light', 'dark']) {
  test(`is accessible in ${colorScheme} colours`, async () => {
    await open({ colorScheme });
    await goTo();
    await assertAccessible();
    await searched(() => choosePhoto(items[4].picture));
    await page.locator('.explain').first().click();
    await assertAccessible();
  });
}

test('markup in a catalog is only text', async () => {
  const id = '<img src=x onerror=alert(1)>';
  await fetch(`${server.url}/v1/collections`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"markup","dimension":2}',
  });
  const images = [{ embedding: { values: [1, 0] } }];
  await fetch(`${server.url}/v1/collections/markup/items/${encodeURIComponent(id)}`, {
    method: 'PUT', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ images, attributes: { title: '<b>bold</b>' } }),
  });
  await goTo('#/c/markup');
  assert.match(await page.locator('.card .name').first().textContent(), /<b>bold<\/b>/);
  await page.locator('.explain').first().click();
  assert.match(await page.locator('.why').first().textContent(), /<img src=x/);
});
