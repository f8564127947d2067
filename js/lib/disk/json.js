'use strict';

// Values that JSON keeps: checked copies instead of values that change in silence. What JSON would
// lose (functions, NaN, Map, cycles) is an error that says where it stands. As with JSON, members
// that are undefined are left out and toJSON is asked.

const { types } = require('node:util');
const { GsError, gsError } = require('../errors.js');

const DEPTH_MAX = 500;
// Well below the longest text of JavaScript, 2^29 - 24 characters, also when each is escaped.
const CHARACTERS_MAX = 64 * 1024 * 1024;
const LONE_SURROGATE = /\p{Surrogate}/u;

const LOST = [
  types.isMap,
  types.isSet,
  types.isWeakMap,
  types.isWeakSet,
  types.isPromise,
  types.isRegExp,
  types.isNativeError,
  types.isAnyArrayBuffer,
  types.isArrayBufferView,
  types.isBoxedPrimitive,
];

const isStructure = (value) => typeof value === 'object' && value !== null;

class Copier {
  #characters = 0;
  #above = new Set();
  #keys = [];
  #what;

  constructor(what) {
    this.#what = what;
  }

  copy(value) {
    if (value === null || typeof value === 'boolean') return this.#count(4, value);
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'object') return this.#object(value);
    const kind = value === undefined ? 'undefined' : `a ${typeof value}`;
    throw this.#lost(`is ${kind}`);
  }

  get #place() {
    const steps = this.#keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
    const place = steps.join('');
    return this.#what + (place.length > 200 ? `${place.slice(0, 200)}...` : place);
  }

  #lost(kind) {
    return gsError('GS_INVALID', `${this.#place} ${kind}, which JSON does not keep`, {
      hint: 'Convert it to arrays, objects, strings and numbers first.',
    });
  }

  #count(characters, value) {
    this.#characters += characters;
    if (this.#characters > CHARACTERS_MAX) {
      throw gsError('GS_TOO_LARGE', `${this.#what} has more than ${CHARACTERS_MAX} characters`);
    }
    return value;
  }

  #text(text) {
    this.#count(text.length + 2, text);
    if (!LONE_SURROGATE.test(text)) return text;
    const message = `${this.#place} has half of a surrogate pair, which is no character`;
    throw gsError('GS_INVALID', message);
  }

  #number(number) {
    if (Number.isFinite(number)) return this.#count(8, number);
    throw this.#lost(`is ${number}`);
  }

  #object(object) {
    if (this.#above.has(object)) {
      throw gsError('GS_INVALID', `${this.#place} is an object that contains itself`);
    }
    if (this.#above.size >= DEPTH_MAX) {
      throw gsError('GS_TOO_LARGE', `${this.#what} is nested deeper than ${DEPTH_MAX}`);
    }
    this.#above.add(object);
    const json = typeof object.toJSON === 'function' ? object.toJSON('') : object;
    const copy = isStructure(json) ? this.#members(json) : this.copy(json);
    this.#above.delete(object);
    return copy;
  }

  #members(object) {
    if (LOST.some((is) => is(object))) {
      throw this.#lost(`is a ${Object.prototype.toString.call(object).slice(8, -1)}`);
    }
    return Array.isArray(object) ? this.#array(object) : this.#fields(object);
  }

  #member(key, value) {
    this.#keys.push(key);
    const copy = this.copy(value);
    this.#keys.pop();
    return copy;
  }

  #array(array) {
    this.#count(array.length, array);
    const copy = [];
    for (let i = 0; i < array.length; i++) copy.push(this.#member(i, array[i]));
    return copy;
  }

  #fields(object) {
    const copy = {};
    for (const key of Object.keys(object)) {
      if (key === '__proto__') {
        const message = `${this.#place} has a field __proto__, which is no name for data`;
        throw gsError('GS_INVALID', message);
      }
      this.#text(key);
      const value = object[key];
      if (value !== undefined) copy[key] = this.#member(key, value);
    }
    return copy;
  }
}

/** A copy that JSON keeps as it is; a GsError names the place in `what` that it would not keep. */
const copyOf = (value, what) => {
  try {
    return new Copier(what).copy(value);
  } catch (cause) {
    if (cause instanceof GsError) throw cause;
    throw gsError('GS_INVALID', `${what} cannot be read: its own code failed`, { cause });
  }
};

const parse = (text, what) => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw gsError('GS_DAMAGED', `${what} is no JSON`, { cause });
  }
};

const isObject = (value) => isStructure(value) && !Array.isArray(value);

module.exports = { CHARACTERS_MAX, DEPTH_MAX, copyOf, isObject, parse };
