'use strict';

// Differences and merges of plain objects as upstream has them, for programs that use them. Numbers
// add up in a merge, so a merge is not idempotent and `merge(a, diff(a, b))` is not `b` for them:
// the merge types of the engine (docs/FORMAT.md, "Merge") are something else.

const { gsError } = require('../errors.js');

const DEPTH_MAX = 1000;

const isObject = (value) => typeof value === 'object' && value !== null;
const isList = (value) => Array.isArray(value) || value instanceof Set;
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
const own = (object, key) => (has(object, key) ? object[key] : undefined);

// Assignment to __proto__ would set the prototype; this makes a field of that name.
const put = (object, key, value) => {
  const field = { value, writable: true, enumerable: true, configurable: true };
  Object.defineProperty(object, key, field);
};

const elementsOf = (value) => {
  const isIterable = value !== null && value !== undefined && value[Symbol.iterator];
  return isIterable ? [...value] : [];
};

const checkDepth = (depth) => {
  if (depth <= DEPTH_MAX) return;
  const message = `The objects are nested deeper than ${DEPTH_MAX}, or contain themselves`;
  throw gsError('GS_INVALID', message);
};

const keysOf = (value) => {
  if (value !== null) return Object.keys(value);
  throw gsError('GS_INVALID', 'Cannot convert undefined or null to object: compare objects');
};

const objectOr = (value) => (typeof value === 'object' ? value : {});

const putDifference = (delta, key, before, after, depth) => {
  if (isList(after)) {
    const known = new Set(elementsOf(before));
    const added = new Set(elementsOf(after).filter((element) => !known.has(element)));
    if (added.size > 0) put(delta, key, [...added]);
  } else if (isObject(after)) {
    const nested = difference(before, after, depth + 1);
    if (Object.keys(nested).length > 0) put(delta, key, nested);
  } else if (before !== after) {
    put(delta, key, after);
  }
};

const difference = (source, target, depth) => {
  checkDepth(depth);
  const before = objectOr(source);
  const after = objectOr(target);
  const delta = {};
  const known = new Set(keysOf(before));
  for (const key of keysOf(after)) {
    if (known.has(key)) putDifference(delta, key, before[key], after[key], depth);
    else put(delta, key, after[key]);
    known.delete(key);
  }
  for (const key of known) put(delta, key, undefined);
  return delta;
};

const mergedValue = (value, change, depth) => {
  if (isList(change)) return [...new Set([...elementsOf(value), ...change])];
  if (isObject(change) && isObject(value)) return merged(value, change, depth + 1);
  if (typeof change === 'number' && typeof value === 'number') return value + change;
  return change;
};

const merged = (source, delta, depth) => {
  checkDepth(depth);
  if (!isObject(delta)) return source;
  if (!isObject(source)) return delta;
  const result = Array.isArray(source) ? [...source] : { ...source };
  for (const key of Object.keys(delta)) {
    const change = delta[key];
    if (change === undefined) delete result[key];
    else put(result, key, mergedValue(own(result, key), change, depth));
  }
  return result;
};

/**
 * What changed from one object to another: added and changed fields with their new values, removed
 * ones with undefined, of arrays and sets the added elements.
 */
const diff = (source, target) => difference(source, target, 0);

/**
 * An object with a difference put in: numbers add up, arrays and sets are united, undefined removes
 * a field.
 */
const merge = (source, delta) => merged(source, delta, 0);

const HANDLERS = new Map([
  ['write', (state) => ({ ...state })],
  ['delta', (state, { data }) => merge(state, data)],
  ['delete', (state, { key }) => ({ ...state, [key]: undefined })],
  ['inc', (state, { key, value }) => merge(state, { [key]: value })],
  ['dec', (state, { key, value }) => merge(state, { [key]: -value })],
]);

/** An object after a history of records `{type, ...}`; unknown types are passed over. */
const apply = (source, history) => {
  if (!Array.isArray(history)) return source;
  let state = { ...source };
  for (const record of history) {
    const handler = isObject(record) ? HANDLERS.get(record.type) : undefined;
    if (handler) state = handler(state, record);
  }
  return state;
};

module.exports = { apply, diff, merge };
