'use strict';

// The chain: log, show, verify, proofs, erasure, digests.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Place, run, errorOf, flipBit, EXIT, DIGEST } = require('./gstore.js');

test('log names the changes, newest first; show prints one', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"a":1}']).trim();
  place.ok(['update', id, '{"a":2}']);
  const changes = place.lines(['log', '--json']);
  assert.ok(changes.length >= 3);
  assert.ok(changes.every(({ change, writer }) => DIGEST.test(change) && DIGEST.test(writer)));
  const times = changes.map(({ time }) => Date.parse(time));
  assert.deepStrictEqual(times, [...times].sort((a, b) => b - a));
  assert.ok(changes[0].operations >= 1); // a new shape is an operation too
  assert.strictEqual(changes[0].prev, changes[1].change);
  assert.strictEqual(place.lines(['log', '-n', '2', '--json']).length, 2);
  const lines = place.ok(['log']).trim().split('\n');
  assert.strictEqual(lines.length, changes.length);
  assert.ok(lines[0].startsWith(changes[0].change.slice(0, 12)));

  const shown = place.json(['show', changes[1].change.slice(0, 8)]);
  assert.strictEqual(shown.change, changes[1].change);
  const about = shown.operations.filter((operation) => operation.id === id);
  assert.strictEqual(about.length, 1);
  assert.strictEqual(about[0].kind, 'insert');
  assert.strictEqual(about[0].collection, 'City');
  assert.deepStrictEqual(about[0].data, { a: 1 });
  assert.match(place.ok(['show', changes[1].change]), new RegExp(`insert ${id} City \\{"a":1\\}`));
});

test('verify prints a line for each section', (t) => {
  const place = new Place(t);
  place.ok(['insert', '{"a":1}']);
  const report = place.json(['verify', '--full']);
  assert.strictEqual(report.ok, true);
  assert.ok(report.sections.length >= 4);
  assert.ok(report.sections.every(({ ok }) => ok));
  const text = place.ok(['verify']);
  assert.match(text, /^ {2}signatures +ok/m);
  assert.match(text, /^The log is intact: /m);
  assert.match(text, new RegExp(`^head ${report.frontier[0]}$`, 'm'));
});

test('verify --head shows a cut-off end', (t) => {
  const place = new Place(t);
  const old = place.path('old');
  place.ok(['insert', '{"a":1}']);
  fs.cpSync(place.directory, old, { recursive: true });
  place.ok(['insert', '{"a":2}']);
  const [{ change }] = place.lines(['log', '-n', '1', '--json']);
  place.ok(['verify', '--head', change]);
  place.ok(['verify', '--head', change.slice(0, 10)]);
  for (const head of [change, change.slice(0, 10)]) {
    const cut = run(['-d', old, 'verify', '--head', head]);
    assert.strictEqual(cut.code, EXIT.unverified, cut.err);
    assert.match(cut.err, /verification failed; damaged: the end of the log\./);
    // The report says so as well, for programs and for people.
    assert.match(cut.out, /^ {2}head +DAMAGED/m);
    const json = run(['-d', old, 'verify', '--json', '--head', head]);
    const report = JSON.parse(json.out);
    assert.strictEqual(report.ok, false);
    assert.deepStrictEqual(report.sections.filter(({ ok }) => !ok).map(({ name }) => name), ['head']);
    assert.strictEqual(errorOf(json).code, 'broken_chain');
  }
  for (const typo of ['xyz', '', 'abc', `${change.slice(1)}g`, `${change}0`, `0x${change.slice(2)}`, `${change} `]) {
    place.fails(EXIT.usage, ['verify', '--head', typo],
      /--head: .* is no head: a head is the digest of a change, 64 hexadecimal characters or/);
    assert.strictEqual(errorOf(place.run(['verify', '--json', '--head', typo])).code, 'usage');
  }
  // What looks like one may be mistyped as well.
  const other = change.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  assert.match(place.fails(EXIT.unverified, ['verify', '--head', other]).out, /or it is mistyped/);
});

test('a flipped bit is found, with segment and offset', (t) => {
  const place = new Place(t);
  for (let i = 0; i < 3; i++) place.ok(['insert', `{"a":${i}}`]);
  const [, change] = place.lines(['log', '--json']);
  flipBit(place.directory, change);
  const { code, out, err } = place.run(['verify', '--full']);
  assert.strictEqual(code, EXIT.unverified, out + err);
  assert.match(out + err, /segment 1\b[^\n]*offset \d+/);
  const json = place.run(['verify', '--json']);
  assert.strictEqual(json.code, EXIT.unverified);
  assert.strictEqual(errorOf(json).advice, 'repair');
  // What is not damaged can still be read; nothing is written beside the damage.
  assert.notStrictEqual(place.run(['insert', '{"a":9}']).code, EXIT.ok);
});

