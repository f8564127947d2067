'use strict';

// How large the storage is on disk, and how long it takes to open it and read.

const fs = require('node:fs');
const path = require('node:path');
const { succeed, parseOne } = require('../gstore.js');

const OPENS = 5;
const MEGABYTE = 1e6;

const bytesBelow = (directory) => {
  const files = fs.readdirSync(directory, { withFileTypes: true });
  const sizes = files.map((file) => {
    const full = path.join(directory, file.name);
    return file.isDirectory() ? bytesBelow(full) : fs.statSync(full).size;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
};

const megabytes = (bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

module.exports = async ({ table, world, sources, cityIds }) => {
  const times = [];
  for (let i = 0; i < OPENS; i++) {
    const { ms } = await succeed(world, ['get', cityIds[i]]);
    times.push(ms);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(OPENS / 2)];
  table.measured('open, get one record, exit (median of 5)', `${median.toFixed(1)} ms`);

  const { out } = await succeed(world, ['stats', '--json']);
  const stats = parseOne(out);
  const { countries, cities } = sources;
  const expected = countries.expectedCount + cities.expectedCount + 1; // and the swapped one
  table.add('stats: records', expected, stats.records);
  const sourceBytes = countries.bytes + cities.bytes;
  const diskBytes = bytesBelow(world);
  const ratio = (diskBytes / sourceBytes).toFixed(2);
  table.measured('size of the source files', megabytes(sourceBytes));
  table.measured('size on disk', `${megabytes(diskBytes)}, ${ratio} of the source`);
  table.measured('valid bytes of the log', megabytes(stats.log_bytes));
};
