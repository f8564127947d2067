'use strict';

// What the parts of all peers share: packages, recorded sessions, clocks, random updates.

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { createRequire } = require('node:module');

const ROOT = path.resolve(__dirname, '../..');
const PACKAGES = path.join(ROOT, 'build/npm-peers');
const TRACES = path.join(ROOT, 'tests/data/traces');

const FIELDS = 8;
const FIELD_NAMES = Array.from({ length: FIELDS }, (_, i) => `f${i}`);
const VALUE_MASK = 0x7fffff;

const requirePackage = createRequire(path.join(PACKAGES, 'package.json'));

/** The result is wrong: no number of this run means anything. */
class WrongResult extends Error {}

/** A package that we are compared with; the error says how to install it. */
const load = (name) => {
  try {
    return requirePackage(name);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`${name} is not in build/npm-peers, './run bench' installs it`);
  }
};

/** A recorded session: transactions of patches [position, deleted, inserted], and their end. */
const readTrace = (name) => {
  const file = path.join(TRACES, `${name}.json.gz`);
  return JSON.parse(String(zlib.gunzipSync(fs.readFileSync(file))));
};

/** What work() costs, by the wall and by the processor, all threads of this process. */
const measure = (work) => {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  work();
  const wallS = Number(process.hrtime.bigint() - wall) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { wallS, cpuS: (user + system) / 1e6 };
};

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/**
 * Medians of work() until there are enough or time is over, so that what is short runs warm.
 * after() gets what work() returned, and is not measured.
 */
const measureOften = (work, after, { samples, seconds }) => {
  const costs = [];
  const end = process.hrtime.bigint() + BigInt(seconds) * 1_000_000_000n;
  do {
    let result;
    costs.push(measure(() => (result = work())));
    after(result);
  } while (costs.length < samples && process.hrtime.bigint() < end);
  return {
    wall_s: median(costs.map(({ wallS }) => wallS)),
    cpu_s: median(costs.map(({ cpuS }) => cpuS)),
  };
};

/** lowbias32 by Chris Wellons, 2018: 32 bits in, 32 well mixed bits out. */
const mix = (word) => {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
};

/** Random updates of single fields on two replicas: bench/field_updates.h has them, too. */
class FieldUpdates {
  constructor({ records, seed }) {
    this.records = records;
    this.seed = seed | 0;
  }

  /** Calls act(record, field, value) for updates [first, end) of the replica. */
  each(replica, first, end, act) {
    for (let i = first; i < end; i++) {
      const at = (this.seed + 3 * (2 * i + replica)) | 0;
      act(mix(at) % this.records, mix(at + 1) % FIELDS, mix(at + 2) & VALUE_MASK);
    }
  }

  /** What a record has before all updates. */
  initial(record, field) {
    return mix(~(record * FIELDS + field)) & VALUE_MASK;
  }
}

/** Resident bytes when there is no garbage. */
const residentBytes = () => {
  for (let i = 0; i < 3; i++) global.gc();
  return process.memoryUsage.rss();
};

const recordName = (record) => `r${record}`;

const naive = (patches) => {
  let content = '';
  for (const [position, deleted, inserted] of patches) {
    content = content.slice(0, position) + inserted + content.slice(position + deleted);
  }
  return content;
};

/** The first `edits` edits of the paper, and what they come to. */
const paper = (edits) => {
  const { txns, endContent } = readTrace('automerge-paper');
  const patches = txns.flatMap((txn) => txn.patches);
  if (edits >= patches.length) return { patches, end: endContent };
  const some = patches.slice(0, edits);
  return { patches: some, end: naive(some) };
};

module.exports = {
  paper,
  FIELDS,
  FIELD_NAMES,
  FieldUpdates,
  WrongResult,
  load,
  measure,
  measureOften,
  readTrace,
  recordName,
  residentBytes,
};
