'use strict';

// Views of the past: records as of a change, who wrote what, what differs, the graph of changes.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, run, errorOf, parseLines, EXIT, DIGEST } = require('./gstore.js');

const at = (directory, args) => {
  const { code, out, err } = run(['-d', directory, ...args]);
  assert.strictEqual(code, EXIT.ok, `${args.join(' ')}: ${err}`);
  return out;
};
const linesAt = (directory, args) => parseLines(at(directory, [...args, '--json']));
const headOf = (directory) => linesAt(directory, ['log', '-n', '1'])[0].change;

/** One record that two replicas have changed apart, which then took the changes of each other. */
const replicas = (t) => {
  const place = new Place(t);
  const here = place.directory;
  const there = place.path('b');
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","n":0}']).trim();
  const common = headOf(here);
  assert.strictEqual(run(['clone', here, there]).code, EXIT.ok);
  place.ok(['update', id, '{"n":1}']);
  at(there, ['update', id, '{"name":"Kiew","m":true}']);
  const [first, second] = [headOf(here), headOf(there)];
  const bundle = (from, name) => {
    at(from, ['bundle', 'create', place.path(name)]);
    return place.path(name);
  };
  const [mine, yours] = [bundle(here, 'mine.gsb'), bundle(there, 'yours.gsb')];
  at(here, ['bundle', 'apply', yours]);
  at(there, ['bundle', 'apply', mine]);
  return { place, here, there, id, common, first, second };
};

// It was what stood before the change in the log of the replica that was asked.
test('a change names the same record on each replica', (t) => {
  const { here, there, id, common, first, second } = replicas(t);
  for (const directory of [here, there]) {
    const get = (change) => JSON.parse(at(directory, ['get', id, '--at', change.slice(0, 16)]));
    assert.deepStrictEqual(get(common), { name: 'Kyiv', n: 0 });
    assert.deepStrictEqual(get(first), { name: 'Kyiv', n: 1 });
    assert.deepStrictEqual(get(second), { name: 'Kiew', n: 0, m: true });
  }
});

test('blame names writer, time and change of each field', (t) => {
  const { place, here, there, id, common, first, second } = replicas(t);
  const [mine, yours] = [common, second].map((change) => place.json(['show', change]));
  for (const directory of [here, there]) {
    const fields = linesAt(directory, ['blame', id]);
    assert.deepStrictEqual(fields.map(({ field, value, change }) => [field, value, change]), [
      ['name', 'Kiew', second], ['n', 1, first], ['m', true, second],
    ]);
    assert.deepStrictEqual(fields[0], {
      field: 'name', value: 'Kiew', writer: yours.writer, time: yours.time, change: second,
    });
    assert.strictEqual(fields[1].writer, mine.writer);
    const then = linesAt(directory, ['blame', id, '--at', first]);
    assert.deepStrictEqual(then.map(({ change }) => change), [common, first]);
  }
  const short = (digest) => digest.slice(0, 12);
  const [line] = place.ok(['blame', id, '-c', 'City']).split('\n');
  assert.strictEqual(line, `${short(second)}  ${yours.time}  writer ${short(yours.writer)}  name: "Kiew"`);
  place.fails(EXIT.notFound, ['blame', id, '-c', 'Street'], /is in collection 'City', not in 'Street'/);
  place.fails(EXIT.notFound, ['blame', '-c', 'City', 'nobody'], /key 'nobody' of City is not in this storage/);
  place.fails(EXIT.notFound, ['blame', id, '--at', 'abcd'], /no change begins with abcd/);
  place.fails(EXIT.notFound, ['blame', id, '--at', 'xyz'], /no version is called 'xyz'/);
  place.ok(['delete', id]);
  place.fails(EXIT.notFound, ['blame', id], /was deleted at /);
  place.ok(['erase', id]);
  place.fails(EXIT.notFound, ['blame', id], /was erased/);
  const { code } = errorOf(place.run(['blame', id, '--at', first, '--json']));
  assert.strictEqual(code, 'erased');
});

