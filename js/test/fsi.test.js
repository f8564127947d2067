'use strict';

// Goal: files by directory and name as upstream has them, and no name leads anywhere else.
// Method: each function once; names of every bad form.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const fsi = require('../lib/compatible/fsi.js');
const { NAME_BYTES_MAX } = require('../lib/disk/names.js');
const { filesIn, place, refuses } = require('./support/place.js');

test('write, read, exists and remove', async (t) => {
  const directory = path.join(place(t), 'x', 'y');
  assert.strictEqual(await fsi.exists(directory, 'a.txt'), false);
  await fsi.write(directory, 'a.txt', 'one');
  await fsi.write(directory, 'a.txt', 'два');
  assert.strictEqual(await fsi.exists(directory, 'a.txt'), true);
  assert.strictEqual(await fsi.read(directory, 'a.txt'), 'два');
  assert.deepStrictEqual(filesIn(directory), { 'a.txt': 'два' });
  await fsi.remove(directory, 'a.txt');
  await fsi.remove(directory, 'a.txt');
  assert.strictEqual(await fsi.exists(directory, 'a.txt'), false);
});

test('a missing file is told as the operating system does', async (t) => {
  await assert.rejects(fsi.read(place(t), 'a.txt'), { code: 'ENOENT' });
});

test('a name that leads elsewhere is refused by every function', async (t) => {
  const directory = path.join(place(t), 'inside');
  const outside = path.join(directory, '..', 'evil');
  fs.mkdirSync(directory);
  fs.writeFileSync(outside, 'outside');
  const names = ['', '.', '..', '../evil', '..\\evil', '/etc/passwd', 'a/b'];
  for (const name of [...names, 'a\0b', 'a\nb', 'a\ud800', undefined, null, 5, {}, ['a']]) {
    for (const call of [fsi.read, fsi.write, fsi.exists, fsi.remove]) {
      await refuses(() => call(directory, name, 'x'), 'GS_INVALID', /name of a file/);
    }
  }
  assert.strictEqual(fs.readFileSync(outside, 'utf8'), 'outside');
  assert.deepStrictEqual(fs.readdirSync(directory), []);
});

test('names end at a limit that leaves room for the suffix of a replacement', async (t) => {
  const directory = place(t);
  const name = 'ж'.repeat(NAME_BYTES_MAX / 2);
  await fsi.write(directory, name, 'x');
  assert.deepStrictEqual(fs.readdirSync(directory), [name]);
  await refuses(() => fsi.write(directory, `${name}a`, 'x'), 'GS_TOO_LARGE', /longer than/);
});

test('names with dots and blanks are names like others', async (t) => {
  const directory = place(t);
  for (const name of ['...', '.a', 'a b', 'a.json', '__proto__', 'ж']) {
    await fsi.write(directory, name, name);
    assert.strictEqual(await fsi.read(directory, name), name);
  }
});

test('a directory that is none, and a content that is none, are refused', async (t) => {
  for (const directory of [undefined, '', 5, 'a\0b']) {
    await refuses(() => fsi.read(directory, 'a'), 'GS_INVALID', /directory/);
  }
  const directory = place(t);
  for (const content of [undefined, null, 5, {}]) {
    await refuses(() => fsi.write(directory, 'a', content), 'GS_INVALID', /content/);
  }
  assert.deepStrictEqual(fs.readdirSync(directory), []);
});
