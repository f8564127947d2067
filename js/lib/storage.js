'use strict';

// A storage: the object that open() gives.
//
// Reads are of this moment and at once underneath; writes are collected and told when they are as
// durable as was asked for. All threads of a process that open one directory share one engine.

const path = require('node:path');
const { native, called, settled } = require('./native.js');
const { GsError } = require('./errors.js');
const { optionsOf } = require('./options.js');
const { Reads, Kept } = require('./reads.js');
const { Writes, operations, field, splice } = require('./writes.js');
const { insertMany } = require('./insert_many.js');
const { Collection } = require('./collection.js');
const { Query } = require('./query.js');
const { Record } = require('./record.js');
const { transact } = require('./transaction.js');
const { schemaText, collectionsOf, isEnforced } = require('./schema.js');
const { toJson, fromJson } = require('./values/json.js');
const { ID_OF } = require('./values/types.js');
const { compatible } = require('./compatible.js');
const { SyncManager } = require('./sync.js');
const { history } = require('./history.js');
const { versions } = require('./versions.js');
const { care } = require('./care.js');
const { files } = require('./text_files.js');
const { textOf, functionOf, optionsOfCall, guardAll } = require('./arguments.js');
const { upstream } = require('./upstream.js');
const { watchRecord } = require('./watch_record.js');

const REST_MS = 1000;

// Files that were replaced are not kept for a program that reads now and then; nor does this keep a
// storage that was forgotten.
const restNowAndThen = (native) => {
  const weak = new WeakRef(native);
  const timer = setInterval(() => {
    const there = weak.deref();
    if (there) there.rest();
    else clearInterval(timer);
  }, REST_MS);
  timer.unref();
  return timer;
};

// All threads of a program put the same schema in force when they begin: one does, the others are
// told that it is another one by now, and find theirs there when they look again.
const SCHEMA_TRIES = 5;

const again = async (put) => {
  for (let tries = 1; ; tries++) {
    try {
      return await put();
    } catch (error) {
      if (error.code !== 'GS_CONFLICT' || tries === SCHEMA_TRIES) throw error;
    }
  }
};

