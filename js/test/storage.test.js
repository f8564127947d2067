'use strict';

// Goal: opening, closing, and what is done to single records: whoever awaits a write has it, reads
// are of this moment, errors say what to do.
// Method: one storage, two objects of one directory, other processes, misuse.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const { gs, Place, refuses } = require('./support/storages.js');

test('a storage is one object, and open and new are the same', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  assert.ok(storage instanceof gs.Storage);
  assert.ok(fs.existsSync(place.path('gs/log')));
  const other = await new gs.Storage({ path: place.path('other') });
  assert.ok(other instanceof gs.Storage);
  await other.close();
});

test('options are looked at before anything is done', async (t) => {
  const place = new Place(t);
  const error = await refuses(() => gs.open({ pth: 'x' }), 'GS_INVALID', /unknown option pth/);
  assert.match(error.hint, /path/);
  await refuses(
    () => gs.open({ path: place.path(), durability: 'never' }),
    'GS_INVALID',
    /durability/,
  );
  await refuses(() => gs.open({ path: 5 }), 'GS_INVALID', /path/);
  await refuses(() => gs.open('gs'), 'GS_INVALID', /object of options/);
  await refuses(gs.open({ path: place.path(), create: false }), 'GS_NOT_A_STORAGE');
  await refuses(gs.open({ path: place.path(), readOnly: true }), 'GS_NOT_A_STORAGE');
  assert.ok(!fs.existsSync(place.path()));
});

test('a record is there as soon as its write was awaited', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 1 });
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepStrictEqual(await storage.get(id), { n: 1 });
  await storage.set(id, { n: 2, v: 0 });
  assert.deepStrictEqual(await storage.get(id), { n: 2, v: 0 });
  await storage.update(id, { v: undefined, w: [1] });
  assert.deepStrictEqual(await storage.get(id), { n: 2, w: [1] });
  assert.strictEqual(await storage.has(id), true);
  assert.strictEqual(await storage.delete(id), true);
  assert.strictEqual(await storage.delete(id), false);
  assert.strictEqual(await storage.get(id), null);
  assert.strictEqual(await storage.has(id), false);
});

test("what get gives is the caller's own", async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ list: [1] });
  const data = await storage.get(id);
  data.list.push(2);
  data.more = true;
  assert.deepStrictEqual(await storage.get(id), { list: [1] });
});

test('whatever stands for a record is taken for its id', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const record = await storage.collection('A').insert({ n: 1 });
  const row = storage.peek(record.id);
  for (const id of [record, row]) {
    assert.deepStrictEqual(await storage.get(id), { n: 1, $type: 'A' });
    assert.strictEqual(storage.peek(id).n, 1);
  }
  await refuses(() => storage.peek({ id: record.id }), 'GS_INVALID', /an id is a text/);
});

test('writes take effect in the order of the calls, also when nobody waits', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 0 });
  const writes = [];
  for (let i = 1; i <= 500; i++) writes.push(storage.update(id, { n: i }));
  await Promise.all(writes);
  assert.deepStrictEqual(await storage.get(id), { n: 500 });
  assert.strictEqual((await storage.history(id)).length, 501);
});

test('a write that fails leaves the others alone', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const missing = '018bcfe5-6800-7000-a69c-a0ab10eaf0a3';
  const results = await Promise.allSettled([
    storage.insert({ n: 1 }),
    storage.update(missing, { n: 2 }),
    storage.insert({ n: 3 }),
  ]);
  assert.deepStrictEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.strictEqual(results[1].reason.message, `Record ${missing} not found`);
  assert.strictEqual(results[1].reason.code, 'GS_NOT_FOUND');
});

test('swap writes only what was expected', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 2, s: 'x', o: { a: 1 } });
  assert.strictEqual(await storage.swap(id, { v: 1 }, { n: 2 }), true);
  assert.strictEqual(await storage.swap(id, { v: 9 }, { n: 999 }), false);
  assert.strictEqual(await storage.swap(id, { v: 3 }, {}), true);
  assert.strictEqual(await storage.swap(id, { v: 4 }, { o: { a: 1 } }), true);
  assert.strictEqual((await storage.get(id)).v, 4);
  await refuses(storage.swap(id, { v: 5 }), 'GS_INVALID', /prev has the fields/);
  assert.strictEqual(await storage.swap(id, { w: 1 }, { w: undefined, v: 4 }), true);
  assert.strictEqual(await storage.swap(id, { w: 2 }, { w: undefined }), false);
  assert.strictEqual(await storage.swap(id, { w: undefined }, { w: 1 }), true);
  assert.deepStrictEqual(await storage.get(id), { n: 2, s: 'x', o: { a: 1 }, v: 4 });
  await refuses(storage.swap('missing', { v: 1 }, {}), 'GS_NOT_FOUND', /^Record missing not found/);
});

