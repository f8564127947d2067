'use strict';

// Goal: every value that can be stored comes back as it was, and every other one is refused with
// the path to it, a code and a hint; nothing half-written remains.
// Method: values of all types and sizes through a storage; hostile objects; random ones.

const test = require('node:test');
const assert = require('node:assert');
const { gs, Place, refuses } = require('./support/storages.js');

const VALUES = {
  null: null,
  truth: true,
  zero: 0,
  negative: -1.5,
  negativeZero: -0,
  large: Number.MAX_VALUE,
  tiny: 5e-324,
  empty: '',
  ascii: 'Kyiv',
  long: 'x'.repeat(100_000),
  sixtyFour: 'y'.repeat(64),
  cyrillic: 'Київ',
  emoji: '👩‍💻 and 😀',
  nul: 'a\0b',
  int: 5n,
  int64Max: 2n ** 63n - 1n,
  int64Min: -(2n ** 63n),
  big: 2n ** 63n,
  bigNegative: -(10n ** 50n),
  date: new Date(1764547200123),
  before1970: new Date(-1),
  bytes: new Uint8Array([0, 1, 255]),
  noBytes: new Uint8Array(),
  list: [1, 'two', [3n], null, { four: 4 }],
  emptyList: [],
  object: { a: { b: { c: [] } }, 'with space': 1, '': 2 },
  emptyObject: {},
  set: new Set(['a', 1, null]),
  blob: new gs.BlobRef('ab'.repeat(32), 12),
};

test('values come back as they were', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert(VALUES);
  const stored = await storage.get(id);
  assert.deepStrictEqual(Object.keys(stored), Object.keys(VALUES));
  for (const [name, value] of Object.entries(VALUES)) {
    assert.deepStrictEqual(stored[name], value, name);
  }
  assert.ok(Object.is(stored.negativeZero, -0));
});

test('each alone, as a field, in a list and as a member', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  for (const [name, value] of Object.entries(VALUES)) {
    const id = await storage.insert({ field: value, list: [value], in: { member: value } });
    const stored = await storage.get(id);
    assert.deepStrictEqual(stored, { field: value, list: [value], in: { member: value } }, name);
  }
});

test('what JavaScript has and a record has not becomes what it stands for', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  class Point {
    constructor() {
      this.x = 1;
    }
  }
  const id = await storage.insert({
    url: new URL('https://example.com/a'),
    map: new Map([['a', 1]]),
    boxed: new String('text'),
    point: new Point(),
    buffer: Buffer.from([1]),
    bare: Object.assign(Object.create(null), { a: 1 }),
    missing: undefined,
  });
  assert.deepStrictEqual(await storage.get(id), {
    url: 'https://example.com/a',
    map: [['a', 1]],
    boxed: 'text',
    point: { x: 1 },
    buffer: new Uint8Array([1]),
    bare: { a: 1 },
  });
});

const circle = {};
circle.self = { circle };
const deep = () => {
  let value = [];
  for (let i = 0; i < 200; i++) value = [value];
  return value;
};

const REFUSED = [
  ['a function', { a: { f() {} } }, /^a\.f: a function cannot be stored/],
  ['a symbol', { s: Symbol('x') }, /^s: a symbol/],
  ['NaN', { list: [1, NaN] }, /^list\[1\]: NaN/],
  ['infinity', { n: -Infinity }, /^n: -Infinity/],
  ['undefined in a list', { list: [undefined] }, /^list\[0\]: undefined/],
  ['half a surrogate pair', { s: 'a\ud800' }, /^s: .*surrogate/],
  ['half a surrogate pair in a long text', { s: `${'é'.repeat(99)}\udc00` }, /surrogate/],
  ['half a surrogate pair in a name', { '\udfff': 1 }, /surrogate/],
  ['a circle', circle, /nested deeper than 128/],
  ['too deep a list', { deep: deep() }, /nested deeper than 128/],
  ['an invalid date', { d: new Date('x') }, /^d: an invalid Date/],
  ['a promise', { p: Promise.resolve(1) }, /^p: a promise/],
  ['a typed array of numbers', { a: new Float64Array(1) }, /^a: .*Float64Array/],
  [
    'a getter that throws',
    Object.defineProperty({}, 'x', {
      enumerable: true,
      get() {
        throw new Error('boo');
      },
    }),
    /cannot be read: boo/,
  ],
  [
    'a getter that removes a member',
    {
      get a() {
        delete this.b;
        return 1;
      },
      b: 2,
      c: 3,
    },
    /changes while it is read/,
  ],
  [
    'a toJSON that never ends',
    {
      x: {
        toJSON() {
          return this;
        },
      },
    },
    /./,
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('trap');
        },
      },
    ),
    /trap/,
  ],
  [
    'a revoked proxy',
    (() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return { proxy };
    })(),
    /./,
  ],
  ['a list as a record', [1], /a record is an object/],
  ['a text as a record', 'x', /a record is an object/],
  ['null as a record', null, /a record is an object/],
  ['nothing as a record', undefined, /a record is an object/],
];

