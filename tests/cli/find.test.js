'use strict';

// find and count: queries as words of the command line, rows as lines, and what is wrong with them.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Place, parseLines, errorOf, EXIT } = require('./gstore.js');

const fill = (t) => {
  const place = new Place(t);
  const ua = place.ok(['set', '-c', 'Country', 'UA', '{"name":"Ukraine"}']).trim();
  const rows = [
    { name: 'Kyiv', n: 3, country: { $id: ua }, tags: ['a', 'b'] },
    { name: 'Lviv', n: 1, country: { $id: ua } },
    { name: 'Odesa', n: 2 },
    { name: 'Mars' },
  ];
  place.run(['import', 'City', '-'], { input: rows.map((row) => JSON.stringify(row)).join('\n') });
  return place;
};

const names = (place, args) => place.lines(['find', 'City', ...args]).map((row) => row.name);

test('rows are the records that pass, in the order that is asked for', (t) => {
  const place = fill(t);
  assert.deepStrictEqual(names(place, []), ['Kyiv', 'Lviv', 'Odesa', 'Mars']);
  assert.deepStrictEqual(names(place, ['{"n":{"$gte":2}}']), ['Kyiv', 'Odesa']);
  assert.deepStrictEqual(names(place, ['--sort', 'n:desc']), ['Kyiv', 'Odesa', 'Lviv', 'Mars']);
  assert.deepStrictEqual(names(place, ['--sort', 'x', '--sort', 'name']), ['Kyiv', 'Lviv', 'Mars', 'Odesa']);
  assert.deepStrictEqual(names(place, ['--offset', '3']), ['Mars']);
  assert.strictEqual(place.ok(['find', 'City', '-n', '0']), '');
  assert.strictEqual(place.lines(['find']).length, 5);
  assert.strictEqual(place.lines(['find', '{"name":"Kyiv"}']).length, 1);
  assert.deepStrictEqual(place.lines(['find', '-c', 'City', '{"n":1}', '--select', 'name']), [{ name: 'Lviv' }]);
});

test('the filter may come from a file or standard input', (t) => {
  const place = fill(t);
  const file = path.join(place.root, 'filter.json');
  fs.writeFileSync(file, '{\n "name": {"$like": "%v"}\n}\n');
  assert.deepStrictEqual(names(place, [`@${file}`]), ['Kyiv', 'Lviv']);
  assert.strictEqual(place.ok(['count', 'City', '-'], { input: '{"n":null}' }), '1\n');
});

test('select, include and group form the rows', (t) => {
  const place = fill(t);
  assert.strictEqual(
    place.ok(['find', 'City', '{"n":{"$gte":3}}', '--select', 'tags.1,name', '--include', 'country']),
    '{"tags.1":"b","name":"Kyiv","country":{"name":"Ukraine"}}\n',
  );
  assert.strictEqual(
    place.ok(['find', 'City', '{"n":1}', '--include', '{"country":{"select":[]}}', '--select', 'n']),
    '{"n":1,"country":{}}\n',
  );
  const group = '{"by":["country"],"fields":{"c":{"$count":true},"s":{"$sum":"n"}}}';
  const [none, ua] = place.lines(['find', 'City', '--group', group]);
  assert.deepStrictEqual(none, { country: null, c: 2, s: 2 });
  assert.deepStrictEqual([ua.c, ua.s], [2, 4]);
});

test('--json tells which record a row is, and where to go on', (t) => {
  const place = fill(t);
  const [first, second, rest] = place.lines(['find', 'City', '--sort', 'name', '-n', '2', '--json']);
  assert.deepStrictEqual(Object.keys(first), ['id', 'collection', 'data']);
  assert.deepStrictEqual([first.data.name, second.data.name], ['Kyiv', 'Lviv']);
  assert.deepStrictEqual(Object.keys(rest), ['cursor']);
  const last = place.lines(['find', 'City', '--sort', 'name', '-n', '2', '--json', '--cursor', rest.cursor]);
  assert.deepStrictEqual(last.map((row) => row.data.name), ['Mars', 'Odesa']); // and no cursor
  assert.strictEqual(place.lines(['find', 'Country', '--json'])[0].key, 'UA');
  assert.deepStrictEqual(place.json(['count', 'City', '{"n":{"$gt":1}}']), { count: 2 });
});

test('a note has the cursor when there are more rows, and only then', (t) => {
  const place = fill(t);
  const page = place.run(['find', 'City', '-n', '3']);
  assert.strictEqual(parseLines(page.out).length, 3);
  const cursor = /^There are more rows\. Go on with --cursor (\S+)\n$/.exec(page.err)[1];
  assert.strictEqual(place.ok(['find', 'City', '-n', '3', '--cursor', cursor, '--select', 'name']), '{"name":"Mars"}\n');
  assert.strictEqual(place.run(['find', 'City', '-n', '4']).err, '');
});

