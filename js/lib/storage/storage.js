'use strict';

// A storage: the object that open() gives.
//
// Reads are of this moment and at once underneath; writes are collected and told when they are as
// durable as was asked for. All threads of a process that open one directory share one engine.

const fs = require('node:fs');
const path = require('node:path');
const { native, called, settled } = require('../native.js');
const { GsError, notFound, nameOf } = require('../errors.js');
const { optionsOf } = require('./options.js');
const { Kept } = require('../records/kept.js');
const { Reads } = require('../records/reads.js');
const { Collection } = require('../records/collection.js');
const { later } = require('../later.js');
const { ID_OF } = require('../values/types.js');
const { addMethods } = require('./methods.js');
const { functionOf, guardAll } = require('../arguments.js');

const query = later(() => require('../queries/query.js').Query);
const record = later(() => require('../records/record.js').Record);
const schemas = later(() => require('../schema/schema.js'));
const json = later(() => require('../values/json.js'));
const callOptions = later(() => require('../call_options.js'));
const nodes = later(() => require('../compatible/sync.js').SyncManager);

const REST_MS = 1000;

// Files that were replaced are not kept for a program that reads now and then; nor does this keep a
// storage that was forgotten.
const restNowAndThen = (native, allKept) => {
  const weak = new WeakRef(native);
  const weakKept = new WeakRef(allKept);
  const timer = setInterval(() => {
    const there = weak.deref();
    if (there) there.rest();
    else clearInterval(timer);
    for (const kept of weakKept.deref() || []) kept.rest();
  }, REST_MS);
  timer.unref();
  return timer;
};

const hasNodes = (directory) => {
  try {
    return fs.readdirSync(path.join(directory, 'remote')).length > 0;
  } catch (error) {
    return error.code !== 'ENOENT'; // who reads them tells what is wrong
  }
};

// What a creation that was stopped left, parts of a storage that lost its log, what a file system
// brings along; as cmd/gstore/directories.cc has it, and `remote`, which has the nodes.
const OWN = ['storage.json', 'creating', 'lock', 'log', 'keys', 'state', 'manifest', 'blobs'];
const BESIDE = ['backup.json', 'lost+found', 'base', 'remote', '.DS_Store'];
const belongs = (name) =>
  OWN.includes(name) || BESIDE.includes(name) || (name.startsWith('.') && name.endsWith('.new'));

// The files of a new storage would lie among others, and be taken for theirs.
const refuseStrangers = (directory) => {
  let names;
  try {
    names = fs.readdirSync(directory);
  } catch {
    return; // not there, or the engine says what is wrong
  }
  const stranger = names.find((name) => !belongs(name));
  if (stranger === undefined || names.includes('storage.json')) return;
  throw new GsError('GS_EXISTS', `${directory} holds ${stranger}, and no storage`, {
    hint:
      'Give a new or empty directory. One of globalstorage 1.0.0 opens with layout: ' +
      "'files', or importUpstream() takes it over.",
  });
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
  #allKept = []; // of all collections
  #writes = null;
  #collections = new Map();
  #timer = null;
  #closing = null;
  #whenClosing = new Set();
  #listeners = null;

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
    if (options.create !== false && !options.readOnly) refuseStrangers(this.directory);
    this.#native = await settled(called(() => native().open(this.directory, options)));
    this.#reads = new Reads(this.#native);
    this.#kept = this.keep(null);
    this.#timer = restNowAndThen(this.#native, this.#allKept);
    try {
      await this.#findNodes();
      if (options.branch) await this.checkout(options.branch);
      if (schema) await this.#useSchema(schema);
      await this.#addCollections();
    } catch (error) {
      await this.#close();
      throw error;
    }
    return this;
  }

  // Without nodes, as most are, it is made when somebody asks for it.
  async #findNodes() {
    if (hasNodes(this.directory)) {
      this.sync = await new (nodes())(this.directory);
      return;
    }
    const sync = later(() => nodes().empty(this.directory));
    Object.defineProperty(this, 'sync', { get: sync, enumerable: true });
  }

  async #useSchema(schema) {
    this.schema = schema;
    const { validate, allowUnsafe, readOnly } = this.#options;
    if (schemas().isEnforced(schema, validate) && !readOnly) {
      await this.applySchema(schema, { allowUnsafe });
    }
    for (const name of schemas().collectionsOf(schema)) this.#addCollection(name);
  }

  // Their names are texts, which need none of what invoke() has to be read.
  async #addCollections() {
    const { native } = this;
    const text = await settled(called(() => native.call('collections', '{}')));
    for (const { name } of JSON.parse(text)) this.#addCollection(name);
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
    return (this.#writes ||= new (require('../writes/writes.js').Writes)(this.#native));
  }

  /** Records that are kept between commits: of one collection, or of all (null). */
  keep(collection) {
    const kept = new Kept(this.#reads, collection);
    this.#allKept.push(kept);
    return kept;
  }

  /**
   * A call by name (docs/CALLS.md). What was written before is there for it.
   * @param {(done: number, total: number) => void} [onProgress] of a long one
   */
  async invoke(method, parameters = {}, onProgress) {
    const storage = this.native;
    const { toJson, fromJson } = json();
    const text = toJson(parameters);
    if (this.#writes) await this.#writes.flush();
    return fromJson(await settled(called(() => storage.call(method, text, onProgress))));
  }

  /** `call` is called when the storage is about to close. Gives what takes that back. */
  whenClosing(call) {
    functionOf(call, 'a listener');
    this.#whenClosing.add(call);
    return () => this.#whenClosing.delete(call);
  }

  /** `call` is called soon after commits, of whichever thread. Gives what takes that back. */
  whenCommitted(call) {
    this.#listeners ||= new (require('./listeners.js').Listeners)(this.native);
    return this.#listeners.add(call);
  }

  watchRecord(id, call) {
    return require('../records/watch_record.js').watchRecord(this, id, call);
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
  find(asked = {}) {
    return new (query())(this, asked);
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
    if (this.peek(real) === null) throw notFound(nameOf(id, real));
    return record().of(real, this);
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
    const { allowUnsafe = false } = callOptions().optionsOfCall(options, 'applySchema');
    await schemas().putInForce(this, schema, allowUnsafe);
    await this.#addCollections();
  }

  // --- the end ---

  async #close() {
    if (this.#closing) return this.#closing;
    const finish = async () => {
      clearInterval(this.#timer);
      // Whatever of it fails, the storage is closed.
      const ends = [...this.#whenClosing].map(async (call) => call());
      const failed = (await Promise.allSettled(ends)).find(({ reason }) => reason !== undefined);
      if (this.#writes) await this.#writes.flush().catch(() => {}); // whoever wrote is told
      await settled(this.#native.close());
      this.#reads.counter[0]++; // what was kept is asked for again, and refused
      if (!failed) return;
      this.#closing = Promise.resolve(); // it is told once
      throw failed.reason;
    };
    // Listeners may ask for it as well.
    let begin;
    this.#closing = new Promise((resolve) => (begin = resolve)).then(finish);
    begin();
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
addMethods(Storage.prototype);
Storage.Collection = Collection;
Object.defineProperty(Storage, 'Record', { get: record, enumerable: true });

module.exports = { Storage };
