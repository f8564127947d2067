'use strict';

// One record at a time: what each command prints and how it ends.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, EXIT, UUID, DIGEST, errorOf } = require('./gstore.js');

const KYIV = { name: 'Kyiv', lat: 50.45, tags: ['capital', { since: 482 }], old: null };
const UNKNOWN = '01936c1e-1f7a-7abc-8def-0123456789ab';

test('init prints the storage id', (t) => {
  const place = new Place(t, { init: false });
  assert.match(place.ok(['init']).trim(), DIGEST);
  const second = new Place(t, { init: false });
  assert.match(second.json(['init']).id, DIGEST);
});

test('insert prints the id, get the record', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', JSON.stringify(KYIV)]).trim();
  assert.match(id, UUID);
  assert.strictEqual(place.ok(['get', id]), JSON.stringify(KYIV) + '\n');
  const record = place.json(['get', id]);
  assert.deepStrictEqual(Object.keys(record), ['id', 'collection', 'version', 'data']);
  assert.strictEqual(record.id, id);
  assert.strictEqual(record.collection, 'City');
  assert.match(record.version, DIGEST);
  assert.deepStrictEqual(record.data, KYIV);
});

test('insert takes text, a file and standard input, with and without collection', (t) => {
  const place = new Place(t);
  const file = place.file('kyiv.json', JSON.stringify(KYIV, null, 2));
  const ids = [
    place.ok(['insert', '{"a":1}']),
    place.ok(['insert', `@${file}`]),
    place.ok(['insert', '-'], { input: '{"a":1}\n' }),
    place.ok(['insert', 'City', '-'], { input: '{"a":1}' }),
    place.json(['insert', 'City', '{"a":1}']).id,
  ];
  const records = ids.map((id) => place.json(['get', id.trim()]));
  assert.deepStrictEqual(
    records.map(({ collection }) => collection),
    ['', '', '', 'City', 'City'],
  );
  assert.deepStrictEqual(records[1].data, KYIV);
});

test('options may stand before and after the command', (t) => {
  const place = new Place(t);
  const { run } = require('./gstore.js');
  const { code, out } = run(['insert', '{"a":1}', '--json', '-d', place.directory]);
  assert.strictEqual(code, EXIT.ok);
  assert.match(JSON.parse(out).id, UUID);
});

test('update replaces an object whole', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":{"b":1,"c":2}}']).trim();
  place.ok(['update', id, '{"a":{"b":3}}']);
  assert.deepStrictEqual(place.json(['get', id]).data, { a: { b: 3 } });
  place.fails(EXIT.failure, ['update', id, '{"a":{"b":{"$unset":true}}}'], /\$unset/);
});

test('of a deleted record it is said that it was deleted', (t) => {
  const place = new Place(t);
  const id = place.ok(['set', '-c', 'City', 'kyiv', '{"a":1}']).trim();
  place.ok(['delete', '-c', 'City', 'kyiv']);
  const told = /^gstore: .* was deleted at \d{4}-[^ ]+Z\. `gstore history` lists what was done to it\.\n/;
  for (const args of [['get', id], ['get', '-c', 'City', 'kyiv'], ['delete', id], ['update', id, '{}'],
    ['set', id, '{}']]) {
    place.fails(EXIT.notFound, args, told);
    assert.strictEqual(errorOf(place.run([...args, '--json'])).code, 'not_found');
  }
  place.fails(EXIT.notFound, ['get', '-c', 'City', 'lviv'], /is not in this storage/); // never was
});

