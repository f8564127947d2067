'use strict';

// Names of versions, and what can be asked of a version.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, run, errorOf, EXIT, DIGEST } = require('./gstore.js');

const headOf = (place) => place.lines(['log', '-n', '1', '--json'])[0].change;
const short = (digest) => digest.slice(0, 12);

/** A record that was changed after a tag, and one that was made after it. */
const released = (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","n":1}']).trim();
  const first = headOf(place);
  place.ok(['tag', 'v1.0']);
  place.ok(['update', id, '{"n":2}']);
  place.ok(['insert', 'City', '{"name":"Lviv","n":5}']);
  return { place, id, first };
};

test('a tag stays where it is, a branch is moved, both are listed', (t) => {
  const { place, first } = released(t);
  const now = headOf(place);
  assert.match(place.ok(['tag']), new RegExp(`^v1\\.0  ${short(first)}  \\d{4}-\\S+Z  writer [0-9a-f]{12}\n$`));
  assert.match(place.ok(['branch', 'draft', 'v1.0']), new RegExp(`^draft  ${short(first)}  `));
  const [main, draft] = place.lines(['branch', '--json']);
  assert.deepStrictEqual([main.name, main.checked_out, draft.checked_out], ['main', true, false]);
  assert.deepStrictEqual([draft.name, draft.kind, draft.heads], ['draft', 'branch', [first]]);
  assert.match(draft.writer, DIGEST);
  assert.match(draft.time, /^\d{4}-\d\d-\d\dT/);
  const [moved] = place.lines(['branch', 'draft', now, '--move', '--json']);
  assert.deepStrictEqual(moved.heads, [now]);
  const [renamed] = place.lines(['branch', '--rename', 'draft', 'work', '--json']);
  assert.deepStrictEqual([renamed.name, renamed.heads], ['work', [now]]);
  assert.deepStrictEqual(place.lines(['tag', '--json']).map(({ name }) => name), ['v1.0']);
  assert.deepStrictEqual(place.json(['branch', '--delete', 'work']), { name: 'work', kind: 'branch', deleted: true });
  assert.match(place.ok(['branch']), /^main  [0-9a-f]{12}  checked out\n$/);
  assert.strictEqual(place.ok(['tag', '--delete', 'v1.0']), '');
  assert.strictEqual(place.ok(['tag']), '');
  const shown = place.json(['show', headOf(place)]).operations[0];
  assert.deepStrictEqual([shown.kind, shown.data], ['reference', { removed: 'v1.0', heads: [] }]);
  place.ok(['verify', '--full']);
});

test('what cannot be a name, or is none, is said', (t) => {
  const { place, first } = released(t);
  place.fails(EXIT.failure, ['tag', 'v1.0'], /there is a tag 'v1.0' already.*--move/);
  place.fails(EXIT.failure, ['branch', 'v1.0'], /there is a tag 'v1.0' already/);
  place.fails(EXIT.failure, ['branch', '--delete', 'v1.0'], /'v1.0' is a tag, not a branch\. `gstore tag` moves/);
  place.fails(EXIT.failure, ['tag', 'main'], /it is the branch that each storage begins with/);
  place.fails(EXIT.failure, ['tag', 'now'], /it is what is there now/);
  place.fails(EXIT.failure, ['tag', 'cafe'], /it looks like the digest of a change/);
  place.fails(EXIT.failure, ['tag', '2026-11-29'], /it begins like a time/);
  place.fails(EXIT.failure, ['tag', 'a b'], /it has a blank/);
  place.fails(EXIT.usage, ['tag', 'x', '--delete', 'v1.0'], /excludes/);
  place.fails(EXIT.notFound, ['tag', 'v2', 'v1.1'], /no version is called 'v1.1'. Did you mean 'v1.0'\?/);
  place.fails(EXIT.notFound, ['tag', 'v2', 'abcd'], /no change begins with abcd/);
  place.fails(EXIT.notFound, ['tag', 'v2', '--move'], /no version is called 'v2'/);
  place.fails(EXIT.notFound, ['tag', '--delete', 'v1.1'], /Did you mean/);
  place.fails(EXIT.notFound, ['diff', '1999-01-01'], /there was nothing yet at 1999-01-01T00:00:00.000Z: the storage began at/);
  place.fails(EXIT.failure, ['diff', '2026-13-01'], /'2026-13-01' is no time/);
  assert.strictEqual(errorOf(place.run(['tag', 'v1.0', '--json'])).code, 'exists');
  assert.deepStrictEqual(place.lines(['tag', '--json']).map(({ heads }) => heads), [[first]]);
});

