'use strict';

// Whatever is wrong, the message says what, where and what to do next, the exit
// status says which kind it is, and nothing is half done.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Place, run, errorOf, waitFor, closed, EXIT, PROGRAM } = require('./gstore.js');

const UNKNOWN = '01936c1e-1f7a-7abc-8def-0123456789ab';
const NOBODY = 65534; // for tests of permissions when run as root, whom nothing stops

// The clone may lie where only root may look, such as root's home: nobody gets a copy of gstore.
const asNobody = (place) => {
  if (process.getuid() !== 0) return {};
  const program = path.join(place.root, 'gstore');
  fs.copyFileSync(PROGRAM, program);
  fs.chmodSync(program, 0o755);
  return { program, uid: NOBODY, gid: NOBODY };
};

const recordsOf = (place) => place.json(['stats']).records;

test('malformed JSON and wrong types are refused with their place', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  const bad = [
    '', '{', '{"a":}', '{"a":1}}', '{"a":1,"a":2}', '[1]', '7', 'null', '"text"', 'name: x',
    '{"a":1e999}', '{"a":"\\ud800"}', '{"a":{"$date":"yesterday"}}', '{"a":{"$int":"x"}}',
    '['.repeat(100000), '{"a":'.repeat(1000) + '1' + '}'.repeat(1000),
  ];
  for (const json of bad) {
    for (const args of [['insert', 'City', json], ['set', id, json], ['update', id, json],
      ['set', 'foreign', json], ['swap', id, '--if', '{"a":1}', '--set', json]]) {
      const { code, err, out } = place.run(args);
      assert.strictEqual(code, EXIT.failure, `${args.join(' ').slice(0, 200)}: ${err}`);
      assert.match(err, /^gstore: .+\n$/);
      assert.strictEqual(out, '');
    }
  }
  place.fails(EXIT.failure, ['insert', 'City', '-'], null, { input: Buffer.from([0x7b, 0xff, 0x7d]) });
  assert.strictEqual(recordsOf(place), 1);
  assert.deepStrictEqual(place.json(['get', id]).data, { a: 1 });
});

test('unknown ids are not found', (t) => {
  const place = new Place(t);
  const commands = [
    ['get', UNKNOWN], ['set', UNKNOWN, '{}'], ['update', UNKNOWN, '{"a":1}'], ['delete', UNKNOWN],
    ['swap', UNKNOWN, '--if', '{}', '--set', '{"a":1}'], ['proof', UNKNOWN], ['erase', UNKNOWN],
    ['show', 'abcdef12'], ['get', 'nobody'],
  ];
  for (const args of commands) place.fails(EXIT.notFound, args);
  const error = errorOf(place.run(['get', UNKNOWN, '--json']));
  assert.strictEqual(error.code, 'not_found');
  assert.strictEqual(error.advice, 'none');
  assert.match(error.message, new RegExp(UNKNOWN));
  const id = place.ok(['insert', '{"a":1}']).trim();
  place.fails(EXIT.notFound, ['get', id, '--at', 'abcdef12']);
  place.fails(EXIT.notFound, ['get', id, '--at', 'abc'], /no version is called 'abc'/);
  place.fails(EXIT.usage, ['show', '../x'], /names no change/);
  place.fails(EXIT.usage, ['scan', '--from', '../x'], /is no id/);
  for (const args of commands) {
    assert.doesNotMatch(place.run(args).err, /[Ii]nsert it/, args.join(' ')); // no step for a delete
  }
  place.fails(EXIT.notFound, ['get', 'nobody'], /Name its collection with -c/);
  const blob = place.fails(EXIT.notFound, ['blob', 'get', `${'0'.repeat(64)}:5`], /no blob 0{64}/);
  assert.doesNotMatch(blob.err, /blobs\/|scan/);
});

