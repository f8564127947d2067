'use strict';

// JavaScript values as JSON without loss; tagged.h has the table of tags.

const { FUNCTIONS } = require('./table.js');

const ODD = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

/** An object whose keys are set one by one, `__proto__` included. */
const objectOf = (parts, decode) => {
  const object = {};
  for (let i = 1; i + 1 < parts.length; i += 2) {
    const value = decode(parts[i + 1]);
    Object.defineProperty(object, parts[i], {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return object;
};

/**
 * The value of a tagged form.
 * @param {unknown} tagged
 * @param {object[]} [schemas] those that ["I",n] stands for
 */
const fromTagged = (tagged, schemas = []) => {
  if (!Array.isArray(tagged)) return tagged;
  const decode = (part) => fromTagged(part, schemas);
  const [tag, first, second] = tagged;
  if (tag === 'u') return undefined;
  if (tag === 'n') return ODD[first];
  if (tag === 'b') return BigInt(first);
  if (tag === 'y') return Symbol(first);
  if (tag === 'f') return FUNCTIONS[first];
  if (tag === 'a') return tagged.slice(1).map(decode);
  if (tag === 'o') return objectOf(tagged, decode);
  if (tag === 'S') return new Set(tagged.slice(1).map(decode));
  if (tag === 'd') return new Date(first === 'NaN' ? NaN : first);
  if (tag === 'r') return new RegExp(first, second);
  if (tag === 'I') return schemas[first];
  const map = new Map();
  for (let i = 1; i + 1 < tagged.length; i += 2) map.set(decode(tagged[i]), decode(tagged[i + 1]));
  return map;
};

const numberOut = (value) => {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return ['n', Object.is(value, -0) ? '-0' : String(value)];
};

/** The tagged form of a value; of schemas by their place in `schemas`. */
const toTagged = (value, schemas = []) => {
  const encode = (part) => toTagged(part, schemas);
  const pairs = (entries) => entries.flatMap(([key, part]) => [encode(key), encode(part)]);
  if (value === null || ['string', 'boolean'].includes(typeof value)) return value;
  if (value === undefined) return ['u'];
  if (typeof value === 'number') return numberOut(value);
  if (typeof value === 'bigint') return ['b', String(value)];
  if (typeof value === 'symbol') return ['y', value.description];
  if (typeof value === 'function') return ['f', FUNCTIONS.indexOf(value)];
  if (Array.isArray(value)) return ['a', ...value.map(encode)];
  if (value instanceof Set) return ['S', ...[...value].map(encode)];
  if (value instanceof Map) return ['M', ...pairs([...value])];
  if (value instanceof Date) return ['d', Number.isNaN(+value) ? 'NaN' : +value];
  if (value instanceof RegExp) return ['r', value.source, value.flags];
  if (schemas.includes(value)) return ['I', schemas.indexOf(value)];
  return ['o', ...pairs(Object.entries(value))];
};

module.exports = { fromTagged, toTagged };
