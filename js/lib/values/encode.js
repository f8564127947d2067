'use strict';

// JavaScript values to bytes: the any values of docs/FORMAT.md ("Types"), into memory that grows.
//
// Whatever a program hands in is looked at once, here: what cannot be stored is refused with the
// path to it, and nothing of it remains in the memory.

const { types } = require('node:util');
const { GsError } = require('../errors.js');
const { TYPE, NESTING_MAX, RECORD_BYTES_MAX, BlobRef, ID_OF } = require('./types.js');
const { SHORT, writeShort, writeText, allocate } = require('./text.js');
const { writeId } = require('./ids.js');

const FIRST_BYTES = 64 * 1024;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const SHORT_MEMBER_BYTES = 2 * SHORT + 9;
const { string: STRING, number: NUMBER } = TYPE;
const BIG_BYTES_MAX = 16 * 1024;

const { isArray } = Array;
const { prototype: plainPrototype, getPrototypeOf } = Object;

// An error on its way up, which learns the path to the value.
class Refused extends Error {
  constructor(code, message, cause) {
    super(message);
    this.gsCode = code;
    this.path = [];
    this.reason = cause;
  }

  at(step) {
    this.path.unshift(step);
    return this;
  }

  finished() {
    let where = '';
    for (const step of this.path) {
      where += typeof step === 'number' ? `[${step}]` : `${where ? '.' : ''}${step}`;
    }
    const message = where ? `${where}: ${this.message}` : this.message;
    return new GsError(this.gsCode, message, { cause: this.reason });
  }
}

const refuse = (message, code = 'GS_INVALID') => {
  throw new Refused(code, message);
};

const nameOf = (value) => {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  const proto = getPrototypeOf(value);
  const name = proto && proto.constructor && proto.constructor.name;
  return name ? `an object of class ${name}` : 'an object';
};

class Encoder {
  bytes = allocate(FIRST_BYTES);
  view = new DataView(this.bytes.buffer);
  end = 0;

  /** Room for so many bytes more. */
  room(count) {
    const needed = this.end + count;
    if (needed <= this.bytes.length) return;
    const larger = allocate(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.end));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  u8(value) {
    this.room(1);
    this.bytes[this.end++] = value;
  }

  u32(value) {
    this.room(4);
    this.view.setUint32(this.end, value, true);
    this.end += 4;
  }

  i64(value) {
    this.room(8);
    this.view.setBigInt64(this.end, value, true);
    this.end += 8;
  }