test('a UUID with -c has to be in that collection', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"a":1}']).trim();
  const none = place.ok(['insert', '{"a":1}']).trim();
  const [{ change }] = place.lines(['log', '--json', '-n', '2']).slice(1);
  const commands = [
    ['get', id], ['get', id, '--at', change], ['set', id, '{}'], ['update', id, '{"a":2}'], ['delete', id],
    ['swap', id, '--if', '{}', '--set', '{"a":2}'], ['proof', id], ['erase', id],
  ];
  for (const args of commands) {
    place.fails(EXIT.notFound, [...args, '-c', 'Wrong'], /is in collection 'City', not in 'Wrong'/);
  }
  place.fails(EXIT.notFound, ['get', none, '-c', 'City'], /is in no collection, not in 'City'/);
  assert.deepStrictEqual(place.json(['get', id, '-c', 'City']).data, { a: 1 });
  place.ok(['update', id, '{"a":2}', '-c', 'City']);
  place.ok(['delete', id, '-c', 'City']);
  // What cannot be undone is not done when the collection cannot be told any more.
  place.fails(EXIT.notFound, ['erase', id, '-c', 'City'], /leave out -c/);
  assert.strictEqual(place.json(['erase', id]).erased, 2);
});

test('a key may have the form of an id', (t) => {
  const place = new Place(t);
  const ann = place.ok(['insert', 'User', '{"name":"Ann"}']).trim();
  const random = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d';
  for (const key of [ann, random]) {
    place.ok(['import', 'Profile', '-', '--key', 'of'], { input: JSON.stringify({ of: key, n: 1 }) });
    const profile = [key, '-c', 'Profile'];
    assert.deepStrictEqual(place.json(['get', ...profile]).data, { of: key, n: 1 });
    place.ok(['update', ...profile, '{"n":2}']);
    place.ok(['set', ...profile, '{"n":3}']);
    place.ok(['counter', 'add', ...profile, 'n', '1']);
    assert.strictEqual(place.ok(['get', ...profile]), '{"n":4}\n');
    assert.strictEqual(place.ok(['get', ...profile, '--at', 'now']), '{"n":4}\n');
    assert.strictEqual(place.lines(['blame', ...profile, '--json']).length, 1);
    place.ok(['proof', ...profile]);
    place.ok(['delete', ...profile]);
    place.fails(EXIT.notFound, ['get', ...profile], /was deleted/);
    assert.ok(place.lines(['history', ...profile, '--json']).length > 3, 'of what was deleted as well');
  }
  assert.strictEqual(place.ok(['get', ann]), '{"name":"Ann"}\n', 'it was never touched');
});

test('an id is never a path', (t) => {
  const place = new Place(t);
  place.file('x', 'outside');
  for (const id of ['../x', '/etc/passwd', '..', '.', 'a/b', '%2e%2e', 'x\\y', ' ', '\u00e9']) {
    place.fails(EXIT.notFound, ['get', id]);
    place.fails(EXIT.notFound, ['delete', id]);
    place.ok(['set', id, '{"a":1}']); // a foreign key like any other
    assert.deepStrictEqual(place.json(['get', id]).data, { a: 1 });
  }
  const collection = '../../x';
  place.ok(['insert', collection, '{"a":1}']);
  assert.strictEqual(place.lines(['scan', collection]).length, 1);
  assert.deepStrictEqual(fs.readdirSync(place.root).sort(), ['gs', 'x']);
  assert.strictEqual(fs.readFileSync(place.path('x'), 'utf8'), 'outside');
});

