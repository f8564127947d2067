'use strict';

// A replica without history: made of one with, equal to it and smaller, clear about what is gone,
// and equal again after both have written.

const path = require('node:path');
const { gstore, succeed, parseOne, EXIT } = require('../gstore.js');

const COUNTRY = ['-c', 'Country', 'UA'];
const VERSIONS = 20;

module.exports = async ({ table, folder }) => {
  const home = path.join(folder, 'replicas');
  const whole = path.join(home, 'a');
  const shallow = path.join(home, 'shallow');
  const json = async (of, ...args) => parseOne((await succeed(of, [...args, '--json'])).out);
  const digestOf = async (of) => (await json(of, 'digest')).digest;
  const states = async () => new Set([await digestOf(whole), await digestOf(shallow)]).size;

  const motto = 'Freedom, accord, goodness. '.repeat(40);
  for (let i = 1; i <= VERSIONS; i++) {
    await succeed(whole, ['update', ...COUNTRY, JSON.stringify({ motto: motto + i })]);
  }
  await succeed(whole, ['tag', 'before']);
  await succeed(whole, ['update', ...COUNTRY, JSON.stringify({ motto: 'Freedom' })]);
  await gstore(whole, ['clone', whole, shallow, '--shallow']);
  table.add('a replica without history: states', 1, await states());
  const had = (await json(whole, 'stats')).log_bytes;
  const has = (await json(shallow, 'stats')).log_bytes;
  table.add('its log is smaller', true, has < had);
  const { ok, dropped } = await json(shallow, 'verify', '--full');
  table.add('its chain verifies, without contents', 'true, true', `${ok}, ${dropped > VERSIONS}`);
  const then = await gstore(shallow, ['get', ...COUNTRY, '--at', 'before']);
  table.add('what was there is gone: exit status', EXIT.notFound, then.code);

  const heads = (await json(shallow, 'digest')).frontier;
  await succeed(whole, ['update', ...COUNTRY, JSON.stringify({ by: 'whole' })]);
  await succeed(shallow, ['update', ...COUNTRY, JSON.stringify({ of: 'shallow' })]);
  for (const [from, to] of [[whole, shallow], [shallow, whole]]) {
    const file = path.join(home, 'shallow.gsb');
    await succeed(from, ['bundle', 'create', file, '--since', heads.join(',')]);
    await succeed(to, ['bundle', 'apply', file]);
  }
  table.add('both write and exchange: states', 1, await states());
};
