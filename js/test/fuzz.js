'use strict';

// Goal: nothing that a program does to the package crashes the process or damages a storage: what
// fails fails with a GsError, or with the error that the program itself threw.
// Method: calls of every method that can be reached from open(), and of the classes of the addon,
// with hostile arguments, many at a time; the storage verifies afterwards. Run by ctest with the
// addon as it is and with sanitizers:
//
//   node js/test/fuzz.js [--seed=N] [--seconds=N]

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const gs = require('../globalstorage.js');
const { native } = require('../lib/native.js');
const { Kept } = require('../lib/records/kept.js');
const { Random, OfUser, hostile } = require('./support/hostile.js');

const option = (name, byDefault) => {
  const given = process.argv.find((one) => one.startsWith(`--${name}=`));
  return given === undefined ? byDefault : Number(given.split('=')[1]);
};

const SEED = option('seed', Date.now() & 0x7fffffff);
const SECONDS = option('seconds', 10);
const CALLS_OF_ROUND = 400;
const ANSWER_MS = 60_000;

const LARGE_TEXT = 'x'.repeat(17 * 1024 * 1024);

const isOurs = (error) =>
  error instanceof gs.GsError ||
  error instanceof OfUser ||
  (error && (error.name === 'AbortError' || isOurs(error.cause)));

// By their first line: all are told at the end.
const wrong = new Map();

const blame = (what, error) => {
  const stack = error && error.stack ? error.stack.split('\n').slice(0, 4).join('\n') : `${error}`;
  const name = `${what.split('(')[0]}: ${stack}`;
  if (!wrong.has(name)) wrong.set(name, what);
};

process.on('unhandledRejection', (error) => {
  if (!isOurs(error)) blame('unhandled', error);
});
process.on('uncaughtException', (error) => {
  if (!isOurs(error)) blame('uncaught', error);
});

const methodsOf = (object) => {
  const names = new Set();
  for (let proto = object; proto && proto !== Object.prototype;) {
    for (const name of Reflect.ownKeys(proto)) {
      if (typeof name === 'symbol' && name !== Symbol.asyncDispose) continue;
      if (name === 'constructor' || name === 'arguments' || name === 'caller') continue;
      const { value } = Object.getOwnPropertyDescriptor(proto, name);
      if (typeof value === 'function') names.add(name);
    }
    proto = Object.getPrototypeOf(proto);
  }
  return [...names];
};

// What JavaScript itself brings is not ours to try.
const isBuiltIn = ({ constructor }) =>
  typeof constructor === 'function' && globalThis[constructor.name] === constructor;

const LATE = Symbol('late');

// Within a limit, so that a promise that is never kept is found. The timer keeps the process.
const answered = async (what, promise) => {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, LATE);
  });
  const result = await Promise.race([promise, late]);
  clearTimeout(timer);
  if (result === LATE) blame(what, new Error('it never answered'));
};

class Round {
  constructor(random, root) {
    this.random = random;
    this.root = root;
    this.storage = null;
    this.targets = []; // objects whose methods are called
    this.ids = [];
    this.pending = [];
    this.own = [
      () => this.storage,
      () => random.pick(this.targets),
      () => random.pick(this.ids),
      () => (random.chance(200) ? LARGE_TEXT : 'x'.repeat(random.below(300))),
      () => this.closing(),
      () =>
        (...values) =>
          random.pick([values[0], undefined, 1]),
      () => async (tx) => {
        const isTransaction = tx && typeof tx.insert === 'function';
        if (isTransaction && this.targets.length < 40) this.targets.push(tx);
        if (isTransaction) tx.insert('Item', { n: 1 });
        if (random.chance(3)) throw new OfUser('of a callback');
      },
    ];
  }

  // Reading it closes the storage.
  closing() {
    const { storage, random } = this;
    return {
      get n() {
        if (random.chance(8)) storage.close().catch(() => {});
        return 1;
      },
    };
  }

