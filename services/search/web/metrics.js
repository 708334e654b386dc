// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format, as far as the operators' view reads it.

const LINE = /^([a-z_]+)(?:\{(.*)\})? ([^ ]+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

// [{ name, labels, value }].
export function parseMetrics(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (!match) continue;
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, value]));
    samples.push({ name: match[1], labels, value: Number(match[3]) });
  }
  return samples;
}

// What one method has done so far: calls, calls that failed, and how long they took, by upper bounds of seconds.
export function methodsOf(samples) {
  const methods = new Map();
  const of = (method) => {
    if (!methods.has(method)) methods.set(method, { calls: 0, failed: 0, buckets: new Map() });
    return methods.get(method);
  };
  for (const { name, labels, value } of samples) {
    if (name === 'lookalike_grpc_requests_total') {
      of(labels.method).calls += value;
      if (labels.code !== 'OK') of(labels.method).failed += value;
    } else if (name === 'lookalike_grpc_request_seconds_bucket') {
      of(labels.method).buckets.set(Number(labels.le.replace('+Inf', 'Infinity')), value);
    }
  }
  return methods;
}

// The bound under which `share` of the calls between two readings ended; null where there were none.
export function percentile(before, after, share) {
  const counts = [...after.buckets].map(([bound, count]) => [bound, count - (before?.buckets.get(bound) ?? 0)]).sort((a, b) => a[0] - b[0]);
  const all = counts.at(-1)?.[1] ?? 0;
  if (all === 0) return null;
  return counts.find(([, count]) => count >= share * all)[0];
}
