'use strict';

// The layout `files`: each record is a file of JSON as upstream writes it, and each write a block
// of the chain beside it. Writes of any number of stores, threads and processes stand one after
// another; a crash leaves each write done or not begun (js/lib/compatible/ledger.js says how).

const path = require('node:path');
const { Blockchain } = require('../compatible/chain.js');
const { calculateHash, decrypt, encrypt } = require('../compatible/crypto.js');
const disk = require('../disk/disk.js');
const { gsError, telling } = require('../errors.js');
const { copyOf, isObject } = require('../disk/json.js');
const { loadKeys } = require('../compatible/keys.js');
const { Ledger } = require('../compatible/ledger.js');
const { TextCache } = require('./cache.js');
const { fileOf, isBlockOf, parseEntry } = require('./record_file.js');

const notFound = (id) => gsError('GS_NOT_FOUND', `Record ${id} not found`);

const checkFields = (value, what) => {
  if (isObject(value)) return copyOf(value, what);
  throw gsError('GS_INVALID', `${what} must be an object`);
};

const isFlag = (encrypted) => encrypted === undefined || typeof encrypted === 'boolean';

class FileStore {
  #data;
  #keys;
  #chain;
  #ledger;
  #cache = new TextCache();
  #running = new Set();
  #closed = false;

  /**
   * Open a directory, or make a storage there.
   * @param {string} directory
   */
  static async open(directory) {
    const store = new FileStore();
    const at = (name) => path.join(directory, name);
    if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
      throw gsError('GS_INVALID', 'The directory of a storage must be a path');
    }
    store.#data = at('data');
    await telling(`${directory} cannot be opened`, () => disk.ensureDirectory(store.#data));
    store.#keys = await loadKeys(at('keys'));
    store.#ledger = await Ledger.open(at('blockchain'));
    store.#chain = await new Blockchain(at('blockchain'));
    return store;
  }

  /** The data of a record, a copy of its own; null when there is none. */
  async load(id) {
    const file = fileOf(this.#data, id);
    return this.#run(id, async () => {
      const entry = await this.#read(file, id);
      return entry && entry.data;
    });
  }

  async has(id) {
    const file = fileOf(this.#data, id);
    return this.#run(id, () => disk.exists(file));
  }

  /**
   * Write a record, whether it was there or not.
   * @param {string} id
   * @param {unknown} data
   * @param {{encrypted?: boolean}} [options] without it, a record stays encrypted that was
   * @returns {Promise<string>} hash of its block
   */
  async save(id, data, { encrypted } = {}) {
    const file = fileOf(this.#data, id);
    const copy = copyOf(data, 'The data of a record');
    if (!isFlag(encrypted)) throw gsError('GS_INVALID', 'encrypted must be true or false');
    return this.#write(id, async (append) => {
      const isEncrypted = encrypted ?? (await this.#wasEncrypted(file, id));
      return this.#append(append, id, copy, isEncrypted);
    });
  }

  /** Remove a record, with a block that says so; false when there was none. */
  async remove(id) {
    const file = fileOf(this.#data, id);
    return this.#write(id, async (append) => {
      if (!(await disk.exists(file))) return false;
      await append({ id, deleted: true }, { deleted: true });
      return true;
    });
  }

  /**
   * Put `changes` into a record if each field of `prev` is what it says; whether it was.
   * Fields are compared with ===, so objects and arrays are never the same.
   */
  async swap(id, changes, prev) {
    const after = checkFields(changes, 'The changes of a record');
    if (!isObject(prev)) throw gsError('GS_INVALID', 'The previous values must be an object');
    const before = Object.entries(prev);
    return this.#change(id, (data) => {
      const isSame = before.every(([key, value]) => isObject(data) && data[key] === value);
      return isSame ? { ...data, ...after } : undefined;
    });
  }

  /**
   * Replace the data of a record by what `change` makes of it, while nobody else writes. `change`
   * is not async; undefined means: leave it as it is.
   * @param {string} id
   * @param {(data: unknown) => unknown} change
   * @returns {Promise<boolean>} whether something was written
   */
  async update(id, change) {
    if (typeof change !== 'function') throw gsError('GS_INVALID', 'The change must be a function');
    return this.#change(id, change);
  }

  /** Whether the chain is intact; options are those of Blockchain.validate. */
  async validate(options) {
    return this.#run('', () => this.#chain.validate(options));
  }

  /** Whether a block was written for exactly this data of a record. */
  async validateRecord(id, data, blockHash) {
    return this.#run(id, async () => {
      try {
        return isBlockOf(await this.#chain.readBlock(blockHash), id, data);
      } catch {
        return false;
      }
    });
  }

  /** Wait for what is under way, and take nothing more. */
  async close() {
    this.#closed = true;
    await Promise.allSettled([...this.#running]);
    this.#cache.clear();
  }

  async #run(id, work) {
    if (this.#closed) throw gsError('GS_CLOSED', 'The storage is closed');
    const running = telling(`Record ${id}`, work);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  #write(id, work) {
    return this.#run(id, async () => {
      try {
        return await this.#ledger.exclusive(work);
      } finally {
        this.#cache.delete(id);
      }
    });
  }

  async #change(id, change) {
    const file = fileOf(this.#data, id);
    return this.#write(id, async (append) => {
      const entry = await this.#read(file, id);
      if (entry === null) throw notFound(id);
      const changed = change(entry.data);
      if (changed === undefined) return false;
      const copy = copyOf(changed, 'The data of a record');
      await this.#append(append, id, copy, entry.encrypted);
      return true;
    });
  }

  #append(append, id, data, encrypted) {
    const stored = encrypted ? encrypt(data, this.#keys.publicKey) : data;
    return append({ id, hash: calculateHash(stored) }, { data: stored, encrypted });
  }

  async #wasEncrypted(file, id) {
    const text = await disk.readTextOrNull(file);
    if (text === null) return false;
    try {
      return parseEntry(text, id).encrypted;
    } catch {
      // What is there is damaged; it is being replaced.
      return false;
    }
  }

  // {data, encrypted} of a record, checked against its block; null when there is none.
  async #read(file, id) {
    const mark = await disk.mark(file);
    if (mark === null) return null;
    const known = this.#cache.get(id, mark);
    if (known !== null) return JSON.parse(known);
    const version = await disk.readMarked(file);
    if (version === null) return null;
    const entry = await this.#check(parseEntry(version.text, id), id);
    this.#cache.set(id, version.mark, JSON.stringify(entry));
    return entry;
  }

  async #check({ data, encrypted, block }, id) {
    if (!(await this.#isValid(id, data, block))) {
      throw gsError('GS_BROKEN_CHAIN', `Storage record ${id} is invalid`, {
        hint: 'Its file was changed from outside: restore it from a backup.',
        details: { id, block },
      });
    }
    return { data: encrypted ? decrypt(data, this.#keys.privateKey) : data, encrypted };
  }

  async #isValid(id, data, hash) {
    const block = await this.#ledger.readUnchecked(hash);
    return block !== null && calculateHash(block) === hash && isBlockOf(block, id, data);
  }
}

module.exports = { FileStore };
