'use strict';

// Files in, files out: every format, malformed rows, and stops in the middle.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { Place, run, parseLines, errorOf, waitFor, closed, EXIT, PROGRAM } = require('./gstore.js');

const ROWS = Array.from({ length: 10000 }, (_, i) => ({
  name: `City "${i}"`,
  lat: i / 100,
  nested: { list: [i, null, '}]'], text: 'ж\n' },
}));
const NDJSON = ROWS.map((row) => JSON.stringify(row) + '\n').join('');

const dataOf = (place, collection) => place.lines(['export', collection]);

test('an array, lines and standard input arrive unchanged and in order', (t) => {
  const place = new Place(t);
  const array = place.file('rows.json', JSON.stringify(ROWS, null, 1));
  const lines = place.file('rows.ndjson', NDJSON);
  place.ok(['import', 'Array', array]);
  place.ok(['import', 'Lines', lines]);
  place.ok(['import', 'Piped', '-'], { input: NDJSON });
  for (const collection of ['Array', 'Lines', 'Piped']) {
    assert.deepStrictEqual(dataOf(place, collection), ROWS);
  }
  assert.strictEqual(place.json(['stats']).records, 3 * ROWS.length);
});

test('--json prints cumulative rows of each durable batch', (t) => {
  const place = new Place(t);
  const file = place.file('rows.ndjson', NDJSON);
  const counts = place.lines(['import', 'City', file, '--json', '--batch', '1000']);
  assert.deepStrictEqual(counts.at(-1), { rows: ROWS.length });
  counts.forEach(({ rows }, i) => {
    assert.strictEqual(rows % 1000, 0);
    assert.ok(i === 0 || rows > counts[i - 1].rows);
  });
});

test('a summary goes to standard error, nothing to standard output', (t) => {
  const place = new Place(t);
  const { code, out, err } = place.run(['import', 'City', '-'], { input: '{"a":1}\n' });
  assert.deepStrictEqual([code, out], [EXIT.ok, '']);
  assert.match(err, /^import: 1 row in [\d.]+ s \([\d,]+ rows\/s\)\n$/);
});

test('nothing to import is no failure', (t) => {
  const place = new Place(t);
  for (const input of ['', '[]', '\n\n', 'a,b\n']) {
    assert.deepStrictEqual(place.lines(['import', 'City', '-', '--json'], { input }).at(-1).rows, 0);
  }
});

// A README became a record for each of its lines, without a word.
test('what only may be CSV is told, and text without columns is refused', (t) => {
  const place = new Place(t);
  const readme = place.file('README.md', '# Heading\n\nSome text, and more.\n');
  place.fails(EXIT.failure, ['import', 'City', readme],
    /README\.md: the format cannot be told: .+; no row is in\. Name it with --format\.\n$/);
  place.fails(EXIT.failure, ['import', 'City', '-'], /standard input: the format/, { input: 'a\n1\n' });
  const columns = place.file('rows.txt', 'a,b\n1,2\n');
  const { code, err } = place.run(['import', 'City', columns]);
  assert.strictEqual(code, EXIT.ok);
  assert.match(err, /^gstore: note: \S+\/rows\.txt is taken as CSV, .+; --format csv says so\.\n/);
  assert.match(err, /\nimport: 1 row in /);
  const told = [
    ['--format', 'csv'], ['--delimiter', ','], ['--type', 'a:number'],
  ];
  for (const options of told) {
    assert.doesNotMatch(place.run(['import', 'City', columns, ...options]).err, /note/);
    assert.strictEqual(place.run(['import', 'City', '-', ...options], { input: 'a\n1\n' }).code, EXIT.ok);
  }
  assert.strictEqual(place.run(['import', 'City', columns, '--json']).err, '');
  assert.strictEqual(place.lines(['scan', 'City']).length, 8);
});

