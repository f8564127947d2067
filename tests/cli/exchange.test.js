'use strict';

// Replicas: clones, and bundles that they give each other.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Place, run, errorOf, EXIT, DIGEST } = require('./gstore.js');

const at = (directory, args) => {
  const { code, out, err } = run(['-d', directory, ...args]);
  assert.deepStrictEqual([code, err], [EXIT.ok, ''], args.join(' '));
  return out;
};
const jsonAt = (directory, args) => JSON.parse(at(directory, [...args, '--json']));
const jsonsAt = (directory, args) => at(directory, [...args, '--json'])
  .trim().split('\n').map((line) => JSON.parse(line));
const digestOf = (directory) => jsonAt(directory, ['digest']).digest;

const clone = (place, name) => {
  const directory = place.path(name);
  const { code, err } = run(['clone', place.directory, directory]);
  assert.strictEqual(code, EXIT.ok, err);
  assert.match(err, /^clone: \S+ is complete, with the new writer [0-9a-f]{64}\.\n$/);
  return directory;
};

test('a clone is a replica with a writer of its own', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv"}']).trim();
  const blob = place.json(['blob', 'put', place.file('film', 'a film')]);
  const made = JSON.parse(run(['clone', place.directory, place.path('b'), '--json']).out);
  assert.strictEqual(made.clone, place.path('b'));
  assert.match(made.writer, DIGEST);
  const other = place.path('b');
  assert.strictEqual(jsonAt(other, ['stats']).storage, place.json(['stats']).storage);
  assert.strictEqual(digestOf(other), digestOf(place.directory));
  assert.strictEqual(at(other, ['blob', 'get', JSON.stringify(blob)]), 'a film');
  at(other, ['update', id, '{"n":1}']); // without a note: it has its writer already
  assert.strictEqual(jsonAt(other, ['log', '-n', '1']).writer, made.writer);
  assert.strictEqual(run(['-d', other, 'verify', '--full']).code, EXIT.ok);

  place.fails(EXIT.failure, ['clone', place.directory, other], /holds a storage already/);
  place.fails(EXIT.failure, ['clone', place.directory, place.path('gs/in')], /lies inside of what is copied/);
  place.fails(EXIT.notFound, ['clone', place.path('none'), place.path('c')], /none does not exist/);
  assert.ok(!fs.existsSync(place.path('c')));
});

test('replicas that wrote apart are equal after each has the bundle of the other', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","n":0}']).trim();
  const other = clone(place, 'b');
  const common = place.json(['digest']).frontier;
  place.ok(['update', id, '{"n":1}']);
  at(other, ['update', id, '{"name":"Kyïv"}']);

  const there = place.path('there.gsb');
  const here = place.path('here.gsb');
  const made = place.json(['bundle', 'create', there, '--since', common.join()]);
  assert.deepStrictEqual({ ...made, change_bytes: 0 }, {
    bundle: there, changes: 1, change_bytes: 0, file_bytes: fs.statSync(there).size,
    checkpoint: false,
    since: common, heads: place.json(['digest']).frontier,
  });
  const { code, out, err } = run(['-d', other, 'bundle', 'create', here]);
  assert.strictEqual(code, EXIT.ok);
  assert.match(out, /^head [0-9a-f]{64}\n$/);
  assert.match(err, /^bundle create: \S+ is complete, \d+ changes, [\d.]+ (B|KiB)\.\n$/);

  const none = { known: 0, waiting: 0, incomplete: 0, early: 0, completed: 0, refused: 0 };
  const lists = { early_changes: [], refusals: [], twins: [], schema: null };
  const report = { changes: 1, taken: 1, ...none, ...lists };
  assert.deepStrictEqual(jsonAt(other, ['bundle', 'apply', there]), report);
  assert.match(place.ok(['bundle', 'apply', here]), /^taken {4}1\nknown {4}\d+\nwaiting {2}0\nrefused {2}0\n$/);
  assert.strictEqual(digestOf(other), digestOf(place.directory));
  assert.deepStrictEqual(place.json(['get', id]).data, { name: 'Kyïv', n: 1 });
  const again = jsonAt(other, ['bundle', 'apply', there]);
  assert.deepStrictEqual(again, { ...report, taken: 0, known: 1 });
  assert.strictEqual(place.json(['verify', '--full']).ok, true);
});

