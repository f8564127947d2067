'use strict';

// Branches: what is written on one, what it takes to merge it, and what replicas have of it.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, run, EXIT, DIGEST } = require('./gstore.js');

const record = (place, words) => JSON.parse(place.ok(['get', ...words]));

/** Kyiv and Lviv on main; a draft, checked out, on which Kyiv is another one and Odesa is new. */
const drafted = (t) => {
  const place = new Place(t);
  const kyiv = place.ok(['insert', 'City', '{"name":"Kyiv","n":1}']).trim();
  const lviv = place.ok(['insert', 'City', '{"name":"Lviv","n":1}']).trim();
  place.ok(['checkout', '-b', 'draft']);
  place.ok(['update', kyiv, '{"n":2}']);
  const odesa = place.ok(['insert', 'City', '{"name":"Odesa"}']).trim();
  return { place, kyiv, lviv, odesa };
};

test('what is written on a branch is seen on it alone', (t) => {
  const { place, kyiv, odesa } = drafted(t);
  assert.match(place.ok(['branch']), /^main  [0-9a-f]{12}\ndraft  .*  checked out\n$/);
  const { err } = place.run(['checkout', 'main']);
  assert.match(err, /Checked out branch main; it was draft\./);
  assert.strictEqual(record(place, [kyiv]).n, 1);
  place.fails(EXIT.notFound, ['get', odesa], /is not on branch main\./);
  assert.strictEqual(record(place, [kyiv, '--at', 'draft']).n, 2);
  assert.strictEqual(place.ok(['count', 'City']).trim(), '2');
  assert.strictEqual(place.ok(['count', 'City', '--at', 'draft']).trim(), '3');
  assert.deepStrictEqual(place.lines(['diff', 'main', 'draft', '--json']).map(({ kind }) => kind),
    ['changed', 'added']);
  assert.deepStrictEqual(place.json(['checkout', 'draft', '--json']),
    { branch: 'draft', before: 'main', created: false });
  assert.match(place.run(['checkout', 'draft']).err, /draft is checked out already/);
  const [last] = place.lines(['log', '--json']);
  assert.strictEqual(last.branch, 'draft');
  assert.match(place.ok(['show', last.change]), /\nbranch      draft\n/);
  place.ok(['verify', '--full']);
});

