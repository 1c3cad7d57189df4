// A model in onnxruntime: run.mjs MODEL REQUEST. The request (JSON) names raw files of the inputs, f32 or i64, and onnxruntime's
// level of optimisation; with `ranges` the smallest and largest element of each output go to standard output, with `folder` the outputs as
// raw files go there and their types and shapes to standard output. It runs in the folder that has node_modules/onnxruntime-node.
import fs from 'fs';
import { createRequire } from 'module';
const ort = createRequire(process.cwd() + '/')('onnxruntime-node');

const [model, request] = process.argv.slice(2);
const { inputs, level, ranges, folder } = JSON.parse(fs.readFileSync(request, 'utf8'));
const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: level });
const feeds = {};
const arrays = { float32: Float32Array, int64: BigInt64Array };
for (const [name, { file, type, dims }] of Object.entries(inputs)) {
  const bytes = new Uint8Array(fs.readFileSync(file)); // its own buffer, aligned for any element
  feeds[name] = new ort.Tensor(type, new arrays[type](bytes.buffer), dims);
}
const outputs = await session.run(feeds);
const answer = {};
session.outputNames.forEach((name, index) => {
  const { type, dims, data } = outputs[name];
  if (ranges) {
    let low = Infinity, high = -Infinity;
    for (const value of data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    answer[name] = [low, high];
  } else {
    const file = `${folder}/${index}.raw`;
    fs.writeFileSync(file, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    answer[name] = { file, type, dims };
  }
});
process.stdout.write(JSON.stringify(answer));