test('log --graph draws which change was made upon which', (t) => {
  const { place, here, there, id, common, first, second } = replicas(t);
  const drawn = (args) => place.ok(['log', '--graph', ...args])
    .replace(/[ ]+([0-9a-f]{12})  [^\n]*?(  \(head, main\))?(?=\n)/g, (_, digest, head) => ` ${digest}${head || ''}`);
  const short = (digest) => digest.slice(0, 12);
  const [genesis] = place.lines(['log', '--json']).slice(-1);
  assert.strictEqual(drawn([]), [
    `* ${short(second)}  (head, main)`, `| * ${short(first)}  (head, main)`, '|/',
    `* ${short(common)}`, `* ${short(genesis.change)}`, '',
  ].join('\n'));
  place.ok(['update', id, '{"n":2}']);
  const merged = headOf(here);
  const all = drawn([]).split('\n');
  assert.deepStrictEqual(all.slice(0, 5), [
    `* ${short(merged)}  (head, main)`, '|\\', `| * ${short(second)}`, `* | ${short(first)}`, '|/',
  ]);
  assert.deepStrictEqual(drawn(['-n', '2']).split('\n').slice(0, -1), all.slice(0, 3));
  assert.strictEqual(drawn(['-n', '0']), '');
  const lines = place.lines(['log', '--graph', '--json']);
  assert.deepStrictEqual(lines[0].parents, [first, second].sort());
  assert.deepStrictEqual(lines.map(({ head }) => head), [true, false, false, false, false]);
  assert.ok(lines.every(({ parents }) => parents.every((parent) => DIGEST.test(parent))));
  assert.match(place.ok(['log', '--graph', '-n', '1']),
    /^\*  [0-9a-f]{12}  \d{4}-\S+Z  writer [0-9a-f]{12}  1 operation  \(head, main\)\n\|\\\n$/);
  assert.deepStrictEqual(linesAt(there, ['log', '--graph']).filter(({ head }) => head).length, 2);
});

test('diff tells what differs between two versions', (t) => {
  const { place, here, there, id, common, first, second } = replicas(t);
  for (const directory of [here, there]) {
    assert.strictEqual(at(directory, ['diff', common, first]), `changed  ${id} City  n: 0 -> 1\n`);
    assert.strictEqual(at(directory, ['diff', first, second]),
      `changed  ${id} City  name: "Kyiv" -> "Kiew", n: 1 -> 0, +m: true\n`);
    assert.deepStrictEqual(linesAt(directory, ['diff', second, first]), [{
      kind: 'changed', id, collection: 'City',
      fields: [{ field: 'name', before: 'Kiew', after: 'Kyiv', hunks: [
        { before: 1, after: 1, removed: 'iew', inserted: 'yiv' }] },
      { field: 'n', before: 0, after: 1 }, { field: 'm', before: true }],
    }]);
    assert.strictEqual(at(directory, ['diff', first]), `changed  ${id} City  name: "Kyiv" -> "Kiew", +m: true\n`);
  }
  const now = place.lines(['log', '-n', '1', '--json'])[0].change;
  const key = place.ok(['set', '-c', 'Street', 'a b', '{"x":1}']).trim();
  place.ok(['delete', id]);
  const made = place.lines(['diff', now, '--json', '-c', 'Street']);
  assert.deepStrictEqual(made, [
    { kind: 'added', id: key, collection: 'Street', key: 'a b', fields: [{ field: 'x', after: 1 }] },
  ]);
  assert.strictEqual(place.ok(['diff', now, '-c', 'Street']), `added  ${key} Street a b  x: 1\n`);
  assert.strictEqual(place.ok(['diff', first, '-c', 'City']), `removed  ${id} City  name: "Kyiv", n: 1\n`);
  assert.strictEqual(place.lines(['diff', now, '--json', '-n', '1']).length, 1);
  assert.strictEqual(place.ok(['diff', now, '-n', '0']), '');
  assert.strictEqual(place.ok(['diff', now, now]), '');
  place.ok(['erase', id]);
  assert.strictEqual(place.ok(['diff', common, first]), `erased  ${id} City\n`);
  place.fails(EXIT.notFound, ['diff', now, '-c', 'Cit'], /Did you mean the collection 'City'\?|'City'/);
  place.fails(EXIT.notFound, ['diff', 'abcd'], /no change begins with abcd/);
  place.fails(EXIT.usage, ['diff'], /BEFORE/);
  place.fails(EXIT.notFound, ['diff', 'xyz'], /no version is called 'xyz'/);
});

