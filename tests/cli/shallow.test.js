'use strict';

// Storages without what their records were before a version.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, run, EXIT } = require('./gstore.js');

const at = (directory, args) => {
  const { code, out, err } = run(['-d', directory, ...args]);
  assert.strictEqual(code, EXIT.ok, err);
  return out;
};
const digestOf = (directory) => JSON.parse(at(directory, ['digest', '--json'])).digest;

const DROPPED = /history before [0-9a-f]{64} was dropped here/;

/** Kyiv, written three times, with a tag in between. */
const filled = (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","n":1}']).trim();
  place.ok(['update', id, '{"n":2}']);
  place.ok(['tag', 'two']);
  place.ok(['update', id, '{"n":3}']);
  return { place, id };
};

test('shallow tells what it would drop, drops it, and says later that it is gone', (t) => {
  const { place, id } = filled(t);
  const preview = place.json(['shallow', '--preview']);
  assert.strictEqual(preview.preview, true);
  assert.strictEqual(preview.operations, 3);
  assert.match(place.run(['shallow', '--preview']).err, /^shallow: would drop the contents of 3 operations of \d+ changes, /);
  assert.match(place.ok(['get', id, '--at', 'two']), /"n":2/);

  const before = digestOf(place.directory);
  const { out, err, code } = place.run(['shallow']);
  assert.strictEqual(code, EXIT.ok, err);
  assert.match(out, /^before [0-9a-f]{64}\n$/);
  assert.match(err, /^shallow: dropped the contents of 3 operations of \d+ changes, /);
  assert.match(err, / of the log\. The base has /);
  assert.strictEqual(digestOf(place.directory), before);
  assert.match(place.ok(['get', id]), /"n":3/);
  assert.strictEqual(place.json(['verify', '--full']).dropped, 3);
  assert.match(place.ok(['verify']), /^ {2}base +ok +1 checked$/m);

  for (const args of [['get', id, '--at', 'two'], ['diff', 'two'], ['proof', id], ['undo'], ['find', '-c', 'City', '--at', 'two']]) {
    place.fails(EXIT.notFound, args, DROPPED);
  }
  assert.match(place.ok(['log']), /^-- shallow: what records were up to here was dropped/);
  const lines = place.ok(['history', id]).trim().split('\n');
  assert.strictEqual(lines.length, 3);
  for (const line of lines) assert.match(line, / (insert|update) dropped$/);
  place.fails(EXIT.notFound, ['bundle', 'create', place.path('all.gsb')], /the other side lacks changes that were dropped here/);
});

test('what comes after the cut goes on as before', (t) => {
  const { place, id } = filled(t);
  const whole = place.path('whole');
  run(['clone', place.directory, whole]);
  const head = at(whole, ['digest']).match(/head +([0-9a-f]{64})/)[1];
  place.run(['shallow', '--before', 'two']);
  assert.match(place.ok(['get', id, '--at', 'two']), /"n":2/);
  place.ok(['update', id, '{"n":4}']);
  place.ok(['undo']);
  assert.match(place.ok(['get', id]), /"n":3/);
  place.ok(['redo']);
  place.run(['bundle', 'create', place.path('new.gsb'), '--since', head]);
  at(whole, ['bundle', 'apply', place.path('new.gsb')]);
  assert.strictEqual(digestOf(whole), digestOf(place.directory));
  // And back, upon what the shallow one does not have any more.
  at(whole, ['update', id, '{"by":"whole"}']);
  run(['-d', whole, 'bundle', 'create', place.path('back.gsb')]);
  place.ok(['bundle', 'apply', place.path('back.gsb')]);
  assert.strictEqual(digestOf(whole), digestOf(place.directory));
});

test('a shallow clone is a replica', (t) => {
  const { place, id } = filled(t);
  const other = place.path('b');
  const made = run(['clone', place.directory, other, '--shallow', '--before', 'two']);
  assert.strictEqual(made.code, EXIT.ok, made.err);
  assert.strictEqual(digestOf(other), digestOf(place.directory));
  assert.match(at(other, ['get', id, '--at', 'two']), /"n":2/);
  assert.match(place.ok(['get', id, '--at', 'two']), /"n":2/); // the source is whole
  const { code, err } = run(['-d', other, 'shallow', '--before', 'nothing']);
  assert.strictEqual(code, EXIT.notFound, err);
  place.fails(EXIT.usage, ['clone', place.directory, place.path('c'), '--before', 'two'], /--shallow/);
  // A backup of it is restored, and an erasure reaches its base.
  at(other, ['backup', place.path('backup')]);
  run(['restore', place.path('backup'), place.path('d')]);
  assert.strictEqual(digestOf(place.path('d')), digestOf(other));
  at(place.path('d'), ['erase', id, '--reason', 'asked']);
  assert.strictEqual(run(['-d', place.path('d'), 'get', id]).code, EXIT.notFound);
  assert.strictEqual(run(['-d', place.path('d'), 'verify', '--full']).code, EXIT.ok);
});

test('a storage is made of a bundle that has a state', (t) => {
  const { place, id } = filled(t);
  const file = place.path('c.gsb');
  assert.strictEqual(place.json(['bundle', 'create', file, '--checkpoint']).checkpoint, true);
  const other = place.path('b');
  assert.match(at(other, ['bundle', 'apply', file]), /^taken +0\nknown +\d+\n/);
  assert.strictEqual(digestOf(other), digestOf(place.directory));
  const { code, err } = run(['-d', other, 'get', id, '--at', 'two']);
  assert.strictEqual(code, EXIT.notFound);
  assert.match(err, DROPPED);
  place.fails(EXIT.usage, ['bundle', 'create', file, '--checkpoint', '--since', 'two'], /--since/);
});
