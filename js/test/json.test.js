'use strict';

// Goal: what is stored is what was given, or an error says where it could not be.
// Method: copies are compared with what JSON makes of the same value; values that JSON would
// change in silence are refused with their place.

const { test } = require('node:test');
const assert = require('node:assert');
const { CHARACTERS_MAX, DEPTH_MAX, copyOf, parse } = require('../lib/disk/json.js');
const { BAD_VALUES, isBad, refuses } = require('./support/place.js');

const nested = (depth) => {
  let value = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

test('a copy is what JSON makes of a value', () => {
  class Point {
    constructor() {
      this.x = 1;
    }
  }
  const values = [
    null,
    true,
    0,
    -1.5,
    '',
    'ж\u0000😀',
    [],
    {},
    [[1, [null]]],
    { b: 1, a: { c: [] } },
    new Date(0),
    new Point(),
    { a: undefined, b: 2 },
    Object.assign(Object.create(null), { k: 1 }),
    { toJSON: () => ({ z: 1 }) },
    { constructor: 1, toString: 2 },
    Buffer.from('ab'),
  ];
  for (const value of values) {
    const copy = copyOf(value, 'value');
    assert.strictEqual(JSON.stringify(copy), JSON.stringify(value));
  }
});

test('a copy shares nothing with the value', () => {
  const value = { list: [{ n: 1 }] };
  const copy = copyOf(value, 'value');
  value.list[0].n = 2;
  assert.deepStrictEqual(copy, { list: [{ n: 1 }] });
});

test('one object in two places is no cycle', () => {
  const shared = { n: 1 };
  assert.deepStrictEqual(copyOf([shared, shared], 'value'), [{ n: 1 }, { n: 1 }]);
});

for (const [name, value] of Object.entries(BAD_VALUES)) {
  test(`${name} is refused`, () => {
    assert.throws(() => copyOf(value, 'value'), isBad);
  });
}

test('the message names the place', async () => {
  await refuses(
    () => copyOf(BAD_VALUES['a cycle'], 'The data'),
    'GS_INVALID',
    /^The data\.self\.cycle is an object that contains itself/,
  );
  await refuses(
    () => copyOf({ a: [1, { b: NaN }] }, 'The data'),
    'GS_INVALID',
    /^The data\.a\[1\]\.b is NaN/,
  );
});

test('the depth has a limit', async () => {
  copyOf(nested(DEPTH_MAX), 'value');
  await refuses(() => copyOf(nested(DEPTH_MAX + 1), 'value'), 'GS_TOO_LARGE', /deeper than/);
});

test('the size has a limit, also for many references to one text', async () => {
  const text = 'x'.repeat(1024 * 1024);
  const pieces = CHARACTERS_MAX / text.length;
  await refuses(() => copyOf(new Array(pieces).fill(text), 'value'), 'GS_TOO_LARGE');
});

test('a text that is no JSON is named', async () => {
  await refuses(() => parse('{"a":', 'The file x'), 'GS_DAMAGED', /^The file x is no JSON/);
});
