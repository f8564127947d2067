'use strict';

// Goal: a record that is asked for again and again is another object underneath, and programs see
// no difference: what it looks like, what it is made of, that nobody can change it, that it is of
// now.
// Method: the same record before and after, by everything that looks at an object; writes between
// reads; records that have to stay as they are.

const test = require('node:test');
const assert = require('node:assert');
const util = require('node:util');
const { gs, Place, refuses } = require('./support/storages.js');

const OFTEN = 200;

const FIELDS = {
  text: 'Київ',
  number: 1.5,
  truth: false,
  nothing: null,
  int: 5n,
  big: 2n ** 70n,
  date: new Date(1764547200123),
  bytes: new Uint8Array([1, 2]),
  list: [1, { deep: ['a'] }, new Date(5)],
  object: { at: { lat: 1 }, when: new Date(6) },
  fixed: { at: [1, 'two'] },
  set: new Set([1, 'a']),
  blob: new gs.BlobRef('ab'.repeat(32), 12),
  'with space': 1,
};

const often = (collection, id) => {
  let record = null;
  for (let i = 0; i < OFTEN; i++) record = collection.peek(id);
  return record;
};

// Both forms: that of the first time, and that of later on.
const formsOf = async (t, data, options) => {
  const storage = await new Place(t).open();
  const items = storage.collection('Item');
  const { id } = await items.insert(data, options);
  const first = items.peek(id);
  const later = often(items, id);
  return { storage, items, id, first, later };
};

const isProxy = (value) => util.types.isProxy(value);

test('a record that is read often looks as it did', async (t) => {
  const { id, first, later } = await formsOf(t, FIELDS, { key: 'k' });
  assert.ok(isProxy(first) && !isProxy(later));
  for (const record of [first, later]) {
    assert.deepStrictEqual(record, FIELDS);
    assert.deepStrictEqual({ ...record }, FIELDS);
    assert.deepStrictEqual(Object.keys(record), Object.keys(FIELDS));
    assert.deepStrictEqual(Object.entries(record), Object.entries(FIELDS));
    assert.deepStrictEqual(record.toObject(), FIELDS);
    assert.deepStrictEqual(record.toJSON(), { id, ...FIELDS });
    assert.strictEqual(Object.getPrototypeOf(record), Object.prototype);
    assert.deepStrictEqual([record.id, record.$type, record.$key], [id, 'Item', 'k']);
    assert.ok('text' in record && 'id' in record && '$type' in record && !('none' in record));
    assert.ok(Object.hasOwn(record, 'text') && !Object.hasOwn(record, 'none'));
    assert.strictEqual(record.none, undefined);
    assert.strictEqual(String(record), '[object Object]');
    assert.strictEqual(util.inspect(record), util.inspect(FIELDS));
    assert.strictEqual(util.inspect([record]), util.inspect([FIELDS]));
    const { toObject } = record;
    assert.deepStrictEqual(toObject(), FIELDS);
    const inherited = Object.create(record);
    assert.strictEqual(inherited.text, FIELDS.text);
  }
  assert.deepStrictEqual(first, later);
  assert.deepStrictEqual(structuredClone(later), { ...FIELDS, blob: { ...FIELDS.blob } });
});

test('it cannot be changed, deep down', async (t) => {
  const { items, id, later } = await formsOf(t, FIELDS);
  for (const name of ['text', 'date', 'id', '$type', 'toObject']) {
    await refuses(() => (later[name] = 1), 'GS_INVALID', /cannot be changed/);
  }
  // What only a Proxy could tell in our words, JavaScript tells in its own.
  const change = [
    () => (later.other = 1),
    () => delete later.text,
    () => Object.defineProperty(later, 'text', { value: 1 }),
    () => Object.setPrototypeOf(later, null),
    () => (later.fixed.at[0] = 2),
    () => (later.object.at.lat = 2),
    () => later.list.push(1),
  ];
  for (const one of change) assert.throws(one, TypeError);
  await refuses(() => later.set.clear(), 'GS_INVALID', /cannot be changed/);
  // Of what cannot be frozen everybody gets one of his own.
  later.date.setTime(0);
  later.bytes.fill(9);
  later.list[2].setTime(0);
  later.object.when.setTime(0);
  later.toObject().fixed.at[0] = 2;
  assert.deepStrictEqual(later, FIELDS);
  assert.deepStrictEqual(items.peek(id), FIELDS);
  assert.strictEqual(later.fixed, later.fixed);
});

test('it is of now, and an older one of then', async (t) => {
  const { storage, items, id, later } = await formsOf(t, { n: 0, gone: 1 });
  await items.update(id, { n: 1, gone: undefined, more: 'x' });
  assert.deepStrictEqual(often(items, id), { n: 1, more: 'x' });
  assert.deepStrictEqual(later, { n: 0, gone: 1 });
  for (let n = 2; n < 300; n++) {
    await items.update(id, { n });
    for (let i = 0; i < n % 20; i++) assert.strictEqual(items.peek(id).n, n);
    assert.strictEqual(storage.peek(id).n, n);
  }
  await items.delete(id);
  for (let i = 0; i < OFTEN; i++) assert.strictEqual(items.peek(id), null);
});

test('as many records as there are places for, and more', async (t) => {
  const storage = await new Place(t).open();
  const items = storage.collection('Item');
  const { ids } = await items.insertMany(Array.from({ length: 2000 }, (_, n) => ({ n })));
  for (const count of [1, 2, 100, 2000]) {
    for (let turn = 0; turn < 30; turn++) {
      for (let n = 0; n < count; n++) assert.strictEqual(items.peek(ids[n]).n, n);
    }
  }
  for (const name of ['', 'k', '\0']) {
    for (let i = 0; i < OFTEN; i++) assert.strictEqual(items.peek(name), null, name);
    await items.insert({ name }, { key: `${name}x` });
    assert.strictEqual(often(items, `${name}x`).name, name);
  }
});

test('a field may have any name', async (t) => {
  const { id, first, later } = await formsOf(t, { id: 5, $type: 'mine', toObject: 1 });
  for (const record of [first, later]) {
    assert.deepStrictEqual([record.id, record.$type, record.toObject], [5, 'mine', 1]);
    assert.deepStrictEqual({ ...record }, { id: 5, $type: 'mine', toObject: 1 });
  }
  assert.ok(!isProxy(later) && id);
  const names = [{ constructor: 1 }, { 7: 'seven', a: 1 }, { toString: 'x' }, { ['__proto__']: 1 }];
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]));
  for (const data of [...names, wide, { text: 'x'.repeat(100_000) }, {}]) {
    const forms = await formsOf(t, data);
    assert.deepStrictEqual({ ...forms.later }, data);
    assert.deepStrictEqual({ ...forms.later }, { ...forms.first });
  }
});

test('relations and transactions take it as any other', async (t) => {
  const { storage, items, id, later } = await formsOf(t, { name: 'Ann' });
  const posts = storage.collection('Post');
  const post = await posts.insert({ author: later });
  assert.strictEqual(often(posts, post.id).author, id);
  assert.strictEqual((await posts.record(post.id)).author.name, 'Ann');
  assert.strictEqual(storage.idOf(later), id);
  await items.update(later, { name: 'Eve' });
  await storage.transact(async (tx) => tx.update(id, { n: tx.get(id).name.length }));
  assert.deepStrictEqual(often(items, id), { name: 'Eve', n: 3 });
  const copy = await items.insert(often(items, id));
  assert.deepStrictEqual(items.peek(copy.id), { name: 'Eve', n: 3 });
});