test('what is wrong with the text of a file is told with its name', (t) => {
  const place = new Place(t);
  const torn = place.file('torn.json', '{"a":');
  for (const args of [['insert', `@${torn}`], ['set', '-c', 'City', 'kyiv', `@${torn}`]]) {
    const { err } = place.fails(EXIT.failure, args);
    assert.match(err, /^gstore: \S+\/torn\.json: JSON line 1, column 6: [^.]+\. Correct the input/);
  }
  const id = place.ok(['insert', '{"a":1}']).trim();
  for (const command of ['set', 'update']) {
    place.fails(EXIT.failure, [command, id, `@${torn}`], /^gstore: \S+\/torn\.json: JSON line 1, column 6: /);
  }
  // Rows are no record.
  for (const [name, rows] of [['x.csv', 'name\nKyiv\n'], ['x.json', '{"a":1}\n{"a":2}\n'], ['y.json', '[{"a":1}]']]) {
    const file = place.file(name, rows);
    const { err } = place.fails(EXIT.failure, ['insert', 'City', `@${file}`]);
    assert.ok(err.startsWith(`gstore: ${file}: JSON line `), err);
    assert.ok(err.endsWith(`, or insert the rows of a file with \`gstore import City ${file}\`.\n`), err);
  }
  assert.doesNotMatch(place.fails(EXIT.failure, ['insert', 'City', 'name']).err, /import/);
  assert.strictEqual(recordsOf(place), 1);
});

test('too large values are refused, and name the limit', (t) => {
  const place = new Place(t);
  const large = place.file('large.json', JSON.stringify({ a: 'x'.repeat(17 * 1024 * 1024) }));
  place.fails(EXIT.failure, ['insert', `@${large}`], /16/);
  const huge = place.file('huge.json', JSON.stringify({ a: 'x'.repeat(65 * 1024 * 1024) }));
  place.fails(EXIT.failure, ['insert', `@${huge}`], /64 MiB\. Values of this size are blobs: `gstore blob put`/);
  // Whoever puts a blob was told to put a blob.
  const film = place.file('film', '');
  fs.truncateSync(film, 1024 ** 3 + 1); // a hole, which nothing reads
  place.fails(EXIT.failure, ['blob', 'put', film], /film: more than 1024 MiB\. A blob has no more; store the file in parts\.\n$/);
  place.fails(EXIT.failure, ['verify-proof', film], /film: more than 64 MiB\. No proof is that large/);
  place.fails(EXIT.failure, ['import', 'City', huge, '--format', 'ndjson'], /64 MiB/);
  place.fails(EXIT.failure, ['insert', 'n'.repeat(100000), '{"a":1}']);
  assert.strictEqual(recordsOf(place), 0);
});

test('a directory that holds no storage', (t) => {
  const place = new Place(t, { init: false });
  const commands = [
    ['insert', '{}'], ['get', UNKNOWN], ['scan'], ['import', 'City', '-'], ['export'], ['log'],
    ['verify'], ['digest'], ['stats'], ['compact'], ['backup', place.path('b')],
  ];
  for (const args of commands) {
    place.fails(EXIT.notFound, args, /the directory \S+\/gs does not exist\. Name .+ `gstore -d \S+\/gs init`/);
  }
  assert.ok(!fs.existsSync(place.directory));
  fs.mkdirSync(place.directory);
  place.fails(EXIT.notFound, ['stats'], /\/gs holds no storage .+ with `gstore -d \S+\/gs init`/);
  fs.writeFileSync(path.join(place.directory, 'notes.txt'), 'mine');
  for (const args of commands) {
    place.fails(EXIT.notFound, args, /\/gs holds no storage .+ `gstore -d NEWDIR init`, as this one holds other/);
  }
  assert.deepStrictEqual(fs.readdirSync(place.directory), ['notes.txt']);
  const error = errorOf(place.run(['stats', '--json']));
  assert.strictEqual(error.code, 'not_a_storage');

  const file = place.file('file', 'x');
  for (const args of [['stats'], ['insert', '{}']]) {
    const { code, err } = run(['-d', file, ...args]);
    assert.strictEqual(code, EXIT.notFound);
    assert.match(err, /\/file is a file, not a directory\. Name the directory of .* with -d\.\n$/);
  }
  assert.strictEqual(fs.readFileSync(file, 'utf8'), 'x');
});