// It was told as a foreign key that is not there.
test('what looks like an id and is none is said to', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"a":1}']).trim();
  const wrong = [
    [id.slice(0, -1), 'it has 35 characters, and an id has 36'],
    [`${id}0`, 'it has 37 characters, and an id has 36'],
    [`${id.slice(0, -1)}g`, 'its character 36 is none of 0 to 9, a to f and -'],
    [`"${id}"`, 'its character 1 is none of'],
    [id.replace('-', '') + '-', 'its dashes are not behind the characters 8, 12, 16 and 20'],
  ];
  for (const [text, what] of wrong) {
    for (const args of [['get', text], ['history', text], ['blame', text], ['delete', text], ['update', text, '{}'], ['get', '-c', 'City', text]]) {
      const { err } = place.fails(EXIT.notFound, args);
      assert.ok(err.includes(`is not in this storage. It looks like the id of a record, but ${what}`), err);
    }
    const { code, err } = place.run(['set', text, '{"a":2}']);
    assert.strictEqual(code, EXIT.ok);
    assert.ok(err.includes(`a new record has the foreign key '${text}'. It looks like the id of a record, but ${what}`), err);
    place.ok(['set', text, '{"a":3}']); // the same one again
  }
  for (const key of ['kyiv', '2026-11-29', 'd41d8cd98f00b204e9800998ecf8427e', 'a-key-of-very-many-words-for-a-name']) {
    assert.doesNotMatch(place.fails(EXIT.notFound, ['get', key]).err, /looks like/);
    place.ok(['set', key, '{}']);
  }
});

// "expected '{'" alone did not tell.
test('the name of a file where JSON is wanted is told from its content', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"a":1}']).trim();
  const file = place.file('kyiv', '{"a":2}');
  for (const name of [file, 'kyiv.json']) {
    for (const args of [['insert', 'City', name], ['insert', name], ['set', id, name], ['update', id, name], ['patch', id, name]]) {
      const { err } = place.fails(EXIT.failure, args);
      assert.ok(err.includes(`${name} looks like the name of a file: what is in it is given as @${name}`), err);
    }
  }
  place.ok(['set', id, `@${file}`]);
  for (const text of ['nothing', '{"a":', '["kyiv.json"]']) {
    assert.doesNotMatch(place.fails(EXIT.failure, ['insert', text]).err, /looks like/);
  }
});

test('set replaces, update merges, delete removes', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"a":1,"b":2}']).trim();
  place.ok(['update', id, '{"b":3,"c":"x"}']);
  assert.deepStrictEqual(place.json(['get', id]).data, { a: 1, b: 3, c: 'x' });
  place.ok(['update', id, '{"a":{"$unset":true}}']);
  assert.deepStrictEqual(place.json(['get', id]).data, { b: 3, c: 'x' });
  place.ok(['set', id, '{"z":true}']);
  assert.deepStrictEqual(place.json(['get', id]).data, { z: true });
  assert.deepStrictEqual(place.json(['delete', id]), { id });
  place.fails(EXIT.notFound, ['get', id]);
});

test('any other text is a foreign key: set creates and replaces it', (t) => {
  const place = new Place(t);
  const id = place.ok(['set', '-c', 'City', 'kyiv', '{"name":"Kiev"}']).trim();
  assert.match(id, UUID);
  assert.strictEqual(place.ok(['set', '-c', 'City', 'kyiv', '{"name":"Kyiv"}']).trim(), id);
  const record = place.json(['get', 'kyiv', '-c', 'City']);
  assert.strictEqual(record.id, id);
  assert.strictEqual(record.key, 'kyiv');
  assert.deepStrictEqual(record.data, { name: 'Kyiv' });
  place.fails(EXIT.notFound, ['get', 'kyiv'], /key 'kyiv'/); // another collection, another record
  place.ok(['update', '-c', 'City', 'kyiv', '{"lat":50}']);
  place.ok(['delete', '-c', 'City', 'kyiv']);
  place.fails(EXIT.notFound, ['get', '-c', 'City', 'kyiv'], /key 'kyiv' of City/);
});

test('swap prints true and changes, or false and exits with 4', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"stock":3,"name":"tea"}']).trim();
  assert.strictEqual(place.ok(['swap', id, '--if', '{"stock":3}', '--set', '{"stock":2}']), 'true\n');
  const lost = place.run(['swap', id, '--if', '{"stock":3}', '--set', '{"stock":2}']);
  assert.deepStrictEqual(lost, { code: EXIT.conflict, signal: null, out: 'false\n', err: '' });
  const json = place.run(['swap', id, '--if', '{"stock":3}', '--set', '{"stock":2}', '--json']);
  assert.deepStrictEqual(JSON.parse(json.out), { swapped: false });
  assert.deepStrictEqual(place.json(['get', id]).data, { stock: 2, name: 'tea' });
  place.fails(EXIT.notFound, ['swap', UNKNOWN, '--if', '{}', '--set', '{"a":1}']);
});

