'use strict';

// Bytes of values (docs/FORMAT.md, "Types") to JavaScript values.
//
// The bytes come from the engine, which has validated them. Objects and lists are made anew each
// time, with own properties only: a name such as `__proto__` is a property like any other.

const { GsError } = require('../errors.js');
const { TYPE, BlobRef } = require('./types.js');
const { readText } = require('./text.js');
const { readId } = require('./ids.js');

/** Memory with records in it, by the ways in which it is read. */
class Memory {
  constructor(buffer) {
    this.bytes = Buffer.from(buffer);
    this.view = new DataView(buffer);
  }
}

const define = (object, name, value) => {
  if (name === '__proto__') {
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    object[name] = value;
  }
};

const readBig = (bytes, from, to) => {
  const hex = Buffer.from(bytes.subarray(from + 1, to))
    .reverse()
    .toString('hex');
  const magnitude = hex === '' ? 0n : BigInt(`0x${hex}`);
  return bytes[from] === 1 ? -magnitude : magnitude;
};

const readElements = (memory, from, freeze) => {
  const { view } = memory;
  const count = view.getUint32(from, true);
  const content = from + 4 + 4 * count;
  const values = new Array(count);
  let begin = content;
  for (let i = 0; i < count; i++) {
    const end = content + view.getUint32(from + 4 + 4 * i, true);
    values[i] = readAny(memory, begin, end, freeze);
    begin = end;
  }
  return values;
};

const readObject = (memory, from, freeze) => {
  const { view, bytes } = memory;
  const count = view.getUint32(from, true);
  const content = from + 4 + 8 * count;
  const object = {};
  let begin = content;
  for (let i = 0, table = from + 4; i < count; i++, table += 8) {
    const middle = content + view.getUint32(table, true);
    const end = content + view.getUint32(table + 4, true);
    const name = readText(bytes, begin, middle);
    if (bytes[middle] !== TYPE.any) {
      define(object, name, readAny(memory, middle, end, freeze));
    }
    begin = end;
  }
  return freeze ? Object.freeze(object) : object;
};

// A set has no other way to be frozen; what was added would be lost without a word.
const refuseChange = () => {
  throw new GsError('GS_INVALID', 'the set of a record cannot be changed', {
    hint: "Call field(id, 'tags').add(..) or remove(..) of the collection, or assign a new Set.",
  });
};
const REFUSED = Object.fromEntries(
  ['add', 'delete', 'clear'].map((name) => [name, { value: refuseChange }]),
);
const unchanging = (set) => Object.freeze(Object.defineProperties(set, REFUSED));

/** The content from..to of a value. `freeze`: objects and lists cannot be changed. */
const readValue = (memory, type, from, to, freeze) => {
  const { bytes, view } = memory;
  switch (type) {
    case TYPE.boolean:
      return bytes[from] !== 0;
    case TYPE.number:
      return view.getFloat64(from, true);
    case TYPE.integer:
      return view.getBigInt64(from, true);
    case TYPE.date:
      return new Date(Number(view.getBigInt64(from, true)));
    case TYPE.id:
      return readId(bytes, from);
    case TYPE.string:
      return readText(bytes, from, to);
    case TYPE.bytes:
      return new Uint8Array(bytes.subarray(from, to));
    case TYPE.big:
      return readBig(bytes, from, to);
    case TYPE.array: {
      const values = readElements(memory, from, freeze);
      return freeze ? Object.freeze(values) : values;
    }
    case TYPE.object:
      return readObject(memory, from, freeze);
    case TYPE.set: {
      const set = new Set(readElements(memory, from, freeze));
      return freeze ? unchanging(set) : set;
    }
    case TYPE.blob:
      return new BlobRef(
        bytes.toString('hex', from, from + 32),
        Number(view.getBigUint64(from + 32, true)),
      );
    default:
      return null;
  }
};

/** A value behind its type. */
const readAny = (memory, from, to, freeze) =>
  readValue(memory, memory.bytes[from], from + 1, to, freeze);

module.exports = { Memory, readValue, readAny, readObject, define };
