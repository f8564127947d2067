'use strict';

// Schemas: what is wrong with one is said before anything is touched, one in force is enforced on
// every way to write, and what would become of records that are there is known before a change.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Place, parseLines, errorOf, EXIT } = require('./gstore.js');

const WORLD = {
  'Country.js': "({ Registry: {}, name: { type: 'string', unique: true } })\n",
  'City.js':
    "({ Entity: {}, name: { type: 'string', length: 20 }, country: 'Country',\n" +
    "  population: '?number', status: { enum: ['draft', 'live'], default: 'draft' } })",
  'notes.txt': 'no schema file',
};

const NEXT = {
  'Country.js': "({ Registry: {}, title: { type: 'string', was: 'name' } })\n",
  'City.js':
    "({ Entity: {}, name: { type: 'string', length: 20 }, country: 'Country',\n" +
    "  area: 'number', status: { enum: ['draft', 'live'], default: 'draft' } })",
};

const directory = (place, name, files) => {
  const made = path.join(place.root, name);
  fs.mkdirSync(made, { recursive: true });
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(made, file), text);
  return made;
};

const withSchema = (t, files = WORLD) => {
  const place = new Place(t, { init: false });
  place.ok(['init', '--schema', directory(place, 'schemas', files)]);
  return place;
};

// With a record in each collection: else no difference is unsafe.
const withRecords = (t) => {
  const place = withSchema(t);
  place.ok(['set', '-c', 'Country', 'UA', '{"name":"Ukraine"}']);
  place.ok(['insert', 'City', '{"name":"Kyiv","country":"UA"}']);
  return place;
};

// The first line and those set in below it.
const fails = (place, code, args, lines, options) => {
  const result = place.run(args, options);
  assert.strictEqual(result.code, code, `gstore ${args.join(' ')}: ${result.code} ${result.err}`);
  assert.deepStrictEqual(result.err.trimEnd().split('\n'), lines);
  return result;
};

test('init --schema puts a schema in force, and creates nothing with a wrong one', (t) => {
  const place = new Place(t, { init: false });
  const wrong = directory(place, 'wrong', { 'City.js': "({\n  name: 'strnig',\n})" });
  place.fails(EXIT.failure, ['init', '--schema', wrong], /wrong\/City\.js: .*Unknown type strnig/);
  place.fails(EXIT.notFound, ['init', '--schema', place.path('none')], /none.*Name the directory of a schema/);
  assert.ok(!fs.existsSync(place.directory));
  const { id } = place.json(['init', '--schema', directory(place, 'schemas', WORLD)]);
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.strictEqual(errorOf(place.run(['insert', 'City', '{}', '--json'])).code, 'invalid');
  place.ok(['insert', 'City', '{"name":"Kyiv","country":"UA"}']);
  place.fails(EXIT.usage, ['init', '--schema', ''], /'' is no directory/);
});

test('schema show prints the files, or the text as it is stored', (t) => {
  const place = withSchema(t);
  assert.strictEqual(
    place.ok(['schema', 'show']),
    `// City.js\n${WORLD['City.js']}\n// Country.js\n${WORLD['Country.js']}`,
  );
  const { 'City.js': city, 'Country.js': country } = WORLD;
  assert.deepStrictEqual(place.json(['schema', 'show']), { files: { 'City.js': city, 'Country.js': country } });
  const bare = new Place(t);
  bare.fails(EXIT.notFound, ['schema', 'show'], /no schema is in force in this storage\. Put one in force/);
});

test('schema check needs no storage and lists collections', (t) => {
  const place = new Place(t, { init: false });
  const schemas = directory(place, 'schemas', WORLD);
  assert.strictEqual(
    place.ok(['schema', 'check', schemas]),
    'City: 5 fields, index City(country)\nCountry: 2 fields, index Country(name) unique\n',
  );
  const { collections, warnings } = place.json(['schema', 'check', schemas]);
  assert.deepStrictEqual(collections, [
    { name: 'City', fields: 5, in_memory: false, indexes: [{ fields: ['country'], unique: false }] },
    { name: 'Country', fields: 2, in_memory: false, indexes: [{ fields: ['name'], unique: true }] },
  ]);
  assert.deepStrictEqual(warnings, []);
  assert.ok(!fs.existsSync(place.directory));
});

