'use strict';

// Goal: an import gets every record of upstream's directory that is intact, and learns what is not.
// Method: directories as upstream leaves them: with forks, with its two forms of encryption,
// changed or cut. The directory is the same afterwards.

const { test } = require('node:test');
const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { calculateHash, generateKeys } = require('../lib/compatible/crypto.js');
const { FileStore } = require('../lib/files/store.js');
const { Takeover } = require('../lib/files/takeover.js');
const { filesIn, place, refuses } = require('./support/place.js');
const { Upstream } = require('./support/upstream.js');

// All records and the report, and the directory has to stay as it was.
const take = async (directory) => {
  const before = filesIn(directory);
  const takeover = await Takeover.open(directory);
  const records = [];
  for await (const record of takeover) records.push(record);
  assert.deepStrictEqual(filesIn(directory), before);
  return { records, report: takeover.report };
};

test('records are given with what upstream noted about them', async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  const blocks = [upstream.save('a', { n: 1 }), upstream.save('b', [1, 'ж'])];
  upstream.name(upstream.block(upstream.tail, { type: 'smart contract', name: 'x', source: 'y' }));
  const { records, report } = await take(directory);
  const rest = { encrypted: false, timestamp: 1700000000000, reachable: true };
  assert.deepStrictEqual(records, [
    { id: 'a', data: { n: 1 }, stored: { n: 1 }, block: blocks[0], ...rest },
    { id: 'b', data: [1, 'ж'], stored: [1, 'ж'], block: blocks[1], ...rest },
  ]);
  assert.deepStrictEqual(report, {
    blocks: 4,
    records: 2,
    unreachable: 0,
    invalid: [],
    invalidMore: 0,
  });
});

test('records beside the chain of upstream are given and counted', async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  const lost = upstream.block(upstream.tail, { id: 'a', hash: calculateHash(1) });
  upstream.data('a', 1, lost);
  upstream.save('b', 2);
  const { records, report } = await take(directory);
  assert.deepStrictEqual(
    records.map(({ id, reachable }) => [id, reachable]),
    [
      ['a', false],
      ['b', true],
    ],
  );
  assert.deepStrictEqual([report.blocks, report.unreachable, report.invalid], [2, 1, []]);
});

test("both forms of upstream's encryption are read", async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  const keys = await generateKeys();
  upstream.keys(keys);
  const json = Buffer.from('{"s":1}');
  const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING;
  const browser = crypto.publicEncrypt({ key: keys.publicKey, oaepHash: 'sha256', padding }, json);
  upstream.save('a', crypto.publicEncrypt(keys.publicKey, json).toString('base64'), true);
  upstream.save('b', browser.toString('base64url'), true);
  upstream.save('c', 'bm90aGluZw', true);
  const { records, report } = await take(directory);
  assert.deepStrictEqual(
    records.map(({ id, data, encrypted }) => [id, data, encrypted]),
    [
      ['a', { s: 1 }, true],
      ['b', { s: 1 }, true],
    ],
  );
  assert.strictEqual(report.invalid.length, 1);
  assert.match(report.invalid[0].reason, /cannot be decrypted/);
  fs.rmSync(path.join(directory, 'keys'), { recursive: true });
  assert.match((await take(directory)).report.invalid[0].reason, /private\.pem is missing/);
});

test('files that do not fit their block are told and not given', async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  const block = upstream.save('changed', 1);
  upstream.data('changed', 2, block);
  upstream.data('renamed', 1, block);
  upstream.data('unknown', 1, 'f'.repeat(64));
  upstream.save('good', 1);
  const at = (name) => path.join(directory, 'data', name);
  fs.writeFileSync(at('cut.json'), '{"data":');
  fs.writeFileSync(at('empty.json'), '');
  fs.writeFileSync(at('other.json'), '[]');
  fs.writeFileSync(at('notes.txt'), 'not a record');
  fs.symlinkSync('/etc/hostname', at('link.json'));
  fs.mkdirSync(at('folder.json'));
  const takeover = await Takeover.open(directory);
  const records = [];
  for await (const { id } of takeover) records.push(id);
  assert.deepStrictEqual(records, ['good']);
  const told = takeover.report.invalid.map(({ id, file, reason }) => [id, file, reason !== '']);
  const names = ['changed', 'cut', 'empty', 'folder', 'link', 'other', 'renamed', 'unknown'];
  assert.deepStrictEqual(
    told,
    names.map((id) => [id, `data/${id}.json`, true]),
  );
});

