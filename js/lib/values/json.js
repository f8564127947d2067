'use strict';

// JSON with the forms of docs/FORMAT.md ("JSON") for what JSON lacks: what queries, and calls that
// are not on the hot path, are made of.

const { types } = require('node:util');
const { GsError } = require('../errors.js');
const { BlobRef, ID_OF, NESTING_MAX } = require('./types.js');
const { isWellFormed } = require('./text.js');
const { define } = require('./decode.js');

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

const refuse = (what) => {
  throw new GsError('GS_INVALID', `${what} cannot be part of JSON`);
};

const formOf = (value, depth) => {
  if (types.isDate(value)) {
    if (Number.isNaN(value.getTime())) refuse('an invalid Date');
    return { $date: value.toISOString() };
  }
  if (types.isSet(value)) {
    return { $set: [...value].map((one) => plain(one, depth + 1)) };
  }
  if (types.isUint8Array(value)) {
    return { $bytes: Buffer.from(value).toString('base64') };
  }
  if (types.isRegExp(value)) refuse('a RegExp');
  if (value instanceof BlobRef) {
    return { $blob: { sha256: value.sha256, size: value.size } };
  }
  return undefined;
};

const plainObject = (value, depth) => {
  const object = {};
  for (const key of Object.keys(value)) {
    if (!isWellFormed(key)) refuse('a name with half a surrogate pair');
    const member = value[key];
    if (member !== undefined) define(object, key, plain(member, depth + 1));
  }
  return object;
};

const plain = (value, depth) => {
  if (depth > NESTING_MAX) refuse(`a value nested deeper than ${NESTING_MAX}, or in itself,`);
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? value : refuse('a text with half a surrogate pair');
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : refuse(String(value));
    case 'bigint': {
      const name = value >= INT64_MIN && value <= INT64_MAX ? '$int' : '$big';
      return { [name]: String(value) };
    }
    case 'object':
      break;
    default:
      return refuse(typeof value === 'function' ? 'a function' : String(value));
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  const form = formOf(value, depth);
  if (form) return form;
  const id = value[ID_OF];
  if (id !== undefined) return { $id: id };
  if (typeof value.toJSON === 'function') return plain(value.toJSON(), depth + 1);
  return plainObject(value, depth);
};

/** The text of a value. A -0 stays one. */
const toJson = (value) => {
  let text;
  try {
    text = JSON.stringify(plain(value, 1));
  } catch (error) {
    if (error instanceof GsError) throw error;
    throw new GsError('GS_INVALID', `the value cannot be read: ${error.message}`, { cause: error });
  }
  return text;
};

const FORMS = new Map([
  ['$int', (text) => BigInt(text)],
  ['$big', (text) => BigInt(text)],
  ['$date', (text) => new Date(text)],
  ['$id', (text) => text],
  ['$bytes', (text) => new Uint8Array(Buffer.from(text, 'base64'))],
  ['$set', (values) => new Set(values)],
  ['$blob', ({ sha256, size }) => new BlobRef(sha256, size)],
  ['$literal', (object) => object],
]);

const revive = (value) => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === '$literal') return reviveMembers(value.$literal);
  const form = keys.length === 1 ? FORMS.get(keys[0]) : undefined;
  if (form) return form(revive(value[keys[0]]));
  return reviveMembers(value);
};

const reviveMembers = (value) => {
  const object = {};
  for (const key of Object.keys(value)) define(object, key, revive(value[key]));
  return object;
};

/** The value of a text that the engine made. */
const fromJson = (text) => revive(JSON.parse(text));

/** The same of a row or a record: at its top it is never a form. */
const recordFromJson = (text) => reviveMembers(JSON.parse(text));

module.exports = { toJson, fromJson, recordFromJson };
