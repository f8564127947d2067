'use strict';

// What goes out can be read by others, and by import again.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, errorOf, EXIT } = require('./gstore.js');

const fill = (t, rows) => {
  const place = new Place(t);
  place.run(['import', 'City', '-'], { input: rows.map((row) => JSON.stringify(row)).join('\n') });
  return place;
};

test('JSON is one array; NDJSON one record a line', (t) => {
  const rows = [{ a: 1 }, { b: 'x' }];
  const place = fill(t, rows);
  assert.deepStrictEqual(JSON.parse(place.ok(['export', 'City', '--format', 'json'])), rows);
  assert.deepStrictEqual(place.json(['export']), rows);
  assert.strictEqual(place.ok(['export', 'City', '-f', 'ndjson']), '{"a":1}\n{"b":"x"}\n');
});

test('a collection or column that nobody knows is an error; an empty collection is none', (t) => {
  const place = fill(t, [{ a: 1 }, { b: 'x' }]);
  for (const args of [['export'], ['export', '-f', 'csv'], ['scan']]) {
    const named = [args[0], 'Nobody', ...args.slice(1)];
    place.fails(EXIT.notFound, named, /no collection 'Nobody' in this storage\. There are 'City'\.\n$/);
    assert.strictEqual(errorOf(place.run([...named, '--json'])).code, 'not_found');
  }
  for (let i = 0; i < 12; i++) place.ok(['insert', `Many${i}`, '{}']);
  place.fails(EXIT.notFound, ['scan', 'city'], /'City', 'Many0', .*'Many8', \.\.\n$/);
  place.fails(EXIT.usage, ['export', 'City', '-f', 'csv', '--columns', 'a,nobody'],
    /--columns: no record has a field 'nobody'; there are 'a', 'b'\. Run/);
  for (const id of place.lines(['scan', 'City']).map((record) => record.id)) place.ok(['delete', id]);
  assert.deepStrictEqual(place.json(['export', 'City']), []);
  assert.strictEqual(place.ok(['scan', 'City']), '');
  assert.strictEqual(place.ok(['export', 'City', '-f', 'csv', '--columns', 'nobody']), 'nobody\r\n');
  const bare = new Place(t);
  bare.fails(EXIT.notFound, ['scan', 'City'], /It has none yet/);
  assert.strictEqual(bare.ok(['scan']), '');
});

test('a mistyped collection is told which one may have been meant', (t) => {
  const place = fill(t, [{ a: 1 }]);
  const meant = /Did you mean the collection 'City'\? .*\.\n$/;
  for (const args of [['scan', 'city'], ['export', 'Ctiy'], ['get', '-c', 'Citty', 'kyiv']]) {
    place.fails(EXIT.notFound, args, meant);
  }
  place.ok(['insert', 'C', '{}']);
  const right = [['get', 'kyiv'], ['get', '-c', 'City', 'kyiv'], ['get', '-c', 'Nobody', 'kyiv']];
  for (const args of right) {
    assert.doesNotMatch(place.fails(EXIT.notFound, args).err, /Did you mean/);
  }
});

test('--ids tells which record it is', (t) => {
  const place = fill(t, [{ a: 1 }]);
  assert.deepStrictEqual(place.lines(['export', '--ids']), place.lines(['scan']));
  assert.match(place.ok(['export', '--ids', '-f', 'csv']), /^id,collection,key,a\r\n[0-9a-f-]{36},City,,1\r\n$/);
  place.ok(['set', '-c', 'Keyed', 'one,two', '{"b":2}']);
  assert.match(place.ok(['export', 'Keyed', '--ids', '-f', 'csv']), /\n[0-9a-f-]{36},Keyed,"one,two",2\r\n$/);
});

test('CSV has a column for each field, in the order of their appearance', (t) => {
  const place = fill(t, [
    { name: 'a,"b"', n: 1.5, list: [1, { x: null }] },
    { name: 'line\nbreak', extra: true, n: null },
    { i: { $int: '9007199254740993' }, d: { $date: '2026-11-23T00:00:00.000Z' } },
  ]);
  assert.strictEqual(
    place.ok(['export', 'City', '--format', 'csv']),
    'name,n,list,extra,i,d\r\n' +
      '"a,""b""",1.5,"[1,{""x"":null}]",,,\r\n' +
      '"line\nbreak",,,true,,\r\n' +
      ',,,,9007199254740993,2026-11-23T00:00:00.000Z\r\n',
  );
  assert.strictEqual(place.ok(['export', '-f', 'csv', '--columns', 'n,extra']), 'n,extra\r\n1.5,\r\n,true\r\n,\r\n');
});

test('CSV keeps an object that only looks like another form', (t) => {
  const place = new Place(t);
  place.ok(['insert', 'Link', '{"to":{"$ref":"x"},"at":{"$date":"2026-01-02T03:04:05.000Z"}}']);
  assert.deepStrictEqual(place.ok(['export', 'Link', '-f', 'csv']).split('\r\n').slice(0, 2),
    ['to,at', '"{""$ref"":""x""}",2026-01-02T03:04:05.000Z']);
});

test('what is exported imports as the same records', (t) => {
  const rows = [{ a: 'x', b: '' }, { a: '"', b: 'y\r\nz' }, { a: '', b: '' }];
  const place = fill(t, rows);
  const csv = place.file('city.csv', place.ok(['export', 'City', '-f', 'csv']));
  const json = place.file('city.json', place.ok(['export', 'City', '-f', 'json']));
  place.ok(['import', 'FromCsv', csv]);
  place.ok(['import', 'FromJson', json]);
  assert.deepStrictEqual(place.lines(['export', 'FromCsv']), rows);
  assert.deepStrictEqual(place.lines(['export', 'FromJson']), rows);
});

test('blobs are named by their digest and come back unchanged', (t) => {
  const place = new Place(t);
  const content = Buffer.alloc(3_000_000, 'gstore\n\0');
  const file = place.file('film', content);
  const name = place.ok(['blob', 'put', file]).trim();
  assert.match(name, /^[0-9a-f]{64}:3000000$/);
  const value = place.ok(['blob', 'put', '-', '--json'], { input: content }).trim();
  const sha256 = name.slice(0, 64);
  assert.strictEqual(value, JSON.stringify({ $blob: { sha256, size: 3000000 } }));
  for (const form of [name, value]) {
    const { out, code } = place.run(['blob', 'get', form], { encoding: 'buffer' });
    assert.strictEqual(code, EXIT.ok);
    assert.ok(out.equals(content));
  }
  place.fails(EXIT.notFound, ['blob', 'get', `${'0'.repeat(64)}:5`]);
  place.fails(EXIT.usage, ['blob', 'get', '../../etc/passwd'], /names no blob/);
});
