'use strict';

// What becomes of a row when a package that it compares with is not there, hangs, crashes or is
// wrong. A script of this test takes the place of bench/peers/main.js.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const PROGRAM = process.env.GSTORE_BENCH || path.resolve(__dirname, '../../build/bin/gstore-bench');

const GOOD = "console.log('count 1\\nwall_s 1000\\ncpu_s 1000')";

/** A run of text-open with a script that does, for each peer, what `acts` says. */
const run = (t, acts, { script = 'peers.js', args = [] } = {}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const cases = Object.entries(acts).map(([peer, act]) => `case '${peer}': ${act}; break;`);
  fs.writeFileSync(
    path.join(folder, 'peers.js'),
    `switch (process.argv[2]) { ${cases.join('\n')} default: ${GOOD}; }`,
  );
  const words = ['text-open', '--smoke', '--json', '--peers', path.join(folder, script), ...args];
  const ended = spawnSync(PROGRAM, words, { encoding: 'utf8' });
  const { rows = [] } = ended.status === 0 ? JSON.parse(ended.stdout) : {};
  const notes = rows.flatMap(({ note }) => note ?? []).join('\n');
  return { ...ended, notes, row: rows.find(({ row }) => row === 'text-open') };
};

test('all that answer are compared', (t) => {
  const { status, notes, row } = run(t, {});
  assert.strictEqual(status, 0);
  assert.strictEqual(notes, '');
  assert.deepStrictEqual(Object.keys(row.all).sort(), [
    'automerge',
    'diamond',
    'globalstorage',
    'json-joy',
    'loro',
    'yjs',
  ]);
  assert.ok(row.ok && row.ratio > 1000, 'ours takes less than a second');
});

test('one that crashes or is not installed is told, and the others are compared', (t) => {
  const acts = {
    diamond: "console.log('failed it is not installed'); process.exitCode = 1",
    automerge: `${GOOD}; process.kill(process.pid, 'SIGKILL')`,
  };
  const { status, notes, row } = run(t, acts);
  assert.strictEqual(status, 0);
  assert.match(notes, /text-open: diamond is left out: it is not installed/);
  assert.match(notes, /text-open: automerge is left out: it cannot be started, or crashed/);
  assert.deepStrictEqual(Object.keys(row.all).sort(), ['globalstorage', 'json-joy', 'loro', 'yjs']);
});

// The others may take as long on a busy machine.
test('one that hangs is told and ended', (t) => {
  const acts = { yjs: 'setInterval(() => {}, 1000)' };
  const { status, notes, row } = run(t, acts, { args: ['--peer-s', '1'] });
  assert.strictEqual(status, 0);
  assert.match(notes, /text-open: yjs is left out: it did not end within 1 s/);
  assert.ok(row.all.globalstorage > 0);
});

test('one that is left out is not asked again', (t) => {
  const acts = { yjs: "console.log('failed x'); process.exitCode = 1" };
  const { notes } = run(t, acts, { args: ['--rounds', '3'] });
  assert.strictEqual(notes.match(/yjs/g).length, 1);
});

test('one whose result is wrong ends the run', (t) => {
  const acts = { loro: "console.log('wrong the text is another'); process.exitCode = 1" };
  const { status, stderr } = run(t, acts);
  assert.strictEqual(status, 1);
  assert.match(stderr, /loro: the text is another/);
});

test('without the script our numbers are told', (t) => {
  const { status, notes, row } = run(t, {}, { script: 'nothing.js' });
  assert.strictEqual(status, 0);
  assert.match(notes, /npm packages are left out: .*nothing\.js is not there/);
  assert.deepStrictEqual(Object.keys(row.all), ['globalstorage']);
  assert.strictEqual(row.ok, undefined);
});
