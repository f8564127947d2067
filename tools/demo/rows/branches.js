'use strict';

// A branch of one of the replicas: written to, diffed, previewed, merged, and
// what it is here and on another replica.

const path = require('node:path');
const { gstore, succeed, parseOne, parseLines, EXIT } = require('../gstore.js');

const COUNTRY = ['-c', 'Country', 'UA'];
const MOTTO = ['motto', 'Freedom']; // written on both branches

module.exports = async ({ table, folder }) => {
  const home = path.join(folder, 'replicas');
  const replica = path.join(home, 'c');
  const json = async (...args) => parseOne((await succeed(replica, [...args, '--json'])).out);
  const lines = async (...args) => parseLines((await succeed(replica, [...args, '--json'])).out);
  const update = (delta) => succeed(replica, ['update', ...COUNTRY, JSON.stringify(delta)]);
  const digestOf = async (of) => parseOne((await succeed(of, ['digest', '--json'])).out).digest;

  await succeed(replica, ['branch', 'draft']); // names are part of the state
  const before = await digestOf(replica);
  await succeed(replica, ['checkout', 'draft']);
  await update({ [MOTTO[0]]: MOTTO[1], draft: true });
  await succeed(replica, ['counter', 'add', ...COUNTRY, 'visits', '10']);
  await succeed(replica, ['insert', 'Note', JSON.stringify({ of: 'draft' })]);
  await succeed(replica, ['checkout', 'main']);
  const states = new Set([before, await digestOf(replica)]).size;
  table.add('a branch is written to: states of main', 1, states);
  const different = await lines('diff', 'main', 'draft');
  const kinds = different.map(({ kind }) => kind).sort();
  table.add('diff of main and the branch', 'added changed', kinds.join(' '));

  await update({ [MOTTO[0]]: 'Liberty' });
  await succeed(replica, ['counter', 'add', ...COUNTRY, 'visits', '1']);
  const preview = await json('merge', 'draft', '--preview');
  const told = `${preview.changes}, ${preview.conflicts.length}`;
  table.add('preview: changes, conflicts', '3, 1', told);
  const strict = await gstore(replica, ['merge', 'draft', '--strict']);
  table.add('a strict merge stops: exit status', EXIT.conflict, strict.code);
  const { data: had } = await json('get', ...COUNTRY);
  await succeed(replica, ['merge', 'draft']);
  const { data: has } = await json('get', ...COUNTRY);
  table.add('merged: what was added on the branch counts', had.visits + 10, has.visits);
  await succeed(replica, ['resolve', ...COUNTRY, MOTTO[0], '--take', '1']);
  const { data: resolved } = await json('get', ...COUNTRY);
  table.add('its conflict, resolved for the branch', MOTTO[1], resolved[MOTTO[0]]);

  const file = path.join(home, 'branch.gsb');
  const other = path.join(home, 'b');
  await succeed(replica, ['bundle', 'create', file]);
  await succeed(other, ['bundle', 'apply', file]);
  const both = async () => new Set([await digestOf(replica), await digestOf(other)]).size;
  table.add('another replica gets both: states of main', 1, await both());
  for (const one of [replica, other]) await succeed(one, ['checkout', 'draft']);
  table.add('and of the branch', 1, await both());
  for (const one of [replica, other]) await succeed(one, ['checkout', 'main']);
};
