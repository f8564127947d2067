'use strict';

// Goal: the helpers do what upstream documents, and no input reaches prototypes or never ends.
// Method: each rule by example; fields with the names of prototypes; objects that hold themselves.

const { test } = require('node:test');
const assert = require('node:assert');
const { apply, diff, merge } = require('../lib/compatible/crdt.js');
const { refuses } = require('./support/place.js');

test('a difference has added and changed fields, and undefined for removed ones', () => {
  assert.deepStrictEqual(diff({}, {}), {});
  assert.deepStrictEqual(diff({ a: 1, b: 2, c: 3 }, { a: 1, b: 20, d: 4 }), {
    b: 20,
    d: 4,
    c: undefined,
  });
  assert.deepStrictEqual(diff({ u: { n: 'A', x: 1 } }, { u: { n: 'B', x: 1 } }), { u: { n: 'B' } });
  assert.deepStrictEqual(diff({ u: 5 }, { u: { n: 1 } }), { u: { n: 1 } });
  assert.deepStrictEqual(diff(undefined, { a: 1 }), { a: 1 });
  assert.deepStrictEqual(diff({ a: 1 }, 'text'), { a: undefined });
});

test('of arrays and sets a difference has the added elements only', () => {
  assert.deepStrictEqual(diff({ l: [1, 2] }, { l: [2, 3, 3] }), { l: [3] });
  assert.deepStrictEqual(diff({ l: [1, 2] }, { l: [1] }), {});
  assert.deepStrictEqual(diff({ l: new Set(['a']) }, { l: new Set(['a', 'b']) }), { l: ['b'] });
  assert.deepStrictEqual(diff({ l: 5 }, { l: [1] }), { l: [1] });
});

test('dates have no difference, as upstream documents', () => {
  assert.deepStrictEqual(diff({ d: new Date(0) }, { d: new Date(1) }), {});
});

test('null has no difference', async () => {
  await refuses(() => diff(null, {}), 'GS_INVALID', /^Cannot convert undefined or null to object/);
  await refuses(() => diff({}, null), 'GS_INVALID');
  await refuses(() => diff({ a: null }, { a: {} }), 'GS_INVALID');
});

test('a merge adds numbers, unites lists, goes into objects and removes what is undefined', () => {
  assert.deepStrictEqual(merge({ a: 1, b: 2 }, { b: 20, c: 3 }), { a: 1, b: 22, c: 3 });
  assert.deepStrictEqual(merge({ l: [1, 2] }, { l: [2, 3] }), { l: [1, 2, 3] });
  assert.deepStrictEqual(merge({ l: new Set([1]) }, { l: new Set([2]) }), { l: [1, 2] });
  assert.deepStrictEqual(merge({ u: { n: 'A', x: 1 } }, { u: { x: 2 } }), { u: { n: 'A', x: 3 } });
  assert.deepStrictEqual(merge({ a: 1, b: 2 }, { b: undefined }), { a: 1 });
  assert.deepStrictEqual(merge({ a: '1' }, { a: 2 }), { a: 2 });
  assert.deepStrictEqual(merge([1, 2], { 1: 5 }), [1, 7]);
});

test('a merge with nothing is what is there', () => {
  const source = { a: 1 };
  for (const delta of [null, undefined, 0, 'x']) assert.strictEqual(merge(source, delta), source);
  for (const other of [null, undefined, 5]) assert.strictEqual(merge(other, source), source);
});

test('a merge changes neither of its arguments', () => {
  const source = { a: 1, u: { x: 1 }, l: [1] };
  const delta = { a: 2, u: { x: 2 }, l: [2] };
  const before = JSON.stringify([source, delta]);
  merge(source, delta);
  assert.strictEqual(JSON.stringify([source, delta]), before);
});

test('a history is applied record by record', () => {
  const history = [
    null,
    5,
    {},
    { type: 'unknown' },
    { type: 'delta' },
    { type: 'write', data: { lost: 1 } },
    { type: 'delta', data: { b: 2, c: 1 } },
    { type: 'inc', key: 'a', value: 5 },
    { type: 'dec', key: 'b', value: 1 },
    { type: 'delete', key: 'c' },
  ];
  const state = apply({ a: 1 }, history);
  assert.deepStrictEqual(state, { a: 6, b: 1, c: undefined });
  assert.ok('c' in state);
  const source = { a: 1 };
  for (const none of [null, undefined, 'text', {}]) assert.strictEqual(apply(source, none), source);
  assert.deepStrictEqual(apply(null, []), {});
});

test('no field reaches a prototype', () => {
  const polluted = '{"polluted":1}';
  const hostile = JSON.parse(`{"__proto__":${polluted},"constructor":{"prototype":${polluted}}}`);
  const results = [
    merge({}, hostile),
    merge({ a: 1 }, hostile),
    diff({}, hostile),
    apply({}, [
      { type: 'delta', data: hostile },
      { type: 'inc', key: '__proto__', value: 1 },
    ]),
  ];
  for (const result of results) {
    assert.strictEqual(Object.getPrototypeOf(result), Object.prototype);
    assert.ok(Object.keys(result).includes('__proto__'));
    assert.strictEqual({}.polluted, undefined);
  }
  assert.strictEqual(merge({}, JSON.parse('{"toString":1}')).toString, 1);
  for (const type of ['__proto__', 'constructor', 'toString']) {
    assert.deepStrictEqual(apply({ a: 1 }, [{ type }]), { a: 1 });
  }
});

test('objects that contain themselves end with an error', async () => {
  const cycle = () => {
    const object = { n: 1 };
    object.self = object;
    return object;
  };
  await refuses(() => diff(cycle(), cycle()), 'GS_INVALID', /contain themselves/);
  await refuses(() => merge(cycle(), cycle()), 'GS_INVALID', /contain themselves/);
});