test('history lists what was done to one record, newest first', (t) => {
  const place = new Place(t);
  const kyiv = ['-c', 'City', 'kyiv'];
  const id = place.ok(['set', ...kyiv, '{"name":"Kyiv"}']).trim();
  place.ok(['insert', 'City', '{"name":"Lviv"}']);
  place.ok(['update', ...kyiv, '{"capital":true}']);
  place.ok(['set', ...kyiv, '{"name":"Kiew"}']);
  place.ok(['delete', ...kyiv]);
  const [deleted, set, updated, , inserted] = place.lines(['log', '--json']);
  const entry = ({ change, time, writer }, kind, data) => ({
    change, time, writer, kind,
    collection: ['insert', 'set'].includes(kind) ? 'City' : '', // which the others do not name
    erased: false, dropped: false,
    ...(data && { data }),
  });
  const entries = [
    entry(deleted, 'remove'),
    entry(set, 'set', { name: 'Kiew' }),
    entry(updated, 'update', { capital: true }),
    entry(inserted, 'insert', { name: 'Kyiv' }),
  ];
  assert.deepStrictEqual(place.lines(['history', ...kyiv, '--json']), entries);
  assert.deepStrictEqual(place.lines(['history', id, '--json']), entries);
  assert.deepStrictEqual(place.lines(['history', id, '-n', '2', '--json']), entries.slice(0, 2));
  assert.strictEqual(place.ok(['history', id, '-n', '0']), '');
  const [first, second] = place.ok(['history', id]).split('\n');
  const short = (digest) => digest.slice(0, 12);
  const start = ({ change, time, writer }) => `${short(change)}  ${time}  writer ${short(writer)}`;
  assert.strictEqual(first, `${start(deleted)}  remove`);
  assert.strictEqual(second, `${start(set)}  set {"name":"Kiew"}`);

  place.ok(['erase', ...kyiv]);
  const text = place.ok(['history', id]);
  assert.match(text, / erase\n.* remove\n.* set erased\n.* update erased\n.* insert erased\n$/);
  assert.doesNotMatch(text, /Kyiv|Kiew|capital/);
  place.fails(EXIT.notFound, ['history', '-c', 'City', 'nobody'], /key 'nobody' of City is not in this storage/);
});

test('what a swap demanded stands in the history', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', '{"a":1}']).trim();
  place.ok(['swap', id, '--if', '{"a":1}', '--set', '{"a":2}']);
  const kinds = place.lines(['history', id, '--json']).map(({ kind }) => kind);
  assert.deepStrictEqual(kinds, ['update', 'expect', 'insert']);
});

// Removed fields were left out, so that an update that only removed was shown as {}.
test('what an update removes is shown and proven', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv","old":1,"older":2}']).trim();
  const given = '{"old":{"$unset":true},"name":"Kyjiv","older":{"$unset":true}}';
  place.ok(['update', id, given]);
  assert.strictEqual(place.ok(['get', id]), '{"name":"Kyjiv"}\n');
  assert.deepStrictEqual(place.lines(['history', id, '--json'])[0].data, JSON.parse(given));
  assert.ok(place.ok(['history', id]).includes(`  update ${given}\n`));
  const [{ change }] = place.lines(['log', '--json', '-n', '1']);
  const updated = place.json(['show', change]).operations.find(({ kind }) => kind === 'update');
  assert.deepStrictEqual(updated.data, JSON.parse(given));
  assert.ok(place.ok(['show', change]).includes(`  update ${id} ${given}\n`));
  const checked = run(['verify-proof', '-', '--json'], { input: place.ok(['proof', id]) });
  assert.deepStrictEqual(JSON.parse(checked.out).data, JSON.parse(given));
});

