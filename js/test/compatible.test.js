'use strict';

// Goal: programs written for upstream find what they know, in the engine's layout and in that of
// files, without its defects.
// Method: each call of upstream's contract, once for each layout; what only one of them has, alone.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { gs, Place, refuses, until } = require('./support/storages.js');

const LAYOUTS = ['native', 'files'];

const SCHEMA = {
  entities: {
    Post: { title: 'string', content: 'string', author: 'Author' },
    Author: { name: 'string', email: 'string' },
  },
};

// The same test for each layout.
const both = (title, run) => {
  for (const layout of LAYOUTS) {
    test(`${title} (${layout})`, async (t) => {
      const place = new Place(t);
      await run((options) => place.open({ layout, ...options }), place);
    });
  }
};

both('saveData and loadData keep any value of JSON, encrypted or not', async (open) => {
  const storage = await open();
  const values = { object: { message: 'Hello', n: 1 }, list: [1, 'a'], text: 'x', number: 5 };
  for (const encrypted of [false, true]) {
    for (const [id, value] of Object.entries(values)) {
      await storage.saveData(id, value, { encrypted });
      assert.deepStrictEqual(await storage.loadData(id), value, id);
      assert.deepStrictEqual(await storage.get(id), value, id);
    }
  }
  assert.strictEqual(await storage.loadData('nonexistent'), null);
});

both('upstream: encryption was limited to some 200 bytes', async (open, place) => {
  const storage = await open();
  const secret = { secret: 'x'.repeat(100_000) };
  await storage.saveData('secret', secret, { encrypted: true });
  assert.deepStrictEqual(await storage.loadData('secret'), secret);
  await storage.close();
  for (const file of fs.readdirSync(place.path(), { recursive: true })) {
    const full = path.join(place.path(), file);
    if (!fs.statSync(full).isFile()) continue;
    assert.ok(!fs.readFileSync(full).includes('xxxxxxxxxxxxxxxx'), file);
  }
});

both('insert, set, update, swap and delete', async (open) => {
  const storage = await open();
  const id = await storage.insert({ n: 1 });
  assert.strictEqual(typeof id, 'string');
  await storage.set(id, { n: 2, v: 0 });
  assert.strictEqual(await storage.swap(id, { v: 1 }, { n: 2 }), true);
  assert.strictEqual(await storage.swap(id, { v: 9 }, { n: 999 }), false);
  await storage.update(id, { w: 1 });
  assert.deepStrictEqual(await storage.get(id), { n: 2, v: 1, w: 1 });
  await storage.set('new', { made: true });
  assert.deepStrictEqual(await storage.get('new'), { made: true });
  await storage.delete(id);
  await storage.delete(id);
  assert.strictEqual(await storage.has(id), false);
  await refuses(
    storage.update('missing-id', { x: 1 }),
    'GS_NOT_FOUND',
    /^Record missing-id not found/,
  );
  await refuses(storage.swap('missing-id', {}, {}), 'GS_NOT_FOUND', /^Record missing-id not found/);
  await refuses(storage.record('missing-id'), 'GS_NOT_FOUND', /^Record missing-id not found/);
});

both('a UUID of the program is an id as any other', async (open) => {
  const storage = await open();
  const id = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d';
  await storage.set(id, { n: 1 });
  await storage.update(id, { m: 2 });
  assert.deepStrictEqual(await storage.get(id), { n: 1, m: 2 });
  assert.strictEqual(await storage.has(id), true);
  assert.strictEqual(await storage.delete(id), true);
  assert.strictEqual(await storage.get(id), null);
});

both('$type names the collection, and the record is found by its id all the same', async (open) => {
  const storage = await open({ schema: SCHEMA });
  await storage.saveData('hello', { $type: 'Post', title: 'Hi' });
  assert.deepStrictEqual({ ...(await storage.get('hello')) }, { title: 'Hi', $type: 'Post' });
  assert.strictEqual((await storage.Post.get('hello')).title, 'Hi');
  await storage.update('hello', { title: 'Ho' });
  assert.strictEqual((await storage.loadData('hello')).title, 'Ho');
  assert.strictEqual(await storage.delete('hello'), true);
});

