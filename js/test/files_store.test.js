'use strict';

// Goal: records in upstream's files, without its losses: no update goes missing, no id leads out of
// the directory, every write and removal is in the chain, and a crash leaves each done or not
// begun.
// Method: concurrent calls, stores, threads and processes; processes killed at every step and at
// any time; files changed from outside.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { calculateHash, decrypt } = require('../lib/compatible/crypto.js');
const { FileStore } = require('../lib/files/store.js');
const { Ledger } = require('../lib/compatible/ledger.js');
const { BAD_VALUES, filesIn, isBad, place, refuses, start, thread } = require('./support/place.js');
const { crashes } = require('./support/crashes.js');

const entryOf = (directory, id) =>
  JSON.parse(fs.readFileSync(path.join(directory, 'data', `${id}.json`), 'utf8'));

const newestBlock = async (directory) => {
  const ledger = await Ledger.existing(path.join(directory, 'blockchain'));
  return ledger.readBlock(await ledger.tail());
};

// Everything but keys, without what is left over from a write that does not count.
const stateOf = (directory) => {
  const files = Object.entries(filesIn(directory));
  return Object.fromEntries(files.filter(([name]) => !/^keys|\.new$|lock/.test(name)));
};

test('records are saved, loaded, found and removed', async (t) => {
  const store = await FileStore.open(place(t));
  assert.strictEqual(await store.load('a'), null);
  assert.strictEqual(await store.has('a'), false);
  for (const data of [{ n: 1 }, [1], 'text', 0, null, false, { deep: [{ a: 'ж' }] }]) {
    assert.match(await store.save('a', data), /^[0-9a-f]{64}$/);
    assert.deepStrictEqual(await store.load('a'), data);
  }
  assert.strictEqual(await store.has('a'), true);
  assert.strictEqual(await store.remove('a'), true);
  assert.strictEqual(await store.remove('a'), false);
  assert.strictEqual(await store.load('a'), null);
  assert.strictEqual(await store.has('a'), false);
  assert.strictEqual(await store.validate(), true);
});

test('files are those of upstream', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  const hash = await store.save('a', { n: 1 });
  const entry = entryOf(directory, 'a');
  assert.deepStrictEqual(Object.keys(entry), ['data', 'encrypted', 'timestamp', 'block']);
  assert.deepStrictEqual(entry, {
    data: { n: 1 },
    encrypted: false,
    timestamp: entry.timestamp,
    block: hash,
  });
  const block = await newestBlock(directory);
  assert.deepStrictEqual(block.data, { id: 'a', hash: calculateHash({ n: 1 }) });
  assert.strictEqual(block.timestamp, entry.timestamp);
  assert.deepStrictEqual(fs.readdirSync(directory).sort(), ['blockchain', 'data', 'keys']);
  assert.strictEqual(await store.validateRecord('a', entry.data, entry.block), true);
  assert.strictEqual(await store.validateRecord('a', { n: 2 }, entry.block), false);
  assert.strictEqual(await store.validateRecord('b', entry.data, entry.block), false);
  assert.strictEqual(await store.validateRecord('a', entry.data, 'nothing'), false);
  assert.strictEqual(await store.validateRecord('a', undefined, entry.block), false);
});

test('what is loaded is a copy, and what is saved is taken at the call', async (t) => {
  const store = await FileStore.open(place(t));
  const data = { list: [1] };
  const saving = store.save('a', data);
  data.list.push(2);
  await saving;
  (await store.load('a')).list.push(3);
  assert.deepStrictEqual(await store.load('a'), { list: [1] });
});

test('upstream: two concurrent swaps both said true', async (t) => {
  const directory = place(t);
  const stores = [await FileStore.open(directory), await FileStore.open(directory)];
  await stores[0].save('seat', { owner: null });
  const swaps = Array.from({ length: 10 }, (_, i) =>
    stores[i % 2].swap('seat', { owner: i }, { owner: null }),
  );
  const results = await Promise.all(swaps);
  assert.strictEqual(results.filter(Boolean).length, 1);
  assert.deepStrictEqual(await stores[1].load('seat'), { owner: results.indexOf(true) });
});

