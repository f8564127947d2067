'use strict';

// Earlier versions by name, and what one takes back: of the replicas that the
// stage before has made, and that know the version `yesterday`.

const path = require('node:path');
const { succeed, parseOne, parseLines } = require('../gstore.js');

const COUNTRY = ['-c', 'Country', 'UA'];

module.exports = async ({ table, sources, folder }) => {
  const replica = path.join(folder, 'replicas', 'c');
  const json = async (...args) => parseOne((await succeed(replica, [...args, '--json'])).out);
  const lines = async (...args) => parseLines((await succeed(replica, [...args, '--json'])).out);
  const tagsAt = async (...at) => (await json('get', ...COUNTRY, ...at)).data.tags.join(' ');

  table.add('a record as of the version "yesterday"', 'old', await tagsAt('--at', 'yesterday'));
  const { count } = await json('count', 'Country', '--at', 'yesterday');
  table.add('countries of that version', sources.countries.records.length, count);
  const different = await lines('diff', 'yesterday', '-c', 'Country');
  const written = different.filter(({ fields }) =>
    fields.some(({ field }) => field === 'visited' || field === 'visits'));
  table.add('all that differs since then was written since', different.length, written.length);

  const notes = async () => (await lines('scan', 'Note')).length;
  const before = await notes();
  const [undone] = (await json('undo')).records;
  table.add('undo removes what this one inserted last', 'Note', undone.collection);
  table.add('and leaves those of others', before - 1, await notes());
  await json('redo');
  table.add('redo brings it back', before, await notes());
};