test('CSV with quotes, line breaks and types', (t) => {
  const place = new Place(t);
  const csv = 'name,lat,open,note\r\n"Kyiv, ""UA""",50.45,true,"two\r\nlines"\r\nLviv,,0,\r\n';
  const file = place.file('city.csv', csv);
  place.ok(['import', 'City', file, '--type', 'lat:number', '--type', 'open:boolean']);
  assert.deepStrictEqual(dataOf(place, 'City'), [
    { name: 'Kyiv, "UA"', lat: 50.45, open: true, note: 'two\r\nlines' },
    { name: 'Lviv', lat: null, open: false, note: '' },
  ]);
  place.ok(['import', 'Plain', '-', '--format', 'csv', '--delimiter', ';'], { input: 'a;b\n1;2\n' });
  assert.deepStrictEqual(dataOf(place, 'Plain'), [{ a: '1', b: '2' }]);
});

test('dates of CSV: a day, a time, a zone', (t) => {
  const place = new Place(t);
  const input =
    'at\n2020-01-02\n2020-01-02T03:04\n2020-01-02 03:04:05\n2020-01-02T03:04:05.678Z\n' +
    '2020-01-02T03:04:05+02:00\n""\n';
  const dates = ['--format', 'csv', '--type', 'at:date'];
  place.ok(['import', 'Log', '-', ...dates], { input });
  assert.deepStrictEqual(dataOf(place, 'Log').map(({ at }) => at?.$date), [
    '2020-01-02T00:00:00.000Z', '2020-01-02T03:04:00.000Z', '2020-01-02T03:04:05.000Z',
    '2020-01-02T03:04:05.678Z', '2020-01-02T01:04:05.000Z', undefined,
  ]);
  place.fails(EXIT.failure, ['import', 'Log', '-', ...dates],
    /row 2 \(line 3\): column 'at': '02\.01\.2020' is no date \(2026-11-23, .*\+02:00\)/, {
      input: 'at\n2020-01-02\n02.01.2020\n',
    });
  place.fails(EXIT.failure, ['import', 'Log', '-', '--format', 'csv', '--type', 'n:integer'],
    /row 1 \(line 2\): column 'n': '9223372036854775808' is no integer of 64 bits/, {
      input: 'n\n9223372036854775808\n',
    });
  place.fails(EXIT.failure, ['import', 'Log', '-', '--format', 'csv', '--type', 'n:number'],
    /column 'n': '1e999' is no number/, { input: 'n\n1e999\n' });
});

test('--key makes a field the foreign key: rows replace each other', (t) => {
  const place = new Place(t);
  const input = '{"slug":"a","n":1}\n{"slug":"b","n":1}\n{"n":2,"slug":"a"}\n{"slug":7}\n';
  place.ok(['import', 'Post', '-', '--key', 'slug'], { input });
  place.ok(['import', 'Post', '-', '--key', 'slug'], { input });
  assert.strictEqual(place.json(['stats']).records, 3);
  assert.deepStrictEqual(place.json(['get', '-c', 'Post', 'a']).data, { n: 2, slug: 'a' });
  assert.strictEqual(place.json(['get', '-c', 'Post', '7']).key, '7');
  place.fails(EXIT.failure, ['import', 'Post', '-', '--key', 'slug'], /field 'slug'/, {
    input: '{"n":1}\n',
  });
});

test('a bad row is named; rows before it stay', (t) => {
  const place = new Place(t);
  const input = '{"a":1}\n\n{"a":2}\n{"a":}\n{"a":4}\n';
  const { code, err } = place.run(['import', 'City', '-'], { input });
  assert.strictEqual(code, EXIT.failure);
  assert.match(err, /standard input: row 3 \(line 4\)/);
  assert.match(err, /2 rows are in/);
  assert.deepStrictEqual(dataOf(place, 'City'), [{ a: 1 }, { a: 2 }]);

  const json = place.run(['import', 'City', '-', '--json'], { input });
  assert.deepStrictEqual(parseLines(json.out), [{ rows: 2 }, { rows: 2, skipped: 0, first: 3 }]);
  assert.strictEqual(errorOf(json).code, 'invalid');

  const first = place.run(['import', 'City', '-', '--json'], { input: '{"a":}\n' });
  assert.strictEqual(first.code, EXIT.failure);
  assert.deepStrictEqual(parseLines(first.out), [{ rows: 0, skipped: 0, first: 1 }]);
  assert.strictEqual(errorOf(first).code, 'invalid');
});

