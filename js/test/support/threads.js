'use strict';

// Worker threads and processes that run a function of a test.
//
// The function is sent as its source, so it uses nothing from around it: `gs`, the package; `data`,
// what it was given; `say(value)`, which tells the test; `heard()`, a promise of what the test says
// next.

const { Worker } = require('node:worker_threads');
const { spawn } = require('node:child_process');
const { once } = require('node:events');

const PACKAGE = require.resolve('../../globalstorage.js');

const THREAD = `
  const { parentPort, workerData: data } = require('node:worker_threads');
  const gs = require(${JSON.stringify(PACKAGE)});
  const say = (value) => parentPort.postMessage(value);
  const letters = [];
  let told = null;
  parentPort.on('message', (value) => {
    letters.push(value);
    if (told) told();
  });
  const heard = async () => {
    while (letters.length === 0) await new Promise((resolve) => (told = resolve));
    return letters.shift();
  };
`;

class Thread {
  #letters = [];
  #told = null;

  /** @param {(given: { gs, data, say, heard }) => Promise<void>} run what the thread does */
  constructor(t, run, data) {
    const end = 'parentPort.unref()';
    const source = `${THREAD} (${run})({ gs, data, say, heard }).then(() => ${end});`;
    this.worker = new Worker(source, { eval: true, workerData: data });
    this.ended = new Promise((resolve) => this.worker.once('exit', resolve));
    this.failure = null;
    this.worker.on('error', (error) => (this.failure = error));
    this.worker.on('message', (value) => this.#take(value));
    this.ended.then(() => this.#take(undefined));
    t.after(() => this.worker.terminate());
  }

  #take(value) {
    this.#letters.push(value);
    if (this.#told) this.#told();
  }

  say(value) {
    this.worker.postMessage(value);
  }

  /** What the thread says next; undefined when it ended without a word. */
  async heard() {
    while (this.#letters.length === 0) await new Promise((resolve) => (this.#told = resolve));
    return this.#letters.shift();
  }

  /** What it said so far. */
  all() {
    return this.#letters.splice(0).filter((value) => value !== undefined);
  }

  terminate() {
    return this.worker.terminate();
  }

  /** Until it has ended, which it has to without failing. */
  async done() {
    const code = await this.ended;
    if (this.failure) throw this.failure;
    if (code !== 0) throw new Error(`the thread ended with ${code}`);
  }
}

/**
 * A process that runs the function.
 * @returns {Promise<{ code: number|null, signal: string|null, said: any[], errors: string }>}
 */
const processOf = async (run, data, flags = []) => {
  const source = `
    const gs = require(${JSON.stringify(PACKAGE)});
    const say = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n');
    (${run})({ gs, data: ${JSON.stringify(data)}, say });
  `;
  const child = spawn(process.execPath, [...flags, '-e', source]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const [code, signal] = await once(child, 'close');
  const said = output.split('\n').filter(Boolean).map(JSON.parse);
  return { code, signal, said, errors };
};

module.exports = { Thread, processOf };
