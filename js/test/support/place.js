'use strict';

// Directories of tests and processes of child.js, all gone when their test ends.

const { spawn } = require('node:child_process');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { GsError } = require('../../lib/errors.js');

const CHILD = path.join(__dirname, 'child.js');

/** An empty directory. */
const place = (t) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'globalstorage-js-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const collect = (source, stream) => {
  const lines = [];
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop();
    lines.push(...parts);
    source.emit('lines', lines);
  });
  return lines;
};

/** Start an action of child.js: `ended` gives {code, signal, lines}, `reach(n)` waits for lines. */
const start = (t, ...words) => {
  const child = spawn(process.execPath, [CHILD, ...words.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = collect(child, child.stdout);
  t.after(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, lines }));
  });
  const reach = (count) => new Promise((resolve) => {
    const look = () => lines.length >= count && resolve();
    child.on('lines', look);
    child.on('close', resolve);
    look();
  });
  return { child, lines, ended, reach };
};

/** Run an action of child.js in a thread of this process; its lines. */
const thread = (t, ...words) => {
  const worker = new Worker(CHILD, { argv: words.map(String), stdout: true });
  const lines = collect(worker, worker.stdout);
  t.after(() => worker.terminate());
  return {
    worker,
    lines,
    ended: new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('exit', () => resolve(lines));
    }),
    reach: (count) => new Promise((resolve) => {
      const look = () => lines.length >= count && resolve();
      worker.on('lines', look);
      look();
    }),
  };
};

/** Whether a call rejects or throws a GsError of this code, and its message matches. */
const refuses = async (call, code, pattern = /./) => {
  await assert.rejects(async () => call(), (error) => {
    assert.ok(error instanceof GsError, `no GsError: ${error && error.stack}`);
    assert.strictEqual(error.code, code, error.message);
    assert.match(error.message, pattern);
    assert.ok(error.hint.length > 0);
    return true;
  });
};

const cycle = {};
cycle.self = { cycle };

/** Values that JSON does not keep, by name. */
const BAD_VALUES = {
  'a getter that throws': { get field() { throw new Error('no'); } },
  'a toJSON that throws': { toJSON() { throw new Error('no'); } },
  'a cycle': cycle,
  'a function': { field: () => {} },
  'a symbol': [Symbol('s')],
  'a BigInt': { field: 1n },
  NaN: { field: NaN },
  infinity: [[-Infinity]],
  'a Map': { field: new Map([[1, 2]]) },
  'a Set': { field: new Set([1]) },
  'bytes': { field: new Uint8Array(3) },
  'a field __proto__': JSON.parse('{"field":{"__proto__":{"admin":true}}}'),
  'half of a surrogate pair': { field: 'x\ud800' },
  'a name with half of a surrogate pair': { ['\udc00']: 1 },
  'a hole': [1, , 2], // eslint-disable-line no-sparse-arrays
  undefined: undefined,
  'deep nesting': (() => {
    let value = 1;
    for (let i = 0; i < 5000; i++) value = [value];
    return value;
  })(),
  'a long array of nothing': new Array(2 ** 32 - 1),
  'a huge text': { field: '\u0001'.repeat(2 ** 27) },
};

const isBad = (error) =>
  error instanceof GsError && ['GS_INVALID', 'GS_TOO_LARGE'].includes(error.code);

/** All files below a directory, as texts by name. */
const filesIn = (directory) => {
  const found = {};
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) {
      const below = Object.entries(filesIn(file));
      for (const [name, text] of below) found[`${entry.name}/${name}`] = text;
    } else {
      found[entry.name] = fs.readFileSync(file, 'utf8');
    }
  }
  return found;
};

module.exports = { BAD_VALUES, filesIn, isBad, place, refuses, start, thread };
