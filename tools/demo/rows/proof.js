'use strict';

// A record's proof holds without the storage, and a changed one does not.

const fs = require('node:fs');
const path = require('node:path');
const { gstore, succeed, EXIT } = require('../gstore.js');

const RECORD = 12345;

module.exports = async ({ table, world, folder, sources, cityIds }) => {
  const { out } = await succeed(world, ['proof', cityIds[RECORD]]);
  const file = path.join(folder, 'proof.json');
  const nowhere = path.join(folder, 'no-storage');
  fs.writeFileSync(file, out);
  const good = await gstore(nowhere, ['verify-proof', file, '--json']);
  table.add('proof of a record holds without the storage', EXIT.ok, good.code);
  const { name } = sources.cities.records[RECORD];
  table.add('proof shows the record', name, good.out.includes(name) ? name : good.out.trim());

  // The last hexadecimal digit of the longest such text: a digest or a signature.
  const longest = (out.match(/[0-9a-f]{32,}/g) || []).sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) throw new Error('the proof holds no digest');
  const other = longest.slice(0, -1) + (longest.endsWith('0') ? '1' : '0');
  fs.writeFileSync(file, out.replace(longest, other));
  const bad = await gstore(nowhere, ['verify-proof', file, '--json']);
  table.add('a changed proof does not hold', EXIT.unverified, bad.code);
};