test('what is wrong with a schema is said with file, line and column, or its collection', (t) => {
  const place = new Place(t, { init: false });
  const check = (code, text, pattern) => {
    const wrong = directory(place, 'wrong', { 'City.js': text });
    place.fails(code, ['schema', 'check', wrong], pattern);
  };
  check(EXIT.failure, "({\n  name: 'string' area: 'number',\n})", /wrong\/City\.js:2:\d+: .*SyntaxError/);
  check(EXIT.failure, '({ Entity: {}, at: new Date() })', /wrong\/City\.js:1:\d+: .*Date/);
  check(EXIT.failure, "({ Entity: {}, n: { type: 'number', min: 'x' } })", /City: field "n": its min and max/);
  check(EXIT.failure, "({ Entity: {}, n: { type: 'number', merge: 'best' } })", /none of lww, counter/);
  check(EXIT.failure, 'for (;;) ;', /wrong\/City\.js:1:1: .*\? Make the schema smaller/);
  const empty = directory(place, 'empty', { 'notes.txt': '' });
  place.fails(EXIT.notFound, ['schema', 'check', empty], /empty.* holds no schema: .*Name the directory of a schema/);
  place.fails(EXIT.notFound, ['schema', 'check', place.path('none')], /none.*Name the directory of a schema/);
  place.fails(EXIT.usage, ['schema', 'check'], /DIR is required/);
  place.fails(EXIT.usage, ['schema'], /a command is required|subcommand/i);
});

test('the first schema of the manual can be used as it stands', (t) => {
  const place = new Place(t);
  const [, text] = fs.readFileSync(path.join(__dirname, '../../docs/SCHEMA.md'), 'utf8').split('```');
  const shown = directory(place, 'shown', { 'City.js': text.replace(/^js\n/, '') });
  const { code, err } = place.run(['schema', 'apply', shown]);
  assert.deepStrictEqual([code, err], [0, '']);
  place.ok(['insert', 'City', JSON.stringify({
    name: 'Kyiv', founded: '0482-05-01', visited: { $date: '2026-11-23T00:00:00.000Z' }, status: 'city',
    position: [50.45, 30.52], districts: ['Podil'], sisters: [],
  })]);
});

// It was evaluated as JavaScript.
test('JSON has to be JSON', (t) => {
  const place = new Place(t, { init: false });
  const check = (text, pattern) => {
    const wrong = directory(place, 'wrong', { 'City.json': text });
    place.fails(EXIT.failure, ['schema', 'check', wrong], pattern);
  };
  check('{"a":"string", // a comment\n"b":"string"}', /wrong\/City\.json:1:16: JSON: /);
  check('{"a":"string",\n}', /wrong\/City\.json:2:1: JSON: /);
  check('{"a":{"type":"string","validate":() => true}}', /wrong\/City\.json:1:34: JSON: /);
  check('{"a":"string","a":"number"}', /wrong\/City\.json:1:\d+: JSON: /);
  const good = directory(place, 'good', { 'City.json': '{"Entity":{},"a":"string"}\n' });
  assert.strictEqual(place.ok(['schema', 'check', good]), 'City: 2 fields\n');
});

test('two files for one collection are an error', (t) => {
  const place = new Place(t, { init: false });
  const both = directory(place, 'both', { 'City.js': "({ a: 'string' })", 'City.json': '{"b":"string"}' });
  place.fails(EXIT.failure, ['schema', 'check', both], /both\/City\.json: City\.js is there as well/);
});

