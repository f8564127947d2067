'use strict';

// revert, undo and redo.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Place, run, EXIT, DIGEST } = require('./gstore.js');

const headOf = (place) => place.json(['log', '-n', '1']).change;

test('a change is taken back, and what was written since stays', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","n":1}']).trim();
  place.ok(['update', id, '{"name":"Kiev","n":2}']);
  const change = headOf(place);
  place.ok(['update', id, '{"n":3}']);
  const { writer } = place.json(['log', '-n', '1']);
  assert.strictEqual(place.ok(['revert', change.slice(0, 12)]),
    `changed  ${id} City  name: "Kiev" -> "Kyiv"\n` +
    `kept  ${id} City  n  written since by writer ${writer.slice(0, 12)}\n`);
  assert.deepStrictEqual(place.json(['get', id]).data, { name: 'Kyiv', n: 3 });
  const { time, ...again } = place.json(['revert', change]);
  assert.match(time, /^\d{4}-/);
  const kept = ['name', 'n'].map((field) => ({ id, collection: 'City', field, why: 'written', writer }));
  assert.deepStrictEqual(again, { change, records: [], kept });
  const { code, err } = run(['-d', place.directory, 'revert', change]);
  assert.strictEqual(code, EXIT.ok);
  assert.match(err, /^Nothing of what change \w+ wrote is left to take back\.\n$/);
  place.fails(EXIT.notFound, ['revert', '0123456789'], /no change/);
});

test('undo goes back and redo forward, in one process after the other', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"n":0}']).trim();
  place.ok(['counter', 'add', id, 'n', '5']);
  place.ok(['delete', id]);
  place.fails(EXIT.notFound, ['redo'], /nothing was undone since the last write/);
  assert.strictEqual(place.ok(['undo']), `added  ${id} City  n: 5\n`);
  assert.strictEqual(place.ok(['undo']), `changed  ${id} City  n: 5 -> 0\n`);
  assert.strictEqual(place.ok(['undo']), `removed  ${id} City  n: 0\n`);
  place.fails(EXIT.notFound, ['undo'], /nothing that was written here is left to undo/);
  const { records, kept, change } = place.json(['redo']);
  assert.match(change, DIGEST);
  assert.deepStrictEqual([records.length, kept], [1, []]);
  assert.strictEqual(place.ok(['redo']), `changed  ${id} City  n: 0 -> 5\n`);
  assert.strictEqual(place.ok(['redo']), `removed  ${id} City  n: 5\n`);
  assert.strictEqual(place.ok(['undo']), `added  ${id} City  n: 5\n`);
  assert.deepStrictEqual(place.json(['get', id]).data, { n: 5 });
  const kinds = place.json(['show', headOf(place)]).operations.map((each) => each.kind);
  assert.deepStrictEqual(kinds, ['revert', 'expect', 'set']);
  place.ok(['verify', '--full']);
});

test('what the schema does not allow any more is not taken back', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"n":"one"}']).trim();
  place.ok(['update', id, '{"n":2}']);
  const change = headOf(place);
  fs.mkdirSync(place.path('schemas'));
  place.file('schemas/City.js', "({ Entity: {}, n: 'number' })");
  place.ok(['schema', 'apply', place.path('schemas'), '--allow-unsafe']);
  const { code, err } = place.run(['revert', change]);
  assert.strictEqual(code, EXIT.failure);
  assert.match(err, /n: expected number, got string/);
  assert.deepStrictEqual(place.json(['get', id]).data, { n: 2 });
});

test('a number is subtracted from once', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"n":1}']).trim();
  place.ok(['counter', 'add', id, 'n', '5']);
  const change = headOf(place);
  assert.strictEqual(place.ok(['revert', change]), `changed  ${id} City  n: 6 -> 1\n`);
  const { code, out, err } = place.run(['revert', change]);
  assert.deepStrictEqual([code, out], [EXIT.ok, '']);
  assert.match(err, /^Nothing of what change \w+ wrote is left to take back\.\n$/);
  assert.strictEqual(place.ok(['undo']), `changed  ${id} City  n: 1 -> 6\n`);
  assert.strictEqual(place.ok(['revert', change]), `changed  ${id} City  n: 6 -> 1\n`);
});

test('what was written on a merged branch is undone, and the merge says what to revert', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"n":0,"m":0}']).trim();
  place.ok(['checkout', '-b', 'draft']);
  place.ok(['update', id, '{"n":1}']);
  const change = headOf(place);
  place.ok(['checkout', 'main']);
  place.ok(['update', id, '{"m":1}']);
  place.ok(['merge', 'draft']);
  const { code, err } = place.run(['revert', headOf(place)]);
  assert.strictEqual(code, EXIT.failure);
  assert.match(err, new RegExp(`is a merge, .* the newest one first: ${change.slice(0, 12)}\\.\n`));
  assert.strictEqual(place.ok(['undo']), `changed  ${id} City  m: 1 -> 0\n`);
  assert.strictEqual(place.ok(['undo']), `changed  ${id} City  n: 1 -> 0\n`);
  assert.strictEqual(place.ok(['redo']), `changed  ${id} City  n: 0 -> 1\n`);
});

test('the shell takes back, too', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"n":0}']).trim();
  place.ok(['update', id, '{"n":1}']);
  const shell = (line) => place.ok(['shell', '-e', line]).trim();
  assert.strictEqual(shell('db.undo().records[0].fields[0].after'), '0');
  assert.strictEqual(shell('db.redo().kept.length'), '0');
  assert.strictEqual(shell(`db.get('${id}').n`), '1');
  assert.strictEqual(shell(`db.revert('${headOf(place)}').time instanceof Date`), 'true');
  assert.strictEqual(shell(`db.get('${id}').n`), '0');
});