test('--explain tells steps and counts', (t) => {
  const place = fill(t);
  const plan = JSON.parse(place.ok(['find', 'City', '{"n":{"$gt":1}}', '--sort', 'n', '-n', '1', '--explain']));
  assert.deepStrictEqual(plan, {
    steps: [
      { step: 'scan', collection: 'City' },
      { step: 'filter', conditions: 1 },
      { step: 'sort', by: ['n'], keep: 1 },
      { step: 'limit', rows: 1 },
    ],
    index: null,
    examined: 4,
    matched: 2,
    returned: 1,
  });
});

test('what is wrong is said with its place in the query', (t) => {
  const place = fill(t);
  const nested = `${'{"$not":'.repeat(1000)}{}${'}'.repeat(1000)}`;
  const many = `{"n":{"$in":[${'1,'.repeat(65536)}1]}}`;
  const cases = [
    [['{"n":{"$gtt":1}}'], /filter\.n\.\$gtt: unknown operator '\$gtt'\. Did you mean '\$gt'\? Known: /],
    [['{"n":{"$in":1}}'], /filter\.n\.\$in: takes an array of values/],
    [['{"n":'], /FILTER is not one JSON object/],
    [['{"n":x}'], /filter: JSON line 1, column 6/],
    [['[]'], /filter: a filter is an object/],
    [['{},"limit":1'], /FILTER is not one JSON object/],
    [[nested], /nest/],
    [['--sort', 'n:down'], /sort\[0\]: behind the colon the order is asc or desc/],
    [['--cursor', 'nonsense'], /cursor: it does not belong to this query/],
    [['--group', '{}'], /group: has neither `by` nor `fields`/],
    [['--group', '{"by":["n"]}', '--sort', 'n'], /sort: does not go with `group`/],
    [['--include', '{"country":{"depth":1}}'], /include\.country\.depth: unknown key/],
  ];
  for (const [args, message] of cases) place.fails(EXIT.failure, ['find', 'City', ...args], message);
  place.fails(EXIT.failure, ['count', 'City', '-'], /65537 values, the limit is 65536/, { input: many });
  place.fails(EXIT.notFound, ['find', 'Cty'], /There are 'Country', 'City'/);
  place.fails(EXIT.notFound, ['count', 'Cty'], /There are/);
  place.fails(EXIT.usage, ['find', 'City', '-n', '-1'], /not a whole number/);
  place.fails(EXIT.usage, ['find', 'City', '{}', '-c', 'Other'], /are two; give one of them/);
  place.fails(EXIT.usage, ['count', 'City', '--sort', 'n'], /unknown option/);
  assert.strictEqual(errorOf(place.run(['find', 'City', '{"n":{"$x":1}}', '--json'])).code, 'invalid');
});

// `gstore count City "$FILTER"` with a variable that is not set counted everything.
test('an empty FILTER or COLLECTION is refused, as it would stand for everything', (t) => {
  const place = fill(t);
  const filter = /FILTER: is empty; give '\{\}' for all records/;
  const collection = /COLLECTION: is empty; leave it out for all collections/;
  for (const command of ['find', 'count', 'watch']) {
    place.fails(EXIT.usage, [command, 'City', ''], filter);
    place.fails(EXIT.usage, [command, '-c', 'City', ''], filter);
    place.fails(EXIT.usage, [command, '', '{}'], collection);
  }
  for (const command of ['find', 'count', 'watch', 'scan', 'export']) {
    place.fails(EXIT.usage, [command, ''], collection);
    place.fails(EXIT.usage, [command, '-c', ''], /--collection: is empty; leave it out/);
  }
  place.fails(EXIT.failure, ['count', 'City', ' '], /FILTER is not one JSON object/);
  place.fails(EXIT.failure, ['count', 'City', '-'], /FILTER is not one JSON object/);
  assert.strictEqual(place.ok(['count', 'City', '{}']), place.ok(['count', 'City']));
});

