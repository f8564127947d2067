'use strict';

// Goal: a contract's result becomes a record, its failure a block, and its source can be kept.
// Method: contracts over a store in memory and a chain on disk; sources that reach for what they
// were not given, or never end.

const { test } = require('node:test');
const assert = require('node:assert');
const { Blockchain } = require('../lib/compatible/chain.js');
const { DataReader, SmartContract } = require('../lib/compatible/contract.js');
const { copyOf } = require('../lib/disk/json.js');
const { place, refuses } = require('./support/place.js');

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

class MemoryStore {
  #records = new Map();

  async loadData(id) {
    await pause();
    return this.#records.get(id) ?? null;
  }

  async saveData(id, data) {
    const copy = copyOf(data, 'data');
    await pause();
    this.#records.set(id, copy);
  }
}

const contextOf = async (t) => ({
  storage: new MemoryStore(),
  chain: await new Blockchain(place(t)),
});

const newest = async (chain) => (await chain.readBlock(chain.tailHash)).data;

const loaded = async (context, proc, name = 'loaded') =>
  SmartContract.load(await SmartContract.save(name, context.chain, proc), context);

test('a result is given and saved', async (t) => {
  const context = await contextOf(t);
  const proc = async (reader, { input }) => ({ doubled: input * 2, was: await reader.get('none') });
  const contract = new SmartContract('double', proc, context);
  assert.strictEqual(contract.name, 'double');
  const result = await contract.execute({ id: 'r', input: 21 });
  assert.deepStrictEqual(result, { doubled: 42, was: null });
  assert.deepStrictEqual(await context.storage.loadData('r'), result);
  assert.deepStrictEqual(await new DataReader(context.storage).get('r'), result);
});

test('a failure becomes a block and is thrown on', async (t) => {
  const context = await contextOf(t);
  const failure = new Error('Not today');
  const contract = new SmartContract(
    'fails',
    async () => {
      throw failure;
    },
    context,
  );
  await assert.rejects(contract.execute({ id: 'r', input: 1 }), (error) => error === failure);
  const { timestamp, ...block } = await newest(context.chain);
  assert.deepStrictEqual(block, {
    contract: 'fails',
    args: { id: 'r', input: 1 },
    error: 'Not today',
  });
  assert.ok(Math.abs(Date.now() - timestamp) < 60000);
  assert.strictEqual(await context.storage.loadData('r'), null);
});

test('what is thrown need not be an error, nor the arguments JSON', async (t) => {
  const context = await contextOf(t);
  for (const [thrown, text] of [
    ['text', 'text'],
    [null, 'null'],
    [{ message: 5 }, '5'],
  ]) {
    const contract = new SmartContract(
      'fails',
      async () => {
        throw thrown;
      },
      context,
    );
    await assert.rejects(contract.execute({ id: 'r', big: 1n }), (error) => error === thrown);
    const { args, error } = await newest(context.chain);
    assert.deepStrictEqual({ args, error }, { args: null, error: text });
  }
});

test('a result that cannot be saved is a failure', async (t) => {
  const context = await contextOf(t);
  for (const result of [undefined, 1n, NaN, () => {}]) {
    const contract = new SmartContract('bad', async () => result, context);
    await refuses(() => contract.execute({ id: 'r' }), 'GS_INVALID', /JSON/);
    assert.strictEqual((await newest(context.chain)).contract, 'bad');
  }
});

test('a failure of the chain does not hide the failure of the contract', async (t) => {
  const { storage } = await contextOf(t);
  const chain = {
    addBlock: async () => {
      throw new Error('disk full');
    },
  };
  const proc = async () => {
    throw new Error('first');
  };
  const contract = new SmartContract('x', proc, { storage, chain });
  await assert.rejects(contract.execute({ id: 'r' }), (error) => {
    assert.match(error.message, /^first; .*disk full/);
    return error.cause.message === 'first';
  });
});

test('upstream: contracts that run at once lose updates of their record', async (t) => {
  const context = await contextOf(t);
  const proc = async (reader, { id }) => {
    const data = await reader.get(id);
    return { count: data ? data.count + 1 : 1 };
  };
  const contracts = [1, 2].map((n) => new SmartContract(`c${n}`, proc, context));
  await Promise.all(Array.from({ length: 50 }, (_, i) => contracts[i % 2].execute({ id: 'n' })));
  assert.deepStrictEqual(await context.storage.loadData('n'), { count: 50 });
});

test('a contract that executes another one for its record does not wait for itself', async (t) => {
  const context = await contextOf(t);
  const inner = new SmartContract('inner', async () => ({ inner: true }), context);
  const proc = async (reader, { id }) => inner.execute({ id });
  const outer = new SmartContract('outer', proc, context);
  assert.deepStrictEqual(await outer.execute({ id: 'r' }), { inner: true });
});

