'use strict';

// Options of open(), looked at before anything is done.

const { GsError } = require('../errors.js');

const DURABILITIES = ['lazy', 'batch', 'sync'];
const LAYOUTS = ['native', 'files'];

const isText = (value) => typeof value === 'string' && value !== '';
const isTruth = (value) => typeof value === 'boolean';
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isObject = (value) => typeof value === 'object' && value !== null;

// name: [whether a value is one, what it has to be, default]
const OPTIONS = {
  path: [isText, 'a directory', undefined],
  name: [isText, 'the name of a directory', undefined],
  schema: [
    (value) => isText(value) || isObject(value),
    'a directory, a model or { entities }',
    null,
  ],
  validate: [isTruth, 'true or false', undefined],
  allowUnsafe: [isTruth, 'true or false', false],
  layout: [(value) => LAYOUTS.includes(value), LAYOUTS.join(' or '), 'native'],
  durability: [(value) => DURABILITIES.includes(value), DURABILITIES.join(', '), 'batch'],
  branch: [isText, 'the name of a branch', undefined],
  readOnly: [isTruth, 'true or false', false],
  create: [isTruth, 'true or false', true],
  verifyOnOpen: [isTruth, 'true or false', false],
  keepWriter: [isTruth, 'true or false', false],
  memoryBytes: [isCount, 'a number of bytes', undefined],
  memoryStoreBytes: [isCount, 'a number of bytes', undefined],
  cacheBytes: [isCount, 'a number of bytes', undefined],
  segmentBytes: [isCount, 'a number of bytes', undefined],
  lockWaitMs: [isCount, 'a number of milliseconds', undefined],
};

const DEFAULT_DIRECTORY = 'gs';

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

const nearest = (name, names) => {
  const [best] = names
    .map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one])
    .sort(([a], [b]) => a - b);
  return best[0] <= Math.max(2, name.length / 3) ? best[1] : null;
};

/** @returns all options, each with a value or its default */
const optionsOf = (given = {}) => {
  if (!isObject(given)) {
    throw new GsError('GS_INVALID', 'open takes an object of options: open({ path: "gs" })');
  }
  const options = {};
  for (const [name, [, , byDefault]] of Object.entries(OPTIONS)) options[name] = byDefault;
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : null;
    if (!option) {
      const meant = nearest(name, Object.keys(OPTIONS));
      const hint = meant ? `Did you mean ${meant}?` : `Known: ${Object.keys(OPTIONS).join(', ')}.`;
      throw new GsError('GS_INVALID', `open: unknown option ${name}`, { hint });
    }
    if (value === undefined || value === null) continue;
    const [isOne, what] = option;
    if (!isOne(value)) throw new GsError('GS_INVALID', `open: ${name} is ${what}`);
    options[name] = value;
  }
  options.path = options.path || options.name || DEFAULT_DIRECTORY;
  return options;
};

module.exports = { optionsOf, DURABILITIES };