  async open() {
    const files = { 'Tag.js': "({ Registry: {}, name: 'string', n: '?number' })" };
    const schema = this.random.chance(2) ? { files } : null;
    this.storage = await gs.open({ path: path.join(this.root, 'gs'), schema, durability: 'lazy' });
    const { storage } = this;
    const collection = storage.collection('Item');
    const item = await collection.insert({ name: 'a', n: 1, list: [1], text: 'text', likes: 1 });
    this.ids = [item.id, await storage.insert({ n: 2 }), item, await storage.record(item.id)];
    const query = collection.where({ n: 1 });
    const fields = ['n', 'list', 'text', 'tree', 'likes'].map((name) =>
      collection.field(item.id, name),
    );
    this.targets = [storage, storage, storage, collection, collection, query, ...fields];
    const typing = await collection.field(item.id, 'text').edit({ commitMs: 5 });
    this.targets.push(this.ids[3], storage.peek(item.id), typing, typing);
  }

  arguments() {
    const count = this.random.below(5);
    return Array.from({ length: count }, (_, i) =>
      i === 0 && this.random.chance(3)
        ? this.random.pick(this.ids)
        : hostile(this.random, this.own),
    );
  }

  // What a call gave may be called, walked and looked at as well.
  async use(result) {
    const { random } = this;
    if (typeof result === 'function') return result();
    if (typeof result !== 'object' || result === null) return undefined;
    if (typeof result[Symbol.asyncIterator] === 'function' && !(result instanceof gs.Storage)) {
      return this.walk(result);
    }
    if (typeof result.then === 'function') return this.use(await result);
    const proto = Object.getPrototypeOf(result);
    const isObject = proto !== Object.prototype && proto !== Array.prototype && proto !== null;
    // What the parts of the package share takes what they have looked at.
    const isInside = result instanceof Kept || isBuiltIn(result);
    if (isInside) return undefined;
    if (isObject && this.targets.length < 40) this.targets.push(result);
    else if (random.chance(4)) JSON.stringify(result, (key, one) => `${String(key)}${typeof one}`);
    return undefined;
  }

  async walk(iterable) {
    const iterator = iterable[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) {
      const next = iterator.next();
      next.catch(() => {});
      const none = new Promise((resolve) => setTimeout(resolve, 20, null));
      const one = await Promise.race([next, none]);
      if (one === null || one.done) break;
    }
    // An iterator that waits for changes ends when the storage does.
    if (iterator.return) Promise.resolve(iterator.return()).catch(() => {});
  }

  async call(step) {
    const { random } = this;
    const target = random.pick(this.targets);
    const name = random.pick(methodsOf(target));
    if (name === undefined) return;
    const isEnd = name === 'close' || name === 'stop' || name === Symbol.asyncDispose;
    if (isEnd && !random.chance(10)) return;
    const given = this.arguments();
    const kind = target.constructor ? target.constructor.name : 'object';
    const what = `${kind}.${String(name)}(${given.map((one) => typeof one).join(', ')})`;
    const run = async () => {
      try {
        await this.use(target[name](...given));
      } catch (error) {
        if (!isOurs(error)) blame(`${what} step ${step}`, error);
      }
    };
    const done = answered(what, run());
    this.pending.push(done);
    if (this.pending.length > 8 || random.chance(2)) await this.settle();
  }

  async settle() {
    await Promise.all(this.pending);
    this.pending = [];
  }

  async run(until) {
    await this.open();
    for (let step = 0; step < CALLS_OF_ROUND && Date.now() < until; step++) {
      await this.call(step);
      const { storage } = this;
      const isClosed = await storage.stats().then(
        () => false,
        (error) => error.code === 'GS_CLOSED',
      );
      if (!isClosed) continue;
      await this.settle();
      await this.open();
    }
    await this.settle();
    await this.storage.close();
  }
}

// --- the classes of the addon ---

class NativeRound {
  constructor(random, root) {
    this.random = random;
    this.directory = path.join(root, 'native');
    this.targets = [];
    this.pending = [];
  }