test('counter add prints the sum', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"title":"One","likes":1}']).trim();
  assert.strictEqual(place.ok(['counter', 'add', id, 'likes', '5']), '6\n');
  assert.deepStrictEqual(place.json(['counter', 'add', id, 'likes', '-10']), { id, value: -4 });
  assert.strictEqual(place.ok(['counter', 'add', id, 'stars', '1']), '1\n');
  place.ok(['update', id, '{"likes":0}']);
  assert.strictEqual(place.ok(['counter', 'add', id, 'likes', '2']), '2\n');
  assert.deepStrictEqual(place.json(['get', id]).data, { title: 'One', likes: 2, stars: 1 });
  assert.strictEqual(place.ok(['shell', '-e', `db.Post.add('${id}', 'likes'); db.get('${id}').likes`]), '3\n');
  place.fails(EXIT.failure, ['counter', 'add', id, 'title', '1'], /field "title": it holds no number to add to/);
  place.fails(EXIT.usage, ['counter', 'add', id, 'likes', '1.5'], /N: '1\.5' is no whole number/);
  place.fails(EXIT.usage, ['counter', 'add', id, 'likes'], /N is required/);
  place.fails(EXIT.notFound, ['counter', 'add', UNKNOWN, 'likes', '1']);
});

test('elements add and remove print what there is', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"title":"One","tags":["a"]}']).trim();
  const add = (...words) => place.ok(['elements', 'add', id, ...words]);
  assert.strictEqual(add('tags', 'new', 'two words', '007'), '["a","new","two words","007"]\n');
  assert.strictEqual(add('sizes', '5', '"5"', '-1.5', 'null', '[1,2]', '{"w":3}'),
    '[5,"5",-1.5,null,[1,2],{"w":3}]\n');
  const removed = place.json(['elements', 'remove', id, 'tags', 'new', 'a', 'unknown']);
  assert.deepStrictEqual(removed, { id, value: ['two words', '007'] });
  assert.strictEqual(place.ok(['elements', 'remove', id, 'sizes', '--', '5', '[1,2]', '-1.5']),
    '["5",null,{"w":3}]\n');
  assert.strictEqual(add('tags', '--', '--x'), '["two words","007","--x"]\n');
  const kinds = place.lines(['history', id, '-n', '2', '--json']).map(({ kind }) => kind);
  assert.deepStrictEqual(kinds, ['add-elements', 'remove-elements']);
  const script = `db.Post.addElements('${id}', 'tags', new Set(['s', new Date(0)]));
    db.removeElements('${id}', 'tags', ['007', '--x']); db.get('${id}').tags.length`;
  assert.strictEqual(place.ok(['shell', '-e', script]), '3\n');
  const missing = ['elements', 'remove', id, 'tagz', 'x'];
  place.fails(EXIT.failure, missing, /field "tagz": it is not there, so it has no elements to remove/);
  place.fails(EXIT.failure, ['elements', 'add', id, 'title', 'x'], /it holds no array or set/);
  place.fails(EXIT.failure, ['elements', 'add', id, 'tags', '{"a":'], /JSON/);
  place.fails(EXIT.failure, ['shell', '-e', `db.addElements('${id}', 'tags', 'x')`], /an array or a set/);
  place.fails(EXIT.usage, ['elements', 'add', id, 'tags'], /ELEMENT/);
  place.fails(EXIT.usage, ['elements', 'add', id, 'tags', 'x', '--tagz'], /--tagz/);
  place.fails(EXIT.notFound, ['elements', 'add', UNKNOWN, 'tags', 'x']);
});

