'use strict';

// A transaction: reads and writes of several records that take effect all or none.
//
// It keeps the version of each record that it read; the commit is refused (GS_CONFLICT) when one of
// them is another by then, and transact() begins again. Nobody waits for it meanwhile.

const { GsError, notFound, nameOf } = require('../errors.js');
const { optionsOfCall } = require('../call_options.js');
const { operations } = require('./writes.js');
const { heldOf } = require('../values/shape.js');
const platform = require('../platform.js');

/** The records of one collection, as a transaction sees them. */
class TransactionCollection {
  #tx;
  #name;

  constructor(tx, name) {
    this.#tx = tx;
    this.#name = name;
  }

  insert(data, options) {
    const { key } = optionsOfCall(options, 'insert of a transaction');
    return this.#tx.insert(this.#name, data, key);
  }

  get(id) {
    return this.#tx.get(id, this.#name);
  }

  update(id, delta) {
    return this.#tx.update(id, delta, this.#name);
  }

  delete(id) {
    return this.#tx.delete(id, this.#name);
  }
}

class Transaction {
  #storage;
  #read = new Map(); // id: version, null for none
  #given = new Map(); // id: what the transaction itself makes of it, null: removed
  #writes = []; // (encoder) => void
  #inserted = []; // what insert() gave
  #isOver = false;

  constructor(storage) {
    this.#storage = storage;
    for (const name of storage.collectionNames()) {
      if (!(name in this)) this[name] = new TransactionCollection(this, name);
    }
  }

  collection(name) {
    return new TransactionCollection(this, name);
  }

  #check() {
    if (this.#isOver) throw new GsError('GS_CLOSED', 'the transaction is over');
  }

  /** The record, with what the transaction did to it; null when there is none. */
  get(id, collection = '') {
    this.#check();
    const real = this.#storage.idOf(id, collection);
    if (this.#given.has(real)) return this.#given.get(real);
    const { record, version } = this.#storage.reads.versioned(real);
    if (!this.#read.has(real)) this.#read.set(real, version);
    return record;
  }

  #seen(id, given) {
    const record = this.get(id);
    if (record === null) throw notFound(nameOf(given, id));
    return heldOf(record) ? record.toObject() : record;
  }

  /** @returns {{ id: string|null }} its id, known when the transaction is committed */
  insert(collection, data, key) {
    this.#check();
    const copy = { ...data };
    this.#writes.push((encoder) => {
      if (key === undefined) operations.insert(encoder, collection, copy);
      else operations.put(encoder, collection, String(key), copy);
    });
    const inserted = { id: null };
    this.#inserted.push(inserted);
    return inserted;
  }

  update(id, delta, collection = '') {
    this.#check();
    const real = this.#storage.idOf(id, collection);
    const changes = { ...delta };
    const now = { ...this.#seen(real, id), ...changes };
    for (const name of Object.keys(now)) if (now[name] === undefined) delete now[name];
    this.#given.set(real, Object.freeze(now));
    this.#writes.push((encoder) => operations.update(encoder, real, changes));
  }

  set(id, data, collection = '') {
    this.#check();
    const real = this.#storage.idOf(id, collection);
    this.#seen(real, id);
    const copy = { ...data };
    this.#given.set(real, Object.freeze(copy));
    this.#writes.push((encoder) => operations.set(encoder, real, copy));
  }

  delete(id, collection = '') {
    this.#check();
    const real = this.#storage.idOf(id, collection);
    if (this.get(real) === null) return false;
    this.#given.set(real, null);
    this.#writes.push((encoder) => operations.remove(encoder, real));
    return true;
  }

  // For transact().
  async commit(durability) {
    this.#check();
    this.#isOver = true;
    if (this.#writes.length === 0) return;
    const write = (encoder) => {
      for (const [id, version] of this.#read) operations.expect(encoder, id, version);
      for (const one of this.#writes) one(encoder);
    };
    const read = (results) => {
      for (const one of this.#inserted) one.id = results.id();
    };
    await this.#storage.writes.transact(write, read, durability);
  }

  end() {
    this.#isOver = true;
  }
}

const TRIES = 10;
const WAIT_MS_MAX = 128;

// Many that change one record would meet again and again: they go apart.
const goApart = async (tries) => {
  if (tries === 0) return;
  await platform.sleep(Math.random() * Math.min(2 ** tries, WAIT_MS_MAX));
};

/**
 * @param {(tx: Transaction) => any} run called again after a conflict
 * @returns what `run` returned last
 */
const transact = async (storage, run, { retries = TRIES, durability, signal } = {}) => {
  for (let tries = 0; ; tries++) {
    if (signal) signal.throwIfAborted();
    const tx = new Transaction(storage);
    try {
      const result = await run(tx);
      if (signal) signal.throwIfAborted();
      await tx.commit(durability);
      return result;
    } catch (error) {
      const again = error instanceof GsError && error.code === 'GS_CONFLICT' && tries < retries;
      if (!again) throw error;
    } finally {
      tx.end();
    }
    await goApart(tries);
  }
};

module.exports = { Transaction, transact };
