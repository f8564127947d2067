'use strict';

// Goal: what is kept in memory is bounded and never of another version.
// Method: more texts than fit; marks that differ.

const { test } = require('node:test');
const assert = require('node:assert');
const { BYTES_MAX, TextCache } = require('../lib/files/cache.js');

test('upstream: caches grow for ever', () => {
  const cache = new TextCache();
  const text = 'x'.repeat(100000);
  for (let i = 0; i < 1000; i++) {
    cache.set(`id-${i}`, 'mark', text);
    assert.ok(cache.bytes <= BYTES_MAX);
  }
  assert.strictEqual(cache.get('id-0', 'mark'), null);
  assert.strictEqual(cache.get('id-999', 'mark'), text);
  cache.clear();
  assert.strictEqual(cache.bytes, 0);
});

test('many small texts are bounded as well', () => {
  const cache = new TextCache();
  for (let i = 0; i < 300000; i++) cache.set(`id-${i}`, 'mark', '');
  assert.ok(cache.bytes <= BYTES_MAX);
  assert.strictEqual(cache.get('id-0', 'mark'), null);
});

test('what is used stays', () => {
  const cache = new TextCache();
  const text = 'x'.repeat(BYTES_MAX / 64);
  cache.set('used', '1', 'text');
  cache.set('unused', '1', 'text');
  for (let i = 0; i < 100; i++) {
    cache.set(`id-${i}`, '1', text);
    assert.strictEqual(cache.get('used', '1'), 'text');
  }
  assert.strictEqual(cache.get('unused', '1'), null);
});

test('a text is given for its own mark only', () => {
  const cache = new TextCache();
  cache.set('a', '1', 'text');
  assert.strictEqual(cache.get('a', '2'), null);
  assert.strictEqual(cache.get('a', '1'), 'text');
  cache.set('a', '2', 'new');
  assert.strictEqual(cache.get('a', '1'), null);
  cache.delete('a');
  cache.delete('a');
  assert.strictEqual(cache.bytes, 0);
});

test('a text that is larger than the cache is not kept', () => {
  const cache = new TextCache();
  cache.set('a', '1', 'x'.repeat(BYTES_MAX));
  assert.strictEqual(cache.bytes, 0);
});
