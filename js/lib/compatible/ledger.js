'use strict';

// The files of one chain of blocks, and the order in which they reach the disk. Blockchain and
// FileStore stand on it. Under the lock, an append
//
//   1. writes `.block.new` and, for a record, `.record.new`, and syncs both and the directory;
//   2. replaces `.blockchain.json` by one that names the new block: now the append counts;
//   3. renames `.block.new` to `<hash>.json`, and `.record.new` to its data file.
//
// Whoever has the lock next does what is left of 3, so a crash at any point leaves the chain before
// the append or behind it. A block has its final name only when it counts: every `<hash>.json` is
// reachable from the tail, and readers need no lock.

const path = require('node:path');
const { calculateHash } = require('./crypto.js');
const disk = require('../disk/disk.js');
const { gsError, telling } = require('../errors.js');
const { isObject, parse } = require('../disk/json.js');
const { FileLock } = require('../disk/lock.js');
const { checkName } = require('../disk/names.js');
const platform = require('../platform.js');

const TAIL = '.blockchain.json';
const TAIL_NEW = '.blockchain.json.new';
const BLOCK_NEW = '.block.new';
const RECORD_NEW = '.record.new';
const LOCK = '.blockchain.lock';
const NO_BLOCK = '0';
const HASH = /^[0-9a-f]{64}$/;
const BLOCK_FILE = /^[0-9a-f]{64}\.json$/;
// A block that is just being renamed has neither name for a moment.
const READ_ATTEMPTS_MAX = 3;

const isHash = (hash) => typeof hash === 'string' && HASH.test(hash);

const notFound = (hash) =>
  gsError('GS_NOT_FOUND', `Block not found: ${String(hash).slice(0, 80)}`, {
    hint: 'Check the hash; blocks are named by 64 lower-case hexadecimal digits.',
  });

const broken = (message) => gsError('GS_BROKEN_CHAIN', message);

class Ledger {
  #path;
  #lock;

  /**
   * Open the chain in a directory, or begin one there.
   * @param {string} directory
   */
  static open(directory) {
    if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
      throw gsError('GS_INVALID', 'The directory of a chain must be a path');
    }
    return telling(`The chain in ${directory} cannot be opened`, async () => {
      const ledger = new Ledger();
      ledger.#path = path.resolve(directory);
      await disk.ensureDirectory(ledger.#path);
      ledger.#lock = await FileLock.in(ledger.#path, LOCK);
      await ledger.exclusive(() => {});
      return ledger;
    });
  }

