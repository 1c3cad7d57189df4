// What an independent interpreter, onnxruntime on the CPU, computes from glyphs.onnx.
//
//   node reference.mjs [folder] [--check] [--optimised]
//
// folder (default: test) holds images.npy (u8, N x 1 x 32 x 32; the network's input is pixel / 255) and labels.npy.
// Writes folder/reference_logits.npy (f32, N x classes) and prints the accuracy. --check compares with the file
// instead of writing it. --optimised lets onnxruntime rewrite the graph first; see README.md for why it is off.
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { readNpy, writeNpy } from './npy.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));

function options(args) {
  const known = ['--check', '--optimised'];
  const flags = args.filter((a) => a.startsWith('-'));
  const folders = args.filter((a) => !a.startsWith('-'));
  const unknown = flags.find((f) => !known.includes(f));
  if (unknown || folders.length > 1) {
    console.error(`usage: node reference.mjs [folder] [--check] [--optimised]${unknown ? `: unknown option ${unknown}` : ''}`);
    process.exit(2);
  }
  return { folder: folders[0] ?? path.join(HERE, 'test'), check: flags.includes('--check'), optimised: flags.includes('--optimised') };
}

async function logitsOf(images, optimised) {
  const session = await ort.InferenceSession.create(path.join(HERE, 'glyphs.onnx'), {
    graphOptimizationLevel: optimised ? 'all' : 'disabled', executionProviders: ['cpu'], intraOpNumThreads: 1,
  });
  const [count, ...shape] = images.shape;
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = [];
  for (let i = 0; i < count; i++) {
    const pixels = Float32Array.from(images.data.subarray(i * size, (i + 1) * size), (v) => Math.fround(v) / Math.fround(255));
    const { logits } = await session.run({ image: new ort.Tensor('float32', pixels, [1, ...shape]) });
    rows.push(Float32Array.from(logits.data));
  }
  return rows;
}

function printAccuracy(rows, labels) {
  const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === Number(labels.data[i])).length;
  console.log(`accuracy ${(right / rows.length).toFixed(4)}: ${right} of ${rows.length} images`);
}

function compare(logits, file) {
  const expected = readNpy(file).data;
  if (expected.length !== logits.length) throw new Error(`${file}: ${expected.length} values, ${logits.length} computed`);
  // Logits are multiples of the output's scale, so the smallest step between two different ones is one LSB.
  const sorted = Float32Array.from(new Set(expected)).sort();
  let lsb = Infinity;
  for (let i = 1; i < sorted.length; i++) lsb = Math.min(lsb, sorted[i] - sorted[i - 1]);
  const steps = Array.from(logits, (v, i) => Math.round(Math.abs(v - expected[i]) / lsb));
  const different = steps.filter((s) => s > 0);
  console.log(`${different.length} of ${steps.length} logits differ from ${file}, at most ${different.reduce((a, b) => Math.max(a, b), 0)} LSB`);
}

async function main() {
  const { folder, check, optimised } = options(process.argv.slice(2));
  const rows = await logitsOf(readNpy(path.join(folder, 'images.npy')), optimised);
  printAccuracy(rows, readNpy(path.join(folder, 'labels.npy')));
  const logits = new Float32Array(rows.length * rows[0].length);
  rows.forEach((row, i) => logits.set(row, i * row.length));
  const file = path.join(folder, 'reference_logits.npy');
  if (check) compare(logits, file);
  else writeNpy(file, [rows.length, rows[0].length], logits);
}

main().catch((error) => {
  console.error(`reference.mjs: ${error.message}`);
  process.exitCode = 1;
});
