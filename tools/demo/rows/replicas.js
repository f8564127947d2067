'use strict';

// Three replicas of one storage are written to apart, and give each other what
// they have as files, each in another order: in the end they are equal.

const fs = require('node:fs');
const path = require('node:path');
const { gstore, succeed, parseOne, parseLines, EXIT } = require('../gstore.js');

const NAMES = ['a', 'b', 'c'];
// Whose bundles each one takes, in which order.
const ORDERS = { a: ['b', 'c'], b: ['c', 'a'], c: ['a', 'b'] };
const SHARED = 'UA'; // written by all
const EDITS = 20; // of countries of its own, by each
const STORY = 'Kyiv stands at the Dnipro.'; // typed into by all
const TYPED = { a: ['0', '0', 'Old '], b: ['end', '0', ' It is large.'], c: ['5', '6', 'lies'] };
const TOGETHER = 'Old Kyiv lies at the Dnipro. It is large.';

const digestOf = async (directory) => {
  const { out } = await succeed(directory, ['digest', '--json']);
  return parseOne(out).digest;
};

const edit = async (directory, name, countries) => {
  const key = ['-c', 'Country', SHARED];
  await succeed(directory, ['update', ...key, JSON.stringify({ [name]: 1, by: name })]);
  for (const { cca2 } of countries) {
    await succeed(directory, ['update', '-c', 'Country', cca2, JSON.stringify({ visited: name })]);
  }
  await succeed(directory, ['counter', 'add', ...key, 'visits', '2']);
  await succeed(directory, ['elements', 'add', ...key, 'tags', name, 'seen']);
  if (name !== 'a') await succeed(directory, ['elements', 'remove', ...key, 'tags', 'old']);
  // Nobody has an object there yet: all make one and the same.
  await succeed(directory, ['patch', ...key, JSON.stringify({ trip: { [name]: { days: 2 } } })]);
  const [position, deleted, text] = TYPED[name];
  await succeed(directory, ['text', 'splice', ...key, 'story', position, deleted, text]);
  await succeed(directory, ['insert', 'Note', JSON.stringify({ of: name })]);
};

const countDigests = async (replicas) => {
  const digests = await Promise.all(NAMES.map((name) => digestOf(replicas[name])));
  return new Set(digests).size;
};

module.exports = async ({ table, sources, folder }) => {
  const home = path.join(folder, 'replicas');
  fs.mkdirSync(home);
  const replicas = Object.fromEntries(NAMES.map((name) => [name, path.join(home, name)]));
  const { countries } = sources;
  await succeed(replicas.a, ['init']);
  await succeed(replicas.a, ['import', 'Country', countries.file, '--key', 'cca2']);
  const begun = JSON.stringify({ tags: ['old'], story: STORY });
  await succeed(replicas.a, ['update', '-c', 'Country', SHARED, begun]);
  await succeed(replicas.a, ['tag', 'yesterday']);
  const since = parseOne((await succeed(replicas.a, ['digest', '--json'])).out).frontier.join();
  for (const name of ['b', 'c']) await succeed(home, ['clone', replicas.a, replicas[name]]);
  for (const [i, name] of NAMES.entries()) {
    const own = countries.records.slice(i * EDITS, (i + 1) * EDITS);
    await edit(replicas[name], name, own);
  }
  table.add('three replicas, written apart: states', 3, await countDigests(replicas));

  const bundleOf = (name) => path.join(home, `${name}.gsb`);
  for (const name of NAMES) {
    await succeed(replicas[name], ['bundle', 'create', bundleOf(name), '--since', since]);
  }
  for (const name of NAMES) {
    for (const from of ORDERS[name]) {
      await succeed(replicas[name], ['bundle', 'apply', bundleOf(from)]);
    }
  }
  table.add('after bundles in three orders: states', 1, await countDigests(replicas));
  const shared = await succeed(replicas.b, ['get', '-c', 'Country', SHARED]);
  const seen = NAMES.filter((name) => parseOne(shared.out)[name] === 1);
  table.add('the record that all wrote has fields of', NAMES.join(' '), seen.join(' '));
  const { visits, tags, story, trip } = parseOne(shared.out);
  table.add('a number that each added 2 to has', 2 * NAMES.length, visits);
  table.add('a set has what each added, not what two removed', 'a b c seen', tags.sort().join(' '));
  const made = NAMES.filter((name) => trip[name].days === 2).join(' ');
  table.add('an object that each made has what each gave', NAMES.join(' '), made);
  table.add('a text has what each typed', TOGETHER, story);
  const notes = parseLines((await succeed(replicas.c, ['scan', 'Note'])).out);
  table.add('and no record of any is missing', NAMES.length, notes.length);

  const conflictsOf = async (name) => {
    const { out } = await succeed(replicas[name], ['conflicts', '-c', 'Country', SHARED, '--json']);
    return parseLines(out).flatMap(({ hidden }) => hidden);
  };
  const hidden = await conflictsOf('b');
  const lost = hidden.filter(({ field }) => field === 'by').map(({ value }) => value);
  const shown = parseOne(shared.out).by;
  table.add('of the field that all wrote one is shown, hidden are', 2, lost.length);
  table.add('and nothing is lost', NAMES.join(' '), [...lost, shown].sort().join(' '));
  await succeed(replicas.b, ['resolve', '-c', 'Country', SHARED, 'by', '--take', '1']);
  await succeed(replicas.b, ['bundle', 'create', bundleOf('b'), '--json']);
  await succeed(replicas.c, ['bundle', 'apply', bundleOf('b')]);
  const resolved = await succeed(replicas.c, ['get', '-c', 'Country', SHARED]);
  table.add('one decides, and another reads it', lost[0], parseOne(resolved.out).by);
  table.add('then hidden are', 0, (await conflictsOf('c')).length);

  const torn = path.join(home, 'torn.gsb');
  fs.copyFileSync(bundleOf('a'), torn);
  fs.truncateSync(torn, fs.statSync(torn).size - 1);
  const { code } = await gstore(replicas.b, ['bundle', 'apply', torn]);
  table.add('a bundle without its last byte is refused', EXIT.unverified, code);
};