test('text splice prints the text', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Post', '{"title":"One","n":1}']).trim();
  const splice = (...words) => place.ok(['text', 'splice', id, ...words]);
  assert.strictEqual(splice('body', '0', '0', 'été'), 'été\n');
  assert.strictEqual(splice('body', '1', '1', 'T'), 'éTé\n');
  assert.strictEqual(splice('body', 'end', '0', '😀 x'), 'éTé😀 x\n');
  assert.deepStrictEqual(place.json(['text', 'splice', id, 'body', '4', '2']), { id, value: 'éTé😀' });
  const more = place.file('more.txt', 'two\nlines\n');
  assert.strictEqual(splice('title', '0', '3', '--file', more), 'two\nlines\n\n');
  const [edit] = place.lines(['history', id, '-n', '1', '--json']);
  assert.strictEqual(edit.kind, 'edit');
  assert.deepStrictEqual(edit.data, { title: { $edits: [[0, 3, 'two\nlines\n']] } });
  const script = `db.Post.splice('${id}', 'body', 5, 0, '!'); db.splice('${id}', 'body', 0, 3, '');
    db.get('${id}').body`;
  assert.match(place.ok(['shell', '-e', script]), /😀!/);
  place.fails(EXIT.failure, ['text', 'splice', id, 'body', '3', '0', 'x'], /has 2 characters/);
  place.fails(EXIT.failure, ['text', 'splice', id, 'n', '0', '0', 'x'], /it holds no text/);
  place.fails(EXIT.usage, ['text', 'splice', id, 'body', '-1', '0', 'x'], /POS/);
  place.fails(EXIT.usage, ['text', 'splice', id, 'body', '0', 'all', 'x'], /DELETE: 'all' is no count/);
  place.fails(EXIT.failure, ['shell', '-e', `db.splice('${id}', 'n', 0, 0, 'x')`], /n is no text/);
  place.fails(EXIT.notFound, ['text', 'splice', UNKNOWN, 'body', '0', '0', 'x']);
});

test('get --at shows the record as it was', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  const [{ change }] = place.lines(['log', '-n', '1', '--json']);
  place.ok(['update', id, '{"a":2}']);
  assert.deepStrictEqual(JSON.parse(place.ok(['get', id, '--at', change])), { a: 1 });
  assert.deepStrictEqual(JSON.parse(place.ok(['get', id, '--at', change.slice(0, 12)])), { a: 1 });
  assert.deepStrictEqual(JSON.parse(place.ok(['get', id])), { a: 2 });
});

test('scan prints a line for each record in the order of their ids', (t) => {
  const place = new Place(t);
  const ids = [];
  for (let i = 0; i < 5; i++) ids.push(place.ok(['insert', i % 2 ? 'Odd' : 'Even', `{"i":${i}}`]).trim());
  const all = place.lines(['scan']);
  assert.deepStrictEqual(all[0], { id: ids[0], collection: 'Even', data: { i: 0 } });
  assert.deepStrictEqual(all.map(({ id }) => id), ids);
  assert.deepStrictEqual(place.lines(['scan', '--json']), all);
  assert.deepStrictEqual(place.lines(['scan', 'Odd']).map(({ data }) => data.i), [1, 3]);
  assert.deepStrictEqual(place.lines(['scan', '--limit', '2']).map(({ data }) => data.i), [0, 1]);
  assert.deepStrictEqual(place.lines(['scan', '--from', ids[3]]).map(({ data }) => data.i), [3, 4]);
  assert.strictEqual(place.ok(['scan', '-n', '0']), '');
});

test('values beyond JSON keep their type', (t) => {
  const place = new Place(t);
  const data = {
    integer: { $int: '9007199254740993' },
    big: { $big: '123456789012345678901234567890' },
    date: { $date: '2026-11-23T00:00:00.000Z' },
    bytes: { $bytes: 'AAEC' },
    set: { $set: ['a', 'b'] },
  };
  const id = place.ok(['insert', JSON.stringify(data)]).trim();
  assert.deepStrictEqual(JSON.parse(place.ok(['get', id])), data);
});