// A listener that throws holds up no other one.
const tell = (listener) => {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

// False of what cannot be read: the encoder says so.
const hasType = (data) => {
  try {
    return typeof data === 'object' && data !== null && '$type' in data;
  } catch {
    return false;
  }
};

const idOfObject = (object) => {
  try {
    return object[ID_OF];
  } catch (error) {
    throw new GsError('GS_INVALID', `an id cannot be read: ${error && error.message}`, {
      cause: error,
    });
  }
};

const noCollection = () => new GsError('GS_INVALID', 'the name of a collection is a text');
const closed = () => new GsError('GS_CLOSED', 'the storage is closed');

class Storage {
  #options;
  #native = null;
  #reads = null;
  #kept = null;
  #writes = null;
  #collections = new Map();
  #timer = null;
  #closing = null;
  #whenClosing = new Set();
  #whenCommitted = new Set();
  #isTold = false;

  /** A promise, as upstream's: `await new Storage(options)`. */
  constructor(options) {
    this.schema = null;
    this.#options = optionsOf(options);
    if (this.#options.layout === 'files') {
      return require('./files/storage.js').FilesStorage.open(this.#options);
    }
    // Own and bound, so that they can be handed on. Impress calls `stop` of what it finds in `db`,
    // before the calls of its clients are over: they are still answered.
    this.close = () => this.#close();
    this.stop = () => this.#stop();
    for (const name of ['close', 'stop']) Object.defineProperty(this, name, { enumerable: false });
    return this.#open();
  }

  async #open() {
    const { path: directory, schema, ...options } = this.#options;
    this.directory = path.resolve(directory);
    this.#native = await settled(called(() => native().open(this.directory, options)));
    this.#reads = new Reads(this.#native);
    this.#kept = this.keep(null);
    this.#writes = new Writes(this.#native);
    this.#timer = restNowAndThen(this.#native);
    try {
      this.sync = await new SyncManager(this.directory);
      if (options.branch) await this.checkout(options.branch);
      if (schema) await this.#useSchema(schema);
      for (const { name } of await this.invoke('collections')) this.#addCollection(name);
    } catch (error) {
      await this.#close();
      throw error;
    }
    return this;
  }

  async #useSchema(schema) {
    this.schema = schema;
    const { validate, allowUnsafe, readOnly } = this.#options;
    if (isEnforced(schema, validate) && !readOnly) {
      await this.applySchema(schema, { allowUnsafe });
    }
    for (const name of collectionsOf(schema)) this.#addCollection(name);
  }

  #addCollection(name) {
    if (this.#collections.has(name)) return;
    const collection = new Collection(this, name);
    this.#collections.set(name, collection);
    // One that has the name of a method is found by collection().
    if (!(name in this)) {
      Object.defineProperty(this, name, {
        value: collection,
        enumerable: true,
        configurable: true,
      });
    }
  }

  // --- what the parts of this package share ---

  get native() {
    if (this.#closing) throw closed();
    return this.#native;
  }

  get reads() {
    if (this.#closing) throw closed();
    return this.#reads;
  }

  get writes() {
    if (this.#closing) throw closed();
    return this.#writes;
  }

  /** Records that are kept between commits: of one collection, or of all (null). */
  keep(collection) {
    return new Kept(this.#reads, collection);
  }

  /**
   * A call by name (docs/CALLS.md). What was written before is there for it.
   * @param {(done: number, total: number) => void} [onProgress] of a long one
   */
  async invoke(method, parameters = {}, onProgress) {
    const storage = this.native;
    const json = toJson(parameters);
    await this.#writes.flush();
    return fromJson(await settled(called(() => storage.call(method, json, onProgress))));
  }

  /** `call` is called when the storage is about to close. Gives what takes that back. */
  whenClosing(call) {
    functionOf(call, 'a listener');
    this.#whenClosing.add(call);
    return () => this.#whenClosing.delete(call);
  }

  /** `call` is called soon after commits, of whichever thread. Gives what takes that back. */
  whenCommitted(call) {
    functionOf(call, 'a listener');
    if (!this.#isTold) {
      const calls = this.#whenCommitted; // not this storage: it may be forgotten
      this.native.onCommit(() => {
        for (const one of calls) tell(one);
      });
      this.#isTold = true;
    }
    this.#whenCommitted.add(call);
    return () => this.#whenCommitted.delete(call);
  }

  watchRecord(id, call) {
    return watchRecord(this, id, call);
  }

  collectionNames() {
    return [...this.#collections.keys()];
  }

  #durability(asked) {
    return asked || this.#options.durability;
  }

  /** The id that an id, a key in the collection, or a record stands for. */
  idOf(id, collection = '') {
    if (typeof collection !== 'string') throw noCollection();
    if (typeof id === 'string') return this.#idOfText(id, collection);
    const own = typeof id === 'object' && id !== null ? idOfObject(id) : undefined;
    if (own !== undefined) return own;
    if (typeof id === 'number') return this.#idOfText(String(id), collection);
    throw new GsError('GS_INVALID', `an id is a text, not ${id === null ? 'null' : typeof id}`);
  }

  // Without a collection a key may be that of a record of any.
  #idOfText(text, collection) {
    if (collection !== '') return this.reads.idOf(text, collection);
    const record = this.peek(text);
    if (record !== null) return record[ID_OF];
    for (const place of this.#collections.keys()) {
      const keyed = this.reads.idOf(text, place);
      if (this.peek(keyed) !== null) return keyed;
    }
    return this.reads.idOf(text, '');
  }

  // --- collections and queries ---

  /** The collection of that name, also when nothing was ever written to it. */
  collection(name) {
    if (typeof name !== 'string' || name === '') throw noCollection();
    this.#addCollection(name);
    return this.#collections.get(name);
  }

  /** A query in the language of docs/QUERY.md, over all collections unless it names one. */
  find(query = {}) {
    return new Query(this, query);
  }

  // --- records of any collection ---

  /** The record of this moment at once, or null. */
  peek(id) {
    return this.#kept.get(typeof id === 'string' ? id : this.idOf(id));
  }

  /** All fields as a plain object of the caller's; null when there is no such record. */
  async get(id) {
    return this.load(id);
  }

  async record(id) {
    const real = this.idOf(id);
    if (this.peek(real) === null) throw new GsError('GS_NOT_FOUND', `Record ${id} not found`);
    return Record.of(real, this);
  }

  async has(id) {
    return this.peek(this.idOf(id)) !== null;
  }

  async version(id) {
    const { version } = this.reads.versioned(this.idOf(id));
    return version === null ? null : version.toString('hex');
  }

  async insert(data, options) {
    if (!hasType(data)) return this.insertInto('', data, options);
    const { $type, ...rest } = data;
    return this.insertInto($type, rest, options);
  }

  async insertInto(collection, data, options) {
    const { key, durability } = optionsOfCall(options);
    if (typeof collection !== 'string') throw noCollection();
    if (collection !== '') this.#addCollection(collection);
    const write = (encoder) => {
      if (key === undefined) operations.insert(encoder, collection, data);
      else operations.put(encoder, collection, textOf(key, 'a key'), data);
    };
    return this.writes.transact(write, (results) => results.id(), this.#durability(durability));
  }

  async insertManyInto(collection, rows, options) {
    const durability = this.#durability(optionsOfCall(options).durability);
    return insertMany(this.writes, collection, rows, { ...options, durability });
  }

  /** Changes fields and leaves the others; `undefined` removes one. */
  async update(id, delta, options) {
    const { ifVersion, durability } = optionsOfCall(options);
    const real = this.idOf(id);
    const write = (encoder) => {
      if (ifVersion !== undefined) {
        operations.expect(encoder, real, ifVersion === null ? null : Buffer.from(ifVersion, 'hex'));
      }
      operations.update(encoder, real, delta);
    };
    await this.#about(
      id,
      this.writes.transact(write, () => {}, this.#durability(durability)),
    );
  }

  /** Members of objects, given and removed one by one, as deep as they go. */
  async patch(id, delta, options) {
    const { durability } = optionsOfCall(options);
    const json = toJson(delta);
    const write = (encoder) => operations.patch(encoder, this.idOf(id), json);
    await this.#about(
      id,
      this.writes.transact(write, () => {}, this.#durability(durability)),
    );
  }

  /** Replaces all fields, or adds the record. */
  async set(id, data, options) {
    const { durability } = optionsOfCall(options);
    await this.writeWhole(id, data, { durability });
  }

  /** Applies `changes` if every field of `prev` has that value now: whether it had. */
  async swap(id, changes, prev, options) {
    const { durability } = optionsOfCall(options);
    const real = this.idOf(id);
    const expected = toJson(prev);
    const json = toJson(changes);
    const write = (encoder) => operations.swap(encoder, real, expected, json);
    const read = (results) => results.truth();
    return this.#about(id, this.writes.transact(write, read, this.#durability(durability)));
  }

  /** Removes the record; false when there was none. */
  async delete(id, options) {
    const { durability } = optionsOfCall(options);
    const real = this.idOf(id);
    const write = (encoder) => operations.remove(encoder, real);
    try {
      await this.writes.transact(write, () => {}, this.#durability(durability));
      return true;
    } catch (error) {
      if (error.code === 'GS_NOT_FOUND') return false;
      throw error;
    }
  }

  /** One transaction of the program's own operations (writes.js). */
  write(write, read, durability) {
    return this.writes.transact(write, read, this.#durability(durability));
  }

  // What upstream says of a record that is not there.
  async #about(id, promise) {
    try {
      return await promise;
    } catch (error) {
      if (error.code !== 'GS_NOT_FOUND') throw error;
      throw new GsError('GS_NOT_FOUND', `Record ${id} not found`, { cause: error });
    }
  }

  writeField(operation, id, name, values) {
    const write = (encoder) => field(encoder, operation, id, name, ...values);
    const read = operation === 'treeCreate' ? (results) => results.text() : () => {};
    return this.#about(id, this.writes.transact(write, read, this.#durability()));
  }

  writeEdits(id, name, edits) {
    const write = (encoder) => splice(encoder, id, name, edits);
    return this.#about(
      id,
      this.writes.transact(write, () => {}, this.#durability()),
    );
  }

  /**
   * Reads and writes of several records that take effect all or none.
   * @param {(tx: Transaction) => any} run called again when a record that it read was changed
   *   meanwhile, `retries` times (10)
   */
  async transact(run, options) {
    functionOf(run, 'what transact runs');
    const given = optionsOfCall(options);
    const durability = this.#durability(given.durability);
    return transact(this, run, { ...given, durability });
  }

  // --- the schema ---

  /** Puts a schema in force. `allowUnsafe`: also when records may not fit it. */
  async applySchema(schema, options) {
    const { allowUnsafe = false } = optionsOfCall(options);
    const text = await schemaText(schema);
    await again(() => this.invoke('applySchema', { schema: text, allowUnsafe }));
    for (const { name } of await this.invoke('collections')) this.#addCollection(name);
  }

  // --- the end ---

  async #close() {
    if (this.#closing) return this.#closing;
    const finish = async () => {
      clearInterval(this.#timer);
      await Promise.all([...this.#whenClosing].map((call) => call()));
      await this.#writes.flush().catch(() => {}); // whoever wrote is told
      await settled(this.#native.close());
    };
    this.#closing = finish();
    return this.#closing;
  }

  async #stop() {
    if (this.#closing) return this.#closing;
    if (!this.#options.readOnly) await this.flush();
  }

  async [Symbol.asyncDispose || Symbol.for('Symbol.asyncDispose')]() {
    await this.close();
  }
}

guardAll(Storage.prototype, ['applySchema', 'set', 'invoke']);
Object.assign(Storage.prototype, compatible, history, versions, care, files, upstream);
Storage.Collection = Collection;
Storage.Record = Record;

module.exports = { Storage };
