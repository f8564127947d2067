'use strict';

// Lists that several writers edit: what the commands of `gstore list` print and how they end.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, EXIT } = require('./gstore.js');

const UNKNOWN = '01936c1e-1f7a-7abc-8def-0123456789ab';

test('list insert, delete, move and set print the list', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Plan', '{"title":"One","steps":["a","b"]}']).trim();
  const list = (what, ...words) => place.ok(['list', what, id, 'steps', ...words]).trim();
  assert.strictEqual(list('insert', '1', 'x', '5', '[1,2]'), '["a","x",5,[1,2],"b"]');
  assert.strictEqual(list('insert', 'end', 'two words'), '["a","x",5,[1,2],"b","two words"]');
  assert.strictEqual(list('delete', '2', '2'), '["a","x","b","two words"]');
  assert.strictEqual(list('delete', '3'), '["a","x","b"]');
  assert.strictEqual(list('move', '0', '2'), '["x","b","a"]');
  assert.strictEqual(list('set', '1', '{"done":true}'), '["x",{"done":true},"a"]');
  assert.strictEqual(list('set', '1', '[7]'), '["x",[7],"a"]');
  const made = place.json(['list', 'insert', id, 'more', '0', 'new']);
  assert.deepStrictEqual(made, { id, value: ['new'] });
  const [edit] = place.lines(['history', id, '-n', '1', '--json']);
  assert.strictEqual(edit.kind, 'edit');
  assert.deepStrictEqual(edit.data, { more: { $edits: [['insert', 0, 'new']] } });
});

test('list commands say what is wrong', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Plan', '{"n":1,"steps":["a"]}']).trim();
  const fails = (pattern, ...words) => place.fails(EXIT.failure, ['list', ...words], pattern);
  fails(/has 1 element/, 'insert', id, 'steps', '2', 'x');
  fails(/has 1 element/, 'move', id, 'steps', '0', '1');
  fails(/it holds no list/, 'insert', id, 'n', '0', 'x');
  fails(/JSON/, 'set', id, 'steps', '0', '{"a":');
  place.fails(EXIT.usage, ['list', 'insert', id, 'steps', '-1', 'x'], /POS/);
  place.fails(EXIT.usage, ['list', 'delete', id, 'steps', '0', 'all'], /COUNT: 'all' is no count/);
  place.fails(EXIT.usage, ['list', 'set', id, 'steps', '0', 'x', 'y']);
  place.fails(EXIT.usage, ['list', 'insert', id, 'steps', '0'], /ELEMENT/);
  place.fails(EXIT.notFound, ['list', 'insert', UNKNOWN, 'steps', '0', 'x']);
});

test('the shell edits lists', (t) => {
  const place = new Place(t);
  const id = place.ok(['set', '-c', 'Plan', 'one', '{"steps":["a","b"]}']).trim();
  const script = `db.Plan.listInsert('one', 'steps', 1, [new Date(0), { x: 1 }]);
    db.Plan.listMove('one', 'steps', 3, 0); db.listDelete('${id}', 'steps', 1);
    db.listSet('${id}', 'steps', 1, null); JSON.stringify(db.get('${id}').steps)`;
  assert.match(place.ok(['shell', '-e', script]), /\["b",null,{"x":1}\]/);
  place.fails(EXIT.failure, ['shell', '-e', `db.listInsert('${id}', 'steps', 0, 'x')`], /an array or a set/);
  place.fails(EXIT.failure, ['shell', '-e', `db.listMove('${id}', 'steps', -1, 0)`], /whole numbers/);
});