test('diff tells what differs within a text, and nothing of what does not', (t) => {
  const place = new Place(t);
  const around = 'Much that stays. '.repeat(60_000); // a megabyte
  const body = `${around}The quick 🦊 sat.\n${around}`;
  const id = place.ok(['insert', 'Post', '-'], { input: JSON.stringify({ title: 'One', body }) }).trim();
  place.ok(['checkout', '-b', 'draft']);
  const at = around.length + 4;
  place.ok(['text', 'splice', id, 'body', String(at), '5', 'slow']);
  place.ok(['text', 'splice', id, 'body', String(at + 10), '0', ' down']);
  place.ok(['update', id, '{"title":"Two","n":1}']);
  const lines = [
    `changed  ${id} Post  title: "One" -> "Two", body: 2 hunks, +n: 1`,
    `  body  @@ -${at},5 +${at},4 @@ …uch that stays. The [-quick-]{+slow+} 🦊 sat…`,
    `  body  @@ -${at + 11},0 +${at + 10},5 @@ … 🦊 sat{+ down+}.\\nMuch that stays. M…`,
  ];
  assert.strictEqual(place.ok(['diff', 'main']), `${lines.join('\n')}\n`);
  const [{ fields }] = place.lines(['diff', 'main', '--json']);
  assert.deepStrictEqual(fields[1].hunks, [
    { before: at, after: at, removed: 'quick', inserted: 'slow' },
    { before: at + 11, after: at + 10, removed: '', inserted: ' down' },
  ]);
  assert.strictEqual(fields[1].before, body);
  assert.strictEqual(place.run(['undo']).out, `changed  ${id} Post  title: "Two" -> "One", -n: 1\n`);
  assert.match(place.ok(['undo']),
    /^changed {2}\S+ Post {2}body: 1 hunk\n {2}body {2}@@ -\d+,5 \+\d+,0 @@ /);
  place.ok(['checkout', 'main']);
  const preview = place.run(['merge', 'draft', '--preview']);
  assert.match(preview.out, / {2}body {2}@@ -\d+,5 \+\d+,4 @@ …uch that stays\. The \[-quick-\]/);
  assert.match(preview.out, /\{\+slow\+\} 🦊 sat\.\\nMuch that st…\n/u);
});

test('diff of texts that differ wholly, or that are on one side only, is short', (t) => {
  const place = new Place(t);
  const one = 'one two\n'.repeat(100_000);
  const id = place.ok(['insert', 'Post', '-'], { input: JSON.stringify({ body: one }) }).trim();
  const before = headOf(place.directory);
  place.ok(['update', id, '-'], { input: JSON.stringify({ body: 'x'.repeat(800_000) }) });
  const out = place.ok(['diff', before]);
  assert.match(out, /body: 1 hunk\n {2}body {2}@@ -0,800000 \+0,800000 @@ \[-one two\\n/);
  assert.ok(out.length < 1000, `${out.length}`);
  const [genesis] = place.lines(['log', '--json']).slice(-1);
  assert.match(place.ok(['diff', genesis.change, before]),
    /^added {2}\S+ Post {2}body: "one two\\n.{20,200}…[^…]{20,200}" \(800,000 characters\)\n$/);
});
