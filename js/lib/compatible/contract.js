'use strict';

// Contracts as upstream has them: a function reads records, and its result becomes the record
// `args.id`; a failure becomes a block of the chain. The source of a function can be kept in a
// block and loaded again.
//
// A loaded function runs in a context of node:vm of its own: it has no require, no process, no
// timers, and it cannot make code from texts. That keeps mistakes apart, but it is NOT a sandbox:
// node:vm is no border against somebody who means harm, and after its first await a function that
// never ends is not stopped. Load only contracts from people whom you trust. Contracts that run in
// the engine, with limits that hold, come later.

const { AsyncLocalStorage } = require('node:async_hooks');
const { gsError } = require('../errors.js');
const { copyOf, isObject } = require('../disk/json.js');
const { loadFunction } = require('./contract_source.js');

const BLOCK_TYPE = 'smart contract';
const NAME_CHARACTERS_MAX = 256;
const SOURCE_CHARACTERS_MAX = 1024 * 1024;

class DataReader {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  /** The data of a record, or null. */
  async get(id) {
    return this.#storage.loadData(id);
  }
}

// One contract at a time writes to a record of a storage; last execution by storage and id. One
// that is executed within another does not wait, as it might wait for itself.
const queues = new WeakMap();
const within = new AsyncLocalStorage();

const oneByOne = (storage, id, work) => {
  if (within.getStore()) return work();
  if (!queues.has(storage)) queues.set(storage, new Map());
  const queue = queues.get(storage);
  const before = queue.get(id) || Promise.resolve();
  const result = before.then(() => within.run(true, work));
  const done = result
    .then(
      () => {},
      () => {},
    )
    .then(() => {
      if (queue.get(id) === done) queue.delete(id);
    });
  queue.set(id, done);
  return result;
};

const messageOf = (error) => {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return String(isError ? error.message : error);
};

const copyOrNull = (args) => {
  try {
    return copyOf(args, 'The arguments');
  } catch {
    return null;
  }
};

const isContract = (data) =>
  isObject(data) && data.type === BLOCK_TYPE && typeof data.source === 'string';

const checkName = (name) => {
  if (typeof name === 'string' && name !== '' && name.length <= NAME_CHARACTERS_MAX) return;
  const message = `The name of a contract must be a text of 1 to ${NAME_CHARACTERS_MAX} characters`;
  throw gsError('GS_INVALID', message);
};

const checkArgs = (args) => {
  if (isObject(args) && typeof args.id === 'string' && args.id !== '') return args.id;
  throw gsError('GS_INVALID', 'The arguments of a contract must have an id, where its result goes');
};

class SmartContract {
  #storage;
  #chain;
  #proc;

  /**
   * @param {string} name
   * @param {(reader: DataReader, args: object) => unknown} proc
   * @param {{storage: object, chain: object}} context
   */
  constructor(name, proc, { storage, chain } = {}) {
    checkName(name);
    if (typeof proc !== 'function') throw gsError('GS_INVALID', 'A contract must have a function');
    if (!storage || !chain) throw gsError('GS_INVALID', 'A contract needs a storage and a chain');
    this.name = name;
    this.#storage = storage;
    this.#chain = chain;
    this.#proc = proc;
  }

  /** Run the function and save its result as the record `args.id`. */
  async execute(args) {
    const id = checkArgs(args);
    return oneByOne(this.#storage, id, async () => {
      try {
        const result = await this.#proc(new DataReader(this.#storage), args);
        await this.#storage.saveData(id, result);
        return result;
      } catch (error) {
        await this.#note(args, error);
        throw error;
      }
    });
  }

  // The failure as a block. When not even that can be written, both failures are told.
  async #note(args, error) {
    const failure = { contract: this.name, args: copyOrNull(args), error: messageOf(error) };
    try {
      await this.#chain.addBlock({ ...failure, timestamp: Date.now() });
    } catch (cause) {
      const message = `${failure.error}; and the chain has no block of it: ${messageOf(cause)}`;
      throw gsError('GS_IO', message, { cause: error });
    }
  }

  /** Keep the source of a function in a block; its hash. */
  static async save(name, chain, proc) {
    checkName(name);
    if (typeof proc !== 'function') throw gsError('GS_INVALID', 'A contract must have a function');
    const source = proc.toString();
    if (source.length > SOURCE_CHARACTERS_MAX) {
      const message = `A contract has at most ${SOURCE_CHARACTERS_MAX} characters`;
      throw gsError('GS_TOO_LARGE', message);
    }
    loadFunction(name, source);
    return chain.addBlock({ type: BLOCK_TYPE, name, source });
  }

  /** The contract of a block that `save` wrote. Not a sandbox: see the top of this file. */
  static async load(hash, { storage, chain } = {}) {
    const block = await chain.readBlock(hash);
    if (!block) throw gsError('GS_NOT_FOUND', `Block not found: ${hash}`);
    const { data } = block;
    if (!isContract(data)) throw gsError('GS_INVALID', 'Not a smart contract block');
    checkName(data.name);
    const proc = loadFunction(data.name, data.source);
    return new SmartContract(data.name, proc, { storage, chain });
  }
}

module.exports = { DataReader, SmartContract };