test('one mistake is one message, which says how to go on without a row twice', (t) => {
  const place = new Place(t);
  const input = '{"a":1}\n{"a":2}\n{"a":}\n{"a":4}\n';
  const { err } = place.fails(EXIT.failure, ['import', 'City', '-'], null, { input });
  assert.match(err, /^gstore: standard input: row 3 \(line 3\): JSON column 6: [^\n]+\n$/);
  const end = (text) => `${text}; --skip-bad leaves out bad rows.\n`;
  const again = 'Correct the input and try again';
  const twice = `; 2 rows are in. ${again} with --first 3, else the rows that are in come in twice`;
  assert.ok(err.endsWith(end(twice)), err);
  const mended = input.replace('{"a":}', '{"a":3}');
  place.ok(['import', 'City', '-', '--first', '3'], { input: mended });
  assert.deepStrictEqual(dataOf(place, 'City').map(({ a }) => a), [1, 2, 3, 4]);
  const none = place.fails(EXIT.failure, ['import', 'City', '-'], null, { input: '{"a":}\n' });
  assert.ok(none.err.endsWith(end(`; no row is in. ${again}`)), none.err);
  // Rows with keys replace each other, and the end of a file is no row that could be left out.
  const keyed = place.fails(EXIT.failure, ['import', 'Keyed', '-', '--key', 'k'], null, {
    input: '{"k":"a"}\n{"k":}\n',
  });
  assert.ok(keyed.err.endsWith(end(`; 1 row is in. ${again} with --first 2`)), keyed.err);
  const cut = place.fails(EXIT.failure, ['import', 'City', place.file('cut.json', '[{"a":1}')]);
  assert.match(cut.err, /^gstore: \S+cut\.json: .*; 1 row is in\. .* --first 2, else [^;]+\.\n$/);
});

test('importing a key again that was erased writes it anew', (t) => {
  const place = new Place(t);
  const key = ['import', 'Person', '-', '--key', 'k'];
  place.run(key, { input: '{"k":"ann","secret":"of-before"}\n' });
  const before = place.json(['get', '-c', 'Person', 'ann']);
  place.ok(['erase', '-c', 'Person', 'ann']);
  place.fails(EXIT.notFound, ['get', '-c', 'Person', 'ann'], /was erased/);
  place.run(key, { input: '{"k":"ann","n":2}\n' });
  const after = place.json(['get', '-c', 'Person', 'ann']);
  assert.strictEqual(after.id, before.id);
  assert.notStrictEqual(after.version, before.version);
  assert.deepStrictEqual(after.data, { k: 'ann', n: 2 });
  assert.doesNotMatch(place.ok(['log']), /of-before/);
  const log = fs.readdirSync(path.join(place.directory, 'log'));
  for (const name of log) assert.ok(!fs.readFileSync(path.join(place.directory, 'log', name)).includes('of-before'));
  place.ok(['verify', '--full']);
});

test('the key of an integer is its decimal text, in every form', (t) => {
  const place = new Place(t);
  const key = ['import', 'City', '-', '--key', 'id'];
  for (const value of ['42', '"42"', '{"$int":"42"}', '{ "$big": "42" }']) {
    place.run(key, { input: `{"id":${value},"from":${JSON.stringify(value)}}\n` });
    const [record, ...more] = place.lines(['scan', 'City']);
    assert.deepStrictEqual([record.key, record.data.from, more.length], ['42', value, 0]);
  }
  const csv = place.run([...key, '--format', 'csv', '--type', 'id:integer'], { input: 'id,n\n42,csv\n-7,csv\n' });
  assert.strictEqual(csv.code, EXIT.ok, csv.err);
  assert.strictEqual(place.json(['get', '-c', 'City', '42']).data.n, 'csv');
  assert.strictEqual(JSON.parse(place.ok(['--json', 'get', '-c', 'City', '--', '-7'])).key, '-7');
  const exported = place.ok(['export', 'City']); // comes back as the same records
  place.run(key, { input: exported });
  assert.strictEqual(place.ok(['export', 'City']), exported);
  for (const value of ['4.5', '42.0', '4e1', '-0', 'true', 'null', '[42]', '{"$date":"2026-11-23T00:00:00.000Z"}']) {
    place.fails(EXIT.failure, key, /row 1 \(byte 0\): no text or integer in field 'id'|row 1 \(line 1\): no text or integer/, {
      input: `{"id":${value}}\n`,
    });
  }
  assert.strictEqual(place.lines(['scan', 'City']).length, 2);
});

