'use strict';

// Both files are imported, and what comes back is exactly what went in: the
// count, the whole export, and single records by id.

const { isDeepStrictEqual } = require('node:util');
const { succeed, parseLines, parseOne } = require('../gstore.js');

const CITY_SAMPLE_STEP = 1000;

const importAll = async ({ table, world }, source) => {
  const { collection, file, expectedCount } = source;
  const { out, ms } = await succeed(world, ['import', collection, file, '--json']);
  const acknowledged = parseLines(out).at(-1).rows;
  table.add(`${collection}: rows acknowledged by import`, expectedCount, acknowledged);
  if (expectedCount > 1000) {
    const speed = Math.round((expectedCount / ms) * 1000);
    table.measured(`${collection}: import`, `${speed.toLocaleString('en')} rows/s`);
  }
};

const compareAll = async ({ table, world }, source) => {
  const { collection, records } = source;
  const { out } = await succeed(world, ['export', collection, '--format', 'ndjson']);
  const found = parseLines(out);
  const same = records.filter((record, i) => isDeepStrictEqual(record, found[i]));
  table.add(`${collection}: count`, records.length, found.length);
  table.add(`${collection}: exported records equal the source`, records.length, same.length);
};

// In the order in which they were imported: ids are sorted by time.
const readIds = async (world, collection) => {
  const { out } = await succeed(world, ['scan', collection, '--json']);
  return parseLines(out).map(({ id }) => id);
};

const compareSamples = async ({ table, world }, source, ids, step) => {
  let asked = 0;
  let same = 0;
  for (let i = 0; i < source.records.length; i += step) {
    asked += 1;
    const { out } = await succeed(world, ['get', ids[i], '--json']);
    const { id, collection, data } = parseOne(out);
    const right = id === ids[i] && collection === source.collection;
    if (right && isDeepStrictEqual(data, source.records[i])) same += 1;
  }
  table.add(`${source.collection}: sampled records read by id`, asked, same);
};

module.exports = async (context) => {
  const { sources, world } = context;
  const { countries, cities } = sources;
  await succeed(world, ['init']);
  await importAll(context, countries);
  await importAll(context, cities);
  await compareAll(context, countries);
  await compareAll(context, cities);
  const countryIds = await readIds(world, countries.collection);
  context.cityIds = await readIds(world, cities.collection);
  await compareSamples(context, countries, countryIds, 10);
  await compareSamples(context, cities, context.cityIds, CITY_SAMPLE_STEP);
};
