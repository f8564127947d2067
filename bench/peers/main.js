'use strict';

// One row for one peer: `node --expose-gc bench/peers/main.js PEER TASK NAME=VALUE...`, started by
// gstore-bench. Prints lines of a name and a number. The last line of one that fails is `wrong` or
// `failed` and the reason; `wrong`: the result is not what it must be.

const { WrongResult } = require('./common.js');
const fieldTasks = require('./field_tasks.js');
const textTasks = require('./text_tasks.js');

const TASKS = { ...textTasks, ...fieldTasks };
const FILES = ['in', 'out'];
const PEERS = ['automerge', 'diamond', 'json-joy', 'loro', 'yjs'];

const optionsOf = (words) => {
  const entries = words.map((word) => {
    const [name, value] = word.split('=', 2);
    return [name, FILES.includes(name) ? value : Number(value)];
  });
  return Object.fromEntries(entries);
};

const run = ([name, task, ...words]) => {
  if (!PEERS.includes(name) || !TASKS[task]) throw new Error(`no peer '${name}' or task '${task}'`);
  const peer = require(`./${name}.js`);
  const result = TASKS[task](task === 'fields' ? peer.fields : peer.text, optionsOf(words));
  for (const [key, value] of Object.entries(result)) console.log(`${key} ${value}`);
};

try {
  run(process.argv.slice(2));
} catch (error) {
  const [reason] = String(error.message ?? error).split('\n');
  console.log(`${error instanceof WrongResult ? 'wrong' : 'failed'} ${reason}`);
  process.exitCode = 1;
}