test('upstream: two concurrent swaps both said true, in processes and threads', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('seat', { owner: null });
  const swaps = [
    ...[1, 2].map(() => start(t, 'swap', directory).ended.then(({ lines }) => lines[0])),
    ...[1, 2].map(() => thread(t, 'swap', directory).ended.then(([line]) => line)),
  ];
  const results = await Promise.all(swaps);
  assert.deepStrictEqual(results.sort(), ['false', 'false', 'false', 'true']);
});

test('swap compares fields with === and needs a record', async (t) => {
  const store = await FileStore.open(place(t));
  await store.save('a', { n: 1, o: {}, s: 'x' });
  const swaps = (changes, prev) => store.swap('a', changes, prev);
  assert.strictEqual(await swaps({ v: 1 }, { n: 1, s: 'x' }), true);
  assert.strictEqual(await swaps({ v: 2 }, { n: '1' }), false);
  assert.strictEqual(await swaps({ v: 2 }, { o: {} }), false);
  assert.strictEqual(await swaps({ v: 2 }, { none: undefined }), true);
  assert.strictEqual(await swaps({ v: 3 }, {}), true);
  assert.deepStrictEqual(await store.load('a'), { n: 1, o: {}, s: 'x', v: 3 });
  await refuses(() => store.swap('b', {}, {}), 'GS_NOT_FOUND', /^Record b not found/);
});

test('upstream: 49 of 50 concurrent updates are lost', async (t) => {
  const directory = place(t);
  const stores = [await FileStore.open(directory), await FileStore.open(directory)];
  await stores[0].save('n', { count: 0 });
  const add = ({ count }) => ({ count: count + 1 });
  await Promise.all(Array.from({ length: 50 }, (_, i) => stores[i % 2].update('n', add)));
  assert.deepStrictEqual(await stores[1].load('n'), { count: 50 });
});

test('upstream: updates of threads and processes are lost, their blocks are forks', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('counter', { n: 0 });
  await Promise.all([
    ...[1, 2].map(() => start(t, 'count', directory, 25).ended),
    ...[1, 2].map(() => thread(t, 'count', directory, 25).ended),
  ]);
  assert.deepStrictEqual(await store.load('counter'), { n: 100 });
  assert.strictEqual(await store.validate(), true);
});

test('an update that fails, or gives nothing, leaves the record', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', { n: 1 });
  const before = stateOf(directory);
  const failure = new Error('no');
  await assert.rejects(
    store.update('a', () => {
      throw failure;
    }),
    (error) => error === failure,
  );
  assert.strictEqual(
    await store.update('a', (data) => {
      data.n = 5;
    }),
    false,
  );
  await refuses(() => store.update('a', async () => ({})), 'GS_INVALID', /Promise/);
  await refuses(() => store.update('b', () => ({})), 'GS_NOT_FOUND', /^Record b not found/);
  await refuses(() => store.update('a', { n: 1 }), 'GS_INVALID', /function/);
  assert.deepStrictEqual(stateOf(directory), before);
  assert.deepStrictEqual(await store.load('a'), { n: 1 });
});

test('upstream: an id leads out of the directory', async (t) => {
  const directory = path.join(place(t), 'store');
  const store = await FileStore.open(directory);
  const before = filesIn(path.dirname(directory));
  const ids = ['../evil', '..', '.', '', 'a/b', '/etc/passwd', '..\\evil', 'a\0', 'a\n', '\ud800'];
  const calls = [
    (id) => store.save(id, 1),
    (id) => store.load(id),
    (id) => store.has(id),
    (id) => store.remove(id),
    (id) => store.swap(id, {}, {}),
    (id) => store.update(id, () => 1),
  ];
  for (const id of [...ids, undefined, null, 5, {}, ['a']]) {
    for (const call of calls) await refuses(() => call(id), 'GS_INVALID', /id of a record/);
  }
  for (const call of calls) await refuses(() => call('x'.repeat(300)), 'GS_TOO_LARGE');
  assert.deepStrictEqual(filesIn(path.dirname(directory)), before);
});