  raw(bytes) {
    this.room(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** 16 bytes. False when the text is no id. */
  id(text) {
    this.room(16);
    if (!writeId(this.bytes, this.end, text)) return false;
    this.end += 16;
    return true;
  }

  /** Characters, without their number. */
  characters(text) {
    if (text.length > RECORD_BYTES_MAX) {
      refuse(`a text of ${text.length} characters is larger than a record`, 'GS_TOO_LARGE');
    }
    this.room(3 * text.length);
    const end = writeText(this.bytes, this.end, text);
    if (end < 0) refuse('a text with half a surrogate pair');
    this.end = end;
  }

  /** Bytes behind their number, which is written when they are. */
  counted(write) {
    this.room(4);
    const at = this.end;
    this.end += 4;
    write();
    this.view.setUint32(at, this.end - at - 4, true);
  }

  text(text) {
    this.room(4);
    const at = this.end;
    this.end += 4;
    this.characters(text);
    this.view.setUint32(at, this.end - at - 4, true);
  }

  /** A record: the content of an object. `isDelta`: undefined removes the field. */
  record(data, isDelta) {
    if (typeof data !== 'object' || data === null || isArray(data)) {
      refuse('a record is an object');
    }
    const source = typeof data.toObject === 'function' && ID_OF in data ? data.toObject() : data;
    this.counted(() => this.object(source, 2, isDelta));
  }

  object(object, depth, isDelta) {
    if (depth > NESTING_MAX) refuse(`nested deeper than ${NESTING_MAX}, or in itself`);
    const keys = Object.keys(object);
    // All at once: looking up each by a name that is another every time takes longer.
    const values = Object.values(object);
    if (values.length !== keys.length) refuse('an object that changes while it is read');
    const at = this.end;
    this.room(4 + 8 * keys.length);
    let table = at + 4;
    this.end = table + 8 * keys.length;
    const content = this.end;
    let count = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const value = values[i];
      if (value === undefined && !isDelta) continue;
      if (!this.shortMember(key, value, table, content)) {
        this.characters(key);
        this.view.setUint32(table, this.end - content, true);
        if (value === undefined) this.u8(TYPE.any);
        else this.member(value, depth, key);
        this.view.setUint32(table + 4, this.end - content, true);
      }
      table += 8;
      count++;
    }
    this.view.setUint32(at, count, true);
    if (count < keys.length) this.close(table, content);
  }

  // One of a short name with a number or a short text, all of ASCII, as most are: with one look at
  // the room, and without what others need. False for others, of which nothing is written.
  shortMember(key, value, table, content) {
    if (this.end + SHORT_MEMBER_BYTES > this.bytes.length) this.room(SHORT_MEMBER_BYTES);
    const { bytes, view } = this;
    let end = -1;
    let middle = -1;
    if (typeof value === 'string') {
      if (value.length > SHORT) return false;
      middle = writeShort(bytes, this.end, key);
      if (middle < 0) return false;
      end = writeShort(bytes, middle + 1, value);
      if (end < 0) return false;
      bytes[middle] = STRING;
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return false;
      middle = writeShort(bytes, this.end, key);
      if (middle < 0) return false;
      end = middle + 9;
      bytes[middle] = NUMBER;
      view.setFloat64(middle + 1, value, true);
    } else {
      return false;
    }
    view.setUint32(table, middle - content, true);
    view.setUint32(table + 4, end - content, true);
    this.end = end;
    return true;
  }

  // Members were left out: what was written moves up to the table.
  close(table, content) {
    this.bytes.copyWithin(table, content, this.end);
    this.end -= content - table;
  }

  member(value, depth, key) {
    // The cases of most fields, without another call.
    if (typeof value === 'string') {
      this.u8(TYPE.string);
      try {
        this.characters(value);
      } catch (error) {
        throw error instanceof Refused ? error.at(key) : error;
      }
    } else if (typeof value === 'number' && Number.isFinite(value)) {
      this.room(9);
      this.bytes[this.end] = TYPE.number;
      this.view.setFloat64(this.end + 1, value, true);
      this.end += 9;
    } else {
      try {
        this.value(value, depth);
      } catch (error) {
        throw error instanceof Refused ? error.at(key) : error;
      }
    }
  }

  value(value, depth) {
    switch (typeof value) {
      case 'string':
        this.u8(TYPE.string);
        return this.characters(value);
      case 'number':
        return this.number(value);
      case 'boolean':
        this.u8(TYPE.boolean);
        return this.u8(value ? 1 : 0);
      case 'bigint':
        return this.bigint(value);
      case 'object':
        if (value === null) return this.u8(TYPE.null);
        return this.instance(value, depth);
      case 'undefined':
        return refuse('undefined cannot be stored in a list');
      default:
        return refuse(`${nameOf(value)} cannot be stored`);
    }
  }

  number(value) {
    if (!Number.isFinite(value)) refuse(`${value} cannot be stored`);
    this.room(9);
    this.bytes[this.end] = TYPE.number;
    this.view.setFloat64(this.end + 1, value, true);
    this.end += 9;
  }

  bigint(value) {
    if (value >= INT64_MIN && value <= INT64_MAX) {
      this.u8(TYPE.integer);
      return this.i64(value);
    }
    const isNegative = value < 0n;
    const hex = (isNegative ? -value : value).toString(16);
    const magnitude = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex').reverse();
    if (magnitude.length > BIG_BYTES_MAX) {
      refuse(
        `an integer of ${magnitude.length} bytes; the limit is ${BIG_BYTES_MAX}`,
        'GS_TOO_LARGE',
      );
    }
    this.u8(TYPE.big);
    this.u8(isNegative ? 1 : 0);
    return this.raw(magnitude);
  }

  instance(value, depth) {
    if (isArray(value)) {
      this.u8(TYPE.array);
      return this.elements(value, depth + 1);
    }
    const proto = getPrototypeOf(value);
    if (proto === plainPrototype || proto === null) {
      const id = value[ID_OF];
      if (id !== undefined) return this.reference(id);
      this.u8(TYPE.object);
      return this.object(value, depth + 1, false);
    }
    return this.special(value, depth);
  }

  reference(id) {
    this.u8(TYPE.id);
    if (!this.id(id)) refuse('a reference without an id');
  }

  special(value, depth) {
    // Not `instanceof`: a sandbox, such as that of Impress, has classes of its own.
    if (types.isDate(value)) return this.date(value);
    if (types.isSet(value)) return this.set(value, depth + 1);
    if (types.isMap(value)) {
      this.u8(TYPE.array);
      return this.elements([...value], depth + 1);
    }
    if (types.isUint8Array(value)) {
      this.u8(TYPE.bytes);
      return this.raw(value);
    }
    if (value instanceof BlobRef) return this.blob(value);
    const id = value[ID_OF];
    if (id !== undefined) return this.reference(id);
    if (typeof value.toJSON === 'function') {
      return this.value(value.toJSON(), depth + 1);
    }
    if (types.isPromise(value)) refuse('a promise cannot be stored; await it first');
    if (types.isRegExp(value)) refuse('a RegExp cannot be stored; its source can');
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
      refuse(`${nameOf(value)} cannot be stored; make a Uint8Array of it`);
    }
    const wrapped = value.valueOf();
    if (typeof wrapped !== 'object') return this.value(wrapped, depth + 1);
    this.u8(TYPE.object);
    return this.object(value, depth + 1, false);
  }

