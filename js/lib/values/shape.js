'use strict';

// A shape: how the bytes of a record are read (docs/FORMAT.md, "Shape" and "Record"), and the
// object that a program sees in their place.
//
// A record is a Proxy whose handler is its shape: fields are read from the bytes when somebody asks
// for them, and everything that looks at an object (keys, spread, JSON.stringify, deepEqual) sees
// the fields of a plain one. It is of one moment and cannot be changed.

const util = require('node:util');
const { GsError } = require('../errors.js');
const { later } = require('../later.js');
const { TYPE, ID_OF } = require('./types.js');
const { readText } = require('./text.js');
const { readId } = require('./ids.js');
const { readValue, readAny, readObject, define } = require('./decode.js');

const ROW_HEADER_BYTES = 24;
// In it, from its end.
const SIZE_BEFORE = 20;
const ID_BEFORE = 16;
const HEADER_BYTES = 8;
const KEYED = 2;
const SELF_DESCRIBING = 1;
const BYTES_OF = new Map([
  [TYPE.id, 16],
  [TYPE.number, 8],
  [TYPE.integer, 8],
  [TYPE.date, 8],
  [TYPE.boolean, 1],
]);

const objectCode = later(() => require('./object_code.js').objectCodeOf);
const OBJECTS = 64;

const HELD = Symbol('globalstorage.held');

/** What the handler reads from: one record in memory. */
class Held {
  constructor(shape, memory, at) {
    this.shape = shape;
    this.memory = memory;
    this.at = at;
    this.known = null; // what was read: the object of a record that describes itself, or fields
  }

  // Called on the record, which is the Proxy.
  [util.inspect.custom]() {
    const held = this[HELD];
    return held.shape.toObject(held);
  }
}

const immutable = () => {
  throw new GsError('GS_INVALID', 'records are of one moment and cannot be changed', {
    hint: 'Call update(id, changes) of the collection, or record(id) for one that can be saved.',
  });
};

class Shape {
  /** @param {Buffer} definition */
  constructor(definition) {
    const flags = definition[1];
    const count = definition.readUInt16LE(2);
    const nameBytes = definition.readUInt16LE(4);
    let at = 24 + nameBytes;
    this.collection = readText(definition, 24, at);
    this.isSelfDescribing = (flags & SELF_DESCRIBING) !== 0;
    this.keyFields = flags & KEYED ? 1 : 0;
    this.fields = [];
    for (let i = 0; i < count; i++) {
      const type = definition[at];
      const bytes = definition.readUInt16LE(at + 2);
      this.fields.push({ name: readText(definition, at + 4, at + 4 + bytes), type, slot: 0 });
      at += 4 + bytes;
    }
    this.objects = 0; // that were made without code for it
    this.code = null;
    this.place();
    this.index = new Map();
    // The key, and the object of a record that describes itself, have no name of the program's.
    this.fields.forEach((field, i) => {
      field.isNamed = i >= this.keyFields && !this.isSelfDescribing;
      if (field.isNamed) this.index.set(field.name, field);
    });
  }

  // Fixed slots by size, then the ends of the fields of any length.
  place() {
    const words = Math.ceil(this.fields.length / 32);
    let slot = HEADER_BYTES + 8 * words;
    let variables = 0;
    this.fields.forEach((field, i) => {
      field.bits = HEADER_BYTES + 8 * (i >>> 5);
      field.mask = 1 << (i & 31);
      field.bytes = BYTES_OF.get(field.type) || 0;
      field.isVariable = field.bytes === 0 && field.type !== TYPE.null;
      if (field.isVariable) field.slot = variables++;
    });
    for (const bytes of [16, 8, 1]) {
      for (const field of this.fields) {
        if (field.bytes !== bytes) continue;
        field.slot = slot;
        slot += bytes;
      }
    }
    this.ends = (slot + 3) & ~3;
    this.heap = this.ends + 4 * variables;
    this.fields.forEach((field, i) => (field.next = this.fields[i + 1] || this.fields[0]));
    this.expected = this.fields[0] || null;
  }

  // The field of a name. Programs read the same one again and again, or one after the other.
  field(name) {
    let field = this.expected;
    if (field !== null && field.name !== name) {
      field = field.next;
      if (field.name !== name) field = this.index.get(name);
    }
    if (field === undefined || field === null || !field.isNamed) return undefined;
    this.expected = field;
    return field;
  }

  /** The record of a row (bindings/common/rows.h) that begins at a place in memory. */
  record(memory, row) {
    return new Proxy(new Held(this, memory, row + ROW_HEADER_BYTES), this);
  }

  /** How many bytes it has. */
  bytes(held) {
    return held.memory.view.getUint32(held.at - SIZE_BEFORE, true);
  }

  isPresent(held, field) {
    return (held.memory.view.getUint32(held.at + field.bits, true) & field.mask) !== 0;
  }

