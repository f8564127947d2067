'use strict';

// Options of calls: the names that each call takes, so that one that is misspelt is told and does
// not get lost.

const { GsError } = require('./errors.js');
const { shown } = require('./arguments.js');

const KNOWN = Object.freeze({
  // Writes.
  insert: ['key', 'durability'],
  insertMany: ['key', 'durability', 'signal', 'onProgress'],
  upsert: ['durability'],
  update: ['ifVersion', 'durability'],
  patch: ['durability'],
  set: ['durability'],
  swap: ['durability'],
  delete: ['durability'],
  transact: ['retries', 'durability', 'signal'],
  'insert of a transaction': ['key'],
  saveData: ['encrypted'],
  // Queries.
  all: ['signal'],
  first: ['signal'],
  page: ['signal'],
  count: ['signal'],
  explain: ['signal'],
  each: ['signal'],
  live: ['signal', 'onError'],
  watch: ['signal'],
  // Texts and trees.
  edit: ['commitMs', 'onError'],
  commit: ['durability'],
  createNode: ['parent', 'before'],
  moveNode: ['parent', 'before'],
  // The past and versions.
  log: ['limit', 'version'],
  history: ['limit'],
  blame: ['version'],
  diff: ['collection', 'limit'],
  conflicts: ['limit'],
  tag: ['version', 'move'],
  branch: ['from'],
  merge: ['preview', 'strict'],
  // Care.
  applySchema: ['allowUnsafe'],
  verify: ['full', 'incremental', 'head', 'onProgress'],
  erase: ['reason', 'onProgress'],
  compact: ['onProgress'],
  backup: ['onProgress'],
  makeShallow: ['before', 'preview', 'onProgress'],
  createBundle: ['since', 'checkpoint', 'before', 'onProgress'],
  applyBundle: ['onProgress'],
  export: ['format', 'collections'],
  import: ['collection', 'onProgress', 'signal'],
  importUpstream: ['skipBad', 'decrypt', 'dryRun', 'onProgress', 'signal'],
});

const NOTHING = Object.freeze({});

const invalid = (message, options) => new GsError('GS_INVALID', message, options);

// How many single letters are to be changed, put in or left out.
const distance = (a, b) => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same));
    }
    row = next;
  }
  return row[b.length];
};

// Longer names are not compared, which takes time with the length of both.
const NAME_MAX = 64;

// The known name that was meant, when it is near enough: half of its letters are right.
const nearest = (name, names) => {
  if (name.length > NAME_MAX) return null;
  const [[far, best]] = names
    .map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one])
    .sort(([a], [b]) => a - b);
  return far <= Math.max(2, Math.max(name.length, best.length) / 2) ? best : null;
};

/** The error of an option that a call does not take. */
const unknownOption = (call, name, known) => {
  const meant = nearest(name, known);
  const hint = meant ? `Did you mean ${meant}?` : `Known: ${known.join(', ')}.`;
  const told = name.length > NAME_MAX ? shown(name) : name;
  return invalid(`${call}: unknown option ${told}`, { hint });
};

// Reads what is handed in, which may be an object that throws.
const mistakeIn = (options, call, known) => {
  try {
    for (const name in options) if (!known.includes(name)) return unknownOption(call, name, known);
    if (!known.includes('signal')) return null;
    const { signal = null } = options;
    if (signal === null) return null;
    const { throwIfAborted, addEventListener } = signal;
    const isOne = typeof throwIfAborted === 'function' && typeof addEventListener === 'function';
    return isOne ? null : invalid('signal is that of an AbortController');
  } catch (error) {
    return invalid(`the options cannot be read: ${error && error.message}`, { cause: error });
  }
};

/**
 * Options of a call, whose names are known and whose `signal` can be listened to; none is as good
 * as an empty object.
 * @param {string} call a name of KNOWN
 */
const optionsOfCall = (options, call) => {
  if (options === undefined || options === null) return NOTHING;
  if (typeof options !== 'object') throw invalid(`options are an object, not ${shown(options)}`);
  const mistake = mistakeIn(options, call, KNOWN[call]);
  if (mistake !== null) throw mistake;
  return options;
};

module.exports = { KNOWN, optionsOfCall, unknownOption };
