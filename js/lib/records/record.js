'use strict';

// A record that a program changes and saves: fields are properties, relations lead to the records
// that they name (`post.author.name`).
//
// It has no copy: a field is read from the storage when it is asked for, so it is what anybody made
// of it last, but for what was assigned here and not saved yet.

const { EventEmitter } = require('node:events');
const util = require('node:util');
const { GsError } = require('../errors.js');
const { guardAll } = require('../arguments.js');
const { ID_OF, TYPE } = require('../values/types.js');
const { heldOf } = require('../values/shape.js');
const { isId } = require('../values/ids.js');

/** What a relation is for a program: the id, as text, and the fields of the record behind it. */
class Reference {
  constructor(storage, id) {
    this.storage = storage;
    this.id = id;
    return new Proxy(this, handlerOfReference);
  }

  /** The record that can be changed. Rejected when there is none. */
  record() {
    return this.storage.record(this.id);
  }

  data() {
    return this.storage.get(this.id);
  }

  toString() {
    return this.id;
  }

  toJSON() {
    return this.id;
  }

  get [ID_OF]() {
    return this.id;
  }

  [Symbol.toPrimitive]() {
    return this.id;
  }

  [util.inspect.custom](depth, options) {
    return `Reference ${options.stylize(this.id, 'special')}`;
  }
}

const handlerOfReference = {
  get(reference, name) {
    if (name === 'storage') return undefined;
    if (name in reference) {
      const value = reference[name];
      return typeof value === 'function' ? value.bind(reference) : value;
    }
    const { storage, id } = reference;
    return typeof name === 'string' ? valueOf(storage, storage.peek(id), name) : undefined;
  },
  set() {
    throw new GsError('GS_INVALID', 'a reference cannot be changed', {
      hint: 'Call record() of it for a record that can be saved.',
    });
  },
};

// A field as records show it: of a relation, or of a text that is the id of a record, a Reference.
const valueOf = (storage, record, name) => {
  if (record === null) return undefined;
  const value = record[name];
  if (typeof value !== 'string' || name === 'id' || !isId(value)) return value;
  const held = heldOf(record); // none of a record of files
  const field = held && held.shape.index.get(name);
  const isRelation = field !== undefined && field.type === TYPE.id;
  if (!isRelation && storage.peek(value) === null) return value;
  return new Reference(storage, value);
};

const STATE = Symbol('globalstorage.record');

class Record {
  /** A promise, as upstream's: `await new Record(id, storage)`. */
  constructor(id, storage) {
    return Record.open(id, storage);
  }

  /** @returns {Promise<Record>} rejected when there is no such record */
  static async open(id, storage) {
    if ((await storage.load(id)) === null) {
      throw new GsError('GS_NOT_FOUND', `Record ${id} not found`);
    }
    return Record.of(id, storage);
  }

  static of(id, storage) {
    const record = Object.create(Record.prototype);
    record[STATE] = { id, storage, changes: new Map(), events: null, watched: null };
    return new Proxy(record, handlerOfRecord);
  }

  get id() {
    return this[STATE].id;
  }

  get [ID_OF]() {
    return this[STATE].id;
  }

  /** All fields, with what was not saved yet; ids in place of references. */
  async data() {
    const { id, storage, changes } = this[STATE];
    const data = await storage.get(id);
    return data === null ? null : { ...data, ...Object.fromEntries(changes) };
  }

  /** What was assigned and not saved yet. */
  delta() {
    return Object.fromEntries(this[STATE].changes);
  }

  async save() {
    const state = this[STATE];
    if (state.changes.size === 0) return;
    const changes = new Map(state.changes);
    await state.storage.update(state.id, Object.fromEntries(changes));
    for (const [name, value] of changes) {
      // What was assigned meanwhile is for the next time.
      if (state.changes.get(name) === value) state.changes.delete(name);
    }
  }

  async delete() {
    const { id, storage } = this[STATE];
    await storage.delete(id);
  }

  /** 'update': (data, delta), whoever wrote, in whichever thread. */
  on(event, listener) {
    const state = this[STATE];
    state.events ||= new EventEmitter();
    state.events.on(event, listener);
    if (event === 'update' && !state.watched) {
      state.watched = state.storage.watchRecord(state.id, (data, delta) => {
        state.events.emit('update', data, delta);
      });
    }
    return this;
  }

  off(event, listener) {
    const state = this[STATE];
    if (state.events === null) return this;
    state.events.off(event, listener);
    if (state.watched && state.events.listenerCount('update') === 0) {
      state.watched();
      state.watched = null;
    }
    return this;
  }

  once(event, listener) {
    const wrapper = (...values) => {
      this.off(event, wrapper);
      listener(...values);
    };
    return this.on(event, wrapper);
  }

  toObject() {
    const { id, storage, changes } = this[STATE];
    const record = storage.peek(id);
    const fields = record === null || !heldOf(record) ? record : record.toObject();
    return { ...fields, ...Object.fromEntries(changes) };
  }

  toJSON() {
    return { id: this.id, ...this.toObject() };
  }

  [util.inspect.custom](depth, options) {
    return `Record ${util.inspect(this.toJSON(), options)}`;
  }
}

const isOurs = (name) => typeof name === 'symbol' || name in Record.prototype;

const handlerOfRecord = {
  get(record, name) {
    if (isOurs(name)) {
      const value = record[name];
      const isMethod = typeof value === 'function' && name !== 'constructor';
      return isMethod ? value.bind(record) : value;
    }
    const { id, storage, changes } = record[STATE];
    if (changes.has(name)) return changes.get(name);
    return valueOf(storage, storage.peek(id), name);
  },
  set(record, name, value) {
    if (isOurs(name)) {
      throw new GsError('GS_INVALID', `a record has ${String(name)} of its own`, {
        hint: 'Write a field of that name by update(id, changes).',
      });
    }
    record[STATE].changes.set(name, value);
    return true;
  },
  deleteProperty(record, name) {
    record[STATE].changes.set(name, undefined);
    return true;
  },
  has(record, name) {
    return isOurs(name) || name in record.toObject();
  },
  ownKeys(record) {
    return Object.keys(record.toObject());
  },
  getOwnPropertyDescriptor(record, name) {
    const object = record.toObject();
    if (!Object.hasOwn(object, name)) return undefined;
    return { value: object[name], writable: true, enumerable: true, configurable: true };
  },
};

guardAll(Record.prototype, ['data', 'delta', 'save', 'delete', 'on', 'off', 'once', 'toObject']);

module.exports = { Record, Reference };
