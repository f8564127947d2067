'use strict';

// The demonstration on real data: what the engine promises, checked from the
// outside through the command line, as a table `check | expected | got | ok`.
//
//   node tools/demo/demo.js        exit status 0 when every row is ok
//
// Works in build/demo, which it empties first. GSTORE names another program,
// GSTORE_BENCH that of the benchmarks.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT, PROGRAM } = require('./gstore.js');
const { readSources } = require('./data.js');
const { Table } = require('./table.js');

const STAGES = [
  ['import', require('./rows/import.js')],
  ['verify', require('./rows/verify.js')],
  ['flipped bit', require('./rows/damage.js')],
  ['proof', require('./rows/proof.js')],
  ['kill -9', require('./rows/kill.js')],
  ['swap', require('./rows/swap.js')],
  ['schema', require('./rows/schema.js')],
  ['replicas', require('./rows/replicas.js')],
  ['trees', require('./rows/trees.js')],
  ['versions', require('./rows/versions.js')],
  ['branches', require('./rows/branches.js')],
  ['shallow', require('./rows/shallow.js')],
  ['session', require('./rows/session.js')],
  ['JavaScript', require('./rows/javascript.js')],
  ['size and time', require('./rows/measure.js')],
];

const main = async () => {
  if (!fs.existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing; run ./run build first`);
  const folder = path.join(ROOT, 'build/demo');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });

  const table = new Table();
  const context = {
    table,
    sources: readSources(),
    folder,
    world: path.join(folder, 'world'), // the storage with both collections
    cityIds: [],
  };
  table.open();
  for (const [name, stage] of STAGES) {
    try {
      await stage(context);
    } catch (error) {
      table.add(`${name}: every step works`, 'no error', error.message, false);
    }
  }
  if (!table.close()) process.exitCode = 1;
};

main().catch((error) => {
  console.error(`demonstration: ${error.message}`);
  process.exitCode = 1;
});
