'use strict';

// Goal: the examples do what they say, as a program does that has the package installed.
// Method: each runs in an empty directory with the package in node_modules; its lines are known.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { Place } = require('./support/storages.js');

const ROOT = path.resolve(__dirname, '../..');

const run = (t, example) => {
  const place = new Place(t);
  fs.mkdirSync(place.path('node_modules'));
  fs.symlinkSync(path.join(ROOT, 'js'), place.path('node_modules/globalstorage'));
  const file = place.path(path.basename(example));
  fs.copyFileSync(path.join(ROOT, 'examples', example), file);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: place.root,
    encoding: 'utf8',
  });
  assert.strictEqual(status, 0, stderr);
  assert.strictEqual(stderr, '');
  return stdout.trim().split('\n');
};

test('quickstart', (t) => {
  const lines = run(t, 'quickstart.js');
  assert.strictEqual(lines[0], 'Hi by Ann');
  assert.ok(lines.includes('verified: true, some changes'));
  assert.ok(lines.includes('proven: update'));
  const shown = lines.filter((line) => /^\d changed, 1 shown: /.test(line));
  assert.match(shown.at(-1), /^1 changed, 1 shown: Hello$/, 'what was saved before end()');
});

test('offline-notes', (t) => {
  const lines = run(t, 'offline-notes/notes.js');
  const met = lines.slice(lines.indexOf('they meet') + 1);
  const shopping = 'Shopping: eggs, milk, bread';
  assert.deepStrictEqual(met, [
    'laptop: Ideas: a boat',
    `laptop: ${shopping}`,
    'phone: Ideas: a boat',
    `phone: ${shopping}`,
    'both have the same',
  ]);
});

test('compatible', (t) => {
  const lines = run(t, 'compatible.js');
  for (const line of [
    'Nodes: 1',
    'Author: Ann',
    "Delta before save: { content: 'Text and more' }",
    'Swapped: false',
    'Secret: { pin: 1234 }',
    'Valid: true',
  ]) {
    assert.ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
  }
  // One update is told with the next when that comes at once.
  const updates = lines.filter((line) => line.startsWith('Updated: ')).join('\n');
  for (const field of ["content: 'Text and more'", "title: 'Second'"]) {
    assert.ok(updates.includes(field), `${field} is not among\n${lines.join('\n')}`);
  }
});
