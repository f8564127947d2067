'use strict';

// Options of open(), looked at before anything is done.

const { GsError } = require('../errors.js');
const { later } = require('../later.js');

const callOptions = later(() => require('../call_options.js'));

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

/** @returns all options, each with a value or its default */
const optionsOf = (given = {}) => {
  if (!isObject(given)) {
    throw new GsError('GS_INVALID', 'open takes an object of options: open({ path: "gs" })');
  }
  const options = {};
  for (const [name, [, , byDefault]] of Object.entries(OPTIONS)) options[name] = byDefault;
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : null;
    if (!option) throw callOptions().unknownOption('open', name, Object.keys(OPTIONS));
    if (value === undefined || value === null) continue;
    const [isOne, what] = option;
    if (!isOne(value)) throw new GsError('GS_INVALID', `open: ${name} is ${what}`);
    options[name] = value;
  }
  options.path = options.path || options.name || DEFAULT_DIRECTORY;
  return options;
};

module.exports = { optionsOf, DURABILITIES };