test('what is hardly meant is a warning', (t) => {
  const place = new Place(t);
  const doubtful = directory(place, 'doubtful', {
    'City.js':
      "({ Entiy: {}, name: { type: 'string', uniqe: true, lenght: 5, note: 'x', owner: 'me' },\n" +
      "  at: { Struct: {}, lat: { type: 'number', defualt: 1 } }, country: 'Contry', sisters: { many: 'City' } })",
    'Country.js': "({ Registry: {}, name: 'string' })",
  });
  const warnings = [
    'City: the kind Entiy is none that is stored, so its records are in memory. Did you mean Entity?',
    'City.name: unknown attribute uniqe. Did you mean unique?',
    'City.name: unknown attribute lenght. Did you mean length?',
    'City.at.lat: unknown attribute defualt. Did you mean default?',
    'City.country: a relation to Contry, which is no schema here. Did you mean Country?',
  ];
  const { out, err, code } = place.run(['schema', 'check', doubtful]);
  assert.strictEqual(code, 0);
  assert.match(out, /^City: 4 fields, in memory, index City\(country\)/m);
  assert.deepStrictEqual(err.trimEnd().split('\n'), warnings.map((each) => `gstore: warning: ${each}`));
  const told = place.json(['schema', 'check', doubtful]).warnings;
  assert.deepStrictEqual(told[4], {
    collection: 'City',
    field: 'country',
    what: 'a relation to Contry, which is no schema here. Did you mean Country?',
  });
  assert.strictEqual(place.json(['schema', 'apply', doubtful]).warnings.length, warnings.length);
});

test('what no value can satisfy is an error', (t) => {
  const place = new Place(t, { init: false });
  const check = (field, pattern) => {
    const wrong = directory(place, 'wrong', { 'City.js': `({ Entity: {}, ${field} })` });
    place.fails(EXIT.failure, ['schema', 'check', wrong], pattern);
  };
  check("n: { type: 'number', default: 'x' }", /City: field "n": its default does not fit: expected number, got string "x"/);
  check("s: { enum: ['a', 'b'], default: 'c' }", /City: field "s": its default does not fit/);
  check("n: { type: 'number', min: 5, max: 1 }", /City: field "n": its min is larger than its max/);
  check("s: { array: { type: 'string', length: { min: 5, max: 1 } } }", /field "s\[\]": the min of its length is larger/);
});

test('an error of a definition names its file and field', (t) => {
  const place = new Place(t, { init: false });
  const check = (text, pattern) => {
    const wrong = directory(place, 'wrong', { 'City.js': text });
    place.fails(EXIT.failure, ['schema', 'check', wrong], pattern);
  };
  check('', /wrong\/City\.js: one object with fields is expected/);
  check("{ name: 'string' }", /wrong\/City\.js: put the object in parentheses/);
  check("({ Entity: {}, b: 'string', a: null })", /wrong\/City\.js: field "a": /);
  check("({ Entity: {}, b: 'string', a: 'strnig' })", /wrong\/City\.js: field "a": .*Unknown type strnig/);
});

test('a schema file that is not UTF-8 is named', (t) => {
  const place = withSchema(t);
  const wrong = directory(place, 'latin', WORLD);
  fs.writeFileSync(path.join(wrong, 'City.js'), Buffer.from("({ name: 'caf\xe9' })", 'latin1'));
  for (const command of ['check', 'diff', 'apply']) {
    place.fails(EXIT.failure, ['schema', command, wrong], /latin\/City\.js: not UTF-8/);
  }
});