test('a proof holds without the storage; a changed one does not', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"name":"Kyiv"}']).trim();
  place.ok(['insert', 'City', '{"name":"Lviv"}']);
  const proof = place.ok(['proof', id]);
  const nowhere = (input, ...args) => run(['-d', '/nowhere', 'verify-proof', '-', ...args], { input });
  const good = nowhere(proof, '--json');
  assert.strictEqual(good.code, EXIT.ok, good.err);
  const report = JSON.parse(good.out);
  assert.strictEqual(report.ok, true);
  assert.strictEqual(report.id, id);
  assert.deepStrictEqual(report.data, { name: 'Kyiv' });
  assert.match(nowhere(proof).out, /^The proof is valid\.\n/);
  const bare = place.ok(['insert', '{}']).trim(); // in no collection
  for (const text of [proof, place.ok(['proof', bare])]) assert.doesNotMatch(nowhere(text).out, / $/m);
  assert.strictEqual(nowhere(proof, '--root', report.log_root).code, EXIT.ok);
  assert.strictEqual(nowhere(proof, '--root', '0'.repeat(64)).code, EXIT.unverified);

  const digests = [...new Set(proof.match(/[0-9a-f]{64,}/g))];
  assert.ok(digests.length > 0);
  for (const digest of digests) {
    const other = digest.slice(0, -1) + (digest.endsWith('0') ? '1' : '0');
    assert.strictEqual(nowhere(proof.replaceAll(digest, other)).code, EXIT.unverified, digest);
  }
  // A reader of a foreign file has no storage to look at, and nothing to correct in it.
  const moved = proof.replace(/"index":(\d+)/, (_, i) => `"index":${Number(i) + 1}`);
  for (const text of ['', '{}', 'x', '[]', proof.slice(0, -20), moved]) {
    const { code, err } = nowhere(text);
    assert.strictEqual(code, EXIT.unverified, text);
    assert.match(err, /^gstore: standard input is no valid proof: .+\. Do not trust it; .+\.\n$/);
    assert.doesNotMatch(err, /gstore verify|backup|Correct/);
  }
});

