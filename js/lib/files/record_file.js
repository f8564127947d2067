'use strict';

// Data files of the layout `files`: `data/<id>.json` holds {data, encrypted, timestamp, block}.

const path = require('node:path');
const { calculateHash } = require('../compatible/crypto.js');
const { gsError } = require('../errors.js');
const { isObject, parse } = require('../disk/json.js');
const { checkName } = require('../disk/names.js');

const SUFFIX = '.json';

/** The path of a record's file; a GsError for an id that cannot be the name of a file. */
const fileOf = (directory, id) => {
  if (typeof id !== 'string') throw gsError('GS_INVALID', 'The id of a record must be a string');
  checkName(id, 'The id of a record');
  return path.join(directory, checkName(id + SUFFIX, 'The file of a record'));
};

const isEntry = (entry) =>
  isObject(entry) &&
  'data' in entry &&
  typeof entry.encrypted === 'boolean' &&
  typeof entry.block === 'string' &&
  (!entry.encrypted || typeof entry.data === 'string');

/** What the text of a data file holds. */
const parseEntry = (text, id) => {
  const entry = parse(text, `The file of record ${id}`);
  if (isEntry(entry)) return entry;
  throw gsError('GS_DAMAGED', `The file of record ${id} holds no record`);
};

/** Whether a block is the one that was written for this data of a record. */
const isBlockOf = (block, id, data) =>
  isObject(block.data) && block.data.id === id && block.data.hash === calculateHash(data);

module.exports = { SUFFIX, fileOf, isBlockOf, parseEntry };
