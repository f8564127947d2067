'use strict';

// Trees that several writers edit: what the commands of `gstore tree` print and how they end.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, EXIT } = require('./gstore.js');

const UNKNOWN = '01936c1e-1f7a-7abc-8def-0123456789ab';

test('tree create, move, set, delete and show', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Mail', '{"folders":["a",{"value":"b","children":["c"]}]}']).trim();
  const tree = (what, ...words) => place.ok(['tree', what, id, 'folders', ...words]);
  assert.strictEqual(tree('show'), '"a"  0\n"b"  1\n  "c"  2\n');
  const x = tree('create', 'two words', '--under', '1', '--before', '2').trim();
  assert.match(x, /^[0-9a-f]+-[0-9a-f]{16}$/);
  assert.strictEqual(tree('show'), `"a"  0\n"b"  1\n  "two words"  ${x}\n  "c"  2\n`);
  assert.strictEqual(tree('move', '0', '--under', x),
    `"b"  1\n  "two words"  ${x}\n    "a"  0\n  "c"  2\n`);
  assert.strictEqual(tree('set', x, '[1,2]'), `"b"  1\n  [1,2]  ${x}\n    "a"  0\n  "c"  2\n`);
  assert.strictEqual(tree('delete', x), '"b"  1\n  "c"  2\n');
  assert.strictEqual(tree('move', '0'), '"b"  1\n  "c"  2\n"a"  0\n');
  const shown = place.json(['tree', 'show', id, 'folders']);
  const nodes = [{ id: '1', value: 'b' }, { id: '2', parent: '1', value: 'c' }, { id: '0', value: 'a' }];
  assert.deepStrictEqual(shown, { id, value: nodes });
  assert.deepStrictEqual(JSON.parse(place.ok(['get', id])).folders, nodes);
  const made = place.json(['tree', 'create', id, 'more', '{"name":"new"}']);
  assert.deepStrictEqual(Object.keys(made), ['id', 'node']);
  const [edit] = place.lines(['history', id, '-n', '1', '--json']);
  assert.strictEqual(edit.kind, 'edit');
  assert.deepStrictEqual(edit.data, { more: { $edits: [['create', '+0', null, { name: 'new' }]] } });
});

test('tree commands say what is wrong', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Mail', '{"n":1,"folders":["a",{"children":["b"]}]}']).trim();
  const fails = (pattern, ...words) => place.fails(EXIT.failure, ['tree', ...words], pattern);
  fails(/below itself/, 'move', id, 'folders', '1', '--under', '2');
  fails(/is no child of the root/, 'move', id, 'folders', '0', '--before', '2');
  fails(/it holds no tree/, 'create', id, 'n', 'x');
  fails(/it holds no array/, 'show', id, 'n');
  fails(/JSON/, 'set', id, 'folders', '0', '{"a":');
  place.fails(EXIT.notFound, ['tree', 'set', id, 'folders', '9', 'x'], /no node "9" in the tree/);
  place.fails(EXIT.notFound, ['tree', 'show', UNKNOWN, 'folders']);
  place.fails(EXIT.usage, ['tree', 'create', id, 'folders'], /VALUE/);
  place.fails(EXIT.usage, ['tree', 'move', id, 'folders'], /NODE/);
  place.fails(EXIT.usage, ['tree', 'grow', id, 'folders']);
});

test('the shell edits trees', (t) => {
  const place = new Place(t);
  const code = `
    const id = db.insert('Mail', { folders: [] });
    const a = db.treeCreate(id, 'folders', 'a');
    const b = db.Mail.treeCreate(id, 'folders', { name: 'b' }, { under: a });
    const c = db.treeCreate(id, 'folders', 3n, { before: a });
    db.treeMove(id, 'folders', c, { under: b });
    db.treeSet(id, 'folders', a, 'A');
    db.treeDelete(id, 'folders', b);
    db.treeMove(id, 'folders', c);
    JSON.stringify(db.get(id).folders.map((node) => String(node.value)))`;
  assert.match(place.ok(['shell', '-e', code]), /\["A","3"\]/);
});
