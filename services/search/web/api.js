// SPDX-License-Identifier: Apache-2.0
// The REST face, as docs/api.md has it.

// A facet with more values is a name or a code: nobody ticks it.
export const MOST_FACET_VALUES = 60;

// What the server answers where it cannot do what is asked; `status` is 0 where it does not answer at all.
export class ApiError extends Error {
  constructor(message, status, code, field) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError('The server does not answer.', 0, 'UNREACHABLE');
  }
  let body;
  try {
    body = await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(`The server answered ${response.status}, and not with JSON.`, response.status, 'UNKNOWN');
  }
  if (response.ok) return body;
  const { message, code, field } = body.error ?? {};
  throw new ApiError(message ?? response.statusText, response.status, code, field);
}

const collectionPath = (collection) => `/v1/collections/${encodeURIComponent(collection)}`;
const itemPath = (collection, id) => `${collectionPath(collection)}/items/${encodeURIComponent(id)}`;

export const collections = async (signal) => (await call('/v1/collections', { signal })).collections;
export const model = (signal) => call('/v1/model', { signal });

export const items = (collection, cursor, limit, signal) =>
  call(`${collectionPath(collection)}/items?${new URLSearchParams({ cursor, limit })}`, { signal });

export const item = (collection, id, signal) => call(itemPath(collection, id), { signal });

export const facets = (collection, filter, signal) =>
  call(`${collectionPath(collection)}/facets?${new URLSearchParams({ filter, maxValues: MOST_FACET_VALUES })}`, { signal });

export const thumbnail = (collection, id, image = 0) => `${itemPath(collection, id)}/thumbnail?image=${image}`;

// `query` is { photo, crop } or { id }.
export function search(collection, query, options, signal) {
  const path = `${collectionPath(collection)}:search`;
  const request = { k: options.k, filter: options.filter, explain: true };
  if (query.id !== undefined) {
    request.query = { id: query.id };
    const headers = { 'Content-Type': 'application/json' };
    return call(path, { method: 'POST', headers, body: JSON.stringify(request), signal });
  }
  if (query.crop) request.query = { crop: query.crop };
  const form = new FormData();
  form.append('request', new Blob([JSON.stringify(request)], { type: 'application/json' }));
  form.append('image', query.photo, 'photo');
  return call(path, { method: 'POST', body: form, signal });
}

// { ready, reason }: whether the server takes calls.
export async function readiness() {
  try {
    const response = await fetch('/readyz');
    return { ready: response.ok, reason: (await response.text()).trim() };
  } catch {
    return { ready: false, reason: 'the server does not answer' };
  }
}

export const metricsText = async () => (await fetch('/metrics')).text();