test('--key in malformed JSON: the JSON is what is wrong', (t) => {
  const place = new Place(t);
  const key = ['import', 'City', '-', '--key', 'k'];
  for (const [row, pattern] of [
    ['{"k" 3}', /row 2 \(line 2\): JSON column 6: expected ':'/],
    ['{"a":1,,"k":2}', /row 2 \(line 2\): JSON column 8: /],
    ['{"a":1}', /row 2 \(line 2\): no text or integer in field 'k'/],
    ['{"k":null}', /no text or integer in field 'k'/],
  ]) {
    place.fails(EXIT.failure, key, pattern, { input: `{"k":1}\n${row}\n` });
  }
  assert.deepStrictEqual(dataOf(place, 'City'), [{ k: 1 }]);
});

test('options of CSV are refused for JSON, and columns that are not there are named', (t) => {
  const place = new Place(t);
  const usage = (args, input, pattern) => {
    place.fails(EXIT.usage, ['import', 'City', '-', ...args], pattern, { input });
    assert.strictEqual(errorOf(place.run(['import', 'City', '-', ...args, '--json'], { input })).code, 'usage');
  };
  for (const input of ['{"a":"1"}\n', '[{"a":"1"}]']) {
    usage(['--type', 'a:number'], input, /--type: only CSV has columns, and standard input is read as JSON/);
    usage(['--delimiter', ';'], input, /--delimiter: only CSV has columns/);
  }
  usage(['--format', 'json', '--type', 'a:number'], '[{"a":"1"}]', /--type: only CSV/);
  const csv = ['--format', 'csv'];
  usage([...csv, '--type', 'z:number'], 'a,b\n1,2\n', /--type: there is no column 'z'; the first line names 'a', 'b'\./);
  usage([...csv, '--key', 'z'], 'a,b\n1,2\n', /--key: there is no column 'z'; the first line names 'a', 'b'\./);
  assert.strictEqual(place.json(['stats']).records, 0);
  place.ok(['import', 'City', '-', '--type', 'a:number'], { input: '' }); // of nothing nobody can tell
});

test('--skip-bad goes on and counts', (t) => {
  const place = new Place(t);
  const input = '{"a":1}\nnonsense\n7\n{"a":2}\n{"a":1,"a":2}\n';
  const counts = place.lines(['import', 'City', '-', '--json', '--skip-bad', '--format', 'ndjson'], { input });
  assert.deepStrictEqual(counts.at(-1), { rows: 2, skipped: 3 });
  assert.deepStrictEqual(dataOf(place, 'City'), [{ a: 1 }, { a: 2 }]);
});

test('where an import stops, --first leaves out what was imported or skipped, and no more', (t) => {
  const place = new Place(t);
  const skip = ['import', 'City', '-', '--json', '--skip-bad', '--format', 'json'];
  const cut = place.run([...skip, '--batch', '2'], { input: '[7,{"a":1},{"a":2},8,{"a":3},9,[' });
  assert.strictEqual(cut.code, EXIT.failure);
  // A killed import said how many rows it had skipped, too.
  const [batch] = parseLines(cut.out);
  assert.strictEqual(batch.skipped, { 2: 1, 3: 3 }[batch.rows]);
  assert.deepStrictEqual(parseLines(cut.out).at(-1), { rows: 3, skipped: 3, first: 7 });
  assert.match(errorOf(cut).message, /3 rows are in/);
  const input = '[7,{"a":1},{"a":2},8,{"a":3},9,{"a":4},5,5,[';
  const again = place.run([...skip, '--first', '7'], { input });
  assert.deepStrictEqual(parseLines(again.out).at(-1), { rows: 1, skipped: 2, first: 10 });
  const none = place.run([...skip, '--first', '8'], { input });
  assert.deepStrictEqual(parseLines(none.out), [{ rows: 0, skipped: 2, first: 10 }]);
  assert.deepStrictEqual(dataOf(place, 'City').map(({ a }) => a), [1, 2, 3, 4]);
});

