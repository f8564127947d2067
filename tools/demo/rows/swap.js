'use strict';

// Many processes swap the same field of one record at the same moment: exactly
// one wins. One process at a time may have a storage open for writing, so those
// that find it locked try again.

const { gstore, succeed, parseOne, EXIT } = require('../gstore.js');

const PROCESSES = 12;
const ATTEMPTS_MAX = 400;
const PAUSE_MS_MAX = 25;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const swap = async (directory, id, owner) => {
  const args = ['swap', id, '--if', '{"owner":null}', '--set', JSON.stringify({ owner })];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const result = await gstore(directory, args);
    const isLocked = result.code === EXIT.failure && /lock|open/i.test(result.err + result.out);
    if (!isLocked) return { owner, code: result.code, out: result.out.trim() };
    await pause(Math.random() * PAUSE_MS_MAX);
  }
  throw new Error(`the storage was still locked after ${ATTEMPTS_MAX} attempts`);
};

module.exports = async ({ table, world }) => {
  const created = await succeed(world, ['insert', 'Seat', '{"owner":null}']);
  const id = created.out.trim();
  const owners = Array.from({ length: PROCESSES }, (_, i) => `process ${i}`);
  const results = await Promise.all(owners.map((owner) => swap(world, id, owner)));
  const winners = results.filter(({ out }) => out === 'true');
  const losers = results.filter(({ code, out }) => code === EXIT.conflict && out === 'false');
  table.add(`swap by ${PROCESSES} processes: winners`, 1, winners.length);
  table.add(`swap by ${PROCESSES} processes: conflicts`, PROCESSES - 1, losers.length);
  const { out } = await succeed(world, ['get', id, '--json']);
  const { owner } = parseOne(out).data;
  table.add('swap: the record holds the winner', winners[0]?.owner, owner);
};
