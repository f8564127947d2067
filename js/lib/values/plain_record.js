'use strict';

// A record as an object whose fields are accessors of its own, in the place of the Proxy
// (shape.js): making it takes as long as fifty fields of a Proxy, reading a field of it next to
// nothing. For records that are asked for again and again (records/kept.js).
//
// Fields are read from the bytes when they are first asked for. What could be changed by who gets
// it, a Date for example, is made anew each time, as it is by the Proxy.

const util = require('node:util');
const { TYPE, ID_OF } = require('./types.js');
const { HELD, immutable } = require('./shape.js');

// With more properties than V8 takes for an object of fixed ones, reading is slow again.
const FIELDS_MAX = 64;
// The texts of larger ones would be in memory twice.
const BYTES_MAX = 64 * 1024;
const INDEX = /^\d+$/; // as names of fields, which objects put in front of all others

const UNREAD = Symbol('globalstorage.unread');

const isFixed = (value) => {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFixed);
};

// Fields of these types are read again each time: a frozen Set or Date can be changed as well.
const CHANGEABLE = new Set([TYPE.date, TYPE.bytes, TYPE.set]);

const readFirst = (held, field, place) => {
  const value = held.shape.read(held, field, true);
  if (!CHANGEABLE.has(field.type) && isFixed(value)) held.known[place] = value;
  return value;
};

const hidden = (get) => ({ get, set: immutable });

/** Properties that all such records of a shape share. */
class Properties {
  constructor(shape) {
    this.fields = [...shape.index.values()];
    this.accessors = this.fields.map((field, place) => ({
      get() {
        const held = this[HELD];
        const value = held.known[place];
        return value === UNREAD ? readFirst(held, field, place) : value;
      },
      set: immutable,
      enumerable: true,
    }));
    this.beside = {
      [util.inspect.custom]: {
        value() {
          const held = this[HELD];
          return held.shape.toObject(held);
        },
      },
    };
    for (const name of ['id', ID_OF, '$type', '$key', 'toObject', 'toJSON']) {
      if (shape.index.has(name)) continue;
      this.beside[name] = hidden(function beside() {
        const held = this[HELD];
        return held.shape.beside(held, name);
      });
    }
  }
}

const known = new WeakMap(); // by shape; null: records of it stay Proxies

const propertiesOf = (shape) => {
  if (known.has(shape)) return known.get(shape);
  const names = [...shape.index.keys()];
  const isFit =
    !shape.isSelfDescribing &&
    names.length <= FIELDS_MAX &&
    !names.some((name) => name in Object.prototype || INDEX.test(name));
  const properties = isFit ? new Properties(shape) : null;
  known.set(shape, properties);
  return properties;
};

/** The same record in this form; itself when it has to stay as it is. */
const plainOf = (record) => {
  const held = record[HELD];
  const { shape } = held;
  const properties = propertiesOf(shape);
  if (properties === null || shape.bytes(held) > BYTES_MAX) return record;
  const { fields, accessors, beside } = properties;
  held.known = new Array(fields.length).fill(UNREAD);
  const object = Object.defineProperty({}, HELD, { value: held });
  for (let i = 0; i < fields.length; i++) {
    if (shape.isPresent(held, fields[i])) {
      Object.defineProperty(object, fields[i].name, accessors[i]);
    }
  }
  return Object.preventExtensions(Object.defineProperties(object, beside));
};

module.exports = { plainOf };
