// Runs a WebAssembly program (WASI) and ends with its exit code.
//
//   node run.mjs [--dir DIRECTORY]... PROGRAM.wasm [ARGUMENT]...
//
// The program sees the named directories under their own names and GS_TESTS_WHOLE, and nothing else
// of this machine.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WASI } from 'node:wasi';

const args = process.argv.slice(2);
const preopens = {};
while (args[0] === '--dir') {
  const directory = resolve(args[1]);
  preopens[directory] = directory;
  args.splice(0, 2);
}
if (args.length === 0) {
  console.error('Usage: node run.mjs [--dir DIRECTORY]... PROGRAM.wasm [ARGUMENT]...');
  process.exit(2);
}

// As Node.js 18 has it, which is Debian's: there is no getImportObject, and a program that exits
// would end this one.
const whole = process.env.GS_TESTS_WHOLE;
const env = whole === undefined ? {} : { GS_TESTS_WHOLE: whole };
const wasi = new WASI({ version: 'preview1', args, env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(args[0]));
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
