'use strict';

// A storage in the layout `files`: upstream's methods over upstream's files. What only the engine
// can do is refused and says so.

const fs = require('node:fs');
const path = require('node:path');
const { GsError } = require('../errors.js');
const { optionsOfCall } = require('../call_options.js');
const { Collection } = require('../records/collection.js');
const { Record } = require('../records/record.js');
const { Storage } = require('../storage/storage.js');
const { SyncManager } = require('../compatible/sync.js');
const { collectionsOf } = require('../schema/schema.js');
const { deltaOf } = require('../records/watch_record.js');
const { FileStore } = require('./store.js');
const platform = require('../platform.js');

class FilesCollection extends Collection {
  #storage;

  constructor(storage, name) {
    super(storage, name);
    this.#storage = storage;
  }

  async insert(data) {
    const id = await this.#storage.insert({ ...data, $type: this.name });
    return Record.open(id, this.#storage);
  }

  async get(id) {
    return this.#storage.get(id);
  }

  async update(id, delta) {
    return this.#storage.update(id, delta);
  }

  async delete(id) {
    return this.#storage.delete(id);
  }

  async record(id) {
    return this.#storage.record(id);
  }
}

// Its files would lie among those of the engine, which has records of its own.
const refuseNative = (directory) => {
  if (!fs.existsSync(path.join(directory, 'storage.json'))) return;
  throw new GsError('GS_EXISTS', `${directory} holds a storage of the engine`, {
    hint: "Open it without layout: 'files', or give another directory.",
  });
};

class FilesStorage {
  #store;
  // Data of records that a program has open or watches, as of the last time somebody looked here.
  #seen = new Map();
  #watching = new Map(); // id: set of calls

  static async open(options) {
    const storage = new FilesStorage();
    storage.schema = options.schema;
    storage.directory = path.resolve(options.path);
    refuseNative(storage.directory);
    storage.#store = await FileStore.open(storage.directory);
    storage.sync = await new SyncManager(storage.directory);
    for (const name of collectionsOf(options.schema)) {
      if (!(name in storage)) storage[name] = new FilesCollection(storage, name);
    }
    storage.close = storage.#close.bind(storage);
    storage.stop = storage.close;
    return storage;
  }

  keep() {
    return { get: (id) => this.peek(id) };
  }

  idOf(id) {
    return typeof id === 'object' && id !== null ? id.id : id;
  }

  async saveData(id, data, options) {
    await this.#store.save(id, data, optionsOfCall(options, 'saveData'));
    this.#changed(id, data);
  }

  async loadData(id) {
    const data = await this.#store.load(id);
    if (data !== null && this.#seen.has(id)) this.#seen.set(id, data);
    return data;
  }

  async load(id) {
    const data = await this.loadData(id);
    if (data !== null) this.#seen.set(id, data);
    return data;
  }

  async get(id) {
    return this.loadData(this.idOf(id));
  }

  async set(id, data) {
    await this.saveData(id, data);
  }

  async insert(data) {
    const id = platform.crypto.randomUUID();
    await this.saveData(id, data);
    return id;
  }

  async update(id, delta) {
    let after = null;
    await this.#store.update(id, (data) => (after = { ...data, ...delta }));
    this.#changed(id, after);
  }

  async swap(id, changes, prev) {
    const swapped = await this.#store.swap(id, changes, prev);
    if (swapped && this.#seen.has(id)) this.#changed(id, await this.#store.load(id));
    return swapped;
  }

  async delete(id) {
    const removed = await this.#store.remove(id);
    this.#seen.delete(id);
    return removed;
  }

  async has(id) {
    return this.#store.has(id);
  }

  hasRecord(id) {
    return this.#seen.has(id);
  }

  getCachedData(id) {
    return this.#seen.get(id) ?? null;
  }

  peek(id) {
    return this.getCachedData(id);
  }

  addUpdate() {}

  async record(id) {
    return Record.open(id, this);
  }

  async validate(idOrOptions, data, block) {
    if (typeof idOrOptions === 'string')
      return this.#store.validateRecord(idOrOptions, data, block);
    const { last, from } = idOrOptions || {};
    if (last === undefined && from === undefined) return false;
    return this.#store.validate({ last, from });
  }

  watchRecord(id, call) {
    const calls = this.#watching.get(id) || new Set();
    this.#watching.set(id, calls.add(call));
    return () => calls.delete(call);
  }

  #changed(id, after) {
    if (!this.#seen.has(id)) return;
    const before = this.#seen.get(id);
    this.#seen.set(id, after);
    for (const call of this.#watching.get(id) || []) call(after, deltaOf(before || {}, after));
  }

  async #close() {
    await this.#store.close();
  }
}

// It is a Storage to whoever asks; what it has not itself is the engine's.
Object.setPrototypeOf(FilesStorage.prototype, Storage.prototype);
for (const name of Object.getOwnPropertyNames(Storage.prototype)) {
  if (Object.hasOwn(FilesStorage.prototype, name)) continue;
  const refuse = () => {
    throw new GsError('GS_UNSUPPORTED', `${name} needs the engine, not the layout 'files'`, {
      hint: "Open the storage without { layout: 'files' }.",
    });
  };
  const { get } = Object.getOwnPropertyDescriptor(Storage.prototype, name);
  Object.defineProperty(FilesStorage.prototype, name, get ? { get: refuse } : { value: refuse });
}

module.exports = { FilesStorage };
