'use strict';

// The whole storage verifies, section by section.

const { gstore, parseOne } = require('../gstore.js');

module.exports = async ({ table, world }) => {
  const { code, out, ms } = await gstore(world, ['verify', '--full', '--json']);
  const report = parseOne(out);
  const good = report.sections.filter(({ ok }) => ok).map(({ name }) => name);
  table.add('verify --full: exit status', 0, code);
  const total = report.sections.length;
  table.add('verify --full: sections', `${total} of ${total} ok`, `${good.length} of ${total} ok`);
  table.measured('verify --full: time', `${Math.round(ms)} ms`);
};
