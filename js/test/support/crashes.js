'use strict';

// What a process leaves that is killed at any call that changes files: each of them, one after the
// other.
//
// Usually one process does the action to its end and copies the directory before each call, which
// is what a kill there leaves. With GS_TESTS_WHOLE (./run test --whole) a process is killed at each
// call, which takes a start of Node.js each time.

const fs = require('node:fs');
const path = require('node:path');
const { place, start } = require('./place.js');

const isTorn = (tears, step) => tears === 'all' || (tears === 'odd' && step % 2 === 1);

async function* kills(t, prepare, action, rest, tears) {
  for (let step = 1; ; step++) {
    const directory = await prepare();
    const options = [`--kill=${step}`, ...(isTorn(tears, step) ? ['--tear'] : [])];
    const { signal, lines } = await start(t, action, directory, ...rest, ...options).ended;
    yield { step, directory, lines, isLast: signal === null };
    if (signal === null) return;
  }
}

async function* copies(t, prepare, action, rest, tears) {
  const directory = await prepare();
  const crashes = place(t);
  const options = [`--crashes=${crashes}`, `--tear=${tears}`];
  const { lines } = await start(t, action, directory, ...rest, ...options).ended;
  const at = (step) => path.join(crashes, String(step));
  let step = 1;
  for (; fs.existsSync(`${at(step)}.told`); step++) {
    const told = Number(fs.readFileSync(`${at(step)}.told`, 'utf8'));
    yield { step, directory: at(step), lines: lines.slice(0, told), isLast: false };
  }
  yield { step, directory, lines, isLast: true };
}

/**
 * `{step, directory, lines, isLast}` of each step; the last one was not killed.
 * @param {() => Promise<string>} prepare makes the directory before the action
 * @param {string} action of child.js, which gets the directory and `rest`
 * @param {'none'|'odd'|'all'} tears at which steps a file that is being written is half there
 */
const crashes = (t, prepare, action, rest, tears) => {
  const way = process.env.GS_TESTS_WHOLE === undefined ? copies : kills;
  return way(t, prepare, action, rest, tears);
};

module.exports = { crashes };
