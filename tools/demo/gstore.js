'use strict';

// Runs the gstore program as a user would: a command line in, text and an exit
// status out. Nothing here knows the formats of the engine.

const { spawn } = require('node:child_process');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const PROGRAM = process.env.GSTORE || path.join(ROOT, 'build/bin/gstore');

const EXIT = { ok: 0, failure: 1, unverified: 3, conflict: 4, notFound: 6 };

/**
 * Run one command to its end.
 * @param {string} directory of the storage
 * @param {string[]} args command and its arguments
 * @param {{ input?: string }} [options] `input`: text for standard input
 * @returns {Promise<{ code: number, out: string, err: string, ms: number }>}
 */
const gstore = (directory, args, { input = '' } = {}) => {
  const { promise, resolve, reject } = deferred();
  const begin = process.hrtime.bigint();
  const child = spawn(PROGRAM, ['-d', directory, ...args]);
  const out = [];
  const err = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  child.stdin.on('error', () => {}); // it may end without reading its input
  child.on('error', reject);
  child.on('close', (code) => {
    const ms = Number(process.hrtime.bigint() - begin) / 1e6;
    resolve({ code, out: String(Buffer.concat(out)), err: String(Buffer.concat(err)), ms });
  });
  child.stdin.end(input);
  return promise;
};

const deferred = () => {
  const result = {};
  result.promise = new Promise((resolve, reject) => {
    Object.assign(result, { resolve, reject });
  });
  return result;
};

/** The same, but anything other than exit status 0 is an Error with the program's message. */
const succeed = async (directory, args, options) => {
  const result = await gstore(directory, args, options);
  if (result.code !== EXIT.ok) {
    const text = (result.err || result.out).trim();
    throw new Error(`gstore ${args[0]}: exit status ${result.code}: ${text}`);
  }
  return result;
};

/**
 * Start `gstore watch`, which goes on until it is ended.
 * @param {string} directory of the storage
 * @param {string[]} words of the query
 * @returns {{ lines: (count: number) => Promise<string[]>, end: () => Promise<string[]> }} `lines`:
 *   the next ones; `end`: waits for one more, ends it and resolves to all that are left
 */
const watch = (directory, words) => {
  const child = spawn(PROGRAM, ['-d', directory, 'watch', ...words]);
  const { promise: ended, resolve, reject } = deferred();
  let text = '';
  let more = deferred();
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
    more.resolve();
    more = deferred();
  });
  child.on('error', reject);
  child.on('close', () => {
    resolve();
    more.resolve();
  });
  const lines = async (count) => {
    while (text.split('\n').length <= count) {
      if (child.exitCode !== null) throw new Error(`gstore watch: exit status ${child.exitCode}`);
      await more.promise;
    }
    const all = text.split('\n');
    text = all.slice(count).join('\n');
    return all.slice(0, count);
  };
  const end = async () => {
    const next = await lines(1);
    child.kill('SIGINT');
    await ended;
    return [...next, ...text.split('\n').filter((line) => line !== '')];
  };
  return { lines, end };
};

const parseLines = (text) => {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
};

const parseOne = (text) => JSON.parse(text);

module.exports = { gstore, succeed, watch, parseLines, parseOne, deferred, EXIT, PROGRAM, ROOT };
