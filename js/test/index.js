'use strict';

// All tests of the package. Node.js 18 and 20 look for test files below a directory; later ones
// take the directory for a module and come here: `node --test js/test`.

const fs = require('node:fs');
const path = require('node:path');

const isAsked = !process.argv[1] || path.resolve(process.argv[1]) !== __filename;

for (const name of isAsked ? fs.readdirSync(__dirname) : []) {
  if (name.endsWith('.test.js')) require(path.join(__dirname, name));
}