test('a deleted record has a proof of its deletion, an erased one has none', (t) => {
  const place = new Place(t);
  const id = place.ok(['set', '-c', 'City', 'kyiv', '{"name":"Kyiv"}']).trim();
  place.ok(['delete', '-c', 'City', 'kyiv']);
  const proof = place.ok(['proof', '-c', 'City', 'kyiv']);
  assert.strictEqual(place.json(['proof', id]).operation.id, id);
  const check = (text, ...args) => run(['verify-proof', '-', ...args], { input: text });
  const report = JSON.parse(check(proof, '--json').out);
  assert.deepStrictEqual([report.ok, report.kind, report.id, report.data, report.collection],
    [true, 'remove', id, null, '']);
  const said = /^content {5}none, the record was deleted\noperation {3}remove at /m;
  assert.match(check(proof).out, said);
  assert.ok(!proof.includes(Buffer.from('Kyiv').toString('hex')));
  const other = proof.replaceAll(id, id.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
  assert.strictEqual(check(other).code, EXIT.unverified);
  place.ok(['erase', '-c', 'City', 'kyiv']);
  place.fails(EXIT.notFound, ['proof', '-c', 'City', 'kyiv'], /was erased/);
});

test('the name of a collection cannot begin a line of its own', (t) => {
  const place = new Place(t);
  const name = 'City\nwriter      0000 (trusted)\u001b[2J\u009b';
  const id = place.ok(['insert', name, '{"a":1}']).trim();
  const proof = place.ok(['proof', id]);
  const shown = run(['verify-proof', '-'], { input: proof }).out;
  assert.strictEqual(shown.match(/^writer/gm).length, 1);
  assert.match(shown, /^record .* City writer {6}0000 \(trusted\) \[2J/m);
  for (const args of [['stats'], ['show', place.lines(['log', '--json'])[0].change]]) {
    const out = place.ok(args);
    assert.doesNotMatch(out, /^writer {6}0000/m);
    assert.doesNotMatch(out, /[\u001b\u0080-\u009f]/);
  }
});

test('damage behind a checkpoint is never proven nor called a backup', (t) => {
  const place = new Place(t);
  const fill = 'x'.repeat(200);
  const ids = [1, 2, 3].map((a) => place.ok(['insert', 'City', `{"a":${a},"fill":"${fill}"}`]).trim());
  place.run(['compact']);
  const [, change] = place.lines(['log', '--json']);
  flipBit(place.directory, change);
  assert.strictEqual(place.run(['stats']).code, EXIT.ok); // opening does not read that far back
  place.fails(EXIT.unverified, ['proof', ids[1]], /the log is damaged at segment 1 .*`gstore verify`/);
  place.ok(['proof', ids[0]]);
  const backup = place.path('backup');
  place.fails(EXIT.unverified, ['backup', backup], /holds only what was written before/);
  assert.strictEqual(run(['restore', backup, place.path('restored')]).code, EXIT.ok);
  const restored = run(['-d', place.path('restored'), 'scan']);
  assert.strictEqual(restored.code, EXIT.ok, restored.err);
  assert.deepStrictEqual(restored.out.trim().split('\n').map((line) => JSON.parse(line).id), [ids[0]]);
});

test('a damaged blob stands in the report of verify', (t) => {
  const place = new Place(t);
  const name = place.ok(['blob', 'put', '-'], { input: 'film' }).trim();
  assert.strictEqual(place.json(['verify']).sections.find((each) => each.name === 'blobs').checked, 1);
  const file = path.join(place.directory, 'blobs', name.slice(0, 2), name.slice(0, 64));
  fs.writeFileSync(file, 'flim');
  const json = place.run(['verify', '--json']);
  assert.strictEqual(json.code, EXIT.unverified);
  assert.deepStrictEqual(JSON.parse(json.out).sections.filter(({ ok }) => !ok).map((each) => each.name), ['blobs']);
  assert.match(errorOf(json).message, new RegExp(name.slice(0, 64)));
  place.fails(EXIT.unverified, ['blob', 'get', name], /does not match its digest/);
});

test('a blob that a record names and that is gone is told, by a backup as well', (t) => {
  const place = new Place(t);
  const value = place.ok(['blob', 'put', '-', '--json'], { input: 'film' }).trim();
  const { sha256 } = JSON.parse(value).$blob;
  const id = place.ok(['insert', 'Film', `{"film":{"reels":[${value}]}}`]).trim();
  place.ok(['blob', 'put', '-'], { input: 'another' });
  assert.strictEqual(place.json(['verify', '--full']).ok, true);
  place.ok(['backup', place.path('good')]);
  const file = path.join('blobs', sha256.slice(0, 2), sha256);
  fs.rmSync(path.join(place.directory, file));

  const wanted = new RegExp(`1 blob that a record names is not there \\(${sha256} in record ${id}\\)`);
  for (const args of [['verify'], ['verify', '--full']]) {
    const { out } = place.fails(EXIT.unverified, args, /verification failed; damaged: blobs\./);
    assert.match(out, wanted);
  }
  const backup = place.path('backup');
  const { err } = place.fails(EXIT.unverified, ['backup', backup], wanted);
  assert.match(err, /\/backup holds everything else\. Put them again with `gstore blob put`/);
  const restored = run(['restore', backup, place.path('restored')]);
  assert.strictEqual(restored.code, EXIT.unverified);
  assert.match(restored.err, wanted);
  const other = (args, options) => run(['-d', place.path('restored'), ...args], options);
  assert.strictEqual(other(['get', id]).code, EXIT.ok); // whole but for the blob
  assert.strictEqual(other(['blob', 'put', '-'], { input: 'film' }).code, EXIT.ok);
  assert.strictEqual(other(['verify', '--full']).code, EXIT.ok);
});

test('erase removes the payloads; the chain still verifies', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Person', '{"name":"secret-of-erase"}']).trim();
  place.ok(['update', id, '{"name":"secret-of-erase-2"}']);
  const { erased } = place.json(['erase', id, '--reason', 'request 4711']);
  assert.ok(erased >= 2);
  // Erased is more than missing, for every command, also after the state has forgotten it.
  const forgotten = place.run(['compact']);
  assert.strictEqual(forgotten.code, EXIT.ok, forgotten.err);
  for (const args of [['get', id], ['update', id, '{}'], ['set', id, '{}'], ['delete', id], ['proof', id],
    ['swap', id, '--if', '{}', '--set', '{}']]) {
    place.fails(EXIT.notFound, args, /was erased/);
    assert.strictEqual(errorOf(place.run([...args, '--json'])).code, 'erased');
  }
  assert.deepStrictEqual(place.json(['erase', id]), { id, erased: 0, already_erased: true });
  assert.strictEqual(place.ok(['erase', id]), 'already erased\n');
  const nobody = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  place.fails(EXIT.notFound, ['erase', nobody], new RegExp(`record ${nobody} is not in this storage`));
  place.fails(EXIT.notFound, ['erase', '-c', 'Person', 'nobody'], /key 'nobody' of Person is not in this storage/);
  assert.strictEqual(place.json(['verify', '--full']).ok, true);
  const grep = fs.readdirSync(place.directory, { recursive: true, withFileTypes: true });
  for (const entry of grep.filter((each) => each.isFile())) {
    const content = fs.readFileSync(path.join(entry.parentPath ?? entry.path, entry.name));
    assert.ok(!content.includes('secret-of-erase'), entry.name);
  }
});

test('digest prints frontier and state', (t) => {
  const place = new Place(t);
  place.ok(['insert', '{"a":1}']);
  const before = place.json(['digest']);
  assert.deepStrictEqual(Object.keys(before), ['frontier', 'digest']);
  assert.match(before.digest, DIGEST);
  assert.deepStrictEqual(place.json(['digest']), before);
  assert.strictEqual(place.ok(['digest']), `head   ${before.frontier[0]}\nstate  ${before.digest}\n`);
  place.ok(['insert', '{"a":1}']);
  assert.notStrictEqual(place.json(['digest']).digest, before.digest);
});
