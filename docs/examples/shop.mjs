// SPDX-License-Identifier: Apache-2.0
// What a shop's backend does, in Node: keep a product, find what looks like it, take it out again.
//
//   npm install @grpc/grpc-js @grpc/proto-loader protobufjs
//   node shop.mjs 127.0.0.1:7700 shop photo.jpg
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const protos = process.env.LOOKALIKE_PROTOS ?? here('../../proto');
const definition = loadSync('lookalike/v1/search.proto', { includeDirs: [protos], keepCase: true });
const { VisualSearch } = grpc.loadPackageDefinition(definition).lookalike.v1;

const errors = new protobuf.Root();
errors.resolvePath = (_, target) => `${protos}/${target}`;
errors.loadSync('lookalike/v1/error_details.proto');
const decode = (type, bytes) => errors.lookupType(`lookalike.v1.${type}`).decode(bytes);

// Tried again by gRPC itself while a server restarts. Writes are safe to repeat, because they carry versions.
const options = {
  'grpc.service_config': readFileSync(here('service_config.json'), 'utf8'),
  'grpc.max_receive_message_length': 64 << 20,
};

// Milliseconds that an overloaded server asks to be left alone; undefined where trying again is of no use.
function retryDelay(error) {
  const [status] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (error.code !== grpc.status.RESOURCE_EXHAUSTED || !status) return undefined;
  const info = decode('ErrorStatus', status).details.find((detail) => detail.type_url.endsWith('google.rpc.RetryInfo'));
  if (!info) return undefined;
  const { seconds, nanos } = decode('RetryInfo', info.value).retryDelay;
  return Number(seconds) * 1000 + nanos / 1e6;
}

// One call with a deadline over all of its tries.
async function call(shop, method, request, milliseconds) {
  const deadline = new Date(Date.now() + milliseconds);
  for (;;) {
    try {
      return await promisify(shop[method]).call(shop, request, new grpc.Metadata(), { deadline });
    } catch (error) {
      const delay = retryDelay(error);
      if (delay === undefined || Date.now() + delay >= deadline.getTime()) throw error;
      await sleep(delay);
    }
  }
}

async function main(address, collection, photo) {
  const shop = new VisualSearch(address, grpc.credentials.createInsecure(), options);
  const image = readFileSync(photo);

  const attributes = { category: { stringValue: 'example' }, price: { numberValue: 79.9 } };
  const item = { id: 'example-node', version: Date.now(), images: [{ image }], attributes };
  const written = await call(shop, 'Upsert', { collection, item }, 10_000);

  // With min_sequence: whichever replica answers, it has seen the write.
  const search = { collection, query: { image }, k: 3, filter: 'category = "example"', min_sequence: written.sequence };
  for (const found of (await call(shop, 'Search', search, 2_000)).results) {
    console.log(`${found.score.toFixed(4)} ${found.id}`);
  }

  const deleted = await call(shop, 'Delete', { collection, ids: [item.id] }, 5_000);
  for (const { id, error } of deleted.outcomes) console.log(error ? error.message : `deleted ${id}`);
  shop.close();
}

const [address, collection, photo] = process.argv.slice(2);
if (!photo) {
  console.error('usage: node shop.mjs ADDRESS COLLECTION PHOTO');
  process.exit(2);
}
main(address, collection, photo).catch((error) => {
  console.error(`${grpc.status[error.code] ?? ''}: ${error.details ?? error.message}`);
  process.exit(1);
});