// "Store it with `gstore blob put`" helps nobody with a query.
test('a query that is too large is to be simplified or split', (t) => {
  const place = fill(t);
  const fields = Array.from({ length: 17 }, (_, i) => `f${i}`).join();
  const paths = (count) => `{${Array.from({ length: count }, (_, i) => `"p${i}":1`)}}`;
  const cases = [
    [['--sort', fields], '', /query: sort: 17 fields, the limit is 16/],
    [['-'], `{"n":{"$in":[${'1,'.repeat(65536)}1]}}`, /65537 values, the limit is 65536/],
    [['-'], `{"$or":[${'{},'.repeat(20000)}{}]}`, /logical operators and filters in them/],
    [['-'], paths(4097), /query: filter\.p4096: 4097 conditions, the limit is 4096/],
    [['-'], `${'{"$not":'.repeat(70)}{}${'}'.repeat(70)}`, /logical operators inside each other/],
    [['-'], `{"n":"${'x'.repeat(2 ** 20)}"}`, /a query of \d+ bytes/],
    [['-'], `{"n":{"$like":"%_${'x'.repeat(70)}%"}}`, /a part with _ between two %/],
    [['-'], `{"${'x'.repeat(5000)}":1}`, /a path of 5000 bytes/],
  ];
  for (const [args, input, message] of cases) {
    const { err } = place.fails(EXIT.failure, ['find', 'City', ...args], message, { input });
    assert.match(err, /\. Simplify the query, or split it into several\.\n$/);
  }
  assert.strictEqual(place.ok(['count', 'City', '-'], { input: paths(4096) }), '0\n');
  place.fails(EXIT.failure, ['shell', '-e', `db.City.find().sort(${fields.replaceAll('f', '"f').replaceAll(',', '",')}").all()`],
    /the limit is 16\. Simplify the query/);
});

// A write took a key for a relation, a filter did not.
test('a foreign key stands for the record in a filter, too', (t) => {
  const place = new Place(t);
  const schemas = place.path('schemas');
  fs.mkdirSync(schemas);
  fs.writeFileSync(path.join(schemas, 'Country.js'), "({ Entity: {}, name: 'string' })");
  fs.writeFileSync(
    path.join(schemas, 'City.js'),
    "({ Entity: {}, name: 'string', country: '?Country', at: { Struct: {}, country: '?Country' }, past: { many: 'Country' } })",
  );
  place.ok(['schema', 'apply', schemas]);
  for (const [name, country] of [['Kyiv', 'UA'], ['Lviv', 'UA'], ['Ordino', 'AD']]) {
    place.ok(['insert', 'City', JSON.stringify({ name, country, at: { country }, past: [country] })]);
  }
  place.ok(['insert', 'City', '{"name":"UA","at":{},"past":[]}']);
  assert.deepStrictEqual(names(place, ['{"country":"UA"}']), ['Kyiv', 'Lviv']);
  assert.deepStrictEqual(names(place, ['{"country":{"$ne":"UA"}}']), ['Ordino', 'UA']);
  assert.deepStrictEqual(names(place, ['{"country":{"$in":["AD","XX"]}}']), ['Ordino']);
  assert.deepStrictEqual(names(place, ['{"country":{"$nin":["AD"]}}']), ['Kyiv', 'Lviv', 'UA']);
  assert.deepStrictEqual(names(place, ['{"at.country":"AD"}']), ['Ordino']);
  assert.deepStrictEqual(names(place, ['{"past":{"$contains":"AD"}}']), ['Ordino']);
  assert.deepStrictEqual(names(place, ['{"name":"UA"}']), ['UA']);
  const plan = place.json(['find', 'City', '{"country":"UA"}', '--explain']);
  assert.match(JSON.stringify(plan), /City\(country\)/);
});

test('a field that the schema does not know is a note', (t) => {
  const place = new Place(t);
  const schemas = place.path('schemas');
  fs.mkdirSync(schemas);
  fs.writeFileSync(path.join(schemas, 'City.js'), "({ Entity: {}, name: 'string', at: { lat: '?number' }, kind: { enum: ['town', 'city'], required: false } })");
  place.ok(['schema', 'apply', schemas]);
  place.ok(['insert', 'City', '{"name":"Kyiv","at":{}}']);
  const notes = (args) => place.run(['find', 'City', ...args]).err;
  assert.strictEqual(notes(['{"name":"x","at.lat":1,"$or":[{"cityId":"x"}]}', '--sort', 'name:desc']), '');
  const note = "gstore: note: the schema of City has no field 'nmae'. Did you mean 'name'?\n";
  assert.strictEqual(notes(['{"nmae":"x"}']), note);
  assert.strictEqual(notes(['--sort', 'nmae:desc']), note);
  assert.strictEqual(notes(['--include', 'nmae']), note);
  assert.strictEqual(notes(['--select', 'nmae']), note);
  assert.strictEqual(notes(['--group', '{"by":["nmae"],"fields":{"n":{"$count":true}}}']), note);
  assert.strictEqual(notes(['--group', '{"by":[],"fields":{"n":{"$max":"nmae"}}}']), note);
  fs.writeFileSync(path.join(schemas, 'Shop.js'), "({ Entity: {}, title: { type: 'string', was: ['label', 'name'] } })");
  place.ok(['schema', 'apply', schemas]);
  place.ok(['insert', 'Shop', '{"title":"x"}']);
  assert.strictEqual(place.run(['find', 'Shop', '{"name":"x"}']).err,
    "gstore: note: the schema of Shop has no field 'name': it was renamed, and is 'title' now.\n");
  assert.match(notes(['{"kind":"twon"}']), /does not allow this value of 'kind': it is one of town, city/);
  assert.strictEqual(notes(['{"kind":"town"}']), '');
  assert.match(notes(['--include', 'at.lat']), /nothing is included for 'at\.lat': only fields of the record itself/);
  assert.match(notes(['--include', 'kind']), /nothing is included for 'kind': it is one of town, city/);
  assert.strictEqual(notes(['{"kind":null}']), '');
});