test('schema diff marks what is safe, migrated and unsafe, and changes nothing', (t) => {
  const place = withRecords(t);
  const next = directory(place, 'next', NEXT);
  const lines = place.ok(['schema', 'diff', next]).trimEnd().split('\n');
  assert.deepStrictEqual(lines, [
    'unsafe    City.area is new, required and without a default: records that are there do not have it',
    'unsafe    City.population is gone: records that have it keep it, but it is no longer known',
    'migrated  Country.title was name',
    'safe      Country has no index Country(name) unique any more',
  ]);
  const all = place.json(['schema', 'diff', next]);
  assert.deepStrictEqual(all[2], { risk: 'migrated', collection: 'Country', field: 'title', what: 'was name' });
  assert.deepStrictEqual(Object.keys(all[3]), ['risk', 'collection', 'what']);
  const same = path.join(place.root, 'schemas');
  const { out, err } = place.run(['schema', 'diff', same]);
  assert.deepStrictEqual([out, err], ['', 'No difference: the schema is in force.\n']);
  assert.deepStrictEqual(place.json(['schema', 'diff', same]), []);
  const bare = new Place(t);
  assert.strictEqual(bare.ok(['schema', 'diff', same]), 'safe      City is new\nsafe      Country is new\n');
});

test('schema apply says what changed, and refuses what is unsafe unless it is allowed', (t) => {
  const place = withRecords(t);
  const same = path.join(place.root, 'schemas');
  assert.strictEqual(place.ok(['schema', 'apply', same]), 'Nothing to do: the schema is in force.\n');
  assert.deepStrictEqual(place.json(['schema', 'apply', same]), { applied: false, differences: [], warnings: [] });
  const next = directory(place, 'next', NEXT);
  const before = place.ok(['schema', 'show']);
  fails(place, EXIT.conflict, ['schema', 'apply', next], [
    'gstore: the schema is not safe for records that are there. Say how they are read (`was`, ' +
      '`convert`, `default`), or give --allow-unsafe:',
    '  City.area is new, required and without a default: records that are there do not have it',
    '  City.population is gone: records that have it keep it, but it is no longer known.',
  ]);
  assert.strictEqual(errorOf(place.run(['schema', 'apply', next, '--json'])).code, 'conflict');
  assert.strictEqual(place.ok(['schema', 'show']), before);
  const out = place.ok(['schema', 'apply', next, '--allow-unsafe', '--wait', '1']);
  assert.match(out, /^unsafe {4}City\.area is new[^]*\nThe schema is in force\.\n$/);
  assert.match(place.ok(['schema', 'show']), /area: 'number'/);
  const wrong = directory(place, 'wrong', { 'City.js': '({' });
  place.fails(EXIT.failure, ['schema', 'apply', wrong], /wrong\/City\.js:1:/);
  const { applied, differences } = place.json(['schema', 'apply', same, '--allow-unsafe']);
  assert.strictEqual(applied, true);
  assert.ok(differences.some(({ field, risk }) => field === 'area' && risk === 'unsafe'));
});

test('a value that is too long for a unique index is to be shortened', (t) => {
  const place = new Place(t);
  const unique = directory(place, 'unique', { 'City.js': "({ Entity: {}, name: { type: 'string', unique: true } })" });
  place.ok(['schema', 'apply', unique]);
  const input = JSON.stringify({ name: 'x'.repeat(70000) });
  const { err } = place.fails(EXIT.failure, ['insert', 'City', '-'], /more than 64 KiB\. /, { input });
  assert.match(err, /a key of City\(name\) unique .* Give the fields of that key shorter values/);
});

// diff said safe of what apply refused with another status.
test('a new unique index is checked when the schema is applied', (t) => {
  const place = new Place(t, { init: true });
  const plain = directory(place, 'plain', { 'City.js': "({ Entity: {}, name: 'string' })" });
  const unique = directory(place, 'unique', { 'City.js': "({ Entity: {}, name: { type: 'string', unique: true } })" });
  place.ok(['schema', 'apply', plain]);
  const ids = [1, 2].map(() => place.ok(['insert', 'City', '{"name":"Kyiv"}']).trim());
  const told =
    'checked   City has a new index City(name) unique: when records have the same value the schema does not come into force\n';
  assert.strictEqual(place.ok(['schema', 'diff', unique]), told);
  fails(place, EXIT.conflict, ['schema', 'apply', unique], [
    'gstore: the schema is not safe for records that are there: the new schema says that City(name) is unique, but ' +
      `records ${ids[0]} and ${ids[1]} both have name "Kyiv". Change one of them, or leave \`unique\` out.`,
  ]);
  place.ok(['delete', ids[1]]);
  assert.strictEqual(place.ok(['schema', 'apply', unique]), told + 'The schema is in force.\n');
});

