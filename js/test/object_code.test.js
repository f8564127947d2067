'use strict';

// Goal: whole objects of records are the same whether code was made for their shape or not,
// whatever their fields are called and hold.
// Method: each record before there is code for its shape and after it; records of that shape that
// the code is not for; a process in which no code can be made.

const test = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const gs = require('../globalstorage.js');
const { Memory } = require('../lib/values/decode.js');
const { shapeOf } = require('../lib/values/shape.js');
const { TYPE } = require('../lib/values/types.js');
const { Place } = require('./support/storages.js');

const OFTEN = 100;

const NAMES = [
  'plain',
  'with space',
  "quote'",
  'double"',
  'back\\slash',
  'line\nbreak',
  '\u2028',
  '${evil}',
  '`',
  "'];throw new Error('run');['",
  'constructor',
  'toString',
  'id',
  'view',
  'Київ',
];

const VALUES = {
  number: 1.5,
  truth: true,
  int: 5n,
  big: -(2n ** 70n),
  date: new Date(5),
  bytes: new Uint8Array([1]),
  list: [1, { a: [null] }],
  object: { a: 1 },
  set: new Set([1, 'a']),
  blob: new gs.BlobRef('ab'.repeat(32), 12),
  text: 'Kyiv',
};

const TEXTS = ['', 'a', 'Kyiv', 'Київ', '😀', 'x'.repeat(30), 'y'.repeat(600), 'z\0z'];

const objectsOf = async (t, list, options) => {
  const storage = await new Place(t).open();
  const items = storage.collection('Item');
  const { ids } = await items.insertMany(list, options);
  const read = () => ids.map((id) => items.peek(id).toObject());
  const before = read();
  for (const id of ids) for (let i = 0; i < OFTEN; i++) items.peek(id).toObject();
  return { before, after: read() };
};

const staysAsItWas = async (t, list, options) => {
  const { before, after } = await objectsOf(t, list, options);
  assert.deepStrictEqual(before, list);
  assert.deepStrictEqual(after, list);
};

test('values of all types, and texts of all kinds', async (t) => {
  await staysAsItWas(t, [VALUES, VALUES]);
  await staysAsItWas(t, [{ k: 'one', ...VALUES }], { key: 'k' });
  await staysAsItWas(t, [{ only: 'text' }]);
  await staysAsItWas(t, [{}]);
  const texts = TEXTS.flatMap((a) => TEXTS.map((b) => ({ a, b, c: a, n: 1, d: b })));
  await staysAsItWas(t, texts);
  await staysAsItWas(t, texts, { key: ({ a, b }) => `${TEXTS.indexOf(a)}-${TEXTS.indexOf(b)}` });
});

test('fields that are null or not there', async (t) => {
  const list = [];
  for (let bits = 0; bits < 64; bits++) {
    const object = { a: 'text', b: 1, c: 'other', d: 'third' };
    if (bits & 1) object.a = null;
    if (bits & 2) delete object.b;
    if (bits & 4) object.b = null;
    if (bits & 8) delete object.c;
    if (bits & 16) object.d = null;
    if (bits & 32) object.e = true;
    list.push(object);
  }
  await staysAsItWas(t, list);
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, `text ${i}`]));
  await staysAsItWas(t, [wide, { ...wide, f99: null }, { ...wide, f31: null }]);
});

// The engine gives such records shapes of their own; docs/FORMAT.md allows others.
test('records that lack fields of their shape are left to other code', () => {
  const fields = [
    [TYPE.number, 'n'],
    [TYPE.string, 'text'],
  ];
  const definition = Buffer.concat([
    Buffer.from([0, 0, fields.length, ...new Array(21).fill(0)]),
    ...fields.map(([type, name]) => Buffer.from([type, 0, name.length, 0, ...Buffer.from(name)])),
  ]);
  const shape = shapeOf(definition);
  const record = (present, nothing) => {
    const memory = new Memory(new ArrayBuffer(64));
    const at = 24; // behind the head of the row
    memory.view.setUint32(at + 8, present, true);
    memory.view.setUint32(at + 12, nothing, true);
    memory.view.setFloat64(at + 16, 1.5, true);
    memory.view.setUint32(at + 24, 4, true);
    memory.bytes.write('Kyiv', at + 28);
    return shape.record(memory, 0).toObject();
  };
  for (let i = 0; i < OFTEN; i++) {
    assert.deepStrictEqual(record(3, 0), { n: 1.5, text: 'Kyiv' });
    assert.deepStrictEqual(record(1, 0), { n: 1.5 });
    assert.deepStrictEqual(record(2, 0), { text: 'Kyiv' });
    assert.deepStrictEqual(record(3, 1), { n: null, text: 'Kyiv' });
    assert.deepStrictEqual(record(3, 2), { n: 1.5, text: null });
  }
});

test('names that would be code are names', async (t) => {
  const object = Object.fromEntries(NAMES.map((name, i) => [name, i]));
  const texts = Object.fromEntries(NAMES.map((name) => [name, `text of ${name}`]));
  await staysAsItWas(t, [object, texts]);
  const proto = JSON.parse('{"__proto__":"mine","a":"1","b":"2"}');
  const { after } = await objectsOf(t, [proto]);
  assert.ok(Object.hasOwn(after[0], '__proto__'));
  assert.strictEqual(Object.getPrototypeOf(after[0]), Object.prototype);
  assert.strictEqual(JSON.stringify(after[0]), JSON.stringify(proto));
});

test('an object is of whoever asked for it', async (t) => {
  const storage = await new Place(t).open();
  const { id } = await storage.collection('Item').insert(VALUES);
  const record = storage.peek(id);
  for (let i = 0; i < OFTEN; i++) {
    const object = record.toObject();
    assert.deepStrictEqual(object, VALUES);
    object.list[1].a.push(i);
    object.object.a = 2;
    object.set.clear();
    object.text = '';
  }
});

test('without leave to make code it works as well', async (t) => {
  const place = new Place(t);
  const source = `
    const gs = require(process.argv[1]);
    const run = async () => {
      const storage = await gs.open({ path: process.argv[2] });
      const { id } = await storage.collection('Item').insert({ a: 'x', n: 1 });
      for (let i = 0; i < ${OFTEN}; i++) {
        if (storage.peek(id).toObject().a !== 'x') throw new Error('not there');
      }
      await storage.close();
      console.log('done');
    };
    run();
  `;
  const flag = '--disallow-code-generation-from-strings';
  const root = path.join(__dirname, '../globalstorage.js');
  const args = [flag, '-e', source, root, place.path()];
  assert.match(execFileSync(process.execPath, args, { encoding: 'utf8' }), /done/);
});