test('words that are nearly right are told how they are meant', (t) => {
  const place = new Place(t);
  place.ok(['set', '-c', 'City', 'kyiv', '{"name":"Kyiv","n":1}']);
  place.ok(['set', '-c', 'City', 'lviv', '{"name":"Lviv","n":1}']);
  for (const words of [['get'], ['delete'], ['set', '{"n":1}'], ['update', '{"n":1}']]) {
    const [command, ...rest] = words;
    place.fails(EXIT.usage, [command, 'City', 'kyiv', ...rest], /too many arguments: .*: -c City KEY\./);
  }
  place.fails(EXIT.usage, ['schema', 'types'], /unknown command 'types': it stands alone, as `gstore types`/);
  place.fails(EXIT.usage, ['find', 'City', '--include', 'country=true'], /'country=true' is no field: give its name/);
  assert.deepStrictEqual(names(place, ['{}', '--sort', 'n,name:desc']), ['Lviv', 'Kyiv']);
  const whole = place.run(['find', '{"collection":"City","filter":{"name":"Kyiv"}}']);
  assert.match(whole.err, /'collection' and 'filter' are taken as fields of records/);
});

test('rows are printed where no cursor can name the next ones', (t) => {
  const place = new Place(t);
  for (const letter of 'ab') {
    fs.writeFileSync(place.path('long.json'), JSON.stringify({ x: letter.repeat(300000) }));
    place.ok(['insert', 'T', `@${place.path('long.json')}`]);
  }
  const { code, out, err } = place.run(['find', 'T', '--sort', 'x', '-n', '1', '--select', 'x']);
  assert.strictEqual(code, EXIT.ok);
  assert.strictEqual(out.length, 300000 + '{"x":""}\n'.length);
  assert.match(err, /There are more rows, but no cursor: a cursor of \d+ bytes/);
});

test('a foreign key names a record at any place that the schema knows', (t) => {
  const place = new Place(t);
  fs.mkdirSync(place.path('schemas'));
  fs.writeFileSync(place.path('schemas/City.js'), "({ Registry: {}, name: 'string' })");
  fs.writeFileSync(place.path('schemas/Shop.js'), `({ Entity: {}, list: { array: 'City' }, m: { many: 'City' },
    lines: { array: { schema: { city: 'City' } } }, mp: { object: { string: 'City' } } })`);
  place.ok(['schema', 'apply', place.path('schemas')]);
  place.ok(['set', '-c', 'City', 'UA', '{"name":"x"}']);
  place.ok(['insert', 'Shop', '{"list":["UA"],"m":["UA"],"lines":[{"city":"UA"}],"mp":{"k":"UA"}}']);
  for (const path of ['list.0', 'm.0', 'lines.0.city', 'mp.k', 'list', 'm']) {
    const filter = path.includes('.') ? { [path]: 'UA' } : { [path]: { $contains: 'UA' } };
    assert.strictEqual(place.ok(['count', 'Shop', JSON.stringify(filter)]), '1\n', path);
  }
  // Also where values are compared as a whole.
  const whole = [{ lines: { $contains: { city: 'UA' } } }, { lines: [{ city: 'UA' }] }, { mp: { k: 'UA' } },
    { lines: { $in: [[], [{ city: 'UA' }]] } }, { 'lines.0': { city: 'UA' } }, { list: ['UA'] }];
  for (const filter of whole) {
    const text = JSON.stringify(filter);
    assert.strictEqual(place.ok(['count', 'Shop', text]), '1\n', text);
    assert.strictEqual(place.ok(['count', 'Shop', text.replaceAll('UA', 'PL')]), '0\n', text);
  }
  const id = JSON.parse(place.ok(['scan', 'Shop', '--json'])).id;
  const swapped = (expected) =>
    place.run(['swap', id, '--if', JSON.stringify(expected), '--set', '{"list":["UA"]}']).out;
  assert.strictEqual(swapped({ m: ['UA'], lines: [{ city: 'UA' }] }), 'true\n');
  assert.strictEqual(swapped({ m: ['PL'] }), 'false\n');
});
