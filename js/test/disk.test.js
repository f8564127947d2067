'use strict';

// Goal: a file is there whole or not at all, for its owner only, and links lead nowhere.
// Method: many writers at once; writes that fail in the middle; links.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const disk = require('../lib/disk/disk.js');
const { filesIn, place, refuses } = require('./support/place.js');

test('a replacement is whole for every reader, and nothing stays beside it', async (t) => {
  const directory = place(t);
  const file = path.join(directory, 'file');
  const texts = ['a', 'b'].map((letter) => letter.repeat(100000));
  await disk.replace(file, texts[0]);
  const writes = Array.from({ length: 20 }, (_, i) => disk.replace(file, texts[i % 2]));
  const reads = Array.from({ length: 50 }, () => disk.readText(file));
  for (const text of await Promise.all(reads)) assert.ok(texts.includes(text));
  await Promise.all(writes);
  assert.deepStrictEqual(fs.readdirSync(directory), ['file']);
  assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600);
});

test('of all who create a file one wins, and its content stays', async (t) => {
  const file = path.join(place(t), 'file');
  const creates = Array.from({ length: 20 }, (_, i) => disk.create(file, `${i}`));
  const results = await Promise.all(creates);
  assert.strictEqual(results.filter(Boolean).length, 1);
  assert.strictEqual(await disk.readText(file), String(results.indexOf(true)));
  assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ['file']);
});

test('a write that fails leaves what was there', async (t) => {
  const directory = place(t);
  const file = path.join(directory, 'file');
  await disk.replace(file, 'before');
  await assert.rejects(disk.replace(file, { not: 'text' }));
  assert.deepStrictEqual(filesIn(directory), { file: 'before' });
});

test('a symbolic link is not followed', async (t) => {
  const directory = place(t);
  const outside = path.join(place(t), 'outside');
  fs.writeFileSync(outside, 'secret');
  const link = path.join(directory, 'link');
  fs.symlinkSync(outside, link);
  await assert.rejects(disk.readText(link), { code: 'ELOOP' });
  assert.strictEqual(await disk.exists(link), false);
  await disk.replace(link, 'new');
  assert.strictEqual(fs.readFileSync(outside, 'utf8'), 'secret');
  assert.strictEqual(fs.lstatSync(link).isSymbolicLink(), false);
});

test('directories are made with those above, and are closed to others', async (t) => {
  const directory = path.join(place(t), 'a', 'b');
  await disk.ensureDirectory(directory);
  await disk.ensureDirectory(directory);
  assert.strictEqual(fs.statSync(directory).mode & 0o777, 0o700);
});

test('bytes that are no text are refused, and a directory is no file', async (t) => {
  const directory = place(t);
  const file = path.join(directory, 'file');
  fs.writeFileSync(file, Buffer.from([0x22, 0xff, 0x22]));
  await refuses(() => disk.readText(file), 'GS_DAMAGED', /no UTF-8/);
  assert.strictEqual(await disk.exists(directory), false);
});

test('each version of a file has another mark', async (t) => {
  const file = path.join(place(t), 'file');
  const marks = new Set([await disk.mark(file)]);
  for (let i = 0; i < 20; i++) {
    await disk.replace(file, 'same');
    marks.add(await disk.mark(file));
  }
  assert.strictEqual(marks.size, 21);
  const version = await disk.readMarked(file);
  assert.deepStrictEqual(version, { text: 'same', mark: await disk.mark(file) });
});
