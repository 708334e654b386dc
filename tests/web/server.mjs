// SPDX-License-Identifier: Apache-2.0
// `lookalike serve` with a drawn catalog, for the browser tests.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const PROGRAM = process.env.LOOKALIKE_PROGRAM;
const PATIENCE_MILLISECONDS = 60_000;

const run = (...args) => execFileSync(PROGRAM, args, { stdio: ['ignore', 'pipe', 'pipe'] });

export class Server {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lookalike-web-'));
  }

  // Listens on free ports, or on those that it had before.
  async start() {
    const address = (before) => before ?? '127.0.0.1:0';
    this.process = spawn(PROGRAM, ['serve', '--data-dir', path.join(this.folder, 'data'), '--log-level', 'error',
      '--grpc-address', address(this.grpc), '--http-address', address(this.http)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = readline.createInterface({ input: this.process.stdout });
    const line = await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      this.process.once('exit', (code) => reject(new Error(`lookalike serve ended with ${code}`)));
    });
    [, this.grpc, this.http] = /grpc=(\S+) http=(\S+)/.exec(line);
    this.url = `http://${this.http}`;
    await until(async () => (await fetch(`${this.url}/readyz`)).ok);
  }

  // Draws `count` products' pictures and puts them into a collection.
  fill(collection, count, seed = 1) {
    const catalog = path.join(this.folder, collection);
    run('demo-catalog', '--count', String(count), '--seed', String(seed), '--size', '96', catalog);
    run('ingest', '--server', this.grpc, '--collection', collection, path.join(catalog, 'catalog.jsonl'));
    const lines = fs.readFileSync(path.join(catalog, 'catalog.jsonl'), 'utf8').trim().split('\n');
    return lines.map((text) => {
      const item = JSON.parse(text);
      return { ...item, picture: path.join(catalog, item.image) };
    });
  }

  async stop() {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

// Asks again and again until it is true.
export async function until(condition) {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < end) {
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within a minute: ${condition}`);
}
