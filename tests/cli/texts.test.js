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
