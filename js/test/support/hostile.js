'use strict';

// Values that no program should hand in, and some that it may, by chance but the same for the same
// seed.

const vm = require('node:vm');

/** Numbers from a seed (mulberry32). */
class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** From 0 to below `count`. */
  below(count) {
    return Math.floor(this.next() * count);
  }

  chance(one) {
    return this.below(one) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

/** What a hostile value throws: the error of a user, which may be handed through. */
class OfUser extends Error {}

const TEXTS = [
  '',
  'n',
  'name',
  '__proto__',
  'constructor',
  'toString',
  '$type',
  '$id',
  '$gt',
  'id',
  '../evil',
  '..',
  'a/b',
  'a.b.c',
  '\0',
  'name:desc',
  '\ud800',
  'a\udc00b',
  '😀',
  'é'.repeat(70),
  'x'.repeat(2000),
  'Item',
  'Tag',
  'Нет',
  'main',
  'now',
  '018bcfe5-6800-7000-a69c-a0ab10eaf0a3',
  '018BCFE5-6800-7000-A69C-A0AB10EAF0A3',
  '018bcfe5-6800-7000-a69c-a0ab10eaf0ag',
  'f'.repeat(64),
  '2026-01-01T00:00:00.000Z',
];

const NUMBERS = [0, -0, 1, -1, 2, 5, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, -(2 ** 31)];
const LARGE = [2 ** 53, 2 ** 53 + 2, 1e21, 1e308, 5e-324, -(2 ** 63), 2 ** 64];
const BIGS = [0n, 1n, -1n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 200n), 1n << 70000n];

const detached = (make) => {
  const buffer = new ArrayBuffer(64);
  const view = make(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
};

// Shorter than it was, where this Node.js can do that.
const resized = (make) => {
  if (typeof ArrayBuffer.prototype.resize !== 'function') return make(new ArrayBuffer(8));
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 });
  const view = make(buffer);
  buffer.resize(8);
  return view;
};

const BYTES = [
  () => new Uint8Array(0),
  () => new Uint8Array([1, 2, 3]),
  () => Buffer.from('text'),
  () => new Float64Array(3),
  () => new DataView(new ArrayBuffer(8)),
  () => new ArrayBuffer(8),
  () => new Uint8Array(new SharedArrayBuffer(8)),
  () => detached((buffer) => new Uint8Array(buffer)),
  () => detached((buffer) => new Int32Array(buffer)),
  () => detached((buffer) => buffer),
  () => resized((buffer) => new Uint8Array(buffer)),
  () => resized((buffer) => new Uint8Array(buffer, 16, 16)),
  () => resized((buffer) => new DataView(buffer, 32)),
];

const throwing = () => {
  throw new OfUser('of the user');
};

const cyclic = () => {
  const object = { n: 1 };
  object.self = object;
  return object;
};

const deep = (count) => {
  let value = 1;
  for (let i = 0; i < count; i++) value = i % 2 ? [value] : { value };
  return value;
};

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const endless = () => {
  const object = {};
  Object.defineProperty(object, 'next', { enumerable: true, get: () => endless() });
  return object;
};

