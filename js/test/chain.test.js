'use strict';

// Goal: all blocks of a directory stand in one chain, whoever added them and however they ended.
// Method: concurrent objects, threads and processes; processes killed at every step and at any
// time; blocks that were changed, removed or put beside the chain.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Blockchain, calculateHash } = require('../lib/compatible/chain.js');
const { BAD_VALUES, filesIn, isBad, place, refuses, start, thread } = require('./support/place.js');
const { crashes } = require('./support/crashes.js');

const blocksIn = (directory) =>
  fs.readdirSync(directory).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));

const walk = async (chain) => {
  const found = [];
  for (let hash = chain.tailHash; hash !== '0';) {
    const block = await chain.readBlock(hash);
    found.push({ hash, ...block });
    hash = block.prev;
  }
  return found.reverse();
};

// A block of upstream's race: beside the chain, behind the same block as another one.
const fork = (directory, prev) => {
  const block = { prev, timestamp: 1, data: { forked: true } };
  const hash = calculateHash(block);
  fs.writeFileSync(path.join(directory, `${hash}.json`), JSON.stringify(block));
  return hash;
};

test('a chain begins with one empty block and is found again', async (t) => {
  const directory = path.join(place(t), 'a', 'b');
  const chain = await new Blockchain(directory);
  assert.ok(chain instanceof Blockchain);
  assert.strictEqual(chain.path, directory);
  const { prev, timestamp, data } = await chain.readBlock(chain.tailHash);
  assert.deepStrictEqual({ prev, data }, { prev: '0', data: {} });
  assert.ok(Math.abs(Date.now() - timestamp) < 60000);
  const hash = await chain.addBlock({ message: 'text' });
  assert.strictEqual((await new Blockchain(directory)).tailHash, hash);
  assert.deepStrictEqual((await chain.readBlock(hash)).data, { message: 'text' });
  assert.strictEqual(await chain.validate(), true);
});

test('upstream: 99 of 100 blocks added at once are not in the chain', async (t) => {
  const directory = place(t);
  const chain = await new Blockchain(directory);
  const adds = Array.from({ length: 100 }, (_, i) => chain.addBlock({ i }));
  const hashes = await Promise.all(adds);
  const blocks = await walk(chain);
  assert.deepStrictEqual(blocks.map(({ hash }) => hash).slice(1), hashes);
  assert.strictEqual(blocksIn(directory).length, 101);
  assert.strictEqual(await chain.validate(), true);
});

test('upstream: objects of one directory fork its chain', async (t) => {
  const directory = place(t);
  const opening = Array.from({ length: 4 }, () => new Blockchain(directory));
  const chains = await Promise.all(opening);
  await Promise.all(Array.from({ length: 40 }, (_, i) => chains[i % 4].addBlock({ i })));
  const chain = await new Blockchain(directory);
  assert.strictEqual((await walk(chain)).length, 41);
  assert.strictEqual(blocksIn(directory).length, 41);
});

test('upstream: two processes with 100 blocks each lose half of them', async (t) => {
  const directory = place(t);
  await Promise.all([
    start(t, 'blocks', directory, 100, 'p1').ended,
    start(t, 'blocks', directory, 100, 'p2').ended,
    thread(t, 'blocks', directory, 30, 't1').ended,
  ]);
  const chain = await new Blockchain(directory);
  const blocks = await walk(chain);
  assert.strictEqual(blocks.length, 231);
  for (const [name, count] of [
    ['p1', 100],
    ['p2', 100],
    ['t1', 30],
  ]) {
    const order = blocks.filter(({ data }) => data.name === name).map(({ data }) => data.i);
    assert.deepStrictEqual(
      order,
      Array.from({ length: count }, (_, i) => i),
    );
  }
  assert.strictEqual(await chain.validate(), true);
});

test('upstream: validate says true about a chain with forks', async (t) => {
  const directory = place(t);
  const chain = await new Blockchain(directory);
  const prev = chain.tailHash;
  await chain.addBlock({ n: 1 });
  const orphan = fork(directory, prev);
  assert.strictEqual(await chain.validate(), false);
  assert.strictEqual(await chain.validate({ last: 1 }), true);
  assert.strictEqual(await chain.validate({ from: chain.tailHash }), true);
  assert.strictEqual(await chain.validate({ from: orphan }), true);
  fs.unlinkSync(path.join(directory, `${orphan}.json`));
  assert.strictEqual(await chain.validate(), true);
});

test('validate while others add says true', async (t) => {
  const directory = place(t);
  const chain = await new Blockchain(directory);
  const adder = start(t, 'blocks', directory, 60);
  let isDone = false;
  adder.ended.then(() => {
    isDone = true;
  });
  let count = 0;
  while (!isDone) {
    assert.strictEqual(await chain.validate(), true);
    count++;
  }
  assert.ok(count > 3);
});