test('a source is kept in a block and runs again', async (t) => {
  const context = await contextOf(t);
  await context.storage.saveData('price', { value: 3 });
  const proc = async (reader, args) => {
    const { value } = await reader.get('price');
    return { total: value * args.count, seen: [await reader.get('none')] };
  };
  const contract = await loaded(context, proc, 'total');
  assert.ok(contract instanceof SmartContract);
  assert.strictEqual(contract.name, 'total');
  const result = await contract.execute({ id: 'r', count: 5 });
  assert.deepStrictEqual(result, { total: 15, seen: [null] });
  const { type, name, source } = await newest(context.chain);
  assert.deepStrictEqual(
    { type, name, source },
    {
      type: 'smart contract',
      name: 'total',
      source: proc.toString(),
    },
  );
});

test('functions of every form can be kept', async (t) => {
  const context = await contextOf(t);
  const procs = [
    (reader, args) => args.n,
    async function named(reader, args) {
      return args.n;
    },
    function plain(reader, { n }) {
      return n;
    },
    async (reader, { n = 1, ...rest }) => (rest.id === 'r' ? n : 0),
    async (reader, { n }) => {
      const f = (x) => x;
      return f(n);
    },
  ];
  for (const proc of procs) {
    const contract = await loaded(context, proc);
    assert.strictEqual(await contract.execute({ id: 'r', n: 7 }), 7);
  }
});

test('upstream: a loaded contract has all of the globals of the application', async (t) => {
  const context = await contextOf(t);
  const seen = await (
    await loaded(context, () => [
      typeof process,
      typeof require,
      typeof setTimeout,
      typeof fetch,
      typeof Buffer,
      typeof module,
      Object.keys(globalThis).length,
    ])
  ).execute({ id: 'r' });
  assert.deepStrictEqual(seen, [...new Array(6).fill('undefined'), 0]);
  const evil = await loaded(context, () => {
    const F = (() => {}).constructor;
    return new F('return 1')();
  });
  await assert.rejects(evil.execute({ id: 'r' }), /Code generation from strings disallowed/);
});

test('a loaded contract leaves nothing behind, here and for the next call', async (t) => {
  const context = await contextOf(t);
  const contract = await loaded(context, () => {
    globalThis.count = (globalThis.count || 0) + 1;
    Object.prototype.polluted = true;
    Array.prototype.map = null;
    return globalThis.count;
  });
  assert.strictEqual(await contract.execute({ id: 'r' }), 1);
  assert.strictEqual(await contract.execute({ id: 'r' }), 1);
  assert.strictEqual({}.polluted, undefined);
  assert.strictEqual(globalThis.count, undefined);
});

test('a loaded contract that never ends is stopped before its first await', async (t) => {
  const context = await contextOf(t);
  const contract = await loaded(context, () => {
    for (;;);
  });
  await refuses(() => contract.execute({ id: 'r' }), 'GS_INVALID', /timed out/);
  assert.match((await newest(context.chain)).error, /timed out/);
});

test('a failure of a loaded contract keeps its message', async (t) => {
  const context = await contextOf(t);
  const contract = await loaded(context, async () => {
    throw new Error('Not enough money');
  });
  await assert.rejects(
    contract.execute({ id: 'r' }),
    (error) => error instanceof Error && error.message === 'Not enough money',
  );
  const broken = {
    loadData: async () => {
      throw new Error('cannot read');
    },
    saveData: () => {},
  };
  const reads = await loaded({ ...context, storage: broken }, async (reader) => reader.get('x'));
  await assert.rejects(reads.execute({ id: 'r' }), /cannot read/);
});

test('blocks and sources that are no contracts are refused', async (t) => {
  const context = await contextOf(t);
  const { chain } = context;
  const load = (hash) => () => SmartContract.load(hash, context);
  for (const data of [{ kind: 'other' }, null, 5, { type: 'smart contract', name: 'x' }]) {
    const hash = await chain.addBlock(data);
    await refuses(load(hash), 'GS_INVALID', /^Not a smart contract block/);
  }
  await refuses(load('f'.repeat(64)), 'GS_NOT_FOUND', /^Block not found/);
  for (const source of ['5', '', '}); (', 'a b', '(() => {})(), 5', 'while (true);', 'null']) {
    const hash = await chain.addBlock({ type: 'smart contract', name: 'x', source });
    await refuses(load(hash), 'GS_INVALID', /contract x/);
  }
  const before = chain.tailHash;
  await refuses(() => SmartContract.save('x', chain, Math.max), 'GS_INVALID', /no function/);
  await refuses(() => SmartContract.save('x', chain, 'text'), 'GS_INVALID');
  await refuses(() => SmartContract.save('', chain, () => {}), 'GS_INVALID', /name/);
  assert.strictEqual(chain.tailHash, before);
});

test('bad arguments are refused before anything runs', async (t) => {
  const context = await contextOf(t);
  let runs = 0;
  const contract = new SmartContract('x', () => runs++, context);
  const before = context.chain.tailHash;
  for (const args of [undefined, null, 5, [], {}, { id: 5 }, { id: '' }]) {
    await refuses(() => contract.execute(args), 'GS_INVALID', /must have an id/);
  }
  assert.strictEqual(runs, 0);
  assert.strictEqual(context.chain.tailHash, before);
  const proc = () => {};
  for (const args of [
    [5, proc, context],
    ['x', 5, context],
    ['x', proc],
    ['x', proc, {}],
  ]) {
    await refuses(async () => new SmartContract(...args), 'GS_INVALID');
  }
});
