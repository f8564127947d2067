'use strict';

// A storage: the object that open() gives.
//
// Reads are of this moment and at once underneath; writes are collected and told when they are as
// durable as was asked for. All threads of a process that open one directory share one engine.

const path = require('node:path');
const { native, called, settled } = require('../native.js');
const { GsError } = require('../errors.js');
const { optionsOf } = require('./options.js');
const { Kept } = require('../records/kept.js');
const { Reads } = require('../records/reads.js');
const { Writes } = require('../writes/writes.js');
const { Collection } = require('../records/collection.js');
const { Query } = require('../queries/query.js');
const { Record } = require('../records/record.js');
const { putInForce, collectionsOf, isEnforced } = require('../schema/schema.js');
const { toJson, fromJson } = require('../values/json.js');
const { ID_OF } = require('../values/types.js');
const { compatible } = require('../compatible/saved_data.js');
const { SyncManager } = require('../compatible/sync.js');
const { changes } = require('./changes.js');
const { Listeners } = require('./listeners.js');
const { history } = require('./history.js');
const { versions } = require('./versions.js');
const { care } = require('./care.js');
const { files } = require('./text_files.js');
const { functionOf, optionsOfCall, guardAll } = require('../arguments.js');
const { upstream } = require('../files/upstream.js');
const { watchRecord } = require('../records/watch_record.js');

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
  #listeners = new Listeners();

  /** A promise, as upstream's: `await new Storage(options)`. */
  constructor(options) {
    this.schema = null;
    this.#options = optionsOf(options);
    if (this.#options.layout === 'files') {
      return require('../files/storage.js').FilesStorage.open(this.#options);
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
    return this.#listeners.add(call, this.native);
  }

  watchRecord(id, call) {
    return watchRecord(this, id, call);
  }

  collectionNames() {
    return [...this.#collections.keys()];
  }

  /** How durable a write is to be that asks for that, or for nothing. */
  durabilityOf(asked) {
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
    const id = this.reads.idOf(text, collection);
    if (collection !== '' || this.peek(id) !== null) return id;
    for (const place of this.#collections.keys()) {
      const keyed = this.reads.idOf(text, place);
      if (this.peek(keyed) !== null) return keyed;
    }
    return id;
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

  // --- the schema ---

  /** Puts a schema in force. `allowUnsafe`: also when records may not fit it. */
  async applySchema(schema, options) {
    const { allowUnsafe = false } = optionsOfCall(options);
    await putInForce(this, schema, allowUnsafe);
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

guardAll(Storage.prototype, ['applySchema', 'invoke']);
Object.assign(Storage.prototype, changes, compatible, history, versions, care, files, upstream);
Storage.Collection = Collection;
Storage.Record = Record;

module.exports = { Storage };