for (const [what, value, pattern] of REFUSED) {
  test(`${what} is refused, and nothing is written`, async (t) => {
    const place = new Place(t);
    const storage = await place.open();
    const good = storage.insertInto('T', { n: 1 });
    const bad = storage.insertInto('T', value);
    const after = storage.insertInto('T', { n: 2 });
    await refuses(bad, 'GS_INVALID', pattern);
    await Promise.all([good, after]);
    const rows = await storage.T.all();
    assert.deepStrictEqual(
      rows.map((row) => row.n),
      [1, 2],
    );
  });
}

test('a getter that writes, or closes the storage, harms nothing', async (t) => {
  const storage = await new Place(t).open();
  let inner = null;
  const writes = {
    a: 1,
    get b() {
      inner = storage.insert({ inner: true });
      return 2;
    },
  };
  const id = await storage.insert(writes);
  await refuses(inner, 'GS_INVALID', /while another value is being read/);
  assert.deepStrictEqual(await storage.get(id), { a: 1, b: 2 });
  const closes = {
    get c() {
      storage.close();
      return 3;
    },
  };
  const before = storage.insert({ before: true });
  const outcome = await Promise.allSettled([before, storage.insert(closes)]);
  for (const { status, reason } of outcome) {
    assert.ok(status === 'fulfilled' || reason.code === 'GS_CLOSED', reason);
  }
});

test('a text larger than a record is refused', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  await refuses(storage.insert({ s: 'x'.repeat(17 * 1024 * 1024) }), 'GS_TOO_LARGE');
  const half = 'x'.repeat(9 * 1024 * 1024);
  await refuses(storage.insert({ a: half, b: half }), 'GS_TOO_LARGE');
});

test('names that change prototypes are names like others', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const evil = JSON.parse(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}},"toString":2}',
  );
  const id = await storage.insertInto('T', evil);
  for (const data of [await storage.get(id), storage.peek(id), (await storage.T.all())[0]]) {
    assert.deepStrictEqual(
      Object.keys(data).filter((name) => name !== '$type'),
      Object.keys(evil),
    );
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(data, '__proto__').value, {
      polluted: 1,
    });
    assert.strictEqual(data.toString, 2);
  }
  const [row] = await storage.T.select('__proto__').all();
  assert.deepStrictEqual(Object.keys(row), ['__proto__']);
  assert.strictEqual({}.polluted, undefined);
  assert.strictEqual({}.x, undefined);
});

// A random value from a seed, small ones mostly.
const maker = (seed) => {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit) => Math.floor(random() * limit);
  const text = () => {
    const letters = ['a', 'Z', 'é', 'Ж', '€', '😀', '"', '\\', '\n', '\0'];
    return Array.from(
      { length: below(random() < 0.1 ? 300 : 12) },
      () => letters[below(letters.length)],
    ).join('');
  };
  const value = (depth) => {
    switch (below(depth > 3 ? 8 : 11)) {
      case 0:
        return null;
      case 1:
        return random() < 0.5;
      case 2:
        return (random() - 0.5) * 10 ** below(300);
      case 3:
        return below(1000);
      case 4:
        return BigInt(below(2 ** 30)) ** BigInt(below(8)) * (random() < 0.5 ? 1n : -1n);
      case 5:
        return new Date(below(2 ** 31) * 1000);
      case 6:
        return text();
      case 7:
        return Uint8Array.from({ length: below(20) }, () => below(256));
      case 8:
        return Array.from({ length: below(5) }, () => value(depth + 1));
      case 9:
        return new Set(Array.from({ length: below(4) }, () => text()));
      default:
        return object(depth + 1);
    }
  };
  const object = (depth) => {
    const made = {};
    for (let i = below(8); i > 0; i--) made[`${text()}${i}`] = value(depth);
    return made;
  };
  return object;
};

test('random objects come back as they were, by every way', async (t) => {
  const seed = Number(process.env.GS_SEED) || 20261130;
  t.diagnostic(`seed ${seed}`);
  const place = new Place(t);
  const storage = await place.open();
  const make = maker(seed);
  const objects = Array.from({ length: 300 }, () => make(0));
  const { ids } = await storage.collection('T').insertMany(objects);
  const sorted = (value) => (value instanceof Set ? [...value].sort() : value);
  const same = (a, b) => {
    assert.deepStrictEqual(Object.keys(a), Object.keys(b));
    for (const name of Object.keys(a)) {
      const [one, other] = [sorted(a[name]), sorted(b[name])];
      if (one instanceof Uint8Array) assert.deepStrictEqual([...one], [...other]);
      else assert.deepStrictEqual(one, other);
    }
  };
  const many = await storage.T.getMany(ids);
  const rows = new Map((await storage.T.all()).map((row) => [row.id, row]));
  for (let i = 0; i < objects.length; i++) {
    same(objects[i], storage.T.peek(ids[i]).toObject());
    same(objects[i], many[i].toObject());
    same(objects[i], { ...rows.get(ids[i]) });
  }
});
