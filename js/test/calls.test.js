'use strict';

// Goal: calls that other tests only use in passing do what they say.
// Method: each once, with what it changes or tells.

const test = require('node:test');
const assert = require('node:assert');
const { Place, refuses, until } = require('./support/storages.js');

const withCity = async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const City = storage.collection('City');
  const kyiv = await City.insert({ name: 'Kyiv', n: 1 }, { key: 'kyiv' });
  return { place, storage, City, id: kyiv.id };
};

test('what is known of a record at once', async (t) => {
  const { storage, id } = await withCity(t);
  assert.deepStrictEqual(storage.getCachedData(id), { name: 'Kyiv', n: 1 });
  storage.getCachedData(id).n = 2; // of a copy
  assert.deepStrictEqual(storage.getCachedData('kyiv'), { name: 'Kyiv', n: 1 });
  assert.strictEqual(storage.getCachedData('nobody'), null);
  assert.strictEqual(storage.hasRecord(id), true);
  assert.strictEqual(storage.hasRecord('nobody'), false);
  assert.deepStrictEqual(storage.collectionNames(), ['City']);
  storage.collection('Town');
  assert.deepStrictEqual(storage.collectionNames(), ['City', 'Town']);
});

test('many records at once, by keys, ids and bytes', async (t) => {
  const { City } = await withCity(t);
  const rows = Array.from({ length: 10 }, (_, n) => ({ n }));
  const { ids, idBytes, count } = await City.insertMany(rows);
  assert.strictEqual(count, 10);
  assert.strictEqual(idBytes.length, 16 * 10);
  const numbers = (found) => found.map((one) => one && one.n);
  const expected = rows.map(({ n }) => n);
  assert.deepStrictEqual(numbers(await City.getMany(idBytes)), expected);
  assert.deepStrictEqual(numbers(City.peekMany(ids)), expected);
  assert.deepStrictEqual(numbers(City.peekMany(['kyiv', 'nobody'])), [1, null]);
  assert.deepStrictEqual(numbers(City.peekMany(idBytes.subarray(16, 48))), [1, 2]);
  await refuses(City.getMany(idBytes.subarray(1)), 'GS_INVALID', /16 for each/);
});

test('a write that expects no record, and a swap of a collection', async (t) => {
  const { storage, City, id } = await withCity(t);
  await refuses(City.update(id, { n: 5 }, { ifVersion: null }), 'GS_CONFLICT');
  assert.strictEqual(await City.swap('kyiv', { n: 2 }, { n: 1 }), true);
  assert.strictEqual(await City.swap(id, { n: 3 }, { n: 1 }), false);
  assert.strictEqual(City.peek(id).n, 2);
  await City.insert({ n: 1 }, { key: 7 });
  assert.strictEqual(await City.swap(7, { n: 2 }, { n: 1 }), true, 'a key may be a number');
  await City.update(7, { m: 1 });
  assert.deepStrictEqual(City.peek('7').toObject(), { n: 2, m: 1 });
  assert.strictEqual(await City.delete(7), true);
  assert.strictEqual(await City.delete(await City.record('kyiv')), true, 'or a record');
  const Town = storage.collection('Town');
  await refuses(Town.swap(id, { n: 3 }, { n: 2 }), 'GS_NOT_FOUND');
});

test('times and versions of the past', async (t) => {
  const { storage, City, id } = await withCity(t);
  await storage.tag('first');
  const [{ change }] = await storage.log({ limit: 1 });
  const before = new Date(Date.now() + 1);
  await until(() => Date.now() > before.getTime() + 5);
  await City.update(id, { n: 2 });
  assert.strictEqual((await (await storage.at(before)).get(id)).n, 1);
  assert.strictEqual((await (await storage.at(change)).get(id)).n, 1);
  assert.strictEqual((await (await storage.at(new Date())).get(id)).n, 2);
  const heads = await storage.findVersion('first');
  assert.deepStrictEqual(heads, await storage.findVersion(heads[0]));
  await refuses(storage.findVersion('second'), 'GS_NOT_FOUND');
});

test('what was done is taken back, step by step', async (t) => {
  const { storage, City, id } = await withCity(t);
  const n = () => City.peek(id).n;
  for (const next of [2, 3, 4]) await City.update(id, { n: next });
  for (const expected of [3, 2]) {
    await storage.undo();
    assert.strictEqual(n(), expected);
  }
  await storage.redo();
  assert.strictEqual(n(), 3);
  await City.update(id, { other: true });
  const [{ change }] = await storage.log({ limit: 1 });
  await City.update(id, { n: 9 });
  await storage.revert(change);
  assert.deepStrictEqual(City.peek(id).toObject(), { name: 'Kyiv', n: 9 });
});

test('a record tells once, and of every way of writing', async (t) => {
  const { storage, City, id } = await withCity(t);
  const record = await City.record('kyiv');
  const told = [];
  record.once('update', ({ n }) => told.push(['once', n]));
  record.on('update', ({ n }) => told.push(['on', n]));
  await City.swap(id, { n: 2 }, { n: 1 });
  await until(() => told.length === 2);
  await storage.set(id, { name: 'Kyiv', n: 3 });
  await until(() => told.length === 3);
  assert.deepStrictEqual(told.sort(), [
    ['on', 2],
    ['on', 3],
    ['once', 2],
  ]);
});

test('a storage closes at the end of its block, and a session ends', async (t) => {
  const { storage, City, id } = await withCity(t);
  const end = Symbol.asyncDispose || Symbol.for('Symbol.asyncDispose');
  const session = await City.field(id, 'name').edit();
  session.splice(4, 0, '!');
  await session[end]();
  assert.strictEqual(City.peek(id).name, 'Kyiv!', 'what was typed is committed');
  await storage[end]();
  await refuses(() => City.peek(id), 'GS_CLOSED');
});

test('stop() alone: what is under way is done, and it can still be asked', async (t) => {
  const { storage, City, id } = await withCity(t);
  const writing = City.update(id, { n: 2 });
  await storage.stop();
  await writing;
  assert.strictEqual(City.peek(id).n, 2);
  await City.update(id, { n: 3 });
});

test('an update that upstream would send is one, and changes nothing', async (t) => {
  const { storage, id } = await withCity(t);
  const { digest } = await storage.digest();
  storage.addUpdate({ type: 'update', id, timestamp: 1, data: { n: 5 } });
  assert.strictEqual((await storage.digest()).digest, digest);
  await refuses(async () => storage.addUpdate({ n: 5 }), 'GS_INVALID');
});
