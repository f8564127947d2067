'use strict';

// Goal: what upstream and the layout `files` wrote is in the new storage after an import, as
// programs for upstream read it; of a directory that is not whole nothing is, unless told.
// Method: directories byte by byte as upstream writes them, and of the layout; changed, cut,
// forked, without keys. The directory stays as it was.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Upstream } = require('./support/upstream.js');
const { filesIn } = require('./support/place.js');
const { Place, refuses } = require('./support/storages.js');

// An old directory and a new storage.
const made = async (t, fill = () => {}) => {
  const place = new Place(t);
  const old = new Upstream(place.path('old'));
  fill(old);
  return { place, old, from: old.directory, storage: await place.open() };
};

const numbered = (count, text) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, { i, text }]));

const countOf = async (storage) => (await storage.stats()).records;

const refusedWith = async (storage, from, pattern) => {
  const error = await refuses(storage.importUpstream(from), 'GS_DAMAGED', /nothing was imported/);
  assert.strictEqual(error.details.imported, 0);
  assert.match(JSON.stringify(error.details), pattern);
  assert.strictEqual(await countOf(storage), 0);
  return error.details;
};

test('values of every kind are read as before, and the directory is not changed', async (t) => {
  const values = {
    object: { n: 1, deep: { list: [1, { a: null }] }, ключ: 'ж' },
    list: [1, 'a', { $date: 'no date' }],
    text: 'x',
    number: 1.5,
    null: null,
    empty: {},
    forms: { a: { $int: '5' }, b: { $literal: { $set: [1] } }, c: { $int: '5', more: 1 } },
    value: { $value: 5 },
    encrypted: { $encrypted: 'x' },
    '3d0ca315-aff9-4fc2-be61-3b76b9a2d798': { n: 2 },
  };
  const { old, from, storage } = await made(t, (upstream) => {
    for (const [id, value] of Object.entries(values)) upstream.save(id, value);
  });
  const before = filesIn(from);
  const result = await storage.importUpstream(from);
  assert.deepStrictEqual(result, {
    records: 10,
    encrypted: 0,
    imported: 10,
    blocks: 11,
    tail: old.tail,
    unreachable: 0,
    bad: 0,
    findings: [],
  });
  for (const [id, value] of Object.entries(values)) {
    assert.deepStrictEqual(await storage.loadData(id), value, id);
  }
  assert.deepStrictEqual(filesIn(from), before);
});

test('the directory of one record, and one without any', async (t) => {
  const { old, from, storage } = await made(t);
  assert.deepStrictEqual((await storage.importUpstream(from)).blocks, 1);
  old.save('a', { n: 1 });
  assert.strictEqual((await storage.importUpstream(from)).imported, 1);
  assert.deepStrictEqual(await storage.get('a'), { n: 1 });
});

test('1,000 records in several transactions; an import can be repeated', async (t) => {
  const { from, storage } = await made(t, (upstream) =>
    upstream.saveAll(numbered(1000, 'x'.repeat(2000))),
  );
  const seen = [];
  const onProgress = ({ phase, done, total }) => seen.push([phase, done, total]);
  assert.strictEqual((await storage.importUpstream(from, { onProgress })).imported, 1000);
  assert.deepStrictEqual(seen[0], ['verify', 0, 1000]);
  assert.deepStrictEqual(seen.at(-1), ['import', 1000, 1000]);
  assert.ok(seen.some(([phase, done]) => phase === 'import' && done < 1000));
  assert.strictEqual((await storage.importUpstream(from)).imported, 1000);
  assert.strictEqual(await countOf(storage), 1000);
  assert.deepStrictEqual(await storage.get('r999'), { i: 999, text: 'x'.repeat(2000) });
});

test('$type names the collection', async (t) => {
  const id = '0a2b4c6d-1111-4222-8333-444455556666';
  const { from, storage } = await made(t, (upstream) => {
    upstream.save(id, { name: 'Kyiv', $type: 'City' });
    upstream.save('odd', { $type: 5, n: 1 });
  });
  await storage.importUpstream(from);
  assert.deepStrictEqual(await storage.City.get(id), { name: 'Kyiv' });
  assert.strictEqual((await storage.find({ collection: 'City' }).all()).length, 1);
});