  async open() {
    const storage = await native().open(this.directory, {});
    const rows = storage.find('{}', false);
    const live = await storage.watch('{}', true, () => {});
    this.storage = storage;
    this.slab = new ArrayBuffer(4096);
    storage.useSlab(this.slab);
    this.targets = [storage, storage, storage, rows, live, native()];
    // Objects that nobody opened.
    for (const one of [storage, rows, live]) this.targets.push(new one.constructor());
    this.targets.push(Object.create(storage), {}, null);
  }

  argument() {
    const { random } = this;
    switch (random.below(8)) {
      case 0:
        return random.pick(this.targets);
      case 1:
        return Buffer.from(Array.from({ length: random.below(60) }, () => random.below(8)));
      case 2:
        return random.pick(['{}', '{"collection":"Item"}', '{"limit":1}', 'stats', 'verify', '[']);
      case 3:
        return random.pick([new Int32Array(2), new Uint32Array(1), new Uint8Array(32)]);
      default:
        return hostile(random, [() => this.slab]);
    }
  }

  async call(step) {
    const { random } = this;
    const from = random.pick(this.targets.filter((one) => one !== null));
    const name = random.pick(methodsOf(from));
    if (name === undefined) return;
    if (name === 'close' && from === this.storage && !random.chance(10)) return;
    const self = random.chance(3) ? random.pick(this.targets) : from;
    const given = Array.from({ length: random.below(5) }, () => this.argument());
    if (name === 'open' && typeof given[0] === 'string') given[0] = this.directory;
    const run = async () => {
      try {
        const made = await Reflect.apply(from[name], self, given);
        if (name === 'open') await made.close();
        else if (made && typeof made === 'object' && this.targets.length < 40) {
          if (methodsOf(made).includes('close')) this.targets.push(made);
        }
      } catch (error) {
        const isTyped = typeof error.code === 'number' || isOurs(error);
        // Node.js itself refuses what is no object of the class, or has no members.
        if (!isTyped && !/Illegal invocation|Cannot convert|been revoked/.test(error.message)) {
          blame(`native ${String(name)}`, error);
        }
      }
    };
    this.pending.push(answered(`native ${String(name)}`, run()));
    if (this.pending.length > 8) await this.settle();
  }

  async settle() {
    await Promise.all(this.pending);
    this.pending = [];
  }

  async run(until) {
    await this.open();
    for (let step = 0; step < CALLS_OF_ROUND && Date.now() < until; step++) {
      await this.call(step);
      if (await this.isOpen()) continue;
      await this.settle();
      await this.open();
    }
    await this.settle();
    await this.storage.close();
  }

  async isOpen() {
    try {
      return await this.storage.call('stats', '{}');
    } catch {
      return false;
    }
  }
}

const verified = async (directory) => {
  const storage = await gs.open({ path: directory, create: false });
  const report = await storage.verify();
  if (!report.ok) blame('verify', new Error(JSON.stringify(report)));
  await storage.close();
};

const main = async () => {
  console.log(`seed ${SEED}, ${SECONDS} s`);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'gs-fuzz-'));
  const until = Date.now() + SECONDS * 1000;
  const random = new Random(SEED);
  let rounds = 0;
  try {
    for (; Date.now() < until; rounds++) {
      // Whatever names `../..` have, they stay in here.
      const root = path.join(home, `round-${rounds}`, 'a', 'b', 'c');
      fs.mkdirSync(root, { recursive: true });
      process.chdir(root);
      await new Round(random, root).run(until);
      await new NativeRound(random, root).run(until);
      await verified(path.join(root, 'gs'));
      await verified(path.join(root, 'native'));
      process.chdir(home);
      fs.rmSync(path.join(home, `round-${rounds}`), { recursive: true });
    }
  } finally {
    process.chdir(os.tmpdir());
    fs.rmSync(home, { recursive: true, force: true });
  }
  if ({}.polluted !== undefined) blame('prototype', new Error('Object.prototype was changed'));
  for (const [name, what] of wrong) console.error(`\n${what}\n${name}`);
  console.log(`${rounds} rounds, ${wrong.size} failures`);
  return wrong.size;
};

main().then(
  (failures) => process.exit(failures > 0 ? 1 : 0),
  (error) => {
    console.error(error);
    process.exit(2);
  },
);