both('upstream: of two concurrent swaps both said true', async (open) => {
  const storage = await open();
  const id = await storage.insert({ n: 0 });
  const swaps = Array.from({ length: 5 }, (_, i) => storage.swap(id, { n: i + 1 }, { n: 0 }));
  const swapped = (await Promise.all(swaps)).filter(Boolean);
  assert.strictEqual(swapped.length, 1);
});

both('upstream: concurrent updates were lost', async (open) => {
  const storage = await open();
  const id = await storage.insert({});
  await Promise.all(Array.from({ length: 50 }, (_, i) => storage.update(id, { [`f${i}`]: i })));
  assert.strictEqual(Object.keys(await storage.get(id)).length, 50);
});

both('collections give records, and data with its type', async (open) => {
  for (const schema of [SCHEMA, { entities: new Map(Object.entries(SCHEMA.entities)) }]) {
    const storage = await open({ schema });
    assert.strictEqual(storage.schema, schema);
    assert.ok(storage.Post instanceof gs.Storage.Collection);
    assert.strictEqual(storage.Post.name, 'Post');
    const author = await storage.Author.insert({ name: 'John', email: 'john@example.com' });
    assert.ok(author instanceof gs.Storage.Record);
    assert.strictEqual(author.name, 'John');
    const post = await storage.Post.insert({ title: 'Hi', author: author.id });
    const data = await storage.Post.get(post.id);
    assert.strictEqual(data.$type, 'Post');
    assert.strictEqual(data.author, author.id);
    assert.strictEqual((await storage.get(post.id)).$type, 'Post');
    await storage.Post.update(post.id, { title: 'Updated' });
    assert.strictEqual((await storage.Post.get(post.id)).title, 'Updated');
    assert.strictEqual((await storage.Post.record(post.id)).id, post.id);
    await storage.Post.delete(post.id);
    assert.strictEqual(await storage.has(post.id), false);
    await storage.close();
  }
  const bare = await open();
  assert.strictEqual(bare.schema, null);
  await bare.close();
});

both('a record is changed by its properties', async (open) => {
  const storage = await open({ schema: SCHEMA });
  const post = await storage.Post.insert({ title: 'Draft', content: 'Body' });
  assert.deepStrictEqual(post.delta(), {});
  await post.save();
  post.title = 'Published';
  post.content += '!';
  assert.deepStrictEqual(post.delta(), { title: 'Published', content: 'Body!' });
  assert.strictEqual(post.title, 'Published');
  await post.save();
  assert.deepStrictEqual(post.delta(), {});
  const { title, content } = await storage.Post.get(post.id);
  assert.deepStrictEqual({ title, content }, { title: 'Published', content: 'Body!' });
  assert.strictEqual((await post.data()).title, 'Published');
  await post.delete();
  assert.strictEqual(await storage.get(post.id), null);
});

both('upstream: saving a record emptied its relations', async (open) => {
  const storage = await open({ schema: SCHEMA });
  const author = await storage.Author.insert({ name: 'Ann' });
  const post = await storage.Post.insert({ title: 'Hi', author: author.id });
  post.title = 'Ho';
  await post.save();
  assert.strictEqual((await storage.Post.get(post.id)).author, author.id);
  assert.strictEqual(post.author.name, 'Ann');
  assert.strictEqual(String(post.author), author.id);
  assert.strictEqual((await post.author.record()).name, 'Ann');
  assert.strictEqual(JSON.parse(JSON.stringify(post)).author, author.id);
});

