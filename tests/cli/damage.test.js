'use strict';

// A storage with known damage: what can be read is still printed, but nobody can
// take it for everything, neither by the status nor by standard error.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Place, run, parseLines, errorOf, flipBit, EXIT } = require('./gstore.js');

const RECORDS = 5;

/** A storage whose third record is damaged; the first two can be read. */
const damagedPlace = (t) => {
  const place = new Place(t);
  const ids = [];
  for (let a = 0; a < RECORDS; a++) ids.push(place.ok(['insert', 'City', `{"a":${a}}`]).trim());
  const changes = place.lines(['log', '--json']).reverse();
  flipBit(place.directory, changes[3]);
  return { place, ids, changes };
};

const warningOf = ({ err }) => {
  const lines = parseLines(err);
  assert.strictEqual(lines.length, 1, err);
  assert.deepStrictEqual(Object.keys(lines[0]), ['warning'], err);
  return lines[0].warning;
};

test('what can be read is printed, with a warning and status 3', (t) => {
  const { place, ids, changes } = damagedPlace(t);
  const commands = [
    ['scan'], ['export'], ['export', '-f', 'csv'], ['stats'], ['digest'], ['log'],
    ['get', ids[0]], ['show', changes[1].change], ['history', ids[0]],
  ];
  for (const args of commands) {
    const text = place.run(args);
    assert.strictEqual(text.code, EXIT.unverified, args.join(' '));
    assert.notStrictEqual(text.out, '');
    assert.match(text.err, /^gstore: warning: the storage is damaged \(segment 1 offset \d+.+\n$/);
    const json = place.run([...args, '--json']);
    assert.strictEqual(json.code, EXIT.unverified, args.join(' '));
    assert.notStrictEqual(json.out, '');
    const { code, message, advice } = warningOf(json);
    assert.deepStrictEqual([code, advice], ['damaged', 'repair']);
    assert.match(message, /segment 1 offset \d+.*`gstore verify`/);
  }
  const scanned = parseLines(place.run(['scan', '--json']).out);
  assert.deepStrictEqual(scanned.map(({ id }) => id), ids.slice(0, 2));
});

test('what is not found may be in the damage', (t) => {
  const { place, ids, changes } = damagedPlace(t);
  const commands = [
    ['get', ids[2]], ['get', ids[4]], ['get', '-c', 'City', 'nobody'], ['show', changes[4].change],
    ['get', ids[0], '--at', changes[4].change], ['swap', ids[3], '--if', '{}', '--set', '{"a":1}'],
    ['set', ids[3], '{}'], ['history', ids[3]],
  ];
  for (const args of commands) {
    place.fails(EXIT.unverified, args, /may lie in the damage \(segment 1 offset \d+/);
    const error = errorOf(place.run([...args, '--json']));
    assert.deepStrictEqual([error.code, error.advice], ['damaged', 'repair']);
  }
});

test('writing and proving is refused beside damage', (t) => {
  const { place, ids } = damagedPlace(t);
  const commands = [
    ['insert', '{}'], ['update', ids[0], '{}'], ['delete', ids[0]], ['erase', ids[0]], ['compact'],
    ['proof', ids[0]], ['import', 'City', place.file('row.json', '{"a":1}')],
  ];
  for (const args of commands) {
    const { err } = place.fails(EXIT.unverified, args,
      /the log is damaged \(segment 1 offset \d+: .+\), so \S+\/gs takes no writes/);
    assert.match(err, /\. Run `gstore verify` to see the extent, then restore from a backup, or /);
    assert.doesNotMatch(err, /permissions/); // which are not what is wrong
    const { code, advice } = errorOf(place.run([...args, '--json']));
    assert.deepStrictEqual([code, advice], ['damaged', 'repair']);
  }
});

test('verify does not say ok of what it could not check', (t) => {
  const { place, changes } = damagedPlace(t);
  const partly = place.run(['verify', '--full']);
  assert.match(partly.out, /^ {2}signatures +ok +3 checked, the rest not$/m);
  assert.match(partly.out, /^ {2}state +not checked$/m);
  flipBit(place.directory, changes[0]);
  const { code, out } = place.run(['verify']);
  assert.strictEqual(code, EXIT.unverified);
  for (const name of ['digests', 'links', 'signatures', 'commitments', 'payloads', 'ids', 'head']) {
    assert.match(out, new RegExp(`^ {2}${name} +not checked$`, 'm'));
  }
  const { sections } = JSON.parse(place.run(['verify', '--json']).out);
  const links = sections.find(({ name }) => name === 'links');
  assert.deepStrictEqual(links, { name: 'links', ok: null, checked: 0, complete: false });
});

const overwrite = (file, offset, bytes) => {
  const content = fs.readFileSync(file);
  content.fill('#', offset, offset + bytes);
  fs.writeFileSync(file, content); // in place: the file stays the same for the system
};

// So many records that opening does not come across each block of their run.
const fill = (place) => {
  const lines = Array.from({ length: 300 }, (_, n) => JSON.stringify({ n, about: 'x'.repeat(80) }));
  place.ok(['import', 'City', '-'], { input: lines.join('\n') });
  place.run(['compact']);
};

test('verify says what is damaged, and one step for each kind of it', (t) => {
  const harms = [
    ['mark', /^Damaged: the mark\. The next command that writes/m, () => 'log/mark'],
    ['keys', /^Damaged: the keys\. Move keys\/writer away, .*a new writer/m, () => 'keys/writer'],
    ['manifest', /^Damaged: the manifest\. Remove the directory state/m, () => 'manifest'],
    ['state', /^Damaged: the state\. Remove the directory state and the file manifest: /m, (state) =>
      path.join('state', state.find((name) => name.endsWith('.gsr')))],
  ];
  const many = ['state', harms[3][1], harms[3][2], fill];
  for (const [name, step, which, more] of [...harms, many]) {
    const place = new Place(t);
    const id = place.ok(['insert', 'City', '{"name":"Kyiv","about":"a city on the Dnipro"}']).trim();
    place.run(['compact']);
    if (more) more(place);
    const file = path.join(place.directory, which(fs.readdirSync(path.join(place.directory, 'state'))));
    const bytes = fs.statSync(file).size;
    overwrite(file, name === 'state' ? 4112 : 0, name === 'state' ? 8 : bytes);
    for (const args of [['verify'], ['verify', '--full']]) {
      const { out, err } = place.fails(EXIT.unverified, args,
        new RegExp(`^gstore: verification failed; damaged: the ${name}\\. The report says where`));
      assert.match(out, new RegExp(`^ {2}${name} +DAMAGED {2}.`, 'm'));
      assert.match(out, step);
      assert.match(out, /^The log is intact: /m);
      assert.strictEqual(out.match(/^Damaged: /mg).length, 1, out);
      assert.doesNotMatch(out + err, /backup/);
    }
    if (name === 'state') {
      place.fails(EXIT.unverified, ['backup', place.path(`of-${more ? 'many' : 'one'}`)], /whole backup/);
    }
    const { sections } = JSON.parse(place.run(['verify', '--json']).out);
    const failed = sections.filter(({ ok }) => ok === false);
    assert.deepStrictEqual(failed.map((each) => each.name), [name]);
    assert.ok(sections.find((each) => each.name === name).step);
    // What it says works.
    if (name === 'keys') fs.rmSync(path.join(place.directory, 'keys'), { recursive: true });
    if (name === 'state' || name === 'manifest') {
      fs.rmSync(path.join(place.directory, 'state'), { recursive: true });
      fs.rmSync(path.join(place.directory, 'manifest'));
    }
    place.ok(['update', id, '{"mended":true}']);
    place.ok(['verify', '--full']);
    assert.strictEqual(place.json(['get', id]).data.mended, true);
  }
});

test('a mark that became longer is cut by the next command that writes', (t) => {
  const place = new Place(t);
  fs.appendFileSync(path.join(place.directory, 'log', 'mark'), Buffer.alloc(2 * 1024 * 1024, 'x'));
  const { out } = place.fails(EXIT.unverified, ['verify'], /verification failed; damaged: the mark\./);
  assert.match(out, /^Damaged: the mark\. The next command that writes, such as `gstore compact`, makes it again/m);
  place.ok(['compact']);
  place.ok(['verify']);
});

test('a damaged log is called that, beside other damage', (t) => {
  const { place } = damagedPlace(t);
  overwrite(path.join(place.directory, 'log/mark'), 0, 128);
  const { out } = place.run(['verify']);
  assert.match(out, /^The log is NOT intact; read so far: /m);
  assert.match(out, /^Damaged: the log\. Restore from a backup, .*\nDamaged: the mark\. /m);
});

test('whoever meets damaged files of the state is not sent to a backup', (t) => {
  const place = new Place(t);
  fill(place);
  const state = fs.readdirSync(path.join(place.directory, 'state')).find((name) => name.endsWith('.gsr'));
  overwrite(path.join(place.directory, 'state', state), 4112, 8);
  for (const args of [['backup', place.path('backup')], ['scan'], ['compact']]) {
    const { err } = place.fails(EXIT.unverified, args, /from the log\.\n$/);
    assert.doesNotMatch(err, /restore from a backup/);
  }
  // What compacting removed is made again.
  assert.strictEqual(parseLines(place.ok(['scan'])).length, 300);
  place.ok(['verify', '--full']);
});

// One damaged place stood in three lines, the header of a segment was "offset 0", and a change that
// was in the log was named as if it lay there.
test('verify says each damaged place once, and names no change but a missing one', (t) => {
  const { place, changes } = damagedPlace(t);
  const text = (frame) => `segment 1 offset ${changes[frame].offset - 24}: frame: wrong checksum (frame ${frame})`;
  const third = `${text(3)}; change ${changes[3].change} is missing`;
  const check = (...places) => {
    const { out, err } = place.run(['verify']);
    const lines = out.split('\n').filter((line) => line.startsWith('  damaged: '));
    assert.deepStrictEqual(lines, places.map((each) => `  damaged: ${each}`));
    assert.match(out, new RegExp(`^ {2}frames +DAMAGED {2}${places.length} places?$`, 'm'));
    assert.strictEqual((out + err).match(/segment \d/g).length, places.length, out + err);
    assert.strictEqual(err,
      'gstore: verification failed; damaged: the log. The report says where, and what mends it.\n');
    const json = place.run(['verify', '--json']);
    const report = JSON.parse(json.out);
    assert.deepStrictEqual([json.code, report.ok, report.damage], [EXIT.unverified, false, places]);
    const { code, message } = errorOf(json);
    assert.strictEqual(code, 'damaged');
    assert.ok(message.includes(places[0]), message);
  };
  check(third);
  flipBit(place.directory, changes[5]); // the last one: nothing behind it says what it was
  check(third, `${text(5)}; the last change before it is ${changes[4].change}`);
  const segment = path.join(place.directory, 'log/00000001.gsl');
  overwrite(segment, 2000, 1);
  const page = 'segment 1 offset 0: segment header, the first page of the file: bytes that must be zero are not';
  check(page, third, `${text(5)}; the last change before it is ${changes[4].change}`);
  flipBit(place.directory, changes[5]);
  flipBit(place.directory, changes[3]);
  check(page);
});

// The first change of a new writer has no previous one, and the second one's was named as damaged.
test('a missing change is named also when another writer went on', (t) => {
  const place = new Place(t);
  for (let a = 0; a < 3; a++) place.ok(['insert', `{"a":${a}}`]);
  place.ok(['backup', place.path('backup')]);
  const restored = place.path('restored');
  place.ok(['restore', place.path('backup'), restored]);
  const there = (args) => run(['-d', restored, ...args]);
  for (let a = 0; a < 2; a++) assert.strictEqual(there(['insert', `{"b":${a}}`]).code, EXIT.ok);
  const changes = parseLines(there(['log', '--json']).out).reverse();
  flipBit(restored, changes[3]);
  const { out } = there(['verify']);
  assert.match(out, new RegExp(`^ {2}damaged: .*; change ${changes[3].change} is missing$`, 'm'));
});

test('verify says it once', (t) => {
  const { place } = damagedPlace(t);
  const json = place.run(['verify', '--json']);
  assert.strictEqual(json.code, EXIT.unverified);
  assert.strictEqual(JSON.parse(json.out).ok, false);
  assert.strictEqual(errorOf(json).code, 'damaged');
});

test('a backup holds what stands before the damage, says so, and restores', (t) => {
  const { place, ids } = damagedPlace(t);
  const backup = place.path('backup');
  const made = place.fails(EXIT.unverified, ['backup', backup], /damaged \(segment 1 offset \d+/);
  assert.doesNotMatch(made.err, /complete/);
  const restored = place.path('restored');
  assert.strictEqual(run(['restore', backup, restored]).code, EXIT.ok);
  const scan = run(['-d', restored, 'scan']);
  assert.strictEqual(scan.code, EXIT.ok);
  assert.deepStrictEqual(parseLines(scan.out).map(({ id }) => id), ids.slice(0, 2));
  assert.strictEqual(run(['-d', restored, 'verify', '--full']).code, EXIT.ok);
  const json = place.run(['backup', place.path('backup2'), '--json']);
  assert.deepStrictEqual([json.code, json.out], [EXIT.unverified, '']);
  assert.strictEqual(errorOf(json).code, 'damaged');
});

test('nothing is backed up when nothing can be read', (t) => {
  const { place, changes } = damagedPlace(t);
  flipBit(place.directory, changes[0]);
  place.fails(EXIT.unverified, ['backup', place.path('backup')], /nothing was copied/);
});

test('a copy of damage is refused as a backup, and the message is about the backup', (t) => {
  const { place } = damagedPlace(t);
  const { code, err } = run(['restore', place.directory, place.path('restored')]);
  assert.strictEqual(code, EXIT.unverified);
  assert.match(err, /^gstore: the backup .+ is damaged: .+\. Restore another one; `gstore -d .+ verify` shows /);
});

test('an unfinished write is left out by readers, cut by a writer, and told by both', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'City', '{"a":1}']).trim();
  fs.appendFileSync(path.join(place.directory, 'log', '00000001.gsl'), 'gsf1 and no more');
  const note = (how, judgement) =>
    new RegExp(
      `^gstore: note: an unfinished write [^\\n]+ ${how}: segment 1, offset \\d+, 16 B\\. ${judgement}\\n$`,
    );
  const judged = 'Nothing here shows that it was ever acknowledged\\.';
  for (let i = 0; i < 2; i++) {
    const read = place.run(['get', id]);
    assert.strictEqual(read.code, EXIT.ok, read.err);
    assert.match(read.err, note('left out', judged));
  }
  // Without the mark even that is more than is known.
  const mark = path.join(place.directory, 'log', 'mark');
  const content = fs.readFileSync(mark);
  fs.rmSync(mark);
  const unmarked = place.run(['get', id]).err;
  assert.match(unmarked, note('left out', 'Whether it was acknowledged cannot be told, as log/mark is missing .+'));
  fs.writeFileSync(mark, content);
  assert.match(place.run(['update', id, '{"a":2}']).err, note('cut', judged));
  assert.strictEqual(place.run(['get', id]).err, '');
});

