'use strict';

// A chain of blocks in a directory: each names the hash of the one before it. Any number of
// objects, threads and processes may add to one directory; their blocks stand one after another.

const { calculateHash } = require('./crypto.js');
const { gsError, telling } = require('../errors.js');
const { copyOf, isObject } = require('../disk/json.js');
const { Ledger, NO_BLOCK, isHash, notFound } = require('./ledger.js');

const checkCount = (last) => {
  if (last === undefined || last === null) return 0;
  if (Number.isSafeInteger(last) && last >= 0) return last;
  throw gsError('GS_INVALID', 'The number of last blocks must be an integer from 0 on');
};

const checkBlock = (block) => {
  const copy = copyOf(block, 'The block');
  const isBlock = isObject(copy) && (copy.prev === NO_BLOCK || isHash(copy.prev));
  if (isBlock && Number.isSafeInteger(copy.timestamp) && 'data' in copy) return copy;
  throw gsError('GS_INVALID', 'A block must have the fields prev, timestamp and data');
};

// Blocks behind the tail come and go while others append, but those that were listed before the
// tail was read have to be met on the way.
class Walk {
  #ledger;
  #listed;

  constructor(ledger, listed) {
    this.#ledger = ledger;
    this.#listed = new Set(listed);
  }

  async run(from, last) {
    let hash = from;
    for (let count = 1; ; count++) {
      const block = await this.#read(hash);
      if (block === null) return false;
      this.#listed.delete(hash);
      if (count === last) return true;
      if (block.prev === NO_BLOCK) return this.#listed.size === 0;
      hash = block.prev;
    }
  }

  async #read(hash) {
    try {
      return await this.#ledger.readBlock(hash);
    } catch (error) {
      if (['GS_NOT_FOUND', 'GS_BROKEN_CHAIN', 'GS_DAMAGED'].includes(error.code)) return null;
      throw error;
    }
  }
}

class Blockchain {
  #ledger = null;

  /**
   * `await new Blockchain(directory)`: the constructor gives a Promise of the chain.
   * @param {string} basePath
   */
  constructor(basePath) {
    this.path = basePath;
    this.tailHash = null;
    return this.#open();
  }

  async #open() {
    this.#ledger = await Ledger.open(this.path);
    this.tailHash = await this.#ledger.tail();
    return this;
  }

  /** Add a block behind the newest one, whoever wrote that; its hash. */
  async addBlock(data) {
    const copy = copyOf(data, 'The data of a block');
    return this.#exclusive(async (append) => {
      this.tailHash = await append(copy);
      return this.tailHash;
    });
  }

  /** Write a block beside the chain; its hash. Until `writeChain` names it, it is unreachable. */
  async writeBlock(block) {
    const copy = checkBlock(block);
    return this.#exclusive(() => this.#ledger.writeBlock(copy));
  }

  async readBlock(hash) {
    return telling(`Block ${hash}`, () => this.#ledger.readBlock(hash));
  }

  /** Make `tailHash` the newest block. Refused when blocks that count would become unreachable. */
  async writeChain() {
    await this.#exclusive(async () => {
      const tail = await this.#ledger.tail();
      if (this.tailHash === tail) return;
      if (!(await this.#leadsTo(tail))) {
        throw gsError('GS_CONFLICT', `The chain in ${this.path} has blocks behind another tail`, {
          hint: 'Open the chain again, or set tailHash to a block that leads to its tail.',
        });
      }
      await this.#ledger.writeTail(this.tailHash);
    });
  }

  /**
   * Whether the blocks from the tail (or `from`) back to the first, or the `last` ones, are intact.
   * A whole walk from the tail is false as well when there are blocks that it does not meet.
   * @param {{last?: number, from?: string}} [options]
   */
  async validate(options) {
    const { last, from } = options || {};
    const count = checkCount(last);
    return telling(`The chain in ${this.path}`, async () => {
      if (from) return this.#validateFrom(from, count);
      const listed = count ? [] : await this.#ledger.list();
      this.tailHash = await this.#ledger.tail();
      return new Walk(this.#ledger, listed).run(this.tailHash, count);
    });
  }

  async #validateFrom(from, count) {
    if ((await this.#ledger.readUnchecked(from)) === null) throw notFound(from);
    return new Walk(this.#ledger, []).run(from, count);
  }

  async #leadsTo(tail) {
    let hash = this.tailHash;
    while (hash !== tail) {
      if (hash === NO_BLOCK) return false;
      hash = (await this.#ledger.readBlock(hash)).prev;
    }
    return true;
  }

  #exclusive(work) {
    return telling(`The chain in ${this.path}`, () => this.#ledger.exclusive(work));
  }
}

module.exports = { Blockchain, calculateHash, checkCount };