both('upstream: records went stale, and listeners were not told what changed', async (open) => {
  const storage = await open({ schema: SCHEMA });
  const post = await storage.Post.insert({ title: 'a', content: 'b' });
  const told = [];
  const listener = (data, delta) => told.push([data.title, delta]);
  post.on('update', listener);
  await storage.update(post.id, { title: 'c' });
  assert.strictEqual(post.title, 'c');
  await until(() => told.length > 0);
  assert.deepStrictEqual(told, [['c', { title: 'c' }]]);
  post.off('update', listener);
  await storage.update(post.id, { title: 'd' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.strictEqual(told.length, 1);
});

both('validate says whether the chain is what was written', async (open) => {
  const storage = await open();
  await storage.insert({ n: 1 });
  assert.strictEqual(await storage.validate({ last: 10 }), true);
  assert.strictEqual(await storage.validate({}), false);
  for (const last of ['x', NaN, -1, {}]) await refuses(storage.validate({ last }), 'GS_INVALID');
  await refuses(
    storage.validate({ from: 'ab'.repeat(32) }),
    'GS_NOT_FOUND',
    /^Block not found: abab/,
  );
});

both('upstream: an id could lead out of the directory', async (open, place) => {
  const storage = await open();
  await storage.saveData('../evil', { n: 1 }).catch((error) => {
    assert.strictEqual(error.code, 'GS_INVALID');
  });
  assert.ok(!fs.existsSync(path.join(place.root, 'evil.json')));
});

both('nodes are kept', async (open) => {
  const storage = await open();
  await storage.sync.addNode({ url: 'ws://example.com:8001', type: 'uplink', token: 't' });
  assert.strictEqual(storage.sync.listNodes()[0].url, 'ws://example.com:8001');
  await refuses(storage.sync.addNode({ type: 'uplink' }), 'GS_INVALID', /^Node URL is required/);
  await storage.close();
  const again = await open();
  assert.strictEqual(again.sync.listNodes().length, 1);
});

both('contracts read, write, and chain their errors', async (open, place) => {
  const storage = await open();
  const chain = await new gs.Blockchain(place.path('gs/blockchain'));
  const count = async (reader, { id }) => ({ n: ((await reader.get(id)) || { n: 0 }).n + 1 });
  const contract = await new gs.SmartContract('count', count, { storage, chain });
  await contract.execute({ id: 'counter' });
  await contract.execute({ id: 'counter' });
  assert.deepStrictEqual(await storage.get('counter'), { n: 2 });
  const hash = await gs.SmartContract.save('count', chain, count);
  const loaded = await gs.SmartContract.load(hash, { storage, chain });
  await loaded.execute({ id: 'counter' });
  assert.deepStrictEqual(await storage.get('counter'), { n: 3 });
});

test('a change of the log proves the data of a record', async (t) => {
  const storage = await new Place(t).open();
  await storage.saveData('test', { message: 'x' });
  const [{ change }] = await storage.log({ limit: 1 });
  assert.strictEqual(await storage.validate('test', { message: 'x' }, change), true);
  assert.strictEqual(await storage.validate('test', { message: 'y' }, change), false);
  assert.strictEqual(await storage.validate('other', { message: 'x' }, change), false);
  assert.strictEqual(await storage.validate('test', { message: 'x' }, 'ab'.repeat(32)), false);
});

test('files: data is where upstream has it, and a change from outside is seen', async (t) => {
  const place = new Place(t);
  const storage = await place.open({ layout: 'files' });
  await storage.saveData('tampered', { ok: true });
  const file = place.path('gs/data/tampered.json');
  const entry = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.deepStrictEqual(Object.keys(entry), ['data', 'encrypted', 'timestamp', 'block']);
  assert.strictEqual(await storage.validate('tampered', entry.data, entry.block), true);
  assert.strictEqual(await storage.validate('tampered', { ok: false }, entry.block), false);
  fs.writeFileSync(file, JSON.stringify({ ...entry, data: { ok: false } }));
  const other = await place.open({ layout: 'files' });
  await refuses(other.loadData('tampered'), 'GS_BROKEN_CHAIN', /invalid/);
});

test('files: what only the engine can do says so', async (t) => {
  const storage = await new Place(t).open({ layout: 'files', schema: SCHEMA });
  await refuses(() => storage.stats(), 'GS_UNSUPPORTED', /layout/);
  await refuses(() => storage.find({}), 'GS_UNSUPPORTED');
  await refuses(async () => storage.Post.where({}).all(), 'GS_UNSUPPORTED');
});