const ODD = [
  cyclic,
  endless,
  revoked,
  () => deep(50),
  () => deep(127),
  () => deep(5000),
  () => [[[]]],
  () => [, 1], // eslint-disable-line no-sparse-arrays
  () => new Array(1000).fill(0),
  () => [undefined],
  () => Object.create(null),
  () => Object.create({ inherited: 1 }),
  () => ({ __proto__: null, n: 1 }),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
  () => ({ toJSON: throwing }),
  () => ({ toJSON: () => endless() }),
  () => ({ toString: throwing, valueOf: throwing, [Symbol.toPrimitive]: throwing }),
  () => ({ toString: () => 5n, n: 1 }),
  () => ({ then: (resolve) => resolve(1) }),
  () => ({ then: throwing }),
  () => ({
    get n() {
      return throwing();
    },
  }),
  () => new Proxy({}, { ownKeys: throwing }),
  () => new Proxy({}, { get: throwing }),
  () => new Proxy({}, { getPrototypeOf: throwing }),
  () => new Proxy({}, { has: throwing }),
  () => new Proxy([], { get: (target, name) => (name === 'length' ? 2 ** 16 : target[name]) }),
  () => new Proxy({}, { ownKeys: () => ['a', 'b'], getOwnPropertyDescriptor: () => undefined }),
  () => ({ [Symbol.iterator]: throwing }),
  () => ({ [Symbol.iterator]: () => ({ next: throwing }) }),
  () => ({ [Symbol.asyncIterator]: () => ({ next: throwing }) }),
  () => ({ aborted: true }),
  () => ({ addEventListener: 5, throwIfAborted: 5, aborted: false }),
  () => ({ signal: {} }),
  () => ({ signal: AbortSignal.abort() }),
  () => ({ key: {} }),
  () => ({ key: 'name' }),
  () => ({ ifVersion: 'no version' }),
  () => ({ ifVersion: 'ff'.repeat(32) }),
  () => ({ ifVersion: 5 }),
  () => ({ durability: 'none' }),
  () => ({ limit: -1 }),
  () => ({ limit: {} }),
  () => ({ version: [] }),
  () => ({ $gt: 5 }),
  () => ({ name: { $like: '%'.repeat(500) } }),
  () => ({ $or: [{ n: 1 }, 5] }),
  () => ({ collection: 'Item', filter: { n: { $nope: 1 } } }),
  () => ({ collection: 5 }),
  () => ({ entities: 5 }),
  () => ({ entities: { Item: { name: 'string' } } }),
  () => ({ entities: { Item: { name: 'no such type' }, '../x': {} } }),
  () => ({ files: { 'Item.js': 'while (true);' } }),
  () => ({ files: { 'Item.js': '({ Registry: {}, name: "string", n: "?number" })' } }),
  () => ({ $type: 'Item', n: 1 }),
  () => ({ $type: {}, n: 1 }),
  () => new Date(NaN),
  () => new Date(8.64e15),
  () => new Map([[{}, 1]]),
  () => new Set([1, 'a', new Set([2])]),
  () => new WeakMap(),
  () => new Error('an error'),
  () => /x/u,
  () => Promise.resolve(1),
  () => new Boolean(false),
  () => Object(Symbol('boxed')),
  () => Symbol('s'),
  () => Symbol.iterator,
  () => () => {},
  () => throwing,
  () => async () => {},
  () => function* generate() {},
  () => class Odd {},
  () => vm.runInNewContext('({ n: 1, at: new Date(0), list: [1], f() {} })'),
  () => globalThis,
  () => process.env,
  () => new URL('file:///etc/passwd'),
];

/** A value of any kind. `own`: what makes values of the test itself, objects of the storage. */
const hostile = (random, own, depth = 0) => {
  switch (random.below(depth > 3 ? 6 : 10)) {
    case 0:
      return random.pick([undefined, null, true, false]);
    case 1:
      return random.pick(random.chance(3) ? LARGE : NUMBERS);
    case 2:
      return random.pick(TEXTS);
    case 3:
      return random.pick(BYTES)();
    case 4:
      return random.pick(BIGS);
    case 5:
      return random.pick(own)();
    case 6:
    case 7:
      return random.pick(ODD)();
    case 8:
      return Array.from({ length: random.below(5) }, () => hostile(random, own, depth + 1));
    default: {
      const object = {};
      for (let i = random.below(5); i > 0; i--) {
        const value = hostile(random, own, depth + 1);
        try {
          object[random.pick(TEXTS)] = value;
        } catch {
          return object; // its prototype is one of those values now
        }
      }
      return object;
    }
  }
};

module.exports = { Random, OfUser, hostile };