  /** undefined for a field that is not there. */
  read(held, field, freeze) {
    const { memory, at } = held;
    const { view } = memory;
    if ((view.getUint32(at + field.bits, true) & field.mask) === 0) return undefined;
    if ((view.getUint32(at + field.bits + 4, true) & field.mask) !== 0) return null;
    const { type } = field;
    if (type === TYPE.number) return view.getFloat64(at + field.slot, true);
    if (!field.isVariable) {
      return readValue(memory, type, at + field.slot, at + field.slot + field.bytes, freeze);
    }
    const table = at + this.ends + 4 * field.slot;
    const from = field.slot === 0 ? 0 : view.getUint32(table - 4, true);
    const heap = at + this.heap;
    const to = heap + view.getUint32(table, true);
    if (type === TYPE.string) return readText(memory.bytes, heap + from, to);
    if (type === TYPE.any) return readAny(memory, heap + from, to, freeze);
    return readValue(memory, type, heap + from, to, freeze);
  }

  key(held) {
    return this.keyFields ? this.read(held, this.fields[0], true) : undefined;
  }

  id(held) {
    return readId(held.memory.bytes, held.at - ID_BEFORE);
  }

  /** A plain object with all fields, which is the caller's. */
  toObject(held) {
    if (this.isSelfDescribing) return this.described(held, false);
    return this.coded(held) || this.collected(held);
  }

  // By code of its own, once there were enough objects to be worth it; null when it is none for it.
  coded(held) {
    if (this.code !== null) return this.code(held.memory, held.at);
    if (this.objects++ < OBJECTS) return null;
    this.code = objectCode()(this);
    return this.code(held.memory, held.at);
  }

  collected(held) {
    const object = {};
    for (let i = this.keyFields; i < this.fields.length; i++) {
      const field = this.fields[i];
      const value = this.read(held, field, false);
      if (value !== undefined) define(object, field.name, value);
    }
    return object;
  }

  described(held, freeze) {
    const field = this.fields[this.keyFields];
    const { memory, at } = held;
    const table = at + this.ends + 4 * field.slot;
    const from = field.slot === 0 ? 0 : memory.view.getUint32(table - 4, true);
    return readObject(memory, at + this.heap + from, freeze);
  }

  // The whole of a record that describes itself, read once.
  whole(held) {
    if (held.known === null) held.known = this.described(held, true);
    return held.known;
  }

  // --- what a Proxy asks its handler ---

  get(held, name) {
    const field = this.field(name);
    if (field !== undefined) return this.read(held, field, true);
    if (this.isSelfDescribing && Object.hasOwn(this.whole(held), name)) {
      return this.whole(held)[name];
    }
    return this.beside(held, name);
  }

  // What every record has unless it has a field of that name.
  beside(held, name) {
    switch (name) {
      case 'id':
      case ID_OF:
        return this.id(held);
      case '$type':
        return this.collection || undefined;
      case '$key':
        return this.key(held);
      case 'toObject':
        return () => this.toObject(held);
      case 'toJSON':
        return () => ({ id: this.id(held), ...this.toObject(held) });
      case HELD:
        return held;
      default:
        return Object.prototype[name];
    }
  }

  has(held, name) {
    if (name === 'id' || name === '$type' || name === ID_OF) return true;
    return this.isOwn(held, name) || name in Object.prototype;
  }

  isOwn(held, name) {
    if (this.isSelfDescribing) return Object.hasOwn(this.whole(held), name);
    const field = this.index.get(name);
    return field !== undefined && this.isPresent(held, field);
  }

  ownKeys(held) {
    if (this.isSelfDescribing) return Object.keys(this.whole(held));
    const names = [];
    for (let i = this.keyFields; i < this.fields.length; i++) {
      const field = this.fields[i];
      if (this.isPresent(held, field)) names.push(field.name);
    }
    return names;
  }

  getOwnPropertyDescriptor(held, name) {
    if (!this.isOwn(held, name)) return undefined;
    const value = this.get(held, name);
    return { value, writable: false, enumerable: true, configurable: true };
  }

  getPrototypeOf() {
    return Object.prototype;
  }

  set() {
    return immutable();
  }

  deleteProperty() {
    return immutable();
  }

  defineProperty() {
    return immutable();
  }

  setPrototypeOf() {
    return immutable();
  }

  // It would have to be told that nothing can be added, which nobody can anyway.
  preventExtensions() {
    return immutable();
  }
}

/** Shapes by their definitions, for the whole process: few, and the same in all storages. */
const known = new Map();

const shapeOf = (definition) => {
  const bytes = Buffer.from(definition);
  const name = bytes.latin1Slice(0, bytes.length);
  let shape = known.get(name);
  if (!shape) known.set(name, (shape = new Shape(bytes)));
  return shape;
};

/** What lies behind a record; undefined for any other value. */
const heldOf = (value) => (typeof value === 'object' && value !== null ? value[HELD] : undefined);

module.exports = { HELD, Shape, shapeOf, heldOf, immutable };
