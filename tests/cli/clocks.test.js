'use strict';

// Machines whose clocks are wrong.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, PROGRAM, run, EXIT } = require('./gstore.js');

// A command line of a machine whose clock differs by so much: '+2h'.
const runAt = (offset, directory, args) => {
  const { code, out, err } = run(['-f', offset, PROGRAM, '-d', directory, ...args], { program: 'faketime' });
  assert.strictEqual(code, EXIT.ok, err);
  return out;
};

const withReplica = (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv"}']).trim();
  const other = place.path('b');
  assert.strictEqual(run(['clone', place.directory, other]).code, EXIT.ok);
  return { place, id, other, bundle: place.path('late.gsb') };
};

test('a change from a clock that is two hours ahead waits, and its writer is named', (t) => {
  const { place, id, other, bundle } = withReplica(t);
  runAt('+2h', other, ['update', id, '{"name":"Lviv"}']);
  const { writer } = JSON.parse(run(['-d', other, 'log', '-n', '1', '--json']).out);
  assert.strictEqual(run(['-d', other, 'bundle', 'create', bundle]).code, EXIT.ok);

  const { code, out, err } = place.run(['bundle', 'apply', bundle]);
  assert.strictEqual(code, EXIT.ok, err);
  assert.match(out, /^taken {4}0\nknown {4}\d+\nwaiting {2}1 {2}\(1 early\)\nrefused {2}0\n$/);
  assert.match(err, new RegExp(`^bundle apply: 1 change is ahead of time: the clock of writer ${writer} says \\S+Z\\. .*\\n$`));
  const report = place.json(['bundle', 'apply', bundle]);
  assert.deepStrictEqual([report.waiting, report.early], [1, 1]);
  const [early] = report.early_changes;
  assert.strictEqual(early.writer, writer);
  const aheadMs = Date.parse(early.time) - Date.now();
  assert.ok(aheadMs > 3600e3 && aheadMs < 2 * 3600e3 + 1000, early.time);
  assert.deepStrictEqual(place.json(['get', id]).data, { name: 'Kyiv' });

  // When its time has come the next bundle brings it, whatever is in that.
  assert.match(runAt('+2h', place.directory, ['bundle', 'apply', bundle]), /^taken {4}1\n/);
  assert.deepStrictEqual(place.json(['get', id]).data, { name: 'Lviv' });
});

test('a clock that was set back does not stop its own writer', (t) => {
  const { place, id, other, bundle } = withReplica(t);
  runAt('+2h', other, ['update', id, '{"n":1}']);
  for (const n of [2, 3]) assert.strictEqual(run(['-d', other, 'update', id, `{"n":${n}}`]).code, EXIT.ok);
  assert.strictEqual(JSON.parse(run(['-d', other, 'get', id, '--json']).out).data.n, 3);
  // What is written upon an early change waits with it.
  assert.strictEqual(run(['-d', other, 'bundle', 'create', bundle]).code, EXIT.ok);
  const report = place.json(['bundle', 'apply', bundle]);
  assert.deepStrictEqual([report.taken, report.waiting, report.early], [0, 3, 1]);
  assert.match(runAt('+2h', place.directory, ['bundle', 'apply', bundle]), /^taken {4}3\n/);
  assert.strictEqual(place.json(['get', id]).data.n, 3);
});
