'use strict';

// Goal: bytes reach the disk in an order that leaves the chain whole at any point.
// Method: the calls of one append are listed; files are put as a crash at each point leaves them.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { calculateHash } = require('../lib/compatible/crypto.js');
const disk = require('../lib/disk/disk.js');
const { Ledger } = require('../lib/compatible/ledger.js');
const { filesIn, place, refuses } = require('./support/place.js');

const append = (ledger, data, record) => ledger.exclusive((add) => add(data, record));

const put = (directory, name, value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  fs.writeFileSync(path.join(directory, name), text);
};

const read = (directory, name) => JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));

// Names of the calls that change files, while `work` runs.
const listen = async (t, work) => {
  const calls = [];
  const names = ['writeFresh', 'rename', 'syncDirectory'];
  const originals = names.map((name) => disk[name]);
  const stop = () =>
    names.forEach((name, i) => {
      disk[name] = originals[i];
    });
  t.after(stop);
  names.forEach((name, i) => {
    disk[name] = (...args) => {
      calls.push(
        [name, ...args.slice(0, name === 'rename' ? 2 : 1)]
          .map((word) => path.basename(word).replace(/^[0-9a-f]{64}/, 'HASH'))
          .join(' '),
      );
      return originals[i](...args);
    };
  });
  await work();
  stop();
  return calls;
};

test('upstream: nothing is synced, so a crash can leave anything', async (t) => {
  const directory = path.join(place(t), 'blockchain');
  const ledger = await Ledger.open(directory);
  const record = { data: 1, encrypted: false };
  const calls = await listen(t, () => append(ledger, { id: 'a' }, record));
  assert.deepStrictEqual(calls, [
    'writeFresh .block.new',
    'writeFresh .record.new',
    'syncDirectory blockchain',
    'writeFresh .blockchain.json.new',
    'rename .blockchain.json.new .blockchain.json',
    'syncDirectory blockchain',
    'rename .block.new HASH.json',
    'rename .record.new a.json',
    'syncDirectory data',
  ]);
});

test('files are those of upstream', async (t) => {
  const directory = path.join(place(t), 'blockchain');
  const ledger = await Ledger.open(directory);
  const first = await ledger.tail();
  const hash = await append(ledger, { n: 1 });
  const files = filesIn(directory);
  assert.deepStrictEqual(
    Object.keys(files).sort(),
    ['.blockchain.json', `${first}.json`, `${hash}.json`].sort(),
  );
  assert.strictEqual(files['.blockchain.json'], JSON.stringify({ tailHash: hash }));
  const block = JSON.parse(files[`${hash}.json`]);
  assert.deepStrictEqual(Object.keys(block), ['prev', 'timestamp', 'data']);
  assert.deepStrictEqual(block, { prev: first, timestamp: block.timestamp, data: { n: 1 } });
  assert.strictEqual(calculateHash(block), hash);
  const genesis = JSON.parse(files[`${first}.json`]);
  assert.deepStrictEqual(genesis, { prev: '0', timestamp: genesis.timestamp, data: {} });
});

test('what a crash left before the tail was replaced is dropped', async (t) => {
  const root = place(t);
  const directory = path.join(root, 'blockchain');
  const ledger = await Ledger.open(directory);
  const before = filesIn(root);
  const block = { prev: await ledger.tail(), timestamp: 1, data: { id: 'a', hash: 'x' } };
  for (const half of [false, true]) {
    const cut = (value) => (half ? JSON.stringify(value).slice(0, 30) : value);
    put(directory, '.block.new', cut(block));
    put(directory, '.record.new', cut({ data: 1, encrypted: false, block: calculateHash(block) }));
    put(directory, '.blockchain.json.new', cut({ tailHash: calculateHash(block) }));
    await Ledger.open(directory);
    const after = filesIn(root);
    delete after['blockchain/.blockchain.json.new'];
    assert.deepStrictEqual(after, before);
  }
});

