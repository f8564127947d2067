'use strict';

// Metaschema's side of gs/core/schema/schema_bench.cc: `node tests/schema/bench.js [NAME]`, then
// `./run bench gs_schema_bench`. Prints nanoseconds for one call. `gstore-bench validate` reads the
// line of `check flat`.

const { load } = require('./differ.js');

const { Schema } = load('metaschema');

const FLAT = {
  Entity: {},
  name: 'string',
  email: { type: 'string', length: { min: 3, max: 64 } },
  age: 'number',
  active: 'boolean',
  city: 'string',
  street: 'string',
  zip: '?string',
  note: '?string',
  score: 'number',
  role: { enum: ['user', 'admin', 'guest'] },
};
const FLAT_VALUE = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  age: 36,
  active: true,
  city: 'London',
  street: 'Marylebone Road',
  zip: 'NW1',
  note: 'first',
  score: 9.5,
  role: 'admin',
};
const NESTED = {
  Entity: {},
  name: 'string',
  address: {
    city: 'string',
    lines: { array: 'string' },
    at: [{ lat: 'number' }, { lon: 'number' }],
  },
  tags: { object: { string: 'number' } },
};
const NESTED_VALUE = {
  name: 'Ada',
  address: { city: 'London', lines: ['one', 'two', 'three'], at: [51.5, -0.1] },
  tags: { a: 1, b: 2 },
};

const CALLS = 200_000;
const ROUNDS = 5;

const measure = (name, act) => {
  if (process.argv[2] !== undefined && process.argv[2] !== name) return;
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < CALLS; i++) act();
    rounds.push(Number(process.hrtime.bigint() - begin) / CALLS);
  }
  rounds.sort((a, b) => a - b);
  console.log(`${name.padEnd(20)} ${Math.round(rounds[ROUNDS >> 1])} ns`);
};

const flat = new Schema('User', FLAT);
const nested = new Schema('User', NESTED);
measure('check flat', () => flat.check(FLAT_VALUE));
measure('check nested', () => nested.check(NESTED_VALUE));
measure('check invalid', () => flat.check({ ...FLAT_VALUE, age: 'old' }));