test('who stands inside of a storage is told which one', (t) => {
  const place = new Place(t);
  const around = fs.realpathSync(place.directory);
  const told = `This is inside of the storage ${around}: name it with -d ${around}.\n`;
  const log = path.join(place.directory, 'log');
  for (const [cwd, ...args] of [[place.directory], [log], [log, '-d', '.'], [log, '-d', 'x/y']]) {
    const { code, err } = run([...args, 'stats'], { cwd });
    assert.strictEqual(code, EXIT.notFound);
    assert.ok(err.endsWith(told), err);
  }
  assert.match(run(['stats'], { cwd: place.root }).out, /^storage /); // beside it
  const { err } = run(['stats'], { cwd: new Place(t, { init: false }).root });
  assert.match(err, /^gstore: the directory \.\/gs does not exist\. .* create one there with `gstore init`\.\n$/);
});

// A missing log was taken for a log that has not begun: the next write began a new one.
test('a storage that lost a part is damaged, and nothing is written into the rest', (t) => {
  const lost = {
    'storage.json': /\/gs has a log, but no storage\.json: .+\. Restore the file/,
    log: /\/gs has a storage\.json, but its log is missing \(log\)\. Restore the storage from/,
  };
  for (const [name, pattern] of Object.entries(lost)) {
    const place = new Place(t);
    place.ok(['insert', '{"a":1}']);
    fs.rmSync(path.join(place.directory, name), { recursive: true });
    const before = fs.readdirSync(place.directory);
    const backup = ['backup', place.path('b')];
    for (const args of [['scan'], ['verify'], ['insert', '{}'], ['compact'], backup]) {
      place.fails(EXIT.unverified, args, pattern);
      assert.deepStrictEqual(errorOf(place.run([...args, '--json'])).advice, 'repair');
    }
    const left = fs.readdirSync(place.directory).filter((each) => each !== 'lock');
    assert.deepStrictEqual(left, before.filter((each) => each !== 'lock'));
  }
  const place = new Place(t);
  place.file('gs/storage.json', 'not json');
  place.fails(EXIT.unverified, ['scan'], /\/gs\/storage\.json is not valid JSON: .+\. Restore the file/);
});

// A storage from somebody else had links in it: `set` wrote into the files that they pointed to.
test('a link in a storage is never followed', (t) => {
  const names = ['lock', 'log', 'log/mark', 'log/00000001.gsl', 'storage.json', 'keys', 'keys/instance',
    'state', 'manifest', 'blobs'];
  for (const name of names) {
    const place = new Place(t);
    place.ok(['insert', 'City', '{"a":1}']);
    place.ok(['blob', 'put', place.file('photo', 'light')]);
    place.ok(['compact']);
    const inside = path.join(place.directory, name);
    const outside = place.path('outside');
    fs.renameSync(inside, outside);
    fs.symlinkSync(outside, inside);
    const files = () => {
      if (!fs.statSync(outside).isDirectory()) return [fs.readFileSync(outside, 'hex')];
      const each = fs.readdirSync(outside, { recursive: true });
      const plain = each.filter((file) => fs.statSync(path.join(outside, file)).isFile());
      return plain.sort().map((file) => [file, fs.readFileSync(path.join(outside, file), 'hex')]);
    };
    const before = files();
    const commands = [
      ['scan'], ['verify'], ['blob', 'put', place.path('photo')], ['set', 'a', '{"a":2}'], ['compact'],
      ['backup', place.path('b')], ['restore', place.directory, place.path('r')], ['erase', 'a'],
    ];
    let refused = 0;
    for (const args of commands) {
      const { code, err } = place.run(args);
      assert.deepStrictEqual(files(), before, `${name}: ${args}`);
      if (code === EXIT.ok) continue;
      const link = new RegExp(`/gs/${name}: is a symbolic link, .+ If you trust what it points to, put`);
      if (link.test(err)) refused++;
      else assert.doesNotMatch(err, /symbolic/, `${name}: ${args}`);
    }
    const rebuilt = ['keys/instance', 'manifest']; // the link is taken away, a file put in its place
    assert.ok(refused > 0 || rebuilt.includes(name), name);
    if (refused === 0) assert.ok(fs.lstatSync(inside).isFile(), name);
  }
});