test('a version is named in each way wherever one is asked for', (t) => {
  const { place, id, first } = released(t);
  const { time } = place.json(['show', first]);
  for (const version of [first, first.slice(0, 10), 'v1.0', time]) {
    assert.deepStrictEqual(JSON.parse(place.ok(['get', id, '--at', version])), { name: 'Kyiv', n: 1 });
    assert.strictEqual(place.lines(['diff', version, '--json']).length, 2);
    assert.strictEqual(place.lines(['blame', id, '--at', version, '--json'])[1].change, first);
    assert.deepStrictEqual(place.lines(['find', 'City', '--at', version]), [{ name: 'Kyiv', n: 1 }]);
    assert.strictEqual(place.ok(['count', 'City', '{"n":{"$gte":2}}', '--at', version]), '0\n');
    const logged = place.lines(['log', version, '--json']);
    assert.deepStrictEqual(logged.map(({ change }) => change)[0], first);
    assert.strictEqual(logged.length, 2);
    const made = place.json(['bundle', 'create', place.path('new.gsb'), '--since', version]);
    assert.strictEqual(made.changes, 3);
  }
  assert.strictEqual(place.ok(['diff', 'main', 'now']), '');
  assert.strictEqual(place.ok(['count', 'City', '--at', 'main']), '2\n');
  assert.strictEqual(place.ok(['log', 'v1.0', '-n', '1']).split('\n').length, 2);
  place.fails(EXIT.notFound, ['get', '-c', 'City', 'odesa', '--at', 'v1.0'], /did not exist at v1.0/);
});

test('a query of a version says that it scans the past', (t) => {
  const { place } = released(t);
  const plan = place.json(['find', 'City', '--explain', '--at', 'v1.0']);
  assert.deepStrictEqual(plan.steps[0], { step: 'scan of the past', collection: 'City' });
  assert.strictEqual(plan.returned, 1);
  const group = '{"by":[],"fields":{"sum":{"$sum":"n"}}}';
  assert.deepStrictEqual(place.lines(['find', 'City', '--group', group, '--at', 'v1.0']), [{ sum: 1 }]);
  assert.deepStrictEqual(place.lines(['find', 'City', '--group', group]), [{ sum: 7 }]);
});

test('log --graph shows names beside their changes', (t) => {
  const { place, first } = released(t);
  place.ok(['branch', 'draft', 'v1.0']);
  const line = place.ok(['log', '--graph']).split('\n').find((one) => one.includes(short(first)));
  assert.match(line, /  \(draft, v1\.0\)$/);
  const names = place.lines(['log', '--graph', '--json']).map((one) => one.names);
  assert.deepStrictEqual(names.filter((one) => one.length), [['main'], ['draft', 'v1.0']]);
  const now = headOf(place);
  place.ok(['tag', 'last']);
  assert.match(place.ok(['log', '--graph', now]).split('\n')[0], /  \(last\)$/);
});

test('replicas agree on names', (t) => {
  const { place } = released(t);
  const there = place.path('b');
  assert.strictEqual(run(['clone', place.directory, there]).code, EXIT.ok);
  place.ok(['tag', 'both']);
  assert.strictEqual(run(['-d', there, 'branch', 'both', 'v1.0']).code, EXIT.ok);
  for (const [from, to] of [[place.directory, there], [there, place.directory]]) {
    const file = place.path('x.gsb');
    assert.strictEqual(run(['-d', from, 'bundle', 'create', file]).code, EXIT.ok);
    assert.strictEqual(run(['-d', to, 'bundle', 'apply', file]).code, EXIT.ok);
  }
  const told = (directory) => ['tag', 'branch', 'digest'].map((command) =>
    run(['-d', directory, command, '--json']).out);
  assert.deepStrictEqual(told(there), told(place.directory));
  assert.strictEqual(place.lines(['branch', '--json'])[1].name, 'both'); // the later one
});

test('the shell names versions and asks them', (t) => {
  const { place, id } = released(t);
  const js = (code) => place.ok(['shell', '--json', '-e', code]).trim();
  js("db.branch('draft', 'v1.0')");
  js("db.tag('last')");
  assert.deepStrictEqual(js("db.versions().map(({ name, kind }) => name + ' ' + kind)").split('\n'),
    ['"draft branch"', '"last tag"', '"v1.0 tag"']);
  assert.strictEqual(js(`db.get('${id}', 'v1.0').n`), '1');
  assert.strictEqual(js(`db.City.get('${id}').n`), '2');
  assert.strictEqual(js("db.City.find().at('v1.0').count()"), '1');
  assert.strictEqual(js("db.City.find().at(new Date()).where({ n: 5 }).all().length"), '1');
  assert.strictEqual(js("db.City.find().at('draft').sort('n').explain().steps[0].step"), '"scan of the past"');
  const { code, err } = place.run(['shell', '-e', "db.City.find().at('v2').all()"]);
  assert.notStrictEqual(code, EXIT.ok);
  assert.match(err, /no version is called 'v2'/);
});