/** A command whose files cannot grow for ever: a full disk that needs no disk of its own. */
const runFull = (place, args) => {
  const limit = 'trap "" XFSZ; ulimit -f 8192; exec "$@"';
  return run(['-c', limit, 'sh', PROGRAM, '-d', place.directory, ...args], { program: 'sh' });
};

// A batch that did not get in had skipped rows, too; they were counted as done with, and as many
// good rows of it were left out by whoever went on with the row that was told.
test('bad rows in a batch that did not get in are not counted in --first', (t) => {
  const place = new Place(t);
  const text = 'x'.repeat(300);
  const all = Array.from({ length: 60000 }, (_, i) => i);
  const isBad = (i) => i % 10 === 3;
  const lines = all.map((i) => (isBad(i) ? 'nonsense\n' : `{"i":${i},"text":"${text}"}\n`));
  const file = place.file('rows.ndjson', lines.join(''));
  const good = all.filter((i) => !isBad(i));
  for (const json of [[], ['--json']]) {
    const rows = () => place.lines(['export', 'City', '-f', 'ndjson']).map(({ i }) => i);
    fs.rmSync(place.directory, { recursive: true });
    place.ok(['init']);
    const { code, out, err } = runFull(place, ['import', 'City', file, '--skip-bad', ...json]);
    assert.strictEqual(code, EXIT.failure, err);
    const first = Number(/ --first (\d+)/.exec(err)?.[1]);
    const present = rows();
    assert.ok(present.length > 1000 && present.length < good.length, `${present.length}`);
    if (json.length !== 0) {
      const end = parseLines(out).at(-1);
      assert.strictEqual(end.first, first, err);
      assert.strictEqual(end.rows, present.length);
      assert.strictEqual(end.skipped, end.first - 1 - end.rows);
    }
    const rest = place.run(['import', 'City', file, '--skip-bad', '--first', String(first)]);
    assert.strictEqual(rest.code, EXIT.ok, rest.err);
    assert.deepStrictEqual(rows(), good);
  }
});

test('--first goes on where an import stopped', (t) => {
  const place = new Place(t);
  const input = '[{"i":1},{"i":2},{"i":3},{"i":4}]';
  place.ok(['import', 'City', '-', '--first', '3'], { input });
  assert.deepStrictEqual(dataOf(place, 'City'), [{ i: 3 }, { i: 4 }]);
});

test('files that are cut off or of another format are refused with the place', (t) => {
  const place = new Place(t);
  const cases = [
    ['cut.json', '[{"a":1},{"a":2', /row 2 \(byte 9\)/],
    ['cut2.json', '[{"a":1}', /not closed after row 1/],
    ['twice.json', '[{"a":1}] [{"a":2}]', /more text/],
    ['header.csv', 'a,a\n1,2\n', /two columns are named 'a'/],
    ['fields.csv', 'a,b\n1,2\n1\n', /row 2 \(line 3\): 1 field, but the header names 2/],
  ];
  for (const [name, content, pattern] of cases) {
    const { code, err } = place.run(['import', 'City', place.file(name, content)]);
    assert.strictEqual(code, EXIT.failure, name);
    assert.match(err, pattern);
  }
});

test('a pipe that pauses is committed up to its pause', async (t) => {
  const place = new Place(t);
  const child = place.start(['import', 'City', '-', '--json']);
  child.stdin.write('{"a":1}\n{"a":2}\n');
  await waitFor(child.stdout, /\{"rows":2\}\n/);
  child.stdin.end('{"a":3}\n');
  assert.deepStrictEqual(await closed(child), { code: EXIT.ok, signal: null });
  assert.strictEqual(dataOf(place, 'City').length, 3);
});

test('Ctrl-C finishes the batch and says how many rows are in', async (t) => {
  const place = new Place(t);
  const child = place.start(['import', 'City', '-', '--skip-bad']);
  let err = '';
  child.stderr.on('data', (chunk) => { err += String(chunk); });
  child.stdin.on('error', () => {});
  const input = `{"cut"\n${NDJSON}`;
  child.stdin.write(input);
  await waitFor(child.stderr, /skipped/); // it is at work, and catches signals
  child.kill('SIGINT');
  assert.deepStrictEqual(await closed(child), { code: EXIT.interrupted, signal: null });
  const said = /stopped by a signal; ([\d,]+) rows? (?:is|are) in\. Go on with --first (\d+)\./;
  const [, count, first] = said.exec(err);
  const rows = Number(count.replaceAll(',', ''));
  assert.strictEqual(place.json(['stats']).records, rows);
  place.ok(['import', 'City', '-', '--skip-bad', '--first', first], { input });
  assert.deepStrictEqual(dataOf(place, 'City'), ROWS);
});