test('a log directory without a segment is a lost log, and stays as it is', (t) => {
  const place = new Place(t);
  const log = path.join(place.directory, 'log');
  for (const name of fs.readdirSync(log)) fs.rmSync(path.join(log, name));
  for (const args of [['scan'], ['insert', '{}']]) {
    place.fails(EXIT.unverified, args, /its log is missing/);
    assert.deepStrictEqual(fs.readdirSync(log), []);
  }
});

test('a place where no directory can be made', (t) => {
  const place = new Place(t, { init: false });
  const file = place.file('file', 'x');
  const taken = run(['-d', file, 'init']);
  assert.strictEqual(taken.code, EXIT.failure);
  assert.match(taken.err, /^gstore: \S+\/file is a file, not a directory\. Choose another .+\n$/);
  if (!fs.existsSync('/proc/self')) return;
  const nowhere = run(['-d', '/proc/nowhere', 'init']);
  assert.notStrictEqual(nowhere.code, EXIT.ok);
  assert.match(nowhere.err, /\/proc\/nowhere: .+\. Choose a place where directories can/);
});

test('init does not touch a storage that is there, and says how to look at it', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  const { err } = place.fails(EXIT.failure, ['init'], /already/);
  const [, words] = /Look into it with `gstore ([^`]+)`/.exec(err);
  assert.match(run(words.split(' ')).out, /^records +1$/m);
  assert.deepStrictEqual(place.json(['get', id]).data, { a: 1 });
});

// It was mixed with whatever was there, without a word.
test('init makes no storage among other files', (t) => {
  const place = new Place(t, { init: false });
  fs.mkdirSync(place.directory);
  for (const name of ['README.md', '.git', 'log.txt']) {
    const other = path.join(place.directory, name);
    fs.writeFileSync(other, '');
    place.fails(EXIT.failure, ['init'], new RegExp(`/gs is not empty: it holds '${name}', and no storage\\. Choose`));
    assert.deepStrictEqual(fs.readdirSync(place.directory), [name]);
    fs.rmSync(other);
  }
  assert.strictEqual(errorOf(run(['-d', place.root, 'init', '--json'])).code, 'exists');
  // What a file system or a creation that was stopped left there is no obstacle.
  fs.mkdirSync(path.join(place.directory, 'lost+found'));
  fs.writeFileSync(path.join(place.directory, '.0123456789abcdef.new'), '');
  fs.writeFileSync(path.join(place.directory, 'lock'), '');
  fs.writeFileSync(path.join(place.directory, 'creating'), '');
  fs.mkdirSync(path.join(place.directory, 'log'));
  place.ok(['init']);
  place.ok(['verify']);
});

// Messages said /tmp/./gs.
test('paths are shown without dots and double slashes', (t) => {
  const place = new Place(t);
  const root = fs.realpathSync(place.root);
  for (const name of ['./gs', 'gs', './/gs/.']) {
    const { err } = run(['-d', name, 'init'], { cwd: root });
    assert.ok(err.startsWith(`gstore: ${root}/gs holds a storage already`), err);
  }
});

test('a directory that is no backup', (t) => {
  const place = new Place(t);
  fs.mkdirSync(place.path('empty'));
  for (const name of ['nowhere', 'empty', 'gs/log', '.']) {
    const { err } = place.fails(EXIT.notFound, ['restore', place.path(name), place.path('new')], /no backup/);
    assert.match(err, /Name a directory that `gstore backup` made/);
    assert.doesNotMatch(err, /gstore init/);
  }
});

test('a storage of a newer format', (t) => {
  const place = new Place(t);
  const file = path.join(place.directory, 'storage.json');
  const content = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...content, format: content.format + 1 }));
  for (const args of [['stats'], ['insert', '{}'], ['verify']]) {
    place.fails(EXIT.failure, args, /format/);
  }
  assert.strictEqual(errorOf(place.run(['stats', '--json'])).code, 'newer_format');
});

test('a read-only directory can be read and refuses writes', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  const closeAll = (directory) => {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const full = path.join(directory, entry.name);
      if (entry.isDirectory()) closeAll(full);
      else if (entry.name !== 'lock') fs.chmodSync(full, 0o444);
    }
    fs.chmodSync(directory, 0o555);
  };
  const openAll = (directory) => {
    fs.chmodSync(directory, 0o755);
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) openAll(path.join(directory, entry.name));
    }
  };
  closeAll(place.directory);
  const user = asNobody(place);
  const read = place.run(['get', id], user);
  const write = place.run(['insert', '{"a":2}'], user);
  openAll(place.directory);
  assert.strictEqual(read.code, EXIT.ok, read.err);
  assert.strictEqual(write.code, EXIT.failure, write.err);
  assert.match(write.err, /^gstore: .*(permission|read-only|denied).*\n$/i);
});

test('a storage that another process has open for writing', async (t) => {
  const place = new Place(t);
  const child = place.start(['import', 'City', '-', '--json']);
  child.stdin.write('{"a":1}\n');
  await waitFor(child.stdout, /"rows"/);
  const locked = place.fails(EXIT.failure, ['insert', '{"a":2}']);
  assert.match(locked.err, new RegExp(`${child.pid}`)); // names the owner
  assert.strictEqual(locked.err.split(/\. /).length, 2, locked.err); // one next step
  assert.strictEqual(locked.err.match(/close|stop|wait until/gi).length, 2, locked.err);
  assert.strictEqual(errorOf(place.run(['insert', '{}', '--json'])).advice, 'retry');
  assert.strictEqual(place.lines(['scan']).length, 1); // reading goes on beside it
  place.fails(EXIT.failure, ['insert', '{"a":2}', '--wait', '1'], new RegExp(`${child.pid}`));
  place.fails(EXIT.usage, ['insert', '{"a":2}', '--wait', 'x'], /whole number/);
  place.fails(EXIT.usage, ['scan', '--wait', '1'], /unknown option '--wait'/); // a reader needs none
  const waiting = place.start(['insert', '{"a":2}', '--wait', '60']);
  const ended = closed(waiting);
  child.stdin.end();
  assert.strictEqual((await closed(child)).code, EXIT.ok);
  assert.strictEqual((await ended).code, EXIT.ok);
  assert.strictEqual(place.lines(['scan']).length, 2);
  place.ok(['insert', '{"a":2}']);
});

test('input files that cannot be read', (t) => {
  const place = new Place(t);
  const missing = '/nowhere/x.json';
  place.fails(EXIT.failure, ['insert', '@'], /@ names no file/);
  for (const args of [['insert', `@${missing}`], ['set', 'a', `@${missing}`], ['import', 'City', missing],
    ['blob', 'put', missing], ['verify-proof', missing]]) {
    place.fails(EXIT.notFound, args, /\/nowhere\/x\.json: No such file/);
    const error = errorOf(place.run([...args, '--json']));
    assert.deepStrictEqual([error.code, error.advice], ['not_found', 'none']);
  }
  place.fails(EXIT.failure, ['import', 'City', place.root], /directory/);
  assert.strictEqual(errorOf(place.run(['import', 'City', place.root, '--json'])).code, 'invalid');
});

test('a backup that was not finished is named as one', (t) => {
  const place = new Place(t);
  const half = place.path('half');
  place.ok(['backup', half]);
  fs.rmSync(path.join(half, 'storage.json')); // the last file that a backup writes
  place.fails(EXIT.failure, ['backup', half], /a backup that was not finished.+\. Remove it, or choose another/);
  place.fails(EXIT.unverified, ['restore', half, place.path('new')], /a backup was not finished/);
});
