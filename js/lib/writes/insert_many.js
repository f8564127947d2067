'use strict';

// Many records at once: transactions of some size, a few of them on their way at a time.

const { GsError } = require('../errors.js');
const { operations } = require('./writes.js');
const { readId } = require('../values/ids.js');

// Of one transaction: larger ones gain nothing, and whoever writes in between waits for them.
const ROWS = 2048;
const BYTES = 1024 * 1024;
// Transactions that are not told yet; the program makes the next one meanwhile.
const AHEAD = 4;
const ID_BYTES = 16;

async function* chunksOf(rows) {
  let chunk = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < ROWS) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function* slicesOf(rows) {
  for (let at = 0; at < rows.length; at += ROWS) yield rows.slice(at, at + ROWS);
}

const chunks = (rows) => {
  if (Array.isArray(rows)) return slicesOf(rows);
  const isIterable =
    typeof rows === 'object' &&
    rows !== null &&
    !ArrayBuffer.isView(rows) &&
    [rows[Symbol.asyncIterator], rows[Symbol.iterator]].some((one) => typeof one === 'function');
  if (isIterable) return chunksOf(rows);
  throw new GsError('GS_INVALID', 'insertMany takes a list of objects, or what gives them');
};

const keyOf = (key, row) => {
  const made = typeof key === 'function' ? key(row) : row[key];
  if (typeof made === 'string' || typeof made === 'number') return String(made);
  throw new GsError('GS_INVALID', `a key is a text or a number, not ${typeof made}`);
};

const put = (encoder, collection, key, row) => {
  if (key === undefined) operations.insert(encoder, collection, row);
  else operations.put(encoder, collection, keyOf(key, row), row);
};

/** What was inserted. Ids become texts when somebody asks for them. */
class Inserted {
  #parts; // ids of 16 bytes, of each transaction
  #ids = null;

  constructor(parts) {
    this.#parts = parts;
    this.count = parts.reduce((sum, { length }) => sum + length / ID_BYTES, 0);
  }

  /** 16 bytes each, as getMany() takes them. */
  get idBytes() {
    return Buffer.concat(this.#parts);
  }

  get ids() {
    if (this.#ids) return this.#ids;
    const bytes = this.idBytes;
    return (this.#ids = Array.from({ length: this.count }, (_, i) => readId(bytes, i * ID_BYTES)));
  }
}

/** Sends transactions, and takes what became of them in order. */
class Sending {
  parts = [];
  count = 0;
  failure = null;
  #sent = 0; // rows
  #onTheirWay = [];

  constructor(writes, collection, { key, durability, onProgress }) {
    this.writes = writes;
    this.collection = collection;
    this.key = key;
    this.durability = durability;
    this.onProgress = onProgress;
  }

  async send(rows) {
    for (let at = 0; at < rows.length && this.failure === null;) {
      const first = at;
      const write = (encoder) => {
        const end = encoder.end + BYTES;
        for (; at < rows.length && encoder.end < end; at++) {
          put(encoder, this.collection, this.key, rows[at]);
        }
      };
      const read = (results) => {
        const { bytes } = results;
        this.parts.push(Buffer.from(bytes)); // the memory of results is used again
        this.count += bytes.length / ID_BYTES;
      };
      const promise = this.writes.transact(write, read, this.durability);
      // Of what cannot be encoded `at` is the row.
      const place = { first: this.#sent, failed: this.#sent + at - first };
      this.#onTheirWay.push({ promise, place });
      promise.catch(() => {}); // it is taken later
      this.#sent += at - first;
      if (this.#onTheirWay.length >= AHEAD) await this.#take();
    }
  }

  async finish() {
    while (this.#onTheirWay.length > 0) await this.#take();
  }

  async #take() {
    const { promise, place } = this.#onTheirWay.shift();
    try {
      await promise;
      if (this.onProgress) this.onProgress(this.count);
    } catch (error) {
      this.failure = this.failure || this.#failed(error, place);
    }
  }

  #failed(error, { first, failed }) {
    if (!(error instanceof GsError)) return error;
    const { operation } = error.details || {};
    const row = operation === undefined ? failed : first + operation;
    const details = { ...error.details, row, inserted: this.count };
    return new GsError(error.code, `row ${row}: ${error.message}`, { details, cause: error });
  }
}

const insertMany = async (writes, collection, rows, options) => {
  const { signal } = options;
  const sending = new Sending(writes, collection, options);
  for await (const chunk of chunks(rows)) {
    if (signal && signal.aborted) break;
    await sending.send(chunk);
    if (sending.failure) break;
  }
  await sending.finish();
  if (sending.failure) throw sending.failure;
  if (signal) signal.throwIfAborted();
  return new Inserted(sending.parts);
};

module.exports = { insertMany };