test('ifVersion refuses a write that did not see the last one', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 1 });
  const version = await storage.version(id);
  await storage.update(id, { n: 2 }, { ifVersion: version });
  const error = await refuses(storage.update(id, { n: 3 }, { ifVersion: version }), 'GS_CONFLICT');
  assert.strictEqual(error.retryable, true);
  assert.strictEqual((await storage.get(id)).n, 2);
  assert.strictEqual(await storage.version('missing'), null);
});

test('patch changes members of objects', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ at: { lat: 1, lng: 2 }, n: 1 });
  await storage.patch(id, { at: { lat: 5 } });
  assert.deepStrictEqual(await storage.get(id), { at: { lat: 5, lng: 2 }, n: 1 });
});

test('an id is no path, whatever it looks like', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const before = fs.readdirSync(place.root).sort();
  for (const id of ['../evil', '/etc/passwd', '..', 'a/b', '\0', 'x'.repeat(2000), '__proto__']) {
    assert.strictEqual(await storage.get(id), null, id);
    await refuses(storage.update(id, { n: 1 }), 'GS_NOT_FOUND');
  }
  for (const id of [null, undefined, {}, [], 5n, true, Symbol('x')]) {
    await refuses(storage.get(id), 'GS_INVALID', /an id is a text/);
  }
  assert.deepStrictEqual(fs.readdirSync(place.root).sort(), before);
});

test('after close every call says so', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 1 });
  const record = storage.peek(id);
  const under = storage.insert({ n: 2 }); // under way
  const { close, stop } = storage;
  await Promise.all([close(), stop()]);
  await under;
  assert.strictEqual(record.n, 1, 'what was read stays readable');
  await refuses(storage.get(id), 'GS_CLOSED');
  await refuses(storage.insert({}), 'GS_CLOSED');
  await refuses(storage.stats(), 'GS_CLOSED');
  await refuses(storage.find({}).all(), 'GS_CLOSED');
  await refuses(() => storage.peek(id), 'GS_CLOSED');
  await storage.close();
});

test('two objects of one directory are one engine', async (t) => {
  const place = new Place(t);
  const one = await place.open();
  const other = await place.open();
  const id = await one.insert({ n: 1 });
  assert.deepStrictEqual(await other.get(id), { n: 1 });
  await other.update(id, { n: 2 });
  assert.deepStrictEqual(await one.get(id), { n: 2 });
  await one.close();
  await other.update(id, { n: 3 });
  assert.deepStrictEqual(await other.get(id), { n: 3 });
});

test('a directory can be opened again at once', async (t) => {
  const place = new Place(t);
  for (let i = 0; i < 5; i++) {
    const storage = await place.open();
    await storage.insert({ i });
    const closing = storage.close();
    const again = await place.open();
    await closing;
    assert.strictEqual((await again.find().all()).length, i + 1);
    await again.close();
  }
});

const CHILD = `
  const gs = require(${JSON.stringify(require.resolve('../globalstorage.js'))});
  (async () => {
    const storage = await gs.open({ path: process.argv[1] });
    const id = await storage.insert({ n: 1 });
    process.stdout.write(id + '\\n');
    if (process.argv[2] === 'wait') setInterval(() => {}, 1000);
    if (process.argv[2] === 'exit') process.exit(0);
  })();
`;

const child = (t, place, how) => {
  const process_ = spawn(process.execPath, ['-e', CHILD, place.path(), how]);
  t.after(() => process_.kill('SIGKILL'));
  return process_;
};

const firstLine = async (process_) => {
  let text = '';
  for await (const chunk of process_.stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  return text.trim();
};

test('another process is told who has the storage, and may read it', async (t) => {
  const place = new Place(t);
  const owner = child(t, place, 'wait');
  const id = await firstLine(owner);
  const error = await refuses(place.open(), 'GS_LOCKED', new RegExp(String(owner.pid)));
  assert.strictEqual(error.retryable, true);
  const reader = await place.open({ readOnly: true });
  assert.deepStrictEqual(await reader.get(id), { n: 1 });
  await refuses(reader.insert({ n: 2 }), 'GS_READ_ONLY');
});

test('what was awaited survives a process that is killed, or exits without closing', async (t) => {
  for (const how of ['wait', 'exit', 'end']) {
    const place = new Place(t);
    const writer = child(t, place, how);
    const id = await firstLine(writer);
    if (how === 'wait') writer.kill('SIGKILL');
    await new Promise((resolve) => writer.once('exit', resolve));
    const storage = await place.open();
    assert.deepStrictEqual(await storage.get(id), { n: 1 }, how);
    await storage.close();
  }
});

test('no storage is made among other files', async (t) => {
  const place = new Place(t);
  place.file('gs/letter.txt', 'Dear all');
  await refuses(() => place.open(), 'GS_EXISTS', /holds letter\.txt, and no storage/);
  assert.deepStrictEqual(fs.readdirSync(place.path()), ['letter.txt']);
  fs.rmSync(place.path('gs/letter.txt'));
  await (await place.open()).close();
  place.file('gs/letter.txt', 'beside a storage that is there');
  await place.open();
});
