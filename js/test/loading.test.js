'use strict';

// Goal: a program that opens a storage and reads a record does not wait for what it does not use;
// and what is loaded later is all there.
// Method: a process for each that tells what it has loaded; lists of names against what they name.

const test = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { gs, Place } = require('./support/storages.js');
const { PARTS } = require('../lib/storage/methods.js');

const PACKAGE = path.join(__dirname, '..');
// Folders of the package that reading needs, and how many files of it.
const FOLDERS = ['.', 'lib', 'lib/records', 'lib/storage', 'lib/values'];
const FILES_MAX = 16;
const SLOW = ['crypto', 'fs/promises', 'os', 'timers/promises', 'worker_threads'];
// Before Node.js 20 `node:fs` itself brings streams.
if (Number(process.versions.node.split('.')[0]) >= 20) SLOW.push('stream');

// What a process loads that requires the package and runs `work`, beyond what it has anyway.
const loads = `
  const builtIn = () => process.moduleLoadList.map((name) => name.replace('NativeModule ', ''));
  const before = new Set(builtIn());
  const [root, path] = process.argv.slice(1);
  const gs = require(root);
  const told = () => ({
    files: Object.keys(require.cache).map((file) => file.slice(root.length + 1)),
    builtIn: builtIn().filter((name) => !before.has(name)),
  });
  WORK(gs, path).then(() => require('fs').writeSync(1, JSON.stringify(told())));
`;

const loadedBy = async (t, work) => {
  const place = new Place(t);
  const storage = await place.open();
  await storage.collection('Item').insert({ n: 1 }, { key: 'k' });
  await storage.close();
  const source = loads.replace('WORK', `(${work})`);
  const text = execFileSync(process.execPath, ['-e', source, PACKAGE, place.path()]);
  return JSON.parse(text);
};

test('opening a storage and reading a record loads little', async (t) => {
  const { files, builtIn } = await loadedBy(t, async (gs, path) => {
    const storage = await gs.open({ path, durability: 'lazy' });
    if (storage.collection('Item').peek('k').n !== 1) throw new Error('not there');
    if ((await storage.Item.get('k')).n !== 1) throw new Error('not there');
    await storage.close();
  });
  const own = files.filter((file) => file.endsWith('.js'));
  assert.ok(own.length <= FILES_MAX, `${own.length} files: ${own.join(' ')}`);
  for (const file of own) assert.ok(FOLDERS.includes(path.dirname(file)), file);
  assert.deepStrictEqual(
    builtIn.filter((name) => SLOW.includes(name)),
    [],
  );
});

test('what nobody uses of Node.js is not loaded by writing and asking either', async (t) => {
  const { builtIn } = await loadedBy(t, async (gs, path) => {
    const storage = await gs.open({ path, durability: 'lazy' });
    await storage.collection('Item').insert({ n: 2 });
    await storage.Item.where({ n: 2 }).all();
    await storage.transact((tx) => tx.update(tx.collection('Item').get('k').id, { n: 3 }));
    if (storage.sync.listNodes().length > 0) throw new Error('nodes');
    await storage.close();
  });
  assert.deepStrictEqual(
    builtIn.filter((name) => SLOW.includes(name)),
    [],
  );
});

test('methods that are loaded later are those of their files', async (t) => {
  for (const { load, names } of PARTS) assert.deepStrictEqual(names, Object.keys(load()));
  // One that was taken before anything of its file was called.
  const { stats } = gs.Storage.prototype;
  const storage = await new Place(t).open();
  assert.ok(await stats.call(storage));
});

test('names of the package are there by require and by import', async () => {
  const imported = await import('../globalstorage.mjs');
  for (const name of Object.keys(gs)) {
    assert.ok(gs[name], name);
    assert.strictEqual(imported[name], gs[name], name);
  }
  assert.strictEqual(gs.Storage.Record, gs.Record);
});
