// Reads and writes NumPy's .npy files, version 1.0, C order, of the three types that this example uses.
import { readFileSync, writeFileSync } from 'node:fs';

const ARRAYS = { '|u1': Uint8Array, '<f4': Float32Array, '<i8': BigInt64Array };

export function readNpy(path) {
  const file = readFileSync(path);
  if (file.subarray(0, 6).toString('latin1') !== '\x93NUMPY') throw new Error(`${path}: not a .npy file`);
  const start = file[6] === 1 ? 10 : 12;
  const length = file[6] === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8);
  const header = file.subarray(start, start + length).toString('latin1');
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  if (!(type in ARRAYS) || !header.includes("'fortran_order': False")) throw new Error(`${path}: unsupported: ${header}`);
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').map((s) => s.trim()).filter(Boolean).map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  const bytes = file.subarray(start + length);
  if (bytes.length !== count * ARRAYS[type].BYTES_PER_ELEMENT) throw new Error(`${path}: ${bytes.length} bytes of data for shape ${shape}`);
  const data = new ARRAYS[type](new Uint8Array(bytes).buffer);
  return { shape, data };
}

export function writeNpy(path, shape, data) {
  const type = Object.keys(ARRAYS).find((t) => data instanceof ARRAYS[t]);
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  let header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${tuple}), }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const front = Buffer.from(`\x93NUMPY\x01\x00\0\0${header}`, 'latin1');
  front.writeUInt16LE(header.length, 8);
  writeFileSync(path, Buffer.concat([front, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}
