'use strict';

// Runs gstore for the tests: one call, one command line.

const { spawn, spawnSync } = require('node:child_process');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const PROGRAM = process.env.GSTORE || path.join(ROOT, 'build/bin/gstore');
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  unverified: 3,
  conflict: 4,
  unreachable: 5,
  notFound: 6,
  interrupted: 130,
};

/**
 * Run a command line to its end.
 * @param {string[]} args everything after `gstore`
 * @param {object} [options] of child_process.spawnSync; `input`: standard input; `program`: a copy
 *   of gstore to run instead
 * @returns {{ code: number, signal: string|null, out: string, err: string }}
 */
const run = (args, { program = PROGRAM, ...options } = {}) => {
  const result = spawnSync(program, args, {
    input: '',
    maxBuffer: OUTPUT_BYTES_MAX,
    encoding: 'utf8',
    ...options,
  });
  if (result.error) throw result.error;
  const { status: code, signal, stdout: out, stderr: err } = result;
  return { code, signal, out, err };
};

/** A storage of its own in a temporary directory that is removed after the test. */
class Place {
  constructor(t, { init = true } = {}) {
    this.t = t;
    this.root = fs.mkdtempSync(path.join(os.tmpdir(), 'gstore-test-'));
    fs.chmodSync(this.root, 0o755);
    this.directory = path.join(this.root, 'gs');
    t.after(() => fs.rmSync(this.root, { recursive: true, force: true }));
    if (init) this.ok(['init']);
  }

  run(args, options) {
    return run(['-d', this.directory, ...args], options);
  }

  /** Standard output of a command that has to succeed and say nothing on standard error. */
  ok(args, options) {
    const { code, out, err } = this.run(args, options);
    assert.strictEqual(code, EXIT.ok, `gstore ${args.join(' ')}: ${code} ${err}`);
    return out;
  }

  json(args, options) {
    return JSON.parse(this.ok([...args, '--json'], options));
  }

  lines(args, options) {
    return parseLines(this.ok(args, options));
  }

  /** A command that has to fail with this status and a message that says what to do next. */
  fails(code, args, pattern, options) {
    const result = this.run(args, options);
    const text = `gstore ${args.join(' ')}: ${result.code} ${result.err}`;
    assert.strictEqual(result.code, code, text);
    assert.match(result.err, /^gstore: [^\n]+\.\n$/m, text);
    assert.match(result.err, /(\. |\? |: )\S+ [^\n]*\.\n$/, `no next step: ${text}`);
    if (pattern) assert.match(result.err, pattern);
    return result;
  }

  file(name, content) {
    const full = path.join(this.root, name);
    fs.writeFileSync(full, content);
    return full;
  }

  path(name) {
    return path.join(this.root, name);
  }

  /** A process that a test which fails half-way does not leave waiting. */
  start(args) {
    const child = spawn(PROGRAM, ['-d', this.directory, ...args]);
    this.t.after(() => child.kill('SIGKILL'));
    return child;
  }
}

const parseLines = (text) => {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
};

/** Flips one bit in the middle of a change, as `log --json` describes it. */
const flipBit = (directory, { segment, offset, bytes }) => {
  const file = path.join(directory, 'log', `${String(segment).padStart(8, '0')}.gsl`);
  const content = fs.readFileSync(file);
  content[offset + Math.floor(bytes / 2)] ^= 1;
  fs.writeFileSync(file, content);
};

/** The error object that --json puts on standard error. */
const errorOf = ({ err }) => {
  const lines = parseLines(err);
  assert.strictEqual(lines.length, 1, err);
  const { error } = lines[0];
  assert.deepStrictEqual(Object.keys(error), ['code', 'message', 'advice']);
  return error;
};

/** Resolves when the stream has said something that matches. */
const waitFor = (stream, pattern) =>
  new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk) => {
      text += String(chunk);
      if (pattern.test(text)) resolve(text);
    });
    stream.on('close', () => reject(new Error(`ended without ${pattern}: ${text}`)));
  });

const closed = (child) =>
  new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DIGEST = /^[0-9a-f]{64}$/;

module.exports = {
  run, Place, parseLines, errorOf, flipBit, waitFor, closed, EXIT, UUID, DIGEST, PROGRAM,
};
