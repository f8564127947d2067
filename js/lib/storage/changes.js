'use strict';

// Writes of records, whatever their collection, each a transaction of its own but for transact().
// Methods of Storage.

const { GsError } = require('../errors.js');
const { textOf, functionOf, guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { toJson } = require('../values/json.js');
const { insertMany } = require('../writes/insert_many.js');
const { transact } = require('../writes/transaction.js');
const { operations, field, splice } = require('../writes/writes.js');

const nothing = () => {};
const same = (id) => id;
const truth = (results) => results.truth();

// False of what cannot be read: the encoder says so.
const hasType = (data) => {
  try {
    return typeof data === 'object' && data !== null && '$type' in data;
  } catch {
    return false;
  }
};

// Where the engine looks for a text while it writes; other names are made ids before.
const placeOf = (id, collection) => (typeof id === 'string' ? collection : '');

const IS_VERSION = /^[0-9a-f]{64}$/i;

const NO_PREV = 'swap(id, changes, prev): prev has the fields that are expected, {} for none';

// What is longer would be taken for the next operation.
const versionOf = (text) => {
  if (text === null) return null;
  if (typeof text === 'string' && IS_VERSION.test(text)) return Buffer.from(text, 'hex');
  throw new GsError('GS_INVALID', 'ifVersion is what version() gives, or null: no such record');
};

const changes = {
  async insert(data, options) {
    if (!hasType(data)) return this.insertInto('', data, options);
    const { $type, ...rest } = data;
    return this.insertInto($type, rest, options);
  },

  /** The promise is kept with what `made` makes of the id. */
  insertInto(collection, data, options, made = same) {
    try {
      functionOf(made, 'what is made of an id');
      const { key, durability } = optionsOfCall(options, 'insert');
      if (collection !== '') this.collection(collection);
      const write = (encoder) => {
        if (key === undefined) operations.insert(encoder, collection, data);
        else operations.put(encoder, collection, textOf(key, 'a key'), data);
      };
      return this.write(write, (results) => made(results.id()), durability);
    } catch (error) {
      return Promise.reject(error);
    }
  },

  async insertManyInto(collection, rows, options) {
    const durability = this.durabilityOf(optionsOfCall(options, 'insertMany').durability);
    return insertMany(this.writes, collection, rows, { ...options, durability });
  },

  /** Changes fields and leaves the others; `undefined` removes one. */
  async update(id, delta, options) {
    await this.updateIn('', id, delta, options);
  },

  /** The same in a collection, of which the id may be a key. */
  updateIn(collection, id, delta, options) {
    const { ifVersion, durability } = optionsOfCall(options, 'update');
    const place = placeOf(id, collection);
    const name = place === '' ? this.idOf(id, collection) : id;
    const write = (encoder) => {
      if (ifVersion !== undefined) {
        operations.expect(encoder, name, versionOf(ifVersion), place);
      }
      operations.update(encoder, name, delta, place);
    };
    return this.writes.transact(write, nothing, this.durabilityOf(durability), id);
  },

  /** Members of objects, given and removed one by one, as deep as they go. */
  async patch(id, delta, options) {
    const { durability } = optionsOfCall(options, 'patch');
    const json = toJson(delta);
    const write = (encoder) => operations.patch(encoder, this.idOf(id), json);
    await this.writes.transact(write, nothing, this.durabilityOf(durability), id);
  },

  /** Replaces all fields, or adds the record. */
  async set(id, data, options) {
    await this.writeWhole(id, data, optionsOfCall(options, 'set'));
  },

  /** Applies `changes` if every field of `prev` has that value; `undefined`: is not there. */
  async swap(id, changed, prev, options) {
    return this.swapIn('', id, changed, prev, options);
  },

  swapIn(collection, id, changed, prev, options) {
    const { durability } = optionsOfCall(options, 'swap');
    if (prev === undefined) throw new GsError('GS_INVALID', NO_PREV);
    const place = placeOf(id, collection);
    const name = place === '' ? this.idOf(id, collection) : id;
    const write = (encoder) => operations.swap(encoder, name, prev, changed, place);
    return this.writes.transact(write, truth, this.durabilityOf(durability), id);
  },

  /** Removes the record; false when there was none. */
  async delete(id, options) {
    return this.deleteIn('', id, options);
  },

  async deleteIn(collection, id, options) {
    const { durability } = optionsOfCall(options, 'delete');
    const place = placeOf(id, collection);
    const name = place === '' ? this.idOf(id, collection) : id;
    const write = (encoder) => operations.remove(encoder, name, place);
    try {
      await this.write(write, nothing, durability);
      return true;
    } catch (error) {
      if (error.code === 'GS_NOT_FOUND') return false;
      throw error;
    }
  },

  /** One transaction of the program's own operations (writes/writes.js). */
  write(write, read = nothing, durability) {
    functionOf(write, 'what writes');
    functionOf(read, 'what reads the results');
    return this.writes.transact(write, read, this.durabilityOf(durability));
  },

  /** Of the record with an id, which the program calls `given`. */
  writeField(operation, id, name, values, given) {
    const write = (encoder) => field(encoder, operation, id, name, ...values);
    const read = operation === 'treeCreate' ? (results) => results.text() : nothing;
    return this.writes.transact(write, read, this.durabilityOf(), given);
  },

  writeEdits(id, name, edits, given) {
    const write = (encoder) => splice(encoder, id, name, edits);
    return this.writes.transact(write, nothing, this.durabilityOf(), given);
  },

  /**
   * Reads and writes of several records that take effect all or none.
   * @param {(tx: Transaction) => any} run called again when a record that it read was changed
   *   meanwhile, `retries` times (10)
   */
  async transact(run, options) {
    functionOf(run, 'what transact runs');
    const given = optionsOfCall(options, 'transact');
    return transact(this, run, { ...given, durability: this.durabilityOf(given.durability) });
  },
};

guardAll(changes, ['set']);

module.exports = { changes };