test('what a crash left after the tail was replaced is finished', async (t) => {
  const root = place(t);
  const directory = path.join(root, 'blockchain');
  const ledger = await Ledger.open(directory);
  const record = { data: 1, encrypted: false };
  const hash = await append(ledger, { id: 'a', hash: calculateHash(1) }, record);
  const whole = filesIn(root);
  fs.renameSync(path.join(root, 'data', 'a.json'), path.join(directory, '.record.new'));
  await Ledger.open(directory);
  assert.deepStrictEqual(filesIn(root), whole);
  fs.renameSync(path.join(directory, `${hash}.json`), path.join(directory, '.block.new'));
  fs.renameSync(path.join(root, 'data', 'a.json'), path.join(directory, '.record.new'));
  assert.deepStrictEqual((await ledger.readBlock(hash)).data.id, 'a');
  await Ledger.open(directory);
  assert.deepStrictEqual(filesIn(root), whole);
});

test('an unfinished removal is finished', async (t) => {
  const root = place(t);
  const directory = path.join(root, 'blockchain');
  const ledger = await Ledger.open(directory);
  await append(ledger, { id: 'a', hash: 'x' }, { data: 1, encrypted: false });
  const file = path.join(root, 'data', 'a.json');
  const text = fs.readFileSync(file);
  const hash = await append(ledger, { id: 'a', deleted: true }, { deleted: true });
  assert.strictEqual(fs.existsSync(file), false);
  fs.writeFileSync(file, text);
  put(directory, '.record.new', { deleted: true, block: hash });
  await Ledger.open(directory);
  assert.deepStrictEqual(
    Object.keys(filesIn(root)).filter((name) => /record|data/.test(name)),
    [],
  );
});

test('an unfinished record of an older block is not put over a newer one', async (t) => {
  const root = place(t);
  const directory = path.join(root, 'blockchain');
  const ledger = await Ledger.open(directory);
  const old = await append(ledger, { id: 'a', hash: 'x' }, { data: 1, encrypted: false });
  await append(ledger, { id: 'a', hash: 'y' }, { data: 2, encrypted: false });
  put(directory, '.record.new', { data: 1, encrypted: false, block: old });
  await Ledger.open(directory);
  assert.strictEqual(read(path.join(root, 'data'), 'a.json').data, 2);
});

test('an unfinished record cannot lead out of its directory', async (t) => {
  const root = place(t);
  const directory = path.join(root, 'blockchain');
  const ledger = await Ledger.open(directory);
  const hash = await append(ledger, { id: '../../evil' });
  put(directory, '.record.new', { data: 1, encrypted: false, block: hash });
  await refuses(() => Ledger.open(directory), 'GS_INVALID', /no name of a file/);
});

test('an error before the tail is replaced leaves the chain as it was', async (t) => {
  const directory = path.join(place(t), 'blockchain');
  const ledger = await Ledger.open(directory);
  const before = filesIn(directory);
  const original = disk.rename;
  t.after(() => {
    disk.rename = original;
  });
  disk.rename = async () => {
    throw new Error('full');
  };
  await assert.rejects(append(ledger, { n: 1 }), /full/);
  disk.rename = original;
  await ledger.exclusive(() => {});
  const after = filesIn(directory);
  delete after['.blockchain.json.new'];
  assert.deepStrictEqual(after, before);
  await append(ledger, { n: 2 });
});

test('a first block without the file that names it is taken, several blocks are not', async (t) => {
  const directory = place(t);
  const ledger = await Ledger.open(directory);
  const first = await ledger.tail();
  fs.unlinkSync(path.join(directory, '.blockchain.json'));
  await Ledger.open(directory);
  assert.strictEqual(await ledger.tail(), first);
  await append(ledger, { n: 1 });
  fs.unlinkSync(path.join(directory, '.blockchain.json'));
  await refuses(() => Ledger.open(directory), 'GS_BROKEN_CHAIN', /2 blocks are there/);
});

test('a file that names no block is damage', async (t) => {
  const directory = place(t);
  await Ledger.open(directory);
  for (const text of ['', '{}', '[]', 'null', '{"tailHash":"../x"}', '{"tailHash":5}']) {
    put(directory, '.blockchain.json', text);
    put(directory, '.block.new', '{}');
    await refuses(() => Ledger.open(directory), 'GS_DAMAGED', /\.blockchain\.json/);
  }
});
