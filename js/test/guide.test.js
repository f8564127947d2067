'use strict';

// Goal: the guide of the package says what is so.
// Method: its examples, one behind the other, are one program, which runs in a directory of its
// own.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Place } = require('./support/storages.js');

const GUIDE = path.join(__dirname, '../../docs/JAVASCRIPT.md');
const PACKAGE = path.join(__dirname, '..');

test('the examples of docs/JAVASCRIPT.md', (t) => {
  const blocks = [...fs.readFileSync(GUIDE, 'utf8').matchAll(/^```js\n(.*?)^```$/gms)];
  assert.ok(blocks.length >= 10, 'the examples are found');
  const body = blocks.map(([, code]) => code).join('\n');
  const place = new Place(t);
  place.file('program.js', `(async () => {\n${body}\n})();\n`);
  fs.mkdirSync(place.path('node_modules'));
  fs.symlinkSync(PACKAGE, place.path('node_modules/globalstorage'));
  execFileSync(process.execPath, ['program.js'], { cwd: place.root, stdio: 'pipe' });
});