test('encrypted values stay encrypted, and the pair comes along', async (t) => {
  const { place, old, from, storage } = await made(t, (upstream) => {
    upstream.encrypt('node', { secret: 'swordfish' });
    upstream.encrypt('browser', [1], { browser: true });
  });
  const result = await storage.importUpstream(from);
  assert.deepStrictEqual([result.imported, result.encrypted], [2, 2]);
  assert.deepStrictEqual(await storage.loadData('node'), { secret: 'swordfish' });
  assert.deepStrictEqual(await storage.loadData('browser'), [1]);
  const file = place.path('gs/keys/private.pem');
  assert.strictEqual(fs.readFileSync(file, 'utf8'), old.pair.privateKey);
  assert.strictEqual(fs.statSync(file).mode & 0o077, 0);
  await storage.close();
  const whole = Object.values(filesIn(place.path())).join('');
  assert.ok(!whole.includes('swordfish'));
  // What is saved later is for the same pair.
  const again = await place.open();
  await again.saveData('later', 5, { encrypted: true });
  assert.deepStrictEqual(await again.loadData('later'), 5);
  assert.deepStrictEqual(await again.loadData('node'), { secret: 'swordfish' });
});

test('with decrypt they are plain, and no pair comes along', async (t) => {
  const { place, from, storage } = await made(t, (upstream) => {
    upstream.encrypt('a', { secret: 1, $type: 'Safe' });
  });
  await storage.importUpstream(from, { decrypt: true });
  assert.deepStrictEqual(await storage.Safe.get('a'), { secret: 1 });
  assert.ok(!fs.existsSync(place.path('gs/keys/private.pem')));
});

test('another pair in the storage is not replaced', async (t) => {
  const { from, storage } = await made(t, (upstream) => upstream.encrypt('a', 1));
  await storage.saveData('own', 2, { encrypted: true });
  await refuses(storage.importUpstream(from), 'GS_CONFLICT', /another pair/);
  await refuses(storage.importUpstream(from, { dryRun: true }), 'GS_CONFLICT', /another pair/);
  assert.strictEqual(await countOf(storage), 1);
  assert.strictEqual((await storage.importUpstream(from, { decrypt: true })).imported, 1);
  assert.deepStrictEqual([await storage.get('a'), await storage.get('own')], [1, 2]);
});

test('without its key, or with another one, an encrypted value is bad', async (t) => {
  const { old, from, storage } = await made(t, (upstream) => {
    upstream.encrypt('a', 1);
    upstream.save('b', 2);
  });
  old.makeKeys();
  await refusedWith(storage, from, /cannot be decrypted/);
  fs.rmSync(old.path('keys'), { recursive: true });
  await refusedWith(storage, from, /private\.pem is missing/);
  const result = await storage.importUpstream(from, { skipBad: true });
  assert.deepStrictEqual([result.imported, result.bad, result.encrypted], [1, 1, 0]);
});

test('the layout files: what was removed is not there, encrypted values of any size', async (t) => {
  const place = new Place(t);
  const old = await place.open({ path: place.path('old'), layout: 'files' });
  const secret = { secret: 'x'.repeat(5000) };
  await old.saveData('a', secret, { encrypted: true });
  await old.saveData('b', 2);
  await old.delete('b');
  await old.saveData('c', 3);
  const storage = await place.open();
  const result = await storage.importUpstream(place.path('old'));
  assert.deepStrictEqual([result.imported, result.blocks, result.bad], [2, 5, 0]);
  assert.deepStrictEqual(await storage.loadData('a'), secret);
  assert.strictEqual(await storage.loadData('b'), null);
});

test('a file that a removal left behind is told, and never imported', async (t) => {
  const { from, storage } = await made(t, (upstream) => {
    upstream.save('a', 1);
    upstream.name(upstream.block(upstream.tail, { id: 'a', deleted: true }));
  });
  await refusedWith(storage, from, /was deleted/);
  assert.strictEqual((await storage.importUpstream(from, { skipBad: true })).imported, 0);
});

test('blocks beside the chain are told; their records are imported with skipBad', async (t) => {
  const { old, from, storage } = await made(t, (upstream) => {
    const { tail } = upstream;
    for (let i = 0; i < 5; i++) {
      upstream.data(`fork${i}`, { i }, upstream.blockOf(tail, `fork${i}`, { i }));
    }
    upstream.save('main', 1);
  });
  const { unreachable, bad } = await refusedWith(storage, from, /"unreachable":5/);
  assert.deepStrictEqual([unreachable, bad], [5, 0]);
  const result = await storage.importUpstream(from, { skipBad: true });
  assert.deepStrictEqual([result.imported, result.blocks, result.tail], [6, 2, old.tail]);
  assert.deepStrictEqual(await storage.get('fork4'), { i: 4 });
});

