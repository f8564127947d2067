'use strict';

// gstore text: cursors that survive edits.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, EXIT } = require('./gstore.js');

const UNKNOWN = '01936c1e-1f7a-7abc-8def-0123456789ab';

test('text cursor names a place that text find finds again', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"body":"Hello 😀 world","n":1}']).trim();
  const text = (...words) => place.ok(['text', ...words]).trim();
  const before = text('cursor', id, 'body', '8');
  const after = text('cursor', id, 'body', '8', '--after');
  const end = text('cursor', id, 'body', 'end');
  const begin = text('cursor', id, 'body', '0', '--after');
  assert.ok(before.length <= 32 && /^[A-Za-z0-9_-]+$/.test(before), before);
  const version = place.lines(['log', '-n', '1', '--json'])[0].change;
  text('splice', id, 'body', '8', '0', '+++');
  text('splice', id, 'body', '0', '5', 'Hi');
  const found = (cursor, ...more) => Number(text('find', id, 'body', cursor, ...more));
  assert.deepStrictEqual([before, after, end, begin].map((cursor) => found(cursor)), [8, 5, 13, 0]);
  assert.strictEqual(found(before, '--at', version), 8);
  text('splice', id, 'body', '3', '8', '');
  assert.deepStrictEqual([before, after].map((cursor) => found(cursor)), [3, 3]);
  assert.deepStrictEqual(place.json(['text', 'find', id, 'body', end]), { id, position: 5 });
  assert.deepStrictEqual(place.json(['text', 'cursor', id, 'body', 'end']), { id, cursor: end });
});

test('text find tells why there is no place', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"body":"Hello","n":1}']).trim();
  const cursor = place.ok(['text', 'cursor', id, 'body', '2']).trim();
  place.fails(EXIT.failure, ['text', 'find', id, 'body', 'nonsense'], /that is no cursor/);
  place.fails(EXIT.failure, ['text', 'cursor', id, 'body', '6'], /has 5 characters/);
  place.fails(EXIT.failure, ['text', 'cursor', id, 'n', '0'], /field "n": it holds no text/);
  place.fails(EXIT.notFound, ['text', 'cursor', id, 'title', '0'], /no such field/);
  place.fails(EXIT.notFound, ['text', 'cursor', UNKNOWN, 'body', '0']);
  place.fails(EXIT.usage, ['text', 'cursor', id, 'body', 'x'], /POS/);
  place.ok(['update', id, '{"body":"Hello"}']);
  place.fails(EXIT.notFound, ['text', 'find', id, 'body', cursor], /was replaced since/);
});

test('cursors of the shell count as JavaScript does', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"body":"a😀b"}']).trim();
  const script = `const cursor = db.textCursor('${id}', 'body', 3);
    db.splice('${id}', 'body', 0, 0, '😀😀');
    const behind = db.Post.textCursor('${id}', 'body', 7, { after: true });
    [db.textPosition('${id}', 'body', cursor), db.Post.textPosition('${id}', 'body', behind)].join()`;
  assert.match(place.ok(['shell', '-e', script]), /7,7/);
});

test('text mark, unmark and marks print what marks there are', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"body":"The fox jumped"}']).trim();
  const text = (...words) => place.ok(['text', ...words]);
  assert.strictEqual(text('mark', id, 'body', '4', '7', 'bold'), '4 7 bold true\n');
  const link = ['mark', id, 'body', '8', 'end', 'link', 'https://a.example', '--expand', 'none'];
  assert.strictEqual(text(...link), '4 7 bold true\n8 14 link "https://a.example"\n');
  const version = place.lines(['log', '-n', '1', '--json'])[0].change;
  text('splice', id, 'body', 'end', '0', '!');
  text('splice', id, 'body', '7', '0', 'es');
  assert.strictEqual(text('unmark', id, 'body', '4', '5', 'bold'),
    '5 9 bold true\n10 16 link "https://a.example"\n');
  const json = place.json(['text', 'marks', id, 'body']);
  assert.deepStrictEqual(json, { id, marks: [
    { from: 5, to: 9, key: 'bold', value: true },
    { from: 10, to: 16, key: 'link', value: 'https://a.example' },
  ] });
  assert.deepStrictEqual(place.json(['text', 'marks', id, 'body', '--delta']).delta, [
    { insert: 'The f' },
    { insert: 'oxes', attributes: { bold: true } },
    { insert: ' ' },
    { insert: 'jumped', attributes: { link: 'https://a.example' } },
    { insert: '!' },
  ]);
  assert.strictEqual(text('marks', id, 'body', '--at', version),
    '4 7 bold true\n8 14 link "https://a.example"\n');
  const [unmark] = place.lines(['history', id, '-n', '1', '--json']);
  assert.deepStrictEqual(unmark.data,
    { body: { $edits: [], $marks: [[4, 5, 'bold', null, 'after']] } });
  assert.strictEqual(JSON.parse(place.ok(['get', id])).body, 'The foxes jumped!');
  place.ok(['undo']);
  assert.match(text('marks', id, 'body'), /^4 9 bold true\n/);
});

test('text mark tells what is wrong', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"body":"abc","n":1}']).trim();
  const mark = (...words) => ['text', 'mark', id, ...words];
  place.fails(EXIT.failure, mark('body', '1', '1', 'bold'), /at least one character/);
  place.fails(EXIT.failure, mark('body', '1', '4', 'bold'), /has 3 characters/);
  place.fails(EXIT.failure, mark('body', '1', '2', ''), /1 to 255 bytes/);
  place.fails(EXIT.failure, mark('n', '0', '1', 'bold'), /it holds no text/);
  place.fails(EXIT.usage, mark('body', '0', '1', 'bold', '--expand', 'up'), /after, before, both/);
  place.fails(EXIT.usage, mark('body', '0', '1'), /KEY/);
  place.fails(EXIT.notFound, ['text', 'marks', UNKNOWN, 'body']);
});

test('marks of the shell count as JavaScript does', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"body":"😀ab😀"}']).trim();
  const script = `db.mark('${id}', 'body', 2, 4, 'bold');
    db.Post.mark('${id}', 'body', 3, 6, 'size', new Set([1n]), { expand: 'both' });
    db.Post.unmark('${id}', 'body', 2, 3, 'bold');
    const marks = db.textMarks('${id}', 'body');
    const delta = db.Post.textDelta('${id}', 'body').map(({ insert }) => insert.length);
    marks.map(({ from, to, key }) => [from, to, key].join(' ')).join() + ' ' + delta.join('-')`;
  assert.match(place.ok(['shell', '-e', script]), /3 4 bold,3 6 size 3-1-2/);
  place.fails(EXIT.failure, ['shell', '-e', `db.mark('${id}', 'body', 0, 1, 'a', 1, { expand: 1 })`],
    /expand is one of none, before, after, both/);
});