test('ids with the names of prototypes and files are ids like others', async (t) => {
  const store = await FileStore.open(place(t));
  const ids = ['__proto__', 'constructor', 'ж', 'a b', '.hidden', 'a.json', 'x'.repeat(200)];
  for (const id of ids) await store.save(id, { id });
  for (const id of ids) assert.deepStrictEqual(await store.load(id), { id });
  assert.strictEqual(await store.load('toString'), null);
});

test('upstream: a delete is not in the chain', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', 1);
  const { block } = entryOf(directory, 'a');
  await store.remove('a');
  const newest = await newestBlock(directory);
  assert.strictEqual(newest.prev, block);
  assert.deepStrictEqual(newest.data, { id: 'a', deleted: true });
  await store.remove('a');
  assert.deepStrictEqual(await newestBlock(directory), newest);
});

test('upstream: an encrypted record has to be small', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  const data = { secret: 'word '.repeat(20000) };
  await store.save('a', data, { encrypted: true });
  const privateKey = filesIn(directory)['keys/private.pem'];
  const entry = entryOf(directory, 'a');
  assert.strictEqual(entry.encrypted, true);
  assert.deepStrictEqual(decrypt(entry.data, privateKey), data);
  assert.deepStrictEqual(await store.load('a'), data);
  assert.deepStrictEqual(await (await FileStore.open(directory)).load('a'), data);
});

test('upstream: an update writes an encrypted record in plain text', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', { secret: 'word' }, { encrypted: true });
  const writes = [
    () => store.swap('a', { n: 1 }, {}),
    () => store.update('a', (data) => ({ ...data, n: 2 })),
    () => store.save('a', { secret: 'word' }),
  ];
  for (const write of writes) {
    await write();
    assert.strictEqual(entryOf(directory, 'a').encrypted, true);
    assert.ok(!JSON.stringify(entryOf(directory, 'a')).includes('word'));
  }
  await store.save('a', { public: true }, { encrypted: false });
  assert.deepStrictEqual(entryOf(directory, 'a').data, { public: true });
  await refuses(() => store.save('a', 1, { encrypted: 'yes' }), 'GS_INVALID', /encrypted/);
});

test('a file that was changed from outside is noticed, by an open store as well', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', { ok: true });
  await store.load('a');
  const file = path.join(directory, 'data', 'a.json');
  const text = fs.readFileSync(file, 'utf8');
  const changes = [text.replace('true', 'false'), text.replace(/"block":"../, '"block":"00')];
  for (const changed of changes) {
    fs.writeFileSync(file, changed);
    await refuses(() => store.load('a'), 'GS_BROKEN_CHAIN', /^Storage record a is invalid/);
    await refuses(() => store.swap('a', {}, {}), 'GS_BROKEN_CHAIN');
  }
  for (const changed of ['', '{', 'null', '{}', '[]', '{"data":1}', text.slice(0, 20)]) {
    fs.writeFileSync(file, changed);
    await refuses(() => store.load('a'), 'GS_DAMAGED', /record a/);
  }
  fs.writeFileSync(file, text);
  assert.deepStrictEqual(await store.load('a'), { ok: true });
  fs.writeFileSync(file, '');
  await store.save('a', { ok: 'again' });
  assert.deepStrictEqual(await store.load('a'), { ok: 'again' });
});

test('a record of another id is no record of this one', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', 1);
  fs.copyFileSync(path.join(directory, 'data', 'a.json'), path.join(directory, 'data', 'b.json'));
  await refuses(() => store.load('b'), 'GS_BROKEN_CHAIN', /record b is invalid/);
});

test('a store sees at once what another one wrote', async (t) => {
  const directory = place(t);
  const [one, two] = [await FileStore.open(directory), await FileStore.open(directory)];
  for (let i = 0; i < 10; i++) {
    await one.save('a', { i });
    assert.deepStrictEqual(await two.load('a'), { i });
  }
  await one.remove('a');
  assert.strictEqual(await two.load('a'), null);
});

