// Loads core.wasm, checks that it starts, and reports its size as browsers would fetch it.
//
//   node size.mjs core.wasm

import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';
import { gzipSync } from 'node:zlib';

const bytes = await readFile(process.argv[2]);
const wasi = new WASI({ version: 'preview1' });
const { instance } = await WebAssembly.instantiate(bytes, {
  wasi_snapshot_preview1: wasi.wasiImport, // Node.js 18 has no getImportObject
});
wasi.initialize(instance);
if (instance.exports.gs_core_ready() !== 1) throw new Error('core.wasm does not start');

const gzip = gzipSync(bytes, { level: 9 }).length;
console.log(`core.wasm: ${bytes.length} bytes, ${gzip} with gzip`);
