// SPDX-License-Identifier: Apache-2.0
// Runs an ONNX model on prepared inputs, for compare.py:  node run.js MODEL.onnx INPUTS.f32 COUNT SIDE PASSES OUTPUT.f32
// Prints {"version", "ms": [one for each pass]}, one image a pass on one thread; writes the outputs of all inputs.
const fs = require('fs');
const path = require('path');
const home = process.env.ONNXRUNTIME_NODE || 'onnxruntime-node';
const ort = require(home);

async function main() {
  const [model, inputs, count, side, passes, output] = process.argv.slice(2);
  const values = new Float32Array(fs.readFileSync(inputs).buffer.slice(0));
  const size = 3 * side * side;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all',
  });
  const run = async (i) => {
    const input = new ort.Tensor('float32', values.slice(i * size, (i + 1) * size), [1, 3, Number(side), Number(side)]);
    const begin = process.hrtime.bigint();
    const result = await session.run({ input });
    return { ms: Number(process.hrtime.bigint() - begin) / 1e6, data: result.embedding.data };
  };
  const rows = [];
  for (let i = 0; i < count; ++i) rows.push(Buffer.from(Float32Array.from((await run(i)).data).buffer));  // warms up too
  fs.writeFileSync(output, Buffer.concat(rows));
  const ms = [];
  for (let pass = 0; pass < passes; ++pass) ms.push((await run(pass % count)).ms);
  const manifest = path.join(path.dirname(require.resolve(home)), '..', 'package.json');
  console.log(JSON.stringify({ version: JSON.parse(fs.readFileSync(manifest)).version, ms }));
}

main().catch((error) => { console.error(error); process.exit(1); });
