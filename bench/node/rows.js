'use strict';

// The rows: who takes part, and what we want to reach: `goal`, the ratio to the best peer; `most`,
// what it may come to by itself. `figure`: processor time of one operation that upstream has
// published, of another machine and run, in the place of a peer.

const STORES = ['lmdb', 'sqlite', 'level'];
const TEXTS = ['json-joy', 'loro', 'yjs'];

const ROWS = [
  { name: 'get', what: 'one field of a random record, a call each', peers: STORES, goal: 1.5 },
  { name: 'get-many', what: 'the same, 1,000 ids as texts a call', peers: STORES, goal: 8 },
  { name: 'get-many-bytes', what: 'the same, ids as bytes', peers: STORES, goal: 8 },
  { name: 'get-whole', what: 'all 8 fields, a call each', peers: STORES, goal: 1 },
  { name: 'get-hot', what: 'one field of the same record', peers: ['map'], goal: 0.5 },
  { name: 'insert-many', what: 'cities, one sync at the end', peers: STORES, goal: 3 },
  { name: 'insert-durable', what: 'a record, durable, one by one', peers: STORES, goal: 1 },
  { name: 'update', what: 'one field each, 1,000 at once, lazily', figure: 345, goal: 50 },
  { name: 'update-awaited', what: 'the same, each awaited', figure: 345, goal: 50 },
  { name: 'swap', what: 'one field if it is as expected, 1,000 at once', figure: 362, goal: 50 },
  { name: 'swap-awaited', what: 'the same, each awaited', figure: 362, goal: 50 },
  { name: 'text-apply', what: 'edits of a session, one call, columns', peers: TEXTS, goal: 8 },
  { name: 'text-apply-list', what: 'the same, a list of edits', peers: TEXTS },
  {
    name: 'text-keys',
    what: 'key presses, a call and an update each',
    peers: ['json-joy', 'yjs'],
    goal: 3,
  },
  { name: 'text-keys-awaited', what: 'the same, a transaction each, awaited', peers: [] },
  {
    name: 'open',
    what: 'from the start to the first get, beyond a bare Node.js',
    peers: STORES,
    most: 30_000,
  },
  {
    name: 'memory',
    what: 'megabytes after 10 million get, against after 1 million',
    peers: [],
    most: 1.1,
  },
];

/** Rows by their names; all when none is named. */
const rowsOf = (names) => {
  const unknown = names.find((name) => !ROWS.some((row) => row.name === name));
  if (unknown) {
    const known = ROWS.map(({ name }) => name).join(', ');
    throw new Error(`no row '${unknown}'; there are: ${known}`);
  }
  return names.length === 0 ? ROWS : ROWS.filter(({ name }) => names.includes(name));
};

module.exports = { rowsOf };
