'use strict';

// Goal: the package works in every Node.js that it says it does, not only in the one at hand.
// Method: its tests in the Node.js that runs this, with a report:
//
//   node run.js REPORT
//
// Some files say most about a version: bytes of values, opening and closing, processes. All files
// run with `./run test --whole`.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const TESTS = path.resolve(__dirname, '../../js/test');
const SLICE = ['storage.test.js', 'values.test.js'];

const all = () => fs.readdirSync(TESTS).filter((name) => name.endsWith('.test.js'));
const names = process.env.GS_TESTS_WHOLE ? all() : SLICE;

const [report] = process.argv.slice(2);
const reporters = { spec: 'stdout', junit: report };
const options = Object.entries(reporters).flatMap(([name, destination]) => [
  `--test-reporter=${name}`,
  `--test-reporter-destination=${destination}`,
]);
const files = names.map((name) => path.join(TESTS, name));
const { status } = spawnSync(process.execPath, ['--test', ...options, ...files], {
  stdio: 'inherit',
});
process.exit(status === null ? 1 : status);
