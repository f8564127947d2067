'use strict';

// Who holds a lock, so that others can tell whether that one still runs: process, thread, and when
// it started, because the system gives the number of a process again after its end.

const fs = require('node:fs');
const platform = require('../platform.js');

const readOr = (read, otherwise) => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

const STATE = 0;
const STARTED = 19;
const ENDED = 'ZXx';

// State and start of a thread as Linux tells them; null when there is no such thread.
const threadOf = (pid, task) =>
  readOr(() => {
    const text = fs.readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ENDED.includes(fields[STATE]) ? null : fields[STARTED];
  }, null);

const readLine = (file) => readOr(() => fs.readFileSync(file, 'utf8').trim(), '');

const lookHere = () => {
  // The number that the system has for this thread; '' where it does not tell.
  const task = readOr(() => fs.readlinkSync('/proc/thread-self').split('/').pop(), '');
  return {
    pid: process.pid,
    thread: platform.threads.threadId,
    task,
    started: task ? threadOf(process.pid, task) || '' : '',
    host: platform.os.hostname(),
    space: readOr(() => fs.readlinkSync('/proc/self/ns/pid'), ''),
    boot: readLine('/proc/sys/kernel/random/boot_id'),
  };
};

let here = null;

// What it says stays the same as long as this thread runs.
const ownPlace = () => (here ||= lookHere());

const TOKEN = /^[0-9a-f]{32}$/;

/** This thread, as the text of a lock file; the token tells one lock from another. */
const ownText = (token) => `${JSON.stringify({ ...ownPlace(), token })}\n`;

/** The owner in a lock file, or null: only a crash of the machine leaves a text of another form. */
const parseOwner = (text) => {
  const owner = readOr(() => JSON.parse(text), null);
  const isOwner = owner !== null && Number.isSafeInteger(owner.pid) && TOKEN.test(owner.token);
  return isOwner ? owner : null;
};

const processRuns = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
};

/**
 * Whether the owner ended for certain. One of another machine or container cannot be seen from
 * here, and where the system does not tell of threads, a thread counts as running as long as its
 * process does.
 */
const hasEnded = (owner) => {
  const { host, space, boot } = ownPlace();
  if (owner.host !== host || owner.space !== space) return false;
  if (owner.boot !== boot) return true;
  if (!processRuns(owner.pid)) return true;
  if (!owner.task || !/^\d+$/.test(owner.task)) return false;
  return threadOf(owner.pid, owner.task) !== owner.started;
};

const describe = (owner) => `process ${owner.pid}, thread ${owner.thread}, on ${owner.host}`;

module.exports = { describe, hasEnded, ownText, parseOwner };