test('heads that cannot be used are told before anything is written', (t) => {
  const place = new Place(t);
  const file = place.path('x.gsb');
  const create = (since) => ['bundle', 'create', file, '--since', since];
  const zeros = '0'.repeat(64);
  const wanted = /change 0{64} is not here, so what its replica has cannot be told\. Apply /;
  place.fails(EXIT.notFound, create(zeros), wanted);
  const known = place.json(['digest']).frontier.join();
  place.fails(EXIT.notFound, create(`${known},${zeros}`), /change 0{64} is not here/);
  assert.strictEqual(errorOf(place.run([...create(zeros), '--json'])).code, 'not_found');
  for (const since of ['xyz', `${known},xyz`]) {
    place.fails(EXIT.notFound, create(since), /no version is called 'xyz'/);
  }
  place.fails(EXIT.notFound, create(known.slice(1)), /no change begins with/);
  place.fails(EXIT.usage, create(''), /'' is no version/);
  assert.ok(!fs.existsSync(file));
  place.ok([...create(known), '--json']);
});

test('a bundle that is not whole, or none, or of another storage, changes nothing', (t) => {
  const place = new Place(t);
  const other = clone(place, 'b');
  for (let i = 0; i < 5; i++) place.ok(['insert', '{"a":1}']);
  const file = place.path('x.gsb');
  place.json(['bundle', 'create', file]);
  const good = fs.readFileSync(file);
  const before = digestOf(other);
  const fails = (status, pattern) => {
    const { code, err } = run(['-d', other, 'bundle', 'apply', file]);
    assert.strictEqual(code, status, err);
    assert.match(err, pattern);
    assert.ok(err.includes(file), err);
    assert.strictEqual(digestOf(other), before);
  };
  fs.writeFileSync(file, good.subarray(0, good.length - 1));
  fails(EXIT.unverified, /and should have \d+\. Copy the file again/);
  const flipped = Buffer.from(good);
  flipped[good.length - 60] ^= 1;
  fs.writeFileSync(file, flipped);
  fails(EXIT.unverified, /at offset \d+: the block does not match its checksum\. .*copy the file/);
  fs.writeFileSync(file, 'a letter');
  fails(EXIT.failure, /this is no bundle\. Name a file/);
  place.fails(EXIT.failure, ['bundle', 'create', file], /is there and is no bundle\. Choose another name/);
  assert.strictEqual(fs.readFileSync(file, 'utf8'), 'a letter');
  fs.rmSync(file);
  assert.strictEqual(run(['-d', place.path('c'), 'init']).code, EXIT.ok);
  jsonAt(place.path('c'), ['bundle', 'create', file]);
  fails(EXIT.failure, /holds changes of another storage/);
  fs.writeFileSync(file, good);
  assert.strictEqual(jsonAt(other, ['bundle', 'apply', file]).taken, 5);
});