/** Flips a bit in each block of hash slots of the only run, but in that of its directory. */
const flipSlots = (directory) => {
  const [name] = fs.readdirSync(path.join(directory, 'state')).filter((each) => each.endsWith('.gsr'));
  const file = path.join(directory, 'state', name);
  const run = fs.readFileSync(file);
  const sections = run.subarray(-144).subarray(40);
  const [directoryAt, slotsAt, slotBytes] =
    [2 * 16, 4 * 16, 4 * 16 + 8].map((at) => Number(sections.readBigUInt64LE(at)));
  const block = (at) => Math.floor(at / 4096);
  for (let at = slotsAt + 4; at < slotsAt + slotBytes; at += 2048) {
    if (block(at) > block(directoryAt)) run[at] ^= 1;
  }
  fs.writeFileSync(file, run);
};

// It printed "1 payload erased", and a merge brought the record back.
test('what damage hides is not said to be erased', (t) => {
  const place = new Place(t);
  const rows = Array.from({ length: 4000 }, (_, n) => `{"k":"key${n}","t":"text ${n}"}\n`).join('');
  place.ok(['import', 'City', '-', '--key', 'k'], { input: rows });
  place.ok(['compact']);
  flipSlots(place.directory);
  const refused = place.run(['erase', '-c', 'City', 'key7', '--json']);
  assert.strictEqual(refused.code, EXIT.unverified, refused.err);
  assert.match(refused.err, /"code":"damaged".*Open the storage again/);
  assert.match(place.ok(['get', '-c', 'City', 'key7']), /text 7/);
  place.ok(['erase', '-c', 'City', 'key7']);
  place.ok(['compact']);
  assert.strictEqual(place.run(['get', '-c', 'City', 'key7']).code, EXIT.notFound);
  assert.doesNotMatch(place.ok(['scan', 'City']), /text 7"/);
  place.ok(['verify']);
});