test('a chain that is broken is told, and its records behind are still checked', async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  const [old, , middle] = [upstream.save('a', 1), upstream.save('b', 2), upstream.save('c', 3)];
  upstream.save('d', 4);
  fs.writeFileSync(path.join(directory, 'blockchain', `${middle}.json`), '{"prev":"0"}');
  const { records, report } = await take(directory);
  assert.deepStrictEqual(
    records.map(({ id, reachable }) => [id, reachable]),
    [
      ['a', false],
      ['b', false],
      ['d', true],
    ],
  );
  assert.strictEqual(records[0].block, old);
  assert.deepStrictEqual(
    report.invalid.map(({ block, id }) => block || id),
    [middle, 'c'],
  );
  assert.deepStrictEqual([report.blocks, report.unreachable], [1, 4]);
});

test('an older version of a record than the chain has is given and told', async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  const old = upstream.save('a', 1);
  upstream.save('a', 2);
  upstream.data('a', 1, old);
  const { records, report } = await take(directory);
  assert.deepStrictEqual(
    records.map(({ data }) => data),
    [1],
  );
  assert.match(report.invalid[0].reason, /newer version/);
});

test('records of the layout files are given, removed ones are not', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  await store.save('a', { n: 1 }, { encrypted: true });
  await store.save('b', 2);
  const text = fs.readFileSync(path.join(directory, 'data', 'b.json'));
  await store.remove('b');
  const { records, report } = await take(directory);
  assert.deepStrictEqual(
    records.map(({ id, data }) => [id, data]),
    [['a', { n: 1 }]],
  );
  assert.deepStrictEqual(report, {
    blocks: 4,
    records: 1,
    unreachable: 0,
    invalid: [],
    invalidMore: 0,
  });
  fs.writeFileSync(path.join(directory, 'data', 'b.json'), text);
  const again = await take(directory);
  assert.strictEqual(again.records.length, 1);
  assert.match(again.report.invalid[0].reason, /was deleted/);
});

test('a write that a crash interrupted is given as it counts', async (t) => {
  const directory = place(t);
  const store = await FileStore.open(directory);
  const at = (name) => path.join(directory, name);
  for (const data of [1, 2]) {
    const block = await store.save('a', data);
    fs.renameSync(at('data/a.json'), at('blockchain/.record.new'));
    fs.renameSync(at(`blockchain/${block}.json`), at('blockchain/.block.new'));
    const { records, report } = await take(directory);
    assert.deepStrictEqual(
      records.map((record) => [record.data, record.block]),
      [[data, block]],
    );
    assert.deepStrictEqual(report.invalid, []);
  }
});

test('a store takes over the directory of upstream and goes on in it', async (t) => {
  const directory = place(t);
  const upstream = new Upstream(directory);
  upstream.save('a', { n: 1 });
  const store = await FileStore.open(directory);
  assert.deepStrictEqual(await store.load('a'), { n: 1 });
  await store.update('a', ({ n }) => ({ n: n + 1 }));
  assert.deepStrictEqual(await store.load('a'), { n: 2 });
  assert.strictEqual(await store.validate(), true);
});

test('what is no directory of upstream is refused, and nothing is made there', async (t) => {
  const directory = place(t);
  await refuses(() => Takeover.open(directory), 'GS_NOT_FOUND', /cannot be read/);
  await refuses(() => Takeover.open(path.join(directory, 'none')), 'GS_NOT_FOUND');
  for (const value of [undefined, '', 5]) await refuses(() => Takeover.open(value), 'GS_INVALID');
  fs.mkdirSync(path.join(directory, 'blockchain'));
  await refuses(() => Takeover.open(directory), 'GS_BROKEN_CHAIN', /missing/);
  assert.deepStrictEqual(filesIn(directory), {});
});