test('a block that was changed, cut or removed is noticed', async (t) => {
  const directory = place(t);
  const chain = await new Blockchain(directory);
  const hash = await chain.addBlock({ n: 1 });
  await chain.addBlock({ n: 2 });
  const file = path.join(directory, `${hash}.json`);
  const text = fs.readFileSync(file, 'utf8');
  const changes = [text.replace('"n":1', '"n":3'), text.slice(0, 40), '', 'null', '[]', '5'];
  for (const changed of changes) {
    fs.writeFileSync(file, changed);
    assert.strictEqual(await chain.validate(), false);
    assert.strictEqual(await chain.validate({ last: 1 }), true);
    assert.strictEqual(await chain.validate({ last: 2 }), false);
    await assert.rejects(chain.readBlock(hash), { name: 'GsError' });
  }
  fs.unlinkSync(file);
  assert.strictEqual(await chain.validate(), false);
  fs.writeFileSync(file, text);
  assert.strictEqual(await chain.validate(), true);
});

test('blocks that are not there are told', async (t) => {
  const chain = await new Blockchain(place(t));
  const unknown = 'f'.repeat(64);
  for (const hash of [unknown, '', '../x', '0', 'F'.repeat(64), null, undefined, 5, {}]) {
    await refuses(() => chain.readBlock(hash), 'GS_NOT_FOUND', /^Block not found: /);
  }
  await refuses(() => chain.validate({ from: unknown }), 'GS_NOT_FOUND', /^Block not found: f/);
  for (const last of [-1, 1.5, NaN, '2', {}]) {
    await refuses(() => chain.validate({ last }), 'GS_INVALID');
  }
});

test('a block written beside the chain joins it by writeChain', async (t) => {
  const directory = place(t);
  const chain = await new Blockchain(directory);
  const block = { prev: chain.tailHash, timestamp: 5, data: { own: true } };
  const hash = await chain.writeBlock(block);
  assert.strictEqual(hash, calculateHash(block));
  assert.strictEqual(await chain.validate(), false);
  chain.tailHash = hash;
  await chain.writeChain();
  assert.strictEqual((await new Blockchain(directory)).tailHash, hash);
  assert.strictEqual(await chain.validate(), true);
});

test('writeChain does not leave blocks behind that another object added', async (t) => {
  const directory = place(t);
  const [one, two] = [await new Blockchain(directory), await new Blockchain(directory)];
  const hash = await two.addBlock({ n: 1 });
  await refuses(() => one.writeChain(), 'GS_CONFLICT', /another tail/);
  one.tailHash = await one.writeBlock({ prev: one.tailHash, timestamp: 1, data: {} });
  await refuses(() => one.writeChain(), 'GS_CONFLICT');
  assert.strictEqual((await new Blockchain(directory)).tailHash, hash);
  one.tailHash = 'x';
  await refuses(() => one.writeChain(), 'GS_NOT_FOUND');
});

test('data is taken as it is at the call', async (t) => {
  const chain = await new Blockchain(place(t));
  const data = { n: 1 };
  const adding = chain.addBlock(data);
  data.n = 2;
  assert.deepStrictEqual((await chain.readBlock(await adding)).data, { n: 1 });
});

test('bad data is refused, and nothing is written', async (t) => {
  const directory = place(t);
  const chain = await new Blockchain(directory);
  const before = filesIn(directory);
  for (const [name, value] of Object.entries(BAD_VALUES)) {
    await assert.rejects(chain.addBlock(value), isBad, name);
    const block = { prev: chain.tailHash, timestamp: 1, data: value };
    await assert.rejects(chain.writeBlock(block), isBad, name);
  }
  const outside = { prev: '../x', timestamp: 1, data: 1 };
  for (const block of [null, {}, 5, [], outside, { prev: '0', data: 1 }]) {
    await refuses(() => chain.writeBlock(block), 'GS_INVALID');
  }
  assert.deepStrictEqual(filesIn(directory), before);
});

test('a directory that is none is refused', async (t) => {
  const file = path.join(place(t), 'file');
  fs.writeFileSync(file, '');
  for (const value of [undefined, null, '', 5, 'a\0b', file]) {
    await refuses(async () => new Blockchain(value), 'GS_INVALID', /chain|no directory/);
  }
});

for (const tears of ['none', 'all']) {
  test(`a process killed at any step leaves a whole chain, torn: ${tears}`, async (t) => {
    const prepare = async () => path.join(place(t), 'chain');
    const left = crashes(t, prepare, 'blocks', [2], tears);
    for await (const { step, directory, lines, isLast } of left) {
      const chain = await new Blockchain(directory);
      assert.strictEqual(await chain.validate(), true, `step ${step}`);
      const hashes = (await walk(chain)).map(({ hash }) => hash);
      for (const line of lines) assert.ok(hashes.includes(line), `step ${step}`);
      await chain.addBlock({ after: true });
      assert.strictEqual(await chain.validate(), true, `step ${step}`);
      if (isLast) assert.ok(lines.length === 2 && step > 20);
    }
  });
}

test('processes killed at any time leave what they told, in a whole chain', async (t) => {
  const directory = place(t);
  const told = [];
  for (let round = 0; round < 6; round++) {
    const running = [start(t, 'blocks', directory, 10000), start(t, 'blocks', directory, 10000)];
    await running[0].reach(2 + round);
    running[0].child.kill('SIGKILL');
    await running[1].reach(running[1].lines.length + 3);
    running[1].child.kill('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    for (const { lines } of running) told.push(...lines);
    const chain = await new Blockchain(directory);
    const hashes = new Set((await walk(chain)).map(({ hash }) => hash));
    for (const line of told) assert.ok(hashes.has(line));
    assert.strictEqual(await chain.validate(), true);
  }
  assert.ok(told.length > 20);
});
