// Writes the expected outputs of the models in Inputs/, computed by onnxruntime:
//   npm install --ignore-scripts onnxruntime-node@1.30.0 && node expect.mjs
import fs from 'fs';
import { createRequire } from 'module';
const ort = createRequire(process.cwd() + '/')('onnxruntime-node');

const folder = new URL('Inputs/', import.meta.url).pathname;
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.onnx'))) {
  const session = await ort.InferenceSession.create(folder + file, { graphOptimizationLevel: 'disabled' });
  const bytes = fs.readFileSync(folder + file.replace('.onnx', '.x.raw'));
  const shape = session.inputMetadata[0].shape;
  const x = new ort.Tensor('float32', new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)), shape);
  const outputs = await session.run({ x });
  const all = session.outputNames.map((name) => outputs[name]);
  fs.writeFileSync(folder + file.replace('.onnx', '.y.raw'),
                   Buffer.concat(all.map((y) => Buffer.from(y.data.buffer, y.data.byteOffset, y.data.byteLength))));
  console.log(file, all.map((y) => y.dims.join('x')).join(' '));
}