test('a changed byte in a data file or in a block, and a missing block', async (t) => {
  const changes = {
    'data file': (old) => old.change('data/b.json', '22', '23'),
    'id of a data file': (old) => fs.renameSync(old.path('data/b.json'), old.path('data/x.json')),
    'cut data file': (old) => old.put('data/b.json', '{"data":'),
    block: (old, hash) => old.change(`blockchain/${hash}.json`, '"id":"b"', '"id":"x"'),
    'time of a block': (old, hash) => old.change(`blockchain/${hash}.json`, 'stamp":1', 'stamp":2'),
    'missing block': (old, hash) => fs.rmSync(old.path(`blockchain/${hash}.json`)),
    'file without a block': (old) => old.data('b', 22, 'f'.repeat(64)),
  };
  for (const [what, change] of Object.entries(changes)) {
    await t.test(what, async (inner) => {
      const { from, storage } = await made(inner, (upstream) => {
        upstream.save('a', 11);
        const hash = upstream.save('b', 22);
        upstream.save('c', 33);
        change(upstream, hash);
      });
      const { findings } = await refusedWith(storage, from, /reason/);
      assert.ok(findings.length >= 1 && findings.every(({ reason }) => reason !== ''));
      const result = await storage.importUpstream(from, { skipBad: true });
      assert.strictEqual(result.imported, 2);
      assert.deepStrictEqual([await storage.get('a'), await storage.get('c')], [11, 33]);
      assert.strictEqual(await storage.get('b'), null);
    });
  }
});

test('a tail of somebody else leads nowhere', async (t) => {
  const { old, from, storage } = await made(t, (upstream) => upstream.save('a', 1));
  old.name('e'.repeat(64));
  const { blocks, unreachable } = await refusedWith(storage, from, /Block not found: eee/);
  assert.deepStrictEqual([blocks, unreachable], [0, 2]);
  assert.strictEqual((await storage.importUpstream(from, { skipBad: true })).imported, 1);
});

test('what the schema refuses is bad before anything is written', async (t) => {
  const { place, from, storage } = await made(t, (upstream) => {
    upstream.save('good', { $type: 'City', name: 'Kyiv' });
    upstream.save('bad', { $type: 'City', name: 5 });
  });
  await storage.close();
  const typed = await place.open({
    schema: { entities: { City: { name: 'string' } } },
    validate: true,
  });
  await refusedWith(typed, from, /data\/bad\.json/);
  const result = await typed.importUpstream(from, { skipBad: true });
  assert.deepStrictEqual([result.imported, result.bad], [1, 1]);
});

test('dryRun writes nothing', async (t) => {
  const { place, from, storage } = await made(t, (upstream) => upstream.encrypt('a', 1));
  const result = await storage.importUpstream(from, { dryRun: true });
  assert.deepStrictEqual([result.records, result.imported], [1, 0]);
  assert.strictEqual(await countOf(storage), 0);
  assert.ok(!fs.existsSync(place.path('gs/keys/private.pem')));
});

test('a signal stops it; what is in stays', async (t) => {
  const { from, storage } = await made(t, (upstream) =>
    upstream.saveAll(numbered(150, 'x'.repeat(16000))),
  );
  const controller = new AbortController();
  const onProgress = ({ phase, done }) => phase === 'import' && done > 0 && controller.abort();
  const { signal } = controller;
  await assert.rejects(storage.importUpstream(from, { onProgress, signal }), {
    name: 'AbortError',
  });
  const count = await countOf(storage);
  assert.ok(count > 0 && count < 150);
});

test('what is no directory of upstream, and options that are none', async (t) => {
  const { place, storage } = await made(t);
  await refuses(storage.importUpstream(place.path('none')), 'GS_NOT_FOUND', /cannot be read/);
  await refuses(storage.importUpstream(5), 'GS_INVALID');
  const { directory } = storage;
  await refuses(storage.importUpstream(directory), 'GS_NOT_A_STORAGE', /a storage of the engine/);
  await refuses(storage.importUpstream(__dirname), 'GS_NOT_A_STORAGE', /no blockchain, data/);
  const bad = [{ skipbad: true }, { skipBad: 'yes' }, { onProgress: 5 }, { signal: {} }];
  for (const options of bad) {
    const [name] = Object.keys(options);
    await refuses(
      storage.importUpstream(place.path('old'), options),
      'GS_INVALID',
      new RegExp(name),
    );
  }
  const files = await place.open({ path: path.join(place.root, 'files'), layout: 'files' });
  await refuses(() => files.importUpstream(place.path('old')), 'GS_UNSUPPORTED');
  await refuses(place.open({ path: directory, layout: 'files' }), 'GS_EXISTS', /of the engine/);
});