test('a merge is previewed, refused when strict, done, and its conflict resolved', (t) => {
  const { place, kyiv, odesa } = drafted(t);
  place.ok(['update', kyiv, '{"name":"Kyjiv"}']);
  place.ok(['checkout', 'main']);
  place.ok(['update', kyiv, '{"name":"Kiev"}']);
  const digest = place.ok(['digest']);
  const preview = place.json(['merge', 'draft', '--preview', '--json']);
  const { merged: done, up_to_date: upToDate, fast_forward: fast, changes } = preview;
  assert.deepStrictEqual([done, upToDate, fast, changes], [false, false, false, 3]);
  assert.deepStrictEqual(preview.records.map(({ kind }) => kind), ['changed', 'added']);
  assert.strictEqual(preview.conflicts[0].hidden[0].value, 'Kyjiv');
  const shown = place.run(['merge', 'draft', '--preview']);
  assert.match(shown.out, /^changed  \S+ City  n: 1 -> 2\nadded  .*Odesa"\n/);
  assert.match(shown.out, /\n\S+ City\n  name: "Kiev"\n    1  "Kyjiv"/);
  assert.match(shown.err, /Merging draft would bring 3 changes, 1 new conflict\./);
  place.fails(EXIT.conflict, ['merge', 'draft', '--strict'], /would hide writes of 1 record.*Nothing was merged/);
  const both = place.run(['merge', 'draft', '--strict', '--preview']);
  assert.deepStrictEqual([both.code, both.out, both.err], [EXIT.conflict, shown.out, shown.err]);
  assert.strictEqual(place.ok(['digest']), digest);
  const merged = place.run(['merge', 'draft']);
  assert.match(merged.err, /Merged draft: 3 changes, 1 new conflict\. See `gstore conflicts`/);
  assert.strictEqual(record(place, [odesa]).name, 'Odesa');
  place.ok(['resolve', kyiv, 'name', '--take', '1']);
  assert.deepStrictEqual(record(place, [kyiv]), { name: 'Kyjiv', n: 2 });
  assert.strictEqual(place.ok(['conflicts']), '');
  assert.strictEqual(place.json(['merge', 'draft', '--json']).up_to_date, true);
  place.ok(['checkout', 'draft']);
  assert.match(place.run(['merge', 'main']).err, /Merged main: \d+ changes \(fast-forward\), no conflicts\./);
  assert.deepStrictEqual(record(place, [kyiv]), { name: 'Kyjiv', n: 2 });
  assert.match(place.ok(['log', '--graph', '--all']), /\|\\\n/);
  place.ok(['verify', '--full']);
});

test('replicas have the same branches', (t) => {
  const { place, kyiv } = drafted(t);
  const there = place.path('b');
  assert.strictEqual(run(['clone', place.directory, there]).code, EXIT.ok);
  const other = (...words) => run(['-d', there, ...words]);
  assert.match(other('branch').out, /draft .*checked out/);
  assert.strictEqual(other('update', kyiv, '{"n":7}').code, EXIT.ok);
  place.ok(['checkout', 'main']);
  const give = (from, to) => {
    const file = place.path('x.gsb');
    assert.strictEqual(run(['-d', from, 'bundle', 'create', file]).code, EXIT.ok);
    assert.strictEqual(run(['-d', to, 'bundle', 'apply', file]).code, EXIT.ok);
  };
  give(there, place.directory);
  assert.strictEqual(record(place, [kyiv]).n, 1);
  place.ok(['merge', 'draft']);
  assert.strictEqual(record(place, [kyiv]).n, 7);
  give(place.directory, there);
  assert.strictEqual(other('checkout', 'main').code, EXIT.ok);
  assert.strictEqual(other('digest', '--json').out, place.ok(['digest', '--json']));
  assert.match(JSON.parse(other('digest', '--json').out).digest, DIGEST);
});

test('undo takes back what was written here, and no merge', (t) => {
  const { place, kyiv } = drafted(t);
  place.ok(['checkout', 'main']);
  place.ok(['update', kyiv, '{"m":3}']);
  place.ok(['merge', 'draft']);
  place.ok(['undo']);
  assert.deepStrictEqual(record(place, [kyiv]), { name: 'Kyiv', n: 2 });
});

test('what is no branch is said', (t) => {
  const { place } = drafted(t);
  place.ok(['tag', 'v1']);
  const change = place.lines(['log', '-n', '1', '--json'])[0].change.slice(0, 12);
  for (const [text, word] of [['v1', 'a tag'], [change, 'the digest of a change'],
    ['2026-11-29T12:00', 'a time'], ['now', 'what is here']]) {
    const what = `'${text}' is ${word}: it names a version, not a branch\\.`;
    const step = `\\(.gstore checkout -b NAME ${text}.\\).*--at ${text}`;
    place.fails(EXIT.failure, ['checkout', text], new RegExp(`${what} .*${step}`));
  }
  place.fails(EXIT.notFound, ['checkout', 'draf'], /no branch is called 'draf'\. Did you mean 'draft'\? .gstore checkout -b draf. begins it/);
  place.fails(EXIT.notFound, ['checkout', 'mian'], /Did you mean 'main'\?/);
  place.fails(EXIT.notFound, ['checkout', 'v2'], /is called 'v2'\. .gstore checkout -b v2. begins it/);
  const unfit = place.fails(EXIT.notFound, ['checkout', 'a b'], /no branch is called 'a b'\./);
  assert.doesNotMatch(unfit.err, /-b a b/); // which no branch can be called
  place.fails(EXIT.notFound, ['merge', 'draf'], /Did you mean 'draft'\?/);
  place.fails(EXIT.failure, ['branch', '--delete', 'draft'], /'draft' is checked out/);
  place.fails(EXIT.failure, ['checkout', '-b', 'draft'], /there is a branch 'draft' already/);
  place.fails(EXIT.usage, ['checkout', 'main', 'v1'], /requires --begin/);
  place.fails(EXIT.usage, ['checkout'], /BRANCH is required/);
});

test('what is not done to a name is said', (t) => {
  const { place } = drafted(t);
  place.ok(['tag', 'v1']);
  for (const option of [['--move', 'main'], ['--move', 'main', 'v1'], ['--delete', 'main'], ['--rename', 'main', 'trunk']]) {
    place.fails(EXIT.failure, ['branch', ...option], /'main' is the branch that each storage begins with, and is not moved, renamed or deleted\./);
  }
  for (const option of [['--move', 'v1'], ['--delete', 'v1'], ['--rename', 'v1', 'v2']]) {
    place.fails(EXIT.failure, ['branch', ...option], /'v1' is a tag, not a branch\. `gstore tag` moves, renames and deletes it/);
  }
  place.fails(EXIT.failure, ['tag', '--move', 'draft'], /'draft' is a branch, not a tag\. `gstore branch` moves/);
});

// That it "is not in this storage" was untrue.
test('of a record that is on another branch it is said on which one', (t) => {
  const { place, odesa } = drafted(t);
  const rivne = place.ok(['set', '-c', 'City', 'rivne', '{"name":"Rivne"}']).trim();
  place.ok(['checkout', 'main']);
  for (const words of [['get'], ['history'], ['blame'], ['delete'], ['update', '{"n":1}']]) {
    const [command, ...rest] = words;
    place.fails(EXIT.notFound, [command, odesa, ...rest], new RegExp(
      `record ${odesa} is not on branch main\\. It is on branch 'draft': look at it with .gstore get ${odesa} --at draft., ` +
      'or go there with .gstore checkout draft.'));
  }
  place.fails(EXIT.notFound, ['get', '-c', 'City', 'rivne'], /look at it with .gstore get -c City rivne --at draft./);
  place.fails(EXIT.notFound, ['get', rivne, '-c', 'City'], /It is on branch 'draft'/);
  const nobody = place.fails(EXIT.notFound, ['get', '-c', 'City', 'nobody'], /key 'nobody' of City is not on branch main\. `gstore scan`/);
  assert.doesNotMatch(nobody.err, /It is on branch/);
  assert.strictEqual(record(place, ['-c', 'City', 'rivne', '--at', 'draft']).name, 'Rivne');
  const poltava = place.ok(['insert', 'City', '{"name":"Poltava"}']).trim();
  place.ok(['checkout', 'draft']);
  place.fails(EXIT.notFound, ['get', poltava], /is not on branch draft\. It is on branch 'main'/);
});

// Naming the branch is a change on main, so main was never said to have nothing of its own.
test('merging what is only ahead is a fast-forward', (t) => {
  const { place, kyiv } = drafted(t);
  const line = (name) => place.lines(['branch', '--json']).find((one) => one.name === name);
  assert.deepStrictEqual([line('draft').ahead, line('draft').behind], [2, 0]);
  assert.deepStrictEqual([line('main').ahead, line('main').behind], [undefined, undefined]);
  assert.match(place.ok(['branch']), /^main  \S+\ndraft .*  ahead 2  checked out\n$/);
  place.ok(['checkout', 'main']);
  place.ok(['tag', 'v1']);
  assert.strictEqual(place.json(['merge', 'draft', '--preview', '--json']).fast_forward, true);
  assert.match(place.run(['merge', 'draft']).err, /Merged draft: 2 changes \(fast-forward\), no conflicts\./);
  assert.doesNotMatch(place.ok(['branch']), /ahead|behind/);
  place.ok(['update', kyiv, '{"n":3}']);
  assert.match(place.ok(['branch']), /\ndraft .*  behind 1\n$/);
  place.ok(['checkout', 'draft']);
  place.ok(['update', kyiv, '{"n":4}']);
  assert.match(place.ok(['branch']), /  ahead 1, behind 1  checked out\n$/);
  place.ok(['checkout', 'main']);
  assert.strictEqual(place.json(['merge', 'draft', '--json']).fast_forward, false);
  const js = 'db.versions().filter(({ kind }) => kind === "branch").map(({ name, ahead, behind }) => [name, ahead, behind])';
  assert.deepStrictEqual(JSON.parse(place.ok(['shell', '--json', '-e', js])), ['draft', 0, 1]);
});

test('the graph of changes names main and all others at their heads', (t) => {
  const { place } = drafted(t);
  place.ok(['checkout', 'main']);
  place.ok(['tag', 'v1']);
  place.ok(['tag', 'v2', 'main']);
  const lines = place.ok(['log', '--graph', '--all']).split('\n');
  const named = lines.flatMap((line) => line.match(/  \([^()]+\)$/g) || []).sort();
  assert.deepStrictEqual(named, ['  (head, draft)', '  (head, main)', '  (v1)', '  (v2)']);
  const json = place.lines(['log', '--graph', '--json']).flatMap(({ names }) => names);
  assert.deepStrictEqual(json.sort(), ['main', 'v1', 'v2']);
});

test('the shell switches and merges', (t) => {
  const { place, kyiv } = drafted(t);
  const js = (code) => place.ok(['shell', '--json', '-e', code]).trim();
  assert.strictEqual(js('db.branch()'), '"draft"');
  assert.strictEqual(js(`db.checkout('main'); db.get('${kyiv}').n`), '1');
  assert.strictEqual(js("db.merge('draft', { preview: true }).changes"), '2');
  assert.strictEqual(js(`db.merge('draft'); db.get('${kyiv}').n`), '2');
  const { code, err } = place.run(['shell', '-e', "db.checkout('nowhere')"]);
  assert.notStrictEqual(code, EXIT.ok);
  assert.match(err, /no branch is called 'nowhere'/);
});
