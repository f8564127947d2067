'use strict';

// Looking after a storage: numbers, compaction, backups, and the small tools.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { Place, run, EXIT } = require('./gstore.js');

test('stats counts what is there', (t) => {
  const place = new Place(t);
  place.ok(['insert', 'City', '{"a":1}']);
  place.ok(['insert', '{"a":1}']);
  const stats = place.json(['stats']);
  for (const name of ['records', 'log_bytes', 'state_bytes', 'segments', 'changes']) {
    assert.strictEqual(typeof stats[name], 'number', name);
  }
  assert.strictEqual(stats.records, 2);
  assert.ok(stats.changes >= 3);
  assert.ok(stats.log_bytes > 0);
  assert.strictEqual(stats.collections.City, 1);
  assert.match(place.ok(['stats']), /^records +2$/m);
});

test('compact keeps every record', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  place.ok(['update', id, '{"a":2}']);
  place.ok(['compact']);
  assert.strictEqual(typeof place.json(['compact']).state_bytes, 'number');
  assert.deepStrictEqual(place.json(['get', id]).data, { a: 2 });
});

test('compacting what is compact changes nothing', (t) => {
  const place = new Place(t);
  const rows = Array.from({ length: 300 }, (_, i) => `{"i":${i}}\n`).join('');
  const compact = () => place.run(['compact']).err;
  assert.strictEqual(compact(), 'compact: nothing to do; nothing was written yet.\n');
  place.run(['import', 'City', '-'], { input: rows });
  assert.match(compact(), /^compact: the state is in 1 run now, [\d.]+ KiB; it had no files\.\n$/);
  const state = () => fs.readdirSync(path.join(place.directory, 'state')).sort();
  place.json(['compact']); // opening removes what the first one left
  const before = state();
  const again = place.json(['compact']);
  assert.strictEqual(again.state_bytes, again.state_bytes_before);
  assert.deepStrictEqual(state(), before);
  assert.match(compact(), /^compact: nothing to do; the state is in one run of full records al/);
  place.ok(['update', place.lines(['scan', '-n', '1'])[0].id, '{"i":"new"}']);
  assert.match(compact(), /^compact: the state is in 1 run now, [\d.]+ KiB; it was in 1 run\.\n$/);
  assert.notDeepStrictEqual(state(), before); // but what is new is merged
  assert.strictEqual(place.lines(['scan', '-n', '1'])[0].data.i, 'new');
  assert.strictEqual(place.json(['stats']).runs, 1);
});

test('a backup restores with the same state and another writer, without keys', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  const backup = place.path('backup');
  const restored = place.path('restored');
  place.ok(['backup', backup]);
  assert.ok(!fs.existsSync(path.join(backup, 'keys')));
  assert.strictEqual(run(['restore', backup, restored]).code, EXIT.ok);
  const copy = place.path('of-backup');
  fs.cpSync(backup, copy, { recursive: true });
  const first = run(['-d', copy, 'insert', '{"b":1}']);
  assert.match(first.err, /^gstore: note: this directory had no key, as a backup has none.*\.\n$/);
  const other = (args) => JSON.parse(run(['-d', restored, ...args, '--json']).out);
  assert.deepStrictEqual(other(['get', id]), place.json(['get', id]));
  assert.strictEqual(other(['digest']).digest, place.json(['digest']).digest);
  assert.strictEqual(run(['-d', restored, 'insert', '{"b":1}']).code, EXIT.ok);
  assert.strictEqual(run(['-d', restored, 'verify', '--full']).code, EXIT.ok);
  const writer = (change) => change.writer;
  assert.notStrictEqual(writer(other(['log', '-n', '1'])), writer(place.json(['log', '-n', '1'])));

  place.fails(EXIT.failure, ['backup', place.directory]);
  place.fails(EXIT.failure, ['restore', backup, restored]);
  place.fails(EXIT.notFound, ['restore', place.path('nothing'), place.path('new')]);
  assert.ok(!fs.existsSync(place.path('new/storage.json')));
});

test('a copy goes into a new or empty directory that is not inside of its source', (t) => {
  const place = new Place(t);
  const backup = place.path('backup');
  place.file('full', 'a file');
  fs.mkdirSync(backup); // empty
  place.ok(['backup', backup]);
  fs.mkdirSync(place.path('mixed'));
  place.file('mixed/notes', 'mine');
  for (const command of [['backup'], ['restore', backup]]) {
    place.fails(EXIT.failure, [...command, place.path('mixed')], /\/mixed is not empty\. Choose a new directory/);
    place.fails(EXIT.failure, [...command, place.path('full')], /\/full is a file, not a directory/);
  }
  assert.deepStrictEqual(fs.readdirSync(place.path('mixed')), ['notes']);
  fs.symlinkSync(place.directory, place.path('link'));
  for (const inside of ['gs/backup', 'gs/log/backup', 'link/backup', 'mixed/../gs/backup']) {
    place.fails(EXIT.failure, ['backup', place.path(inside)], /lies inside of what is copied, \S+\/gs\. Choose a directory outside/);
    assert.ok(!fs.existsSync(place.path(inside)));
  }
  place.fails(EXIT.failure, ['restore', backup, path.join(backup, 'x')], /lies inside of what is copied/);
});

