'use strict';

// Goal: the plugins work as Impress takes them: as texts that are evaluated in a sandbox, which has
// nothing but its own globals, and classes of its own.
// Method: a context of node:vm with `db` in it. tests/impress has Impress itself.

const test = require('node:test');
const assert = require('node:assert');
const vm = require('node:vm');
const { gs, Place, refuses } = require('./support/storages.js');

const ALL = ['create', 'get', 'select', 'update', 'delete'];

const sandboxOf = async (t) => {
  const storage = await new Place(t).open();
  const sandbox = vm.createContext({ db: { gs: storage } });
  return { storage, sandbox };
};

test('crud makes methods named as those of metasql, in both forms', async (t) => {
  const { storage, sandbox } = await sandboxOf(t);
  const crud = vm.runInContext(`(${String(gs.plugins.crud)})`, sandbox);
  const plain = crud({ entities: { City: ALL } });
  assert.deepStrictEqual(
    Object.keys(plain),
    ALL.map((name) => `${name}City`),
  );
  const { result: id } = await plain.createCity({})({ name: 'Kyiv', n: 5n });
  const { result } = await plain.getCity({})({ id });
  assert.deepStrictEqual({ ...result }, { id, name: 'Kyiv', n: 5 }, 'JSON can have it');
  const open = crud({ entities: { City: ['delete'] }, access: 'public' });
  const { access, deleteCity } = open.deleteCity({});
  assert.strictEqual(access, 'public');
  assert.strictEqual((await deleteCity({ id })).result, 1);
  assert.strictEqual((await deleteCity({ id })).result, 0);
  assert.strictEqual(await storage.City.count(), 0);
  assert.throws(() => crud({ entities: { City: ['drop'] } }), /no such method: drop/);
});

test('select is bounded', async (t) => {
  const { storage, sandbox } = await sandboxOf(t);
  const crud = vm.runInContext(`(${String(gs.plugins.crud)})`, sandbox);
  await storage.collection('City').insertMany(Array.from({ length: 20 }, (_, n) => ({ n })));
  const { selectCity } = crud({ entities: { City: ['select'] }, limit: 5 });
  const select = selectCity({});
  assert.strictEqual((await select({})).result.length, 5);
  assert.strictEqual((await select({ limit: 1e9 })).result.length, 5);
  const { result } = await select({ order: ['n:desc'], limit: 2, offset: 1 });
  assert.deepStrictEqual(
    Array.from(result, ({ n }) => n),
    [18, 17],
  );
  await refuses(select({ limit: -1 }), 'GS_INVALID');
});

test('values of a sandbox are what they are', async (t) => {
  const { storage, sandbox } = await sandboxOf(t);
  const source = `({
    at: new Date(5), of: new Set([1]), by: new Map([['a', 1]]), bytes: new Uint8Array([1, 2]),
    list: [{ deep: true }],
  })`;
  const value = vm.runInContext(source, sandbox);
  const id = await storage.insert(value);
  const expected = {
    at: new Date(5),
    of: new Set([1]),
    by: [['a', 1]],
    bytes: new Uint8Array([1, 2]),
    list: [{ deep: true }],
  };
  assert.deepStrictEqual(await storage.get(id), expected);
  const { at } = value;
  assert.strictEqual(await storage.find({}).where({ at }).count(), 1);
  await storage.update(id, { at: new Date(6) });
  assert.strictEqual(await storage.find({}).where({ at }).count(), 0);
});