test('what waits, and what is refused, is said', (t) => {
  const place = new Place(t);
  const other = clone(place, 'b');
  place.ok(['insert', '{"a":1}']);
  const since = place.json(['digest']).frontier.join();
  fs.cpSync(place.directory, place.path('twin'), { recursive: true });
  place.ok(['insert', '{"a":2}']);
  const late = place.path('late.gsb');
  place.json(['bundle', 'create', late, '--since', since]);
  const { code, out, err } = run(['-d', other, 'bundle', 'apply', late]);
  assert.deepStrictEqual([code, out], [EXIT.ok, 'taken    0\nknown    0\nwaiting  1\nrefused  0\n']);
  assert.match(err, /^bundle apply: 1 change waits for others .*\n$/);
  const all = place.path('all.gsb');
  place.json(['bundle', 'create', all]);
  assert.strictEqual(jsonAt(other, ['bundle', 'apply', all]).waiting, 0);

  const twin = run(['-d', place.path('twin'), 'insert', '{"a":3}', '--keep-writer']);
  assert.strictEqual(twin.code, EXIT.ok, twin.err);
  const forked = place.path('forked.gsb');
  assert.strictEqual(run(['-d', place.path('twin'), 'bundle', 'create', forked]).code, EXIT.ok);
  const applied = run(['-d', other, 'bundle', 'apply', forked]);
  assert.deepStrictEqual([applied.code, applied.out.split('\n')[0]], [EXIT.ok, 'taken    1']);
  assert.match(applied.err, /has signed 2 changes with the number \d+: its key is in two places/);
  assert.match(applied.err, /[0-9a-f]{64} counts, here as on every replica; [0-9a-f]{64} does not/);
  const [{ writer, sequence, twins }] = jsonsAt(other, ['twins']);
  assert.deepStrictEqual(twins.map(({ votes }) => votes), [0, 0]);
  assert.deepStrictEqual(twins.map((one) => one.counts), [true, false]);
  assert.strictEqual(twins[0].change, twins.map(({ change }) => change).sort()[0]);
  const [first, ...lines] = at(other, ['twins']).split('\n');
  assert.strictEqual(first, `writer ${writer}  number ${sequence}`);
  assert.strictEqual(lines[0].split('  ')[1], twins[0].change);
  const renewed = place.run(['bundle', 'apply', forked]);
  assert.match(renewed.err, /as the new writer [0-9a-f]{64}\. What the old key wrote stays/);
  assert.strictEqual(place.run(['bundle', 'apply', forked]).err, '');
  assert.strictEqual(place.json(['digest']).digest, jsonAt(other, ['digest']).digest);
  assert.strictEqual(place.lines(['find', '--at', twins[0].change, '--json']).length, 2);
  const merged = run(['-d', other, 'merge', twins[1].change, '--json']);
  assert.strictEqual(merged.code, EXIT.conflict);
  assert.match(errorOf(merged).message, /no version can have both/);
});

