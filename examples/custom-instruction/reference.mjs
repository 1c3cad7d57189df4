// Writes reference_logits.npy: what an independent interpreter, onnxruntime on the CPU, computes from network.onnx.
//
//   npm install --ignore-scripts && node reference.mjs
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { readNpy, writeNpy } from '../glyphs/npy.mjs';

const here = (name) => path.join(path.dirname(fileURLToPath(import.meta.url)), name);
// Rewriting the graph would compute the activations in other ways than the nodes say.
const session = await ort.InferenceSession.create(here('network.onnx'), { graphOptimizationLevel: 'disabled', executionProviders: ['cpu'] });
const { shape: [count, ...shape], data } = readNpy(here('images.npy'));
const size = data.length / count;
const rows = [];
for (let i = 0; i < count; i++) {
  const image = new ort.Tensor('float32', data.subarray(i * size, (i + 1) * size), [1, ...shape]);
  rows.push((await session.run({ image })).logits.data);
}
const logits = new Float32Array(rows.flatMap((row) => Array.from(row)));
writeNpy(here('reference_logits.npy'), [count, rows[0].length], logits);