  /** The chain in a directory for reading only: nothing is written, not even a lock. */
  static async existing(directory) {
    const ledger = new Ledger();
    ledger.#path = path.resolve(directory);
    await platform.fs.access(ledger.#path);
    return ledger;
  }

  /**
   * Run `work` while nobody else appends; it gets this ledger's `append`.
   * @param {(append: (data: object, record?: object) => Promise<string>) => unknown} work
   */
  exclusive(work) {
    return this.#lock.run(async () => {
      if (!(await disk.exists(this.#file(TAIL)))) await this.#begin();
      await this.#finish();
      return work((data, record) => this.#append(data, record));
    });
  }

  /** Hash of the newest block. */
  async tail() {
    const text = await disk.readTextOrNull(this.#file(TAIL));
    if (text === null) throw broken(`${this.#file(TAIL)} is missing`);
    const chain = parse(text, this.#file(TAIL));
    if (isObject(chain) && isHash(chain.tailHash)) return chain.tailHash;
    throw gsError('GS_DAMAGED', `${this.#file(TAIL)} names no block`);
  }

  /** Make an existing block the newest one; only under the lock. */
  async writeTail(hash) {
    await disk.writeFresh(this.#file(TAIL_NEW), JSON.stringify({ tailHash: hash }));
    await disk.rename(this.#file(TAIL_NEW), this.#file(TAIL));
    await disk.syncDirectory(this.#path);
  }

  /** Write a block beside the chain; only under the lock. */
  async writeBlock(block) {
    const hash = calculateHash(block);
    await disk.replace(this.#file(`${hash}.json`), JSON.stringify(block));
    return hash;
  }

  /** The block of a hash, checked. */
  async readBlock(hash) {
    const block = await this.readUnchecked(hash);
    if (block === null) throw notFound(hash);
    if (isObject(block) && calculateHash(block) === hash) return block;
    throw broken(`The block ${hash} does not match its hash`);
  }

  /** What stands in the file of a block; null when there is none. */
  async readUnchecked(hash) {
    if (!isHash(hash)) return null;
    for (let attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
      const text = await disk.readTextOrNull(this.#file(`${hash}.json`));
      if (text !== null) return parse(text, `The block ${hash}`);
      const block = await this.#readUnfinished();
      if (block !== null && calculateHash(block) === hash) return block;
    }
    return null;
  }

  /** Hashes of all blocks that have a file. */
  async list() {
    const names = await platform.fs.readdir(this.#path);
    return names.filter((name) => BLOCK_FILE.test(name)).map((name) => name.slice(0, -5));
  }

  /** A record that counts although its data file is not there yet: {id, deleted, text}, or null. */
  async unfinishedRecord() {
    const text = await disk.readTextOrNull(this.#file(RECORD_NEW));
    const block = await this.#blockOf(text);
    return block && { id: block.data.id, deleted: block.data.deleted === true, text };
  }

  #file(name) {
    return path.join(this.#path, name);
  }

  async #append(data, record) {
    const timestamp = Date.now();
    const block = { prev: await this.tail(), timestamp, data };
    const hash = calculateHash(block);
    try {
      await this.#prepare(block, record && { ...record, timestamp, block: hash });
      await this.writeTail(hash);
    } catch (error) {
      await this.#dropUnfinished();
      throw error;
    }
    await this.#finish();
    return hash;
  }

  async #prepare(block, record) {
    await disk.writeFresh(this.#file(BLOCK_NEW), JSON.stringify(block));
    if (record) await disk.writeFresh(this.#file(RECORD_NEW), JSON.stringify(record));
    await disk.syncDirectory(this.#path);
  }

  // After an error nobody knows whether the tail was replaced: it is read, and what counts stays.
  async #dropUnfinished() {
    try {
      await this.#finish();
    } catch {
      // The first error is the one to tell. The next one who has the lock tries again.
    }
  }

  async #begin() {
    const blocks = await this.list();
    if (blocks.length > 0) return this.#adopt(blocks);
    const block = { prev: NO_BLOCK, timestamp: Date.now(), data: {} };
    await this.#prepare(block);
    return this.writeTail(calculateHash(block));
  }

  // Upstream writes the first block before the file that names it. With more blocks than that one
  // a chain lost its tail: beginning another beside it would hide that.
  async #adopt(blocks) {
    const block = blocks.length === 1 ? await this.readBlock(blocks[0]) : null;
    if (block && block.prev === NO_BLOCK) return this.writeTail(blocks[0]);
    throw broken(`${this.#file(TAIL)} is missing, and ${blocks.length} blocks are there`);
  }

  async #readUnfinished() {
    const text = await disk.readTextOrNull(this.#file(BLOCK_NEW));
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  // What the last append left to do, or everything of an append that does not count.
  async #finish() {
    await this.#finishBlock();
    if (await disk.exists(this.#file(RECORD_NEW))) await this.#finishRecord();
  }

  async #finishBlock() {
    if (!(await disk.exists(this.#file(BLOCK_NEW)))) return;
    const tail = await this.tail();
    const block = await this.#readUnfinished();
    const counts = block !== null && calculateHash(block) === tail;
    if (counts) await disk.rename(this.#file(BLOCK_NEW), this.#file(`${tail}.json`));
    else await disk.remove(this.#file(BLOCK_NEW));
  }

  async #finishRecord() {
    const file = this.#file(RECORD_NEW);
    const text = await disk.readTextOrNull(file);
    const block = await this.#blockOf(text);
    if (block === null) await disk.remove(file);
    else await this.#publishRecord(file, block.data);
  }

  // The block of an unfinished record; null when it does not count, or a crash cut its file.
  async #blockOf(text) {
    let hash = null;
    try {
      hash = JSON.parse(text).block;
    } catch {
      return null;
    }
    if (hash !== (await this.tail())) return null;
    const block = await this.readBlock(hash);
    return isObject(block.data) ? block : null;
  }

  async #publishRecord(file, { id, deleted }) {
    const directory = path.join(this.#path, '..', 'data');
    const target = path.join(directory, checkName(`${id}.json`, 'The file of a record'));
    await disk.ensureDirectory(directory);
    if (deleted) await disk.remove(target);
    else await disk.rename(file, target);
    await disk.syncDirectory(directory);
    if (deleted) await disk.remove(file);
  }
}

module.exports = { Ledger, NO_BLOCK, isHash, notFound };