test('a backup that leads to another state is refused', (t) => {
  const place = new Place(t);
  place.ok(['insert', '{"a":1}']);
  const backup = place.path('backup');
  place.ok(['backup', backup]);
  const file = path.join(backup, 'backup.json');
  const note = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.strictEqual(note.digest, place.json(['digest']).digest);
  note.digest = note.digest.replace(/^./, (first) => (first === '0' ? '1' : '0'));
  fs.writeFileSync(file, JSON.stringify(note) + '\n');
  place.fails(EXIT.unverified, ['restore', backup, place.path('new')], /leads to another state/);
  assert.ok(!fs.existsSync(place.path('new/storage.json')));
});

test('bench measures this engine and leaves nothing behind', (t) => {
  const place = new Place(t);
  const tmp = place.path('tmp');
  fs.mkdirSync(tmp);
  const env = { ...process.env, TMPDIR: tmp };
  const report = JSON.parse(place.ok(['bench', '--self', '--records', '2000'], { env }));
  assert.deepStrictEqual(Object.keys(report.results), [
    'insert', 'get', 'scan', 'durable_commit_1', 'durable_commit_1000',
  ]);
  assert.ok(Object.values(report.results).every(({ per_second: speed }) => speed > 0));
  assert.deepStrictEqual(fs.readdirSync(tmp), []);
});

test('completion is a script that bash accepts and that knows the commands', (t) => {
  const place = new Place(t);
  const file = place.file('completion', place.ok(['completion', 'bash']));
  const script = `source ${file}; COMP_WORDS=(gstore ver); COMP_CWORD=1; _gstore; echo "\${COMPREPLY[@]}"`;
  const { status, stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  assert.strictEqual(status, 0);
  assert.deepStrictEqual(stdout.trim().split(' '), ['verify', 'verify-proof']);
});

// The mark of a creation stayed in a storage that was written to, and creating again took the log,
// the keys and the state away.
test('init never takes a storage away, whatever an interrupted one left in it', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  const mark = path.join(place.directory, 'creating');
  fs.writeFileSync(mark, '');
  place.fails(EXIT.failure, ['init'], /holds a storage already/);
  assert.deepStrictEqual(place.json(['get', id]).data, { a: 1 });
  assert.ok(fs.existsSync(mark)); // reading changes nothing
  place.ok(['insert', '{"a":2}']);
  assert.ok(!fs.existsSync(mark));
  place.fails(EXIT.failure, ['init'], /holds a storage already/);
  assert.strictEqual(place.lines(['scan']).length, 2);
  assert.strictEqual(place.json(['verify']).ok, true);
});

// Its checkpoints were believed: the first write said that the log was damaged.
test('init where a storage was begins one that can be written to', (t) => {
  const place = new Place(t);
  for (const value of [1, 2, 3]) place.ok(['insert', `{"a":${value}}`]);
  const blob = place.json(['blob', 'put', place.file('film', 'a film')]);
  place.ok(['compact']);
  for (const part of ['log', 'storage.json']) {
    fs.rmSync(path.join(place.directory, part), { recursive: true });
  }
  place.ok(['init']);
  const id = place.ok(['insert', '{"a":4}']).trim();
  place.ok(['update', id, '{"a":5}']);
  assert.deepStrictEqual(place.lines(['scan']).map(({ data }) => data), [{ a: 5 }]);
  assert.strictEqual(place.json(['verify']).ok, true);
  const { sha256 } = blob.$blob;
  assert.ok(fs.existsSync(path.join(place.directory, 'blobs', sha256.slice(0, 2), sha256)));
});

test('a directory that was moved gets a new writer, or keeps its own when it is told to', (t) => {
  const place = new Place(t);
  place.ok(['insert', 'City', '{"a":1}']);
  const writers = (directory) => JSON.parse(run(['-d', directory, 'stats', '--json']).out).writers;
  for (const keep of [true, false]) {
    const copy = place.path(`copy-${keep}`);
    fs.cpSync(place.directory, copy, { recursive: true });
    assert.match(run(['-d', copy, 'verify']).out, /^ {2}keys .* another directory.*--keep-writer/m);
    const notes = [keep ? ['--keep-writer'] : [], []].map((more) => {
      const { code, err } = run(['-d', copy, 'insert', 'City', '{"a":2}', ...more]);
      assert.strictEqual(code, EXIT.ok, err);
      return err;
    });
    // A new writer is told, once.
    const told = /^gstore: note: this directory was moved or copied .* --keep-writer .*\.\n$/;
    assert.match(notes[0], keep ? /^$/ : told);
    assert.strictEqual(notes[1], '');
    assert.strictEqual(writers(copy), keep ? 1 : 2);
    assert.strictEqual(run(['-d', copy, 'verify', '--full']).code, EXIT.ok);
    const kept = fs.readdirSync(path.join(copy, 'keys')).filter((name) => /^writer\./.test(name));
    assert.strictEqual(kept.length, keep ? 0 : 1);
  }
});