  date(value) {
    const ms = Date.prototype.getTime.call(value);
    if (Number.isNaN(ms)) refuse('an invalid Date cannot be stored');
    this.u8(TYPE.date);
    this.i64(BigInt(ms));
  }

  blob({ sha256, size }) {
    this.u8(TYPE.blob);
    this.raw(Buffer.from(sha256, 'hex'));
    this.i64(BigInt(size));
  }

  elements(values, depth) {
    if (depth > NESTING_MAX) refuse(`nested deeper than ${NESTING_MAX}, or in itself`);
    const { length } = values;
    this.room(4 + 4 * length);
    let table = this.end;
    this.view.setUint32(table, length, true);
    this.end += 4 + 4 * length;
    const content = this.end;
    for (let i = 0; i < length; i++) {
      this.member(values[i], depth, i);
      table += 4;
      this.view.setUint32(table, this.end - content, true);
    }
  }

  // Elements of a set are in the order of their bytes, each once.
  set(values, depth) {
    const begin = this.end;
    const encoded = [];
    for (const value of values) {
      const at = this.end;
      this.value(value, depth);
      encoded.push(Buffer.from(this.bytes.subarray(at, this.end)));
      this.end = at;
    }
    encoded.sort(Buffer.compare);
    const unique = encoded.filter((one, i) => i === 0 || !one.equals(encoded[i - 1]));
    this.end = begin;
    this.u8(TYPE.set);
    this.u32(unique.length);
    let end = 0;
    for (const one of unique) this.u32((end += one.length));
    for (const one of unique) this.raw(one);
  }
}

/** What encoding threw, as users see it: a getter of theirs may have thrown as well. */
const refused = (error) => {
  if (error instanceof Refused) return error.finished();
  if (error instanceof GsError) return error;
  return new GsError('GS_INVALID', `the value cannot be read: ${error && error.message}`, {
    cause: error,
  });
};

module.exports = { Encoder, refuse, refused };
