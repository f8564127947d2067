'use strict';

// The npm package beside others of npm, in one run: docs/BENCHMARKS.md, "JavaScript".
//
//   node bench/node/main.js [ROW...] [--rounds N] [--smoke] [--json]

const { rowsOf } = require('./rows.js');
const { OURS, NODE, measureRow, medianOf } = require('./measures.js');

const SIZES = {
  records: 100_000,
  passes: 5,
  times: 5_000_000,
  cities: 171_075,
  durable: 1000,
  awaited: 100_000,
  edits: 1_000_000,
  repeats: 5,
  keys: 1_000_000,
  keysAwaited: 10_000,
  remembered: 100_000,
  gets: [1_000_000, 10_000_000],
  openings: 15,
  rounds: 3,
  onlyOurs: false,
};

// Only our own subject: whether everything still works.
const SMOKE = {
  records: 200,
  passes: 1,
  times: 1000,
  cities: 200,
  durable: 5,
  awaited: 20,
  edits: 500,
  repeats: 1,
  keys: 50,
  keysAwaited: 50,
  remembered: 200,
  gets: [200, 400],
  openings: 1,
  rounds: 1,
  onlyOurs: true,
};

const USAGE = 'usage: node bench/node/main.js [ROW...] [--rounds N] [--smoke] [--json]';

const optionsOf = (words) => {
  const given = { names: [], isJson: false, sizes: SIZES };
  let rounds = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === '--json') given.isJson = true;
    else if (word === '--smoke') given.sizes = SMOKE;
    else if (word === '--rounds' && /^[1-9]\d{0,2}$/.test(words[i + 1]))
      rounds = Number(words[++i]);
    else if (word.startsWith('-')) throw new Error(`'${word}' is no option. ${USAGE}`);
    else given.names.push(word);
  }
  if (rounds) given.sizes = { ...given.sizes, rounds };
  return given;
};

const begun = ({ name, what, goal, most }, unit) => ({ row: name, what, unit, goal, most });

const lineOfMemory = (row, results) => {
  const [{ residents }] = results.get(OURS);
  const [before, after] = residents;
  const ratio = after / before;
  return { ...begun(row, 'MB'), ours: after, before, ratio, ok: ratio <= row.most };
};

/** By both clocks; the best peer is the one of least time by the wall, of which the goal is. */
const lineOf = (row, results) => {
  if (row.name === 'memory') return lineOfMemory(row, results);
  const all = {};
  for (const [subject, some] of results) {
    all[subject] = { wall: medianOf(some, 'wallS'), cpu: medianOf(some, 'cpuS') };
  }
  const { wall, cpu } = all[OURS];
  const line = { ...begun(row, 'us'), ours: wall, cpu, all };
  if (row.figure) {
    const cpuRatio = row.figure / cpu;
    return { ...line, peer: 'published', peerCpu: row.figure, cpuRatio, ok: cpuRatio >= row.goal };
  }
  const peers = Object.keys(all).filter((name) => name !== OURS);
  if (peers.length === 0) return line;
  const least = (clock) => Math.min(...peers.map((name) => all[name][clock]));
  const best = peers.find((name) => all[name].wall === least('wall'));
  const ratio = all[best].wall / wall;
  const cpuRatio = least('cpu') / cpu;
  const found = { peer: best, peerWall: all[best].wall, peerCpu: least('cpu'), ratio, cpuRatio };
  return { ...line, ...found, ok: row.most ? wall <= row.most : !(ratio < row.goal) };
};

const figure = (value) => (value === undefined ? '-' : String(Number(value.toPrecision(3))));
const times = (value) => (value === undefined ? '-' : `${figure(value)}x`);

const HEAD = ['row', 'ours', 'cpu', 'best peer', 'its cpu', 'ratio', 'cpu ratio', 'goal', 'ok'];

const cellsOf = (line) => {
  const { row, unit, ours, cpu, peer, peerWall, peerCpu, ratio, cpuRatio, goal, most, ok } = line;
  const best = peerWall ? `${figure(peerWall)} ${peer}` : peer || '-';
  const wall = `${figure(ours)} ${unit}`;
  const clocks = [times(ratio), times(cpuRatio)];
  const wanted = most ? `at most ${most}` : times(goal);
  const isReached = ok === undefined || (!goal && !most) ? '-' : ok ? 'yes' : 'no';
  return [row, wall, figure(cpu), best, figure(peerCpu), ...clocks, wanted, isReached];
};

const print = (cells) => console.log(`| ${cells.join(' | ')} |`);

const run = () => {
  const { names, isJson, sizes } = optionsOf(process.argv.slice(2));
  const rows = rowsOf(names);
  if (!isJson) {
    print(HEAD);
    print(HEAD.map((name, i) => (i === 0 ? '---' : '---:')));
  }
  const lines = [];
  for (const row of rows) {
    const line = lineOf(row, measureRow(row, sizes));
    lines.push(line);
    if (!isJson) print(cellsOf(line));
  }
  if (isJson) console.log(JSON.stringify({ node: NODE, sizes, lines }));
};

try {
  run();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
