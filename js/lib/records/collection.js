'use strict';

// A collection: the records of one entity.

const { guardAll } = require('../arguments.js');
const { notFound, nameOf } = require('../errors.js');
const { later } = require('../later.js');

const query = later(() => require('../queries/query.js').Query);
const record = later(() => require('./record.js').Record);
const callOptions = later(() => require('../call_options.js'));
const field = later(() => require('./fields.js').FieldHandle);

class Collection {
  #storage;
  #name;
  #kept;

  constructor(storage, name) {
    this.#storage = storage;
    this.#name = name;
    this.#kept = storage.keep(name);
  }

  get name() {
    return this.#name;
  }

  /**
   * Adds a record.
   * @param {object} data
   * @param {{ key?: string, durability?: string }} [options] `key`: a key of the application, which
   *   get() and the others take as well as the id; the record of that key is replaced
   * @returns {Promise<Record>}
   */
  insert(data, options) {
    const made = (id) => record().of(id, this.#storage);
    return this.#storage.insertInto(this.#name, data, options, made);
  }

  /**
   * Adds many records, in transactions of about 1 MiB.
   * @param {Iterable<object>|AsyncIterable<object>} rows
   * @param {{ key?: string|((row: object) => string), durability?: string, signal?: AbortSignal,
   *   onProgress?: (count: number) => void }} [options] `key`: which field is a key of the
   *   application, or what makes one
   * @returns {Promise<{ count: number, ids: string[], idBytes: Buffer }>}
   */
  async insertMany(rows, options) {
    return this.#storage.insertManyInto(this.#name, rows, options);
  }

  /** The record, of this moment; null when there is none. By id or by key. */
  async get(id) {
    return this.peek(id);
  }

  /** The same at once. */
  peek(id) {
    return this.#kept.get(typeof id === 'string' ? id : this.idOf(id));
  }

  /**
   * Records of many ids or keys, null where there is none.
   * @param {Iterable<string>|Uint8Array} ids bytes: 16 for each id, the fastest way
   */
  async getMany(ids) {
    return this.peekMany(ids);
  }

  peekMany(ids) {
    if (ids instanceof Uint8Array) return this.#storage.reads.findMany(ids, this.#name);
    const areTexts = Array.isArray(ids) && ids.every((id) => typeof id === 'string');
    const list = areTexts ? ids : Array.from(ids, (id) => this.#textOf(id));
    return this.#storage.reads.findNamed(list, this.#name);
  }

  #textOf(id) {
    return typeof id === 'string' ? id : this.idOf(id);
  }

  async has(id) {
    return this.peek(id) !== null;
  }

  /** The id that an id, a key, or a record stands for. */
  idOf(id) {
    return this.#storage.idOf(id, this.#name);
  }

  /**
   * Changes fields, and leaves the others; `undefined` removes one.
   * @param {{ ifVersion?: string, durability?: string }} [options] `ifVersion`: of version(id)
   */
  update(id, delta, options) {
    try {
      return this.#storage.updateIn(this.#name, id, delta, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Replaces the record that has this key of the application, or adds it. */
  async upsert(key, data, options) {
    return this.insert(data, { ...callOptions().optionsOfCall(options, 'upsert'), key });
  }

  /** Applies `changes` if every field of `prev` has that value; `undefined`: is not there. */
  swap(id, changes, prev, options) {
    try {
      return this.#storage.swapIn(this.#name, id, changes, prev, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Removes the record; false when there was none. */
  async delete(id, options) {
    return this.#storage.deleteIn(this.#name, id, options);
  }

  /** The record as an object that can be changed and saved. Rejected when there is none. */
  async record(id) {
    const real = this.idOf(id);
    if (this.peek(real) === null) throw notFound(nameOf(id, real));
    return record().of(real, this.#storage);
  }

  /** What names exactly this content, for `ifVersion`; null when there is no record. */
  async version(id) {
    return this.#storage.version(this.idOf(id));
  }

  // --- queries ---

  #query() {
    return new (query())(this.#storage, { collection: this.#name });
  }

  where(filter) {
    return this.#query().where(filter);
  }

  orderBy(path, order) {
    return this.#query().orderBy(path, order);
  }

  limit(count) {
    return this.#query().limit(count);
  }

  offset(count) {
    return this.#query().offset(count);
  }

  after(cursor) {
    return this.#query().after(cursor);
  }

  include(...relations) {
    return this.#query().include(...relations);
  }

  select(...fields) {
    return this.#query().select(...fields);
  }

  groupBy(by, fields) {
    return this.#query().groupBy(by, fields);
  }

  all(options) {
    return this.#query().all(options);
  }

  first(options) {
    return this.#query().first(options);
  }

  page(options) {
    return this.#query().page(options);
  }

  explain(options) {
    return this.#query().explain(options);
  }

  count(options) {
    return this.#query().count(options);
  }

  each(callback, options) {
    return this.#query().each(callback, options);
  }

  live(callback, options) {
    return this.#query().live(callback, options);
  }

  watch(options) {
    return this.#query().watch(options);
  }

  [Symbol.asyncIterator]() {
    return this.#query()[Symbol.asyncIterator]();
  }

  // --- fields that many may change at once ---

  /** `db.Post.field(id, 'likes').add(1)`: counters, sets, lists, texts and trees. */
  field(id, name) {
    return new (field())(this.#storage, this.idOf(id), name, id);
  }
}

guardAll(Collection.prototype, ['getMany', 'peekMany', 'field', 'upsert']);

module.exports = { Collection };