test('bad data is refused, and nothing is written', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', { n: 1 });
  const before = stateOf(directory);
  for (const [name, value] of Object.entries(BAD_VALUES)) {
    await assert.rejects(store.save('a', value), isBad, name);
    await assert.rejects(store.save('b', value, { encrypted: true }), isBad, name);
    // As a field, undefined means that there is none; from an update, that nothing changes.
    if (value === undefined) continue;
    await assert.rejects(store.swap('a', { value }, {}), isBad, name);
    await assert.rejects(
      store.update('a', () => value),
      isBad,
      name,
    );
  }
  for (const value of [undefined, null, 5, 'text', []]) {
    await refuses(() => store.swap('a', value, {}), 'GS_INVALID', /object/);
    await refuses(() => store.swap('a', {}, value), 'GS_INVALID', /object/);
  }
  assert.deepStrictEqual(await store.load('a'), { n: 1 });
  assert.deepStrictEqual(stateOf(directory), before);
});

test('a closed store has finished its writes and takes no more', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  const saves = Array.from({ length: 5 }, (_, i) => store.save('a', { i }));
  await store.close();
  assert.deepStrictEqual(entryOf(directory, 'a').data, { i: 4 });
  await Promise.all(saves);
  await refuses(() => store.load('a'), 'GS_CLOSED');
  await refuses(() => store.save('a', 1), 'GS_CLOSED');
  await store.close();
});

test('a directory that is none is refused', async (t) => {
  const file = path.join(place(t), 'file');
  fs.writeFileSync(file, '');
  for (const value of [undefined, '', 5, 'a\0b', file]) {
    await refuses(() => FileStore.open(value), 'GS_INVALID');
  }
});

for (const kind of ['replace', 'insert', 'remove']) {
  test(`a process killed at any step of ${kind} leaves it done or not begun`, async (t) => {
    const prepare = async () => {
      const directory = place(t);
      const first = await FileStore.open(directory);
      await first.save('a', 1);
      return directory;
    };
    const left = crashes(t, prepare, 'step', [kind], 'odd');
    for await (const { step, directory, lines, isLast } of left) {
      const store = await FileStore.open(directory);
      const found = [await store.load('a'), await store.load('b')];
      const expected = { replace: [2, null], insert: [1, 2], remove: [null, null] }[kind];
      const isDone = JSON.stringify(found) === JSON.stringify(expected);
      if (!isDone) assert.deepStrictEqual(found, [1, null], `step ${step}`);
      if (lines.length > 0) assert.ok(isDone, `step ${step}`);
      assert.strictEqual(await store.validate(), true, `step ${step}`);
      await store.save('c', 3);
      assert.strictEqual(await store.validate(), true, `step ${step}`);
      const names = Object.keys(filesIn(directory));
      assert.deepStrictEqual(
        names.filter((name) => /(record|block)\.new/.test(name)),
        [],
      );
      if (isLast) assert.ok(isDone && step > 15);
    }
  });
}

test('processes killed at any time leave what they told, and a valid chain', async (t) => {
  const directory = place(t);
  for (let round = 0; round < 5; round++) {
    const names = [`p${round}`, `q${round}`];
    const running = names.map((name) => start(t, 'records', directory, name, 10000));
    await running[0].reach(4 + round);
    running[0].child.kill('SIGKILL');
    await running[1].reach(running[1].lines.length + 4);
    running[1].child.kill('SIGKILL');
    const ended = await Promise.all(running.map((process) => process.ended));
    const store = await FileStore.open(directory);
    assert.strictEqual(await store.validate(), true);
    for (const [at, { lines }] of ended.entries()) {
      for (const back of [0, 1]) {
        const told = lines.length - 1 - back;
        if (told < 0 || told % 7 > 4) continue;
        const data = await store.load(`${names[at]}-${told % 5}`);
        assert.ok(data && data.i >= told, `${told} of ${names[at]}: ${JSON.stringify(data)}`);
      }
    }
  }
});