test('Ctrl-C in the middle of a file ends at the end of a batch', async (t) => {
  const place = new Place(t);
  const batch = 1000;
  const total = 400;
  const bad = 100; // each of so many rows ends with a bad one
  const some = NDJSON.split('\n').map((line, i) => (i % bad === bad - 1 ? '7' : line)).join('\n');
  const file = place.file('rows.ndjson', Array(total / 10).fill(some).join(''));
  const args = ['import', 'City', file, '--json', '--skip-bad', '--batch', String(batch)];
  const child = place.start(args);
  let out = '';
  child.stdout.on('data', (chunk) => { out += String(chunk); });
  await waitFor(child.stdout, /"rows"/);
  child.kill('SIGINT');
  assert.deepStrictEqual(await closed(child), { code: EXIT.interrupted, signal: null });
  const { rows, skipped, first } = parseLines(out).at(-1);
  assert.deepStrictEqual([rows % batch, first], [0, rows + skipped + 1]);
  assert.strictEqual(skipped, Math.floor((first - 1) / bad));
  assert.ok(rows < total * batch);
  assert.strictEqual(place.json(['stats']).records, rows);
});

test('Ctrl-C in the middle of a pipe: --first goes on without a gap', async (t) => {
  const place = new Place(t);
  const child = place.start(['import', 'City', '-', '--batch', '500', '--json']);
  let err = '';
  let stopped = false;
  child.stderr.on('data', (chunk) => { err += String(chunk); });
  child.stdin.on('error', () => { stopped = true; });
  child.stdin.on('close', () => { stopped = true; });
  const end = closed(child);
  const some = 20_000; // rows durable when the signal comes: in the middle
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    const [, durable] = /"rows":(\d+)\}\s*$/.exec(out) ?? [];
    if (Number(durable) >= some && !child.killed) child.kill('SIGINT');
  });
  const rows = [];
  const limit = 5_000_000; // far more than an import takes before the signal
  while (!stopped && rows.length < limit) {
    const lines = [];
    for (let i = 0; i < 1000; i++) lines.push(`{"i":${rows.length + i}}\n`);
    for (const line of lines) rows.push(line);
    // Cut anywhere: a row that the signal finds half read is none.
    if (!child.stdin.write(lines.join(''))) {
      await Promise.race([once(child.stdin, 'drain').catch(() => {}), end]);
    }
    if (child.exitCode !== null) stopped = true;
  }
  assert.deepStrictEqual(await end, { code: EXIT.interrupted, signal: null }, err);
  const { rows: done, first } = parseLines(out).at(-1);
  assert.strictEqual(first, done + 1);
  const more = rows.slice(0, done + 2000);
  const rest = place.run(['import', 'City', '-', '--first', String(first)], { input: more.join('') });
  assert.strictEqual(rest.code, EXIT.ok, rest.err);
  assert.deepStrictEqual(dataOf(place, 'City').map(({ i }) => i), more.map((_, i) => i));
});

test('SIGKILL keeps every acknowledged row', async (t) => {
  const place = new Place(t);
  const child = place.start(['import', 'City', '-', '--json', '--batch', '500']);
  let out = '';
  child.stdout.on('data', (chunk) => { out += String(chunk); });
  child.stdin.on('error', () => {});
  child.stdin.write(NDJSON);
  await waitFor(child.stdout, /"rows"/);
  child.kill('SIGKILL');
  await closed(child);
  const acknowledged = parseLines(out.slice(0, out.lastIndexOf('\n') + 1)).at(-1).rows;
  const found = parseLines(place.run(['export', 'City']).out);
  assert.ok(found.length >= acknowledged, `${found.length} of ${acknowledged}`);
  assert.deepStrictEqual(found, ROWS.slice(0, found.length));
  assert.strictEqual(place.run(['verify', '--full']).code, EXIT.ok);
  place.ok(['insert', 'City', '{"after":true}']);
});

