'use strict';

// Reads a directory that upstream or the layout `files` wrote, for an import: walks the chain from
// its tail to the first block, checks each data file against its block, and gives its records. It
// writes nothing.
//
// Upstream's races left blocks beside the chain. A record of such a block is intact, so it is given
// as well, with `reachable: false`. A record whose file does not fit its block is not given.

const path = require('node:path');
const { decrypt } = require('../compatible/crypto.js');
const disk = require('../disk/disk.js');
const { gsError, telling } = require('../errors.js');
const { isObject } = require('../disk/json.js');
const { Ledger, NO_BLOCK } = require('../compatible/ledger.js');
const { SUFFIX, fileOf, isBlockOf, parseEntry } = require('./record_file.js');
const platform = require('../platform.js');

// More findings than anybody reads one by one; the rest is only counted.
const INVALID_MAX = 10000;
const OLD = 'the chain has a newer version of this record';
const DELETED = 'the chain says that this record was deleted';

class Takeover {
  #directory;
  #ledger;
  #privateKey = null;
  // What a crash left to do, done here in memory only.
  #unfinished = null;
  // By hash: what the blocks of the chain say of records.
  #reachable = new Map();
  // By id: the newest block of the chain about it.
  #newest = new Map();
  #tail = null;

  /**
   * Look at the chain of a directory.
   * @param {string} directory
   */
  static async open(directory) {
    const takeover = new Takeover();
    if (typeof directory !== 'string' || directory === '') {
      throw gsError('GS_INVALID', 'The directory to read must be a path');
    }
    takeover.#directory = directory;
    takeover.report = { blocks: 0, records: 0, unreachable: 0, invalid: [], invalidMore: 0 };
    await telling(`${directory} cannot be read`, () => takeover.#open());
    return takeover;
  }

  /** Hash of the newest block. */
  get tail() {
    return this.#tail;
  }

  /** PEM of the private key; null when there is none. */
  get privateKey() {
    return this.#privateKey;
  }

  /**
   * Each record once: {id, data, stored, encrypted, timestamp, block, reachable}, where `stored` is
   * the data as it is in the file. `report` is complete when the iteration has ended.
   */
  async *[Symbol.asyncIterator]() {
    for (const id of await this.ids()) {
      const record = await this.read(id);
      if (record === null) continue;
      this.report.records++;
      yield record;
    }
  }

  /** Of all records that may be there, sorted. */
  ids() {
    return telling(`${this.#directory} cannot be read`, async () => {
      const names = await this.#listData(path.join(this.#directory, 'data'));
      return names.map((name) => name.slice(0, -SUFFIX.length));
    });
  }

  /** One record; null when it is gone, or wrong, which `note` is told. */
  read(id, note = (finding) => this.note(finding)) {
    return this.#record(path.join(this.#directory, 'data'), id, note);
  }

  /** Add to the report that something is wrong. */
  note(finding) {
    if (this.report.invalid.length < INVALID_MAX) this.report.invalid.push(finding);
    else this.report.invalidMore++;
  }

  async #open() {
    const at = path.join(this.#directory, 'blockchain');
    this.#ledger = await Ledger.existing(at);
    this.#privateKey = await disk.readTextOrNull(path.join(this.#directory, 'keys', 'private.pem'));
    this.#unfinished = await this.#ledger.unfinishedRecord();
    await this.#walk();
    const blocks = await this.#ledger.list();
    this.report.blocks = this.#reachable.size;
    this.report.unreachable = blocks.filter((hash) => !this.#reachable.has(hash)).length;
  }

  async #walk() {
    let hash = await this.#ledger.tail();
    this.#tail = hash;
    while (hash !== NO_BLOCK) {
      const block = await this.#block(hash);
      if (block === null) return;
      const { data } = block;
      const isAbout = isObject(data) && typeof data.id === 'string';
      this.#reachable.set(hash, { data: isAbout ? { id: data.id, hash: data.hash } : null });
      if (isAbout && !this.#newest.has(data.id)) this.#newest.set(data.id, { hash, data });
      hash = block.prev;
    }
  }

  async #block(hash) {
    try {
      return await this.#ledger.readBlock(hash);
    } catch (error) {
      this.note({ block: String(hash), reason: error.message });
      return null;
    }
  }

  async #listData(directory) {
    const names = new Set(await this.#readDirectory(directory));
    if (this.#unfinished) names.add(`${this.#unfinished.id}${SUFFIX}`);
    return [...names].filter((name) => name.endsWith(SUFFIX)).sort();
  }

  async #readDirectory(directory) {
    try {
      return await platform.fs.readdir(directory);
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  }

  async #record(directory, id, note) {
    const file = `data/${id}${SUFFIX}`;
    const tell = (reason) => note({ id, file, reason });
    try {
      const text = await this.#text(directory, id);
      return text === null ? null : await this.#checked(parseEntry(text, id), id, tell);
    } catch (error) {
      tell(error.message);
      return null;
    }
  }

  async #text(directory, id) {
    const file = fileOf(directory, id);
    const unfinished = this.#unfinished;
    if (!unfinished || unfinished.id !== id) return disk.readText(file);
    return unfinished.deleted ? null : unfinished.text;
  }

  async #checked({ data, encrypted, timestamp, block }, id, tell) {
    const written = this.#reachable.get(block) || (await this.#ledger.readBlock(block));
    if (!isBlockOf(written, id, data)) {
      throw gsError('GS_BROKEN_CHAIN', `Storage record ${id} is invalid`);
    }
    const newest = this.#newest.get(id);
    const isOld = newest !== undefined && newest.hash !== block;
    if (isOld) tell(newest.data.deleted ? DELETED : OLD);
    if (isOld && newest.data.deleted) return null;
    const plain = encrypted ? this.#decrypt(data) : data;
    const reachable = this.#reachable.has(block);
    return { id, data: plain, stored: data, encrypted, timestamp, block, reachable };
  }

  #decrypt(data) {
    if (this.#privateKey !== null) return decrypt(data, this.#privateKey);
    throw gsError('GS_NOT_FOUND', 'The record is encrypted, and keys/private.pem is missing');
  }
}

module.exports = { Takeover };
