// One case in onnxruntime: a request of make_cases.py from standard input, the outputs to standard output. It runs in the folder that
// has node_modules/onnxruntime-node.
import fs from 'fs';
import { createRequire } from 'module';
const ort = createRequire(process.cwd() + '/')('onnxruntime-node');

const arrays = { float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, uint8: Uint8Array,
                 int8: Int8Array, uint16: Uint16Array, int16: Int16Array, bool: Uint8Array, float16: Uint16Array };
const bytes = (text) => { const b = Buffer.from(text, 'base64'); return b.buffer.slice(b.byteOffset, b.byteOffset + b.length); };

const request = JSON.parse(fs.readFileSync(0, 'utf8'));
const session = await ort.InferenceSession.create(new Uint8Array(bytes(request.model)), { graphOptimizationLevel: request.level });
const inputs = {};
for (const [name, { type, dims, data }] of Object.entries(request.inputs))
  inputs[name] = new ort.Tensor(type, new arrays[type](bytes(data)), dims);
const outputs = await session.run(inputs);
const answer = {};
for (const name of session.outputNames) {
  const { type, dims, data } = outputs[name];
  answer[name] = { type, dims, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}
process.stdout.write(JSON.stringify(answer));