test('a delimiter that is given counts whatever the name of the file', (t) => {
  const place = new Place(t);
  const tabs = place.path('tabs.tsv');
  fs.writeFileSync(tabs, 'a\tb\n1\t2\n');
  const commas = place.path('commas.tsv');
  fs.writeFileSync(commas, 'a,b\n1,2\n');
  place.ok(['import', 'Tabs', tabs]);
  place.ok(['import', 'Commas', commas, '--delimiter', ',']);
  for (const name of ['Tabs', 'Commas']) {
    assert.deepStrictEqual(place.ok(['export', name]).trim(), '{"a":"1","b":"2"}');
  }
});

test('a row that has what a unique index has already is named, or left out', (t) => {
  const place = new Place(t);
  fs.mkdirSync(place.path('schemas'));
  const order = "({ Entity: {}, number: { type: 'number', unique: true } })";
  fs.writeFileSync(place.path('schemas/Order.js'), order);
  place.ok(['schema', 'apply', place.path('schemas')]);
  const numbers = Array.from({ length: 300 }, (_, i) => (i === 250 ? 249 : i));
  const rows = numbers.map((number) => JSON.stringify({ number }));
  fs.writeFileSync(place.path('orders.ndjson'), rows.join('\n'));
  const failed = place.run(['import', 'Order', place.path('orders.ndjson')]);
  assert.strictEqual(failed.code, EXIT.failure);
  assert.match(failed.err, /row 251 \(line 251\): .*\(number\) is unique/);
  assert.match(failed.err, /and record [0-9a-f-]{36} has number 249/);
  assert.match(failed.err, /already; 250 rows are in.*--first 251.*--skip-bad/);
  assert.strictEqual(place.ok(['count', 'Order']), '250\n');
  const rest = place.run(['import', 'Order', place.path('orders.ndjson'), '--first', '251', '--skip-bad']);
  assert.strictEqual(rest.code, EXIT.ok);
  assert.match(rest.err, /skipped: .*line 251\): .*\(number\) is unique/);
  assert.match(rest.err, /49 rows .* 1 skipped/);
  assert.strictEqual(place.ok(['count', 'Order']), '299\n');
});

// What a spreadsheet gives is text, which the schema refused without a word about --type.
test('a column that the schema does not take as text is told with its --type', (t) => {
  const place = new Place(t);
  fs.mkdirSync(place.path('s'));
  place.file('s/Shop.js',
    "({ Entity: {}, name: 'string', open: 'boolean', n: '?number', b: '?bigint', tags: { array: 'string', required: false }, at: '?json' })");
  place.ok(['schema', 'apply', place.path('s')]);
  const csv = place.file('shops.csv', 'name,open,n,b,tags,at\nA,true,5,6,"[""x""]","{""lat"":1}"\n');
  const types = ['open:boolean', 'n:number', 'b:integer', 'tags:json', 'at:json'];
  const options = types.map((type) => ` --type ${type}`).join('');
  assert.match(place.run(['import', 'Shop', csv]).err,
    new RegExp(`; a column of CSV is text unless --type says otherwise: give${options}; no row is in\\. Correct`));
  assert.match(place.run(['import', 'Shop', csv, '--type', types[0]]).err, /give --type n:number/);
  const skipped = place.run(['import', 'Shop', csv, '--skip-bad']);
  assert.match(skipped.err, /gstore: skipped: .*\n(.*\n)+.*give --type open:boolean/);
  place.run(['import', 'Shop', csv, ...types.flatMap((type) => ['--type', type])]);
  assert.strictEqual(place.ok(['count', 'Shop', '{"open":true,"n":5,"at.lat":1}']), '1\n');

  const json = place.run(['import', 'Shop', '-'], { input: '{"name":"A","open":"true"}' });
  assert.match(json.err, /open: expected boolean, got string/);
  assert.doesNotMatch(json.err, /--type/);
  assert.match(place.run(['insert', 'Shop', '{"name":"A","open":true,"at":"x"}']).err,
    /at: expected object, array, set or date, got string "x"/);
});