// It was safe whatever lay there.
test('a collection that gets its first schema is looked at', (t) => {
  const place = new Place(t, { init: true });
  const next = directory(place, 'next', { 'City.js': "({ Entity: {}, name: { type: 'string', unique: true }, n: 'number' })" });
  place.ok(['set', '-c', 'City', 'kyiv', '{"name":"Kyiv","n":1}']);
  assert.strictEqual(place.ok(['schema', 'diff', next]).split('\n')[0], 'safe      City is new');
  assert.match(place.ok(['schema', 'diff', next]), /\nchecked {3}City has a new index City\(name\) unique/);
  place.ok(['set', '-c', 'City', 'lviv', '{"name":5,"more":true}']);
  place.ok(['set', '-c', 'City', 'odesa', '{"name":"Odesa"}']);
  const [{ risk, collection, what }] = place.json(['schema', 'diff', next]);
  assert.deepStrictEqual([risk, collection], ['unsafe', 'City']);
  assert.match(what, /^is new, and records that are there do not fit it, such as /);
  assert.match(what, /lviv \(name: expected string, got number 5, n: expected number, got /);
  assert.match(what, /odesa \(n: expected number, got nothing\)/);
  const refused = place.run(['schema', 'apply', next]);
  assert.strictEqual(refused.code, EXIT.conflict);
  assert.match(refused.err, /not safe for records[^]*City is new, and records/);
  place.ok(['schema', 'apply', next, '--allow-unsafe']);
});

// Whoever broke a rule of the schema was told to choose another directory.
test('what the schema refuses has advice about records', (t) => {
  const place = withSchema(t, {
    'City.js': "({ Journal: { allow: 'append' }, name: { type: 'string', unique: true } })",
    'Fixed.js': "({ Entity: { allow: 'read' }, name: 'string' })",
  });
  const kyiv = place.ok(['insert', 'City', '{"name":"Kyiv"}']).trim();
  fails(place, EXIT.failure, ['insert', 'City', '{"name":"Kyiv"}'], [
    `gstore: the schema says that City(name) is unique, and record ${kyiv} has name "Kyiv" already. ` +
      'Choose another value, or change that record.',
  ]);
  fails(place, EXIT.failure, ['delete', kyiv], [
    'gstore: the schema of City allows to append records, not to change or remove them. Insert another record instead.',
  ]);
  fails(place, EXIT.failure, ['insert', 'Fixed', '{"name":"x"}'], [
    'gstore: the schema of Fixed allows to read records only. Change `allow` to write there.',
  ]);
});

test('types prints the interfaces of a directory, or of the schema in force', (t) => {
  const place = withSchema(t);
  const schemas = path.join(place.root, 'schemas');
  const text = place.ok(['types']);
  assert.match(text, /interface City \{\n {2}name: string;\n {2}countryId: string;/);
  assert.strictEqual(place.ok(['types', schemas]), text);
  assert.deepStrictEqual(place.json(['types']), { types: text });
  const file = place.path('types.d.ts');
  assert.strictEqual(place.ok(['types', schemas, '-o', file]), '');
  assert.strictEqual(fs.readFileSync(file, 'utf8'), text);
  assert.strictEqual(place.ok(['types', '-o', '-']), text);
  place.fails(EXIT.failure, ['types', '-o', place.path('no/types.d.ts')], /cannot write .*types\.d\.ts/);
  place.fails(EXIT.usage, ['types', '-o', ''], /'' is no file/);
  const bare = new Place(t);
  bare.fails(EXIT.notFound, ['types'], /no schema is in force/);
  assert.strictEqual(bare.ok(['types', schemas]), text);
});

// The package knows the collections of a schema by an augmentation: what is stored, not the form.
test('types says what the records of each collection are', (t) => {
  const place = new Place(t, { init: false });
  const text = place.ok(['types', directory(place, 'schemas', {
    'City.js':
      "({ Entity: {}, name: 'string', country: 'Country', status: { enum: ['a', \"b's\"], default: 'a' },\n" +
      "  at: { schema: { lat: 'number', 'note?': 'string' } }, 'e-mail?': 'string', size: ['number', '?bigint'],\n" +
      "  tags: { array: '?string' }, seen: { set: 'number' }, ages: { map: { number: 'boolean' } }, more: '?json',\n" +
      "  sisters: { many: 'City', required: false }, words: { object: { string: 'string' } } })",
    'Country.js': "({ Registry: {}, name: 'string' })",
  })]);
  const [interfaces, augmentation] = text.split("\nimport 'globalstorage';\n");
  assert.ok(interfaces.endsWith('}\n') && interfaces.includes('  countryId: string;\n'), interfaces);
  assert.strictEqual(augmentation, `
declare module 'globalstorage' {
  interface Collections {
    City: Collection<{
      name: string;
      country: One<"Country">;
      status: "a" | "b's";
      at: {
        lat: number;
        note?: string | null;
      };
      "e-mail"?: string | null;
      size?: [number, (bigint | null)?] | null;
      tags: Array<string | null>;
      seen: Set<number>;
      ages: Array<[number, boolean]> | { [key: string]: boolean };
      more?: any | null;
      sisters?: Many<"City"> | null;
      words: { [key: string]: string };
      cityId?: string | null;
    }, "status">;
    Country: Collection<{
      name: string;
      countryId?: string | null;
    }>;
  }
}
`);
});

test('a record that does not fit is told with every path', (t) => {
  const place = withSchema(t);
  const wrong = [
    'gstore: the record does not fit the schema of City',
    '  name: expected string, got number 5',
    '  country: expected id of Country, got nothing',
    '  more: expected no such field, got one. Correct the input and try again.',
  ];
  const json = '{"name":5,"more":1}';
  fails(place, EXIT.failure, ['insert', 'City', json], wrong);
  fails(place, EXIT.failure, ['set', '-c', 'City', 'k', json], wrong);
  const { message } = errorOf(place.run(['insert', 'City', json, '--json']));
  assert.match(message, /^the record does not fit the schema of City\n {2}name: .*\n {2}country: /);
  place.ok(['set', '-c', 'City', 'kyiv', '{"name":"Kyiv","country":"UA"}']);
  fails(place, EXIT.failure, ['update', '-c', 'City', 'kyiv', '{"name":{"$unset":true},"x":1}'], [
    'gstore: the record does not fit the schema of City',
    '  name: expected string, got nothing',
    '  x: expected no such field, got one. Correct the input and try again.',
  ]);
  fails(place, EXIT.failure, ['swap', '-c', 'City', 'kyiv', '--if', '{}', '--set', '{"name":1}'], [
    'gstore: the record does not fit the schema of City',
    '  name: expected string, got number 1. Correct the input and try again.',
  ]);
  const ua = place.ok(['set', '-c', 'Country', 'UA', '{"name":"Ukraine"}']).trim();
  const kyiv = { name: 'Kyiv', country: { $id: ua }, status: 'draft' };
  assert.deepStrictEqual(place.json(['get', '-c', 'City', 'kyiv']).data, kyiv);
});

// A name could begin a line of its own, and pass for a message of gstore.
test('names in a message about a record stay in their line', (t) => {
  const place = withSchema(t);
  const { err } = place.run(['insert', 'City', '{"a\\ngstore: all is well\\u001b[2J":1}']);
  assert.match(err, / {2}a gstore: all is well \[2J: expected no such field/);
  for (const line of err.trimEnd().split('\n').slice(1)) assert.match(line, /^ {2}/);
});

test('import takes rows that do not fit for bad rows and names them', (t) => {
  const place = withSchema(t);
  const rows = [
    '{"name":"Kyiv","country":"UA"}',
    '{"name":7,"country":"UA","x":1}',
    '{"name":"Lviv","country":"UA"}',
    '{"name":"Odesa"}',
  ];
  const file = place.file('cities.ndjson', `${rows.join('\n')}\n`);
  const stopped = place.run(['import', 'City', file]);
  assert.strictEqual(stopped.code, EXIT.failure);
  const [first, name, extra] = stopped.err.trimEnd().split('\n');
  assert.match(first, /cities\.ndjson: row 2.*the record does not fit the schema of City$/);
  assert.strictEqual(name, '  name: expected string, got number 7');
  assert.match(extra, /^ {2}x: .*; 1 row is in\. .*--first 2.*--skip-bad/);
  const skipped = place.run(['import', 'City', file, '--first', '2', '--skip-bad']);
  assert.strictEqual(skipped.code, EXIT.ok);
  const told = /^gstore: skipped: .*row 2.*City\n {2}name: .*\n {2}x: .*\ngstore: skipped: .*row 4/;
  assert.match(skipped.err, told);
  assert.match(skipped.err, /import: 1 row in .*, 2 skipped\n$/);
  assert.deepStrictEqual(place.lines(['find', 'City', '--select', 'name']), [{ name: 'Kyiv' }, { name: 'Lviv' }]);
  const counted = place.run(['import', 'City', file, '--skip-bad', '--key', 'name', '--json']);
  assert.deepStrictEqual(parseLines(counted.out).at(-1), { rows: 2, skipped: 2 });
});

test('what a schema allows is refused otherwise', (t) => {
  const place = withSchema(t, { 'Log.js': "({ Journal: { allow: 'append' }, text: 'string' })" });
  const id = place.ok(['insert', 'Log', '{"text":"one"}']).trim();
  place.fails(EXIT.failure, ['update', id, '{"text":"two"}'], /the schema of Log allows to append records/);
  place.fails(EXIT.failure, ['delete', id], /the schema of Log allows to append records/);
  assert.strictEqual(place.ok(['get', id]), '{"text":"one"}\n');
});

test('completion knows the commands of schema', (t) => {
  const script = new Place(t).ok(['completion', 'bash']);
  assert.match(script, /schema\) .*'show check diff apply'/);
  assert.match(script, / blob schema types log /);
});

test('records that the schema keeps in memory end with the command, which says so', (t) => {
  const files = { 'Seat.js': "({ Struct: { store: 'memory' }, n: 'number' })\n" };
  const place = withSchema(t, files);
  const inserted = place.run(['insert', 'Seat', '{"n":1}']);
  assert.strictEqual(inserted.code, EXIT.ok);
  assert.match(inserted.err, /the schema keeps 'Seat' in memory/);
  assert.strictEqual(place.ok(['count', 'Seat']).trim(), '0');
  const script =
    'db.Seat.insert({ n: 1 }); db.Seat.update(db.Seat.insert({ n: 2 }), { n: 3 }); db.Seat.count({ n: 3 })';
  assert.strictEqual(place.ok(['shell', '-e', script]).trim(), '1');
});

test('nothing is unsafe for a collection without records', (t) => {
  const place = withSchema(t);
  const next = directory(place, 'next', { ...WORLD, 'City.js': "({ Entity: {}, title: 'string', size: { type: 'number', unique: true } })" });
  const all = place.json(['schema', 'diff', next]);
  assert.ok(all.length > 0);
  assert.ok(all.every(({ risk }) => risk === 'safe'), JSON.stringify(all));
  place.ok(['schema', 'apply', next]);
});

test('fields that are lost to the form of a definition are warned of', (t) => {
  const place = new Place(t);
  const warned = (text) => {
    const schemas = directory(place, 'lost', { 'Item.js': text });
    return place.json(['schema', 'check', schemas]).warnings.map((each) => each.what);
  };
  assert.deepStrictEqual(warned("({ name: 'string', type: 'string' })"), [
    'it describes a value and no record, because it has a field type, so name is lost: ' +
      'put a kind in front, as in ({ Entity: {}, name: .. })']);
  assert.deepStrictEqual(warned("({ array: 'string', name: 'string' })").length, 1);
  assert.deepStrictEqual(warned("({ Name: 'string', age: 'number' })"), [
    'Name begins with a capital letter, so it is taken for the kind and is no field: ' +
      'put a kind in front, as in ({ Entity: {}, Name: .. })']);
  for (const right of ["({ type: 'string', length: 10 })", "({ Entity: {}, type: 'string' })",
    "({ name: 'string' })", "({ Custom: { a: 1 }, name: 'string' })", "({ array: 'string' })"]) {
    assert.deepStrictEqual(warned(right), [], right);
  }
});

test('what cannot be a foreign key is no relation, and keys of maps have their type', (t) => {
  const place = new Place(t);
  place.ok(['schema', 'apply', directory(place, 'schemas', {
    'Own.js': "({ Registry: {}, z: '?string' })",
    'A.js': `({ Entity: {}, own: { type: 'Own', required: false }, all: { many: 'Own', required: false },
      at: { schema: { own: 'Own' }, required: false }, m: { map: { number: 'string' }, required: false },
      ob: { type: 'object', key: 'boolean', value: 'string', required: false } })`,
  })]);
  const refuses = (record, pattern) => {
    for (const given of [record, ...(Array.isArray(record) ? record : [])]) {
      const { code, err } = place.run(['insert', 'A', JSON.stringify(given)]);
      assert.strictEqual(code, EXIT.failure, JSON.stringify(given));
      assert.match(err, pattern);
    }
  };
  place.ok(['insert', 'A', '{"own":"k","all":["k"],"at":{"own":"k"}}']); // the shape of those that follow
  refuses({ own: '' }, /own: expected id of Own, got string ""/);
  refuses({ own: 'x'.repeat(1025) }, /own: expected id of Own/);
  refuses({ all: ['k', ''] }, /all\[1\]: expected id of Own, got string ""/);
  refuses({ at: { own: '' } }, /at\.own: expected id of Own, got string ""/);
  assert.strictEqual(place.ok(['count', 'A', '{"own":""}']), '0\n');
  const file = place.file('a.csv', 'own\n""\nk\n');
  const refused = place.run(['import', 'A', file]);
  assert.match(refused.err, /own: expected id of Own, got string "".*give --type own:key/s);
  place.ok(['import', 'A', file, '--type', 'own:key']);
  assert.strictEqual(place.ok(['count', 'A', '{"own":null}']), '1\n');
  refuses({ m: [[true, 'x']] }, /m: expected keys of type number, got the key boolean true/);
  refuses({ m: [['1', 'x']] }, /m: expected keys of type number, got the key string "1"/);
  refuses({ m: { foo: 'x' } }, /m: expected keys of type number, got the key "foo"/);
  refuses({ ob: { 1: 'x' } }, /ob: expected keys of type boolean, got the key "1"/);
  for (const right of [{ m: [[1, 'x'], [2.5, 'y']] }, { m: { 1: 'x', '-2.5': 'y' } }, { ob: { true: 'x' } }]) {
    place.ok(['insert', 'A', JSON.stringify(right)]);
  }
});

test('types says what TypeScript does not take', (t) => {
  const place = new Place(t);
  const schemas = directory(place, 'odd', {
    'Node.js': "({ Entity: {}, node: '?Node', 'e-mail': 'string' })", 'string.js': "({ Entity: {}, a: 'number' })",
  });
  const { err } = place.run(['types', schemas]);
  const doubts = ['string is no name of an interface', 'Node.e-mail is no name of a member', 'Node.nodeId stands twice'];
  for (const doubt of doubts) assert.ok(err.includes(doubt), err);
  assert.strictEqual(place.run(['types', directory(place, 'schemas', WORLD)]).err, '');
});