// The schema that somebody had put in force was gone without a word.
test('a bundle that brings another schema in force says so, and the other one can be read', (t) => {
  const place = new Place(t);
  const other = clone(place, 'b');
  const schema = (name, text) => {
    fs.mkdirSync(place.path(name));
    place.file(`${name}/City.js`, text);
    return place.path(name);
  };
  const bundle = (directory, name) => {
    at(directory, ['bundle', 'create', place.path(name), '--json']);
    return place.path(name);
  };
  const texts = ["({ Entity: {}, name: 'string' })", "({ Entity: {}, title: 'string' })"];
  place.ok(['schema', 'apply', schema('one', texts[0])]);
  const [first] = place.lines(['log', '-n', '1', '--json']);
  at(other, ['schema', 'apply', schema('two', texts[1])]);
  const [second] = [jsonAt(other, ['log', '-n', '1'])];
  const named = ({ writer, time }) => `writer ${writer}, of ${time}`;

  const { code, err } = place.run(['bundle', 'apply', bundle(other, 'b.gsb')]);
  assert.strictEqual(code, EXIT.ok);
  assert.strictEqual(err, `bundle apply: the schema in force is now that of ${named(second)}, in the place of that of ` +
    `${named(first)}. \`gstore schema show\` prints it, \`gstore show CHANGE\` the one that a change brought.\n`);
  assert.deepStrictEqual(place.json(['schema', 'show']).files, { 'City.js': texts[1] });
  const { operations } = place.json(['show', first.change]);
  assert.deepStrictEqual(operations.map(({ kind, data }) => [kind, data]), [['schema', { files: { 'City.js': texts[0] } }]]);
  assert.match(place.ok(['show', first.change]), /\n {2}schema \{"files":\{"City\.js":"/);

  // The other way round nothing changes, and nothing is said.
  const back = bundle(place.directory, 'a.gsb');
  assert.strictEqual(jsonAt(other, ['bundle', 'apply', back]).schema, null);
  const third = clone(place, 'c');
  place.ok(['schema', 'apply', schema('three', texts[0]), '--allow-unsafe']);
  const { schema: now } = jsonAt(third, ['bundle', 'apply', bundle(place.directory, 'c.gsb')]);
  const { writer, time } = place.json(['log', '-n', '1']);
  assert.deepStrictEqual(now, { writer, time });
});

test('what an older schema writes under an earlier name is listed and can be decided', (t) => {
  const place = new Place(t);
  const kyiv = ['-c', 'City', 'kyiv'];
  const id = place.ok(['set', ...kyiv, '{"name":"Kyiv"}']).trim();
  const other = clone(place, 'b');
  const schema = place.path('schema');
  fs.mkdirSync(schema);
  place.file('schema/City.js',
    "({ Entity: {}, title: { type: 'string', was: 'name', convert: (s) => s.toUpperCase() } })");
  place.ok(['schema', 'apply', schema, '--allow-unsafe']);
  place.ok(['update', id, '{"title":"KYIV"}']);
  at(other, ['update', id, '{"name":"Kiew"}']);
  const file = place.path('b.gsb');
  at(other, ['bundle', 'create', file, '--json']);
  place.ok(['bundle', 'apply', file]);

  assert.deepStrictEqual(place.json(['get', id]).data, { title: 'KYIV' });
  const [{ hidden: [hidden] }] = place.lines(['conflicts', '--json']);
  const { writer } = jsonAt(other, ['log', '-n', '1']);
  const { time } = hidden;
  assert.deepStrictEqual(hidden, {
    field: 'title', was: 'name', removal: false, value: 'KIEW', shown: 'KYIV', rule: 'was', writer, time,
  });
  assert.strictEqual(place.ok(['conflicts', ...kyiv]),
    `${id} City\n  title: "KYIV"\n    1  "KIEW"  as name  writer ${writer.slice(0, 12)}  ${time}\n`);
  place.ok(['resolve', ...kyiv, 'title', '--take', '1']);
  assert.deepStrictEqual(place.json(['get', id]).data, { title: 'KIEW' });
  assert.strictEqual(place.ok(['conflicts']), '');
});

test('of a deleted record it is said so, although others wrote to it meanwhile', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Pripyat"}']).trim();
  const other = clone(place, 'b');
  place.ok(['delete', id]);
  at(other, ['update', id, '{"name":"Prypiat"}']);
  const file = place.path('b.gsb');
  at(other, ['bundle', 'create', file, '--json']);
  place.ok(['bundle', 'apply', file]);
  place.fails(EXIT.notFound, ['get', id], /was deleted at \d{4}-/);
});

test('a clone of a closed storage says that it takes no writes', (t) => {
  const place = new Place(t, { init: false });
  place.ok(['init', '--closed']);
  const { code, err } = run(['clone', place.directory, place.path('b')]);
  assert.strictEqual(code, EXIT.ok, err);
  assert.match(err, /is complete\. It has no writer: /);
});

test('of a long text that is hidden the ends are shown', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Note', '{"text":""}']).trim();
  const other = clone(place, 'b');
  const text = (word) => `first ${word} `.repeat(100) + 'last';
  at(other, ['update', id, JSON.stringify({ text: text('there') })]);
  place.ok(['update', id, JSON.stringify({ text: text('here') })]);
  const file = place.path('b.gsb');
  at(other, ['bundle', 'create', file, '--json']);
  place.ok(['bundle', 'apply', file]);
  const shown = place.ok(['conflicts', id]);
  assert.ok(shown.length < 600, shown);
  assert.match(shown, /text: "first here .*last".*\n {4}1 {2}"first there .*last"/);
  const [{ hidden: [hidden] }] = place.lines(['conflicts', id, '--json']);
  assert.strictEqual(hidden.value, text('there'));
  place.ok(['resolve', id, 'text', '--take', '1']);
  assert.strictEqual(place.json(['get', id]).data.text, text('there'));
});

test('what concurrent writes hide is listed and can be decided', (t) => {
  const place = new Place(t);
  const kyiv = ['-c', 'City', 'kyiv'];
  const id = place.ok(['set', ...kyiv, '{"name":"Kyiv","n":0,"m":0}']).trim();
  const gone = place.ok(['insert', 'City', '{"name":"Pripyat"}']).trim();
  const other = clone(place, 'b');
  assert.strictEqual(place.ok(['conflicts']), '');
  at(other, ['update', id, '{"name":"Kiew","n":1}']);
  at(other, ['update', gone, '{"name":"Prypiat"}']);
  place.ok(['update', id, '{"name":"Kiev","n":2,"m":2}']);
  place.ok(['delete', gone]);
  const file = place.path('b.gsb');
  at(other, ['bundle', 'create', file, '--json']);
  place.ok(['bundle', 'apply', file]);

  const { writer } = jsonAt(other, ['log', '-n', '1']);
  const [hidden] = place.lines(['conflicts', id, '--json']);
  const [{ time }] = hidden.hidden;
  const one = (field, value, shown) => ({
    field, removal: false, value, ...(shown !== undefined && { shown }), rule: 'lww', writer, time,
  });
  assert.deepStrictEqual(hidden, {
    id, collection: 'City', removed: false, hidden: [one('name', 'Kiew', 'Kiev'), one('n', 1, 2)],
  });
  assert.deepStrictEqual(place.lines(['conflicts', ...kyiv, '--json']), [hidden]);
  const all = place.lines(['conflicts', '--json']);
  const removed = Object.fromEntries(all.map((each) => [each.id, each.removed]));
  assert.deepStrictEqual(removed, { [id]: false, [gone]: true });
  assert.strictEqual(place.lines(['conflicts', '-n', '1', '--json']).length, 1);
  const by = `  writer ${writer.slice(0, 12)}  ${time}`;
  assert.strictEqual(place.ok(['conflicts', id]),
    `${id} City\n  name: "Kiev"\n    1  "Kiew"${by}\n  n: 2\n    1  1${by}\n`);

  const resolve = ['resolve', ...kyiv];
  place.fails(EXIT.notFound, [...resolve, 'm'], /field m of .* has no conflict/);
  place.fails(EXIT.failure, [...resolve, 'n', '--take', '2'], /field n has 1 hidden value, not 2/);
  // Nobody was told how to have it back.
  const removing = place.lines(['history', gone, '--json']).find(({ kind }) => kind === 'remove').change.slice(0, 12);
  place.fails(EXIT.notFound, ['resolve', gone, 'name', '--take', '1'],
    new RegExp(`is removed.*take back the change that removed it \\(.gstore revert ${removing}.*gstore delete`));
  place.ok(['revert', removing]);
  assert.deepStrictEqual(place.json(['get', gone]).data, { name: 'Prypiat' });
  assert.strictEqual(place.ok(['conflicts', gone]), '');
  place.ok(['delete', gone]);
  assert.strictEqual(place.ok(['conflicts', gone]), '');
  assert.deepStrictEqual(place.json([...resolve, 'name', '--take', '1']), { id, value: 'Kiew' });
  assert.strictEqual(place.ok([...resolve, 'n']), '');
  assert.strictEqual(place.ok(['conflicts', id]), '');
  assert.deepStrictEqual(place.json(['get', id]).data, { name: 'Kiew', n: 2, m: 2 });
  // The decision travels like any write.
  place.ok(['bundle', 'create', file, '--json']);
  at(other, ['bundle', 'apply', file]);
  assert.strictEqual(digestOf(other), digestOf(place.directory));
  assert.strictEqual(at(other, ['conflicts', id]), '');
});

// It was listed, and `resolve` wrote what was there already.
test('two who wrote the same are no conflict', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","n":1}']).trim();
  const other = clone(place, 'b');
  at(other, ['update', id, '{"name":"Kyjiv","n":2}']);
  place.ok(['update', id, '{"name":"Kyjiv","n":3}']);
  const file = place.path('b.gsb');
  at(other, ['bundle', 'create', file, '--json']);
  place.ok(['bundle', 'apply', file]);
  const [{ hidden }] = place.lines(['conflicts', '--json']);
  assert.deepStrictEqual(hidden.map(({ field, value }) => [field, value]), [['n', 2]]);
  place.fails(EXIT.notFound, ['resolve', id, 'name'], /field name of .* has no conflict/);
  // Who undoes that he has decided has seen all values: the conflict does not come back.
  place.ok(['resolve', id, 'n', '--take', '1']);
  place.ok(['undo']);
  assert.deepStrictEqual(place.json(['get', id]).data, { name: 'Kyjiv', n: 3 });
  assert.strictEqual(place.ok(['conflicts']), '');
});

test('a bundle that is not there is told as any other file', (t) => {
  const place = new Place(t);
  const told = /cannot read nowhere\.gsb: No such file or directory\. Check the path\./;
  place.fails(EXIT.notFound, ['bundle', 'apply', 'nowhere.gsb'], told);
  new Place(t, { init: false }).fails(EXIT.notFound, ['bundle', 'apply', 'nowhere.gsb'], told);
});
