'use strict';

// Writes of one thread, collected and handed over to the engine at once.
//
// Everything that is written in one turn of the program goes in one batch
// (bindings/common/batch.h), each call a transaction of its own; they take effect in the order of
// the calls. The promise of a call is kept when the write is as durable as was asked for.

const { settled, engineError } = require('../native.js');
const { GsError, notFound } = require('../errors.js');
const { Encoder, refuse, refused } = require('../values/encode.js');
const { readId } = require('../values/ids.js');
const { pointsOf } = require('../values/points.js');
const { allocate } = require('../values/text.js');

const OPERATION = Object.freeze({
  insert: 0,
  put: 1,
  set: 2,
  update: 3,
  remove: 4,
  expect: 5,
  patch: 6,
  add: 7,
  addElements: 8,
  removeElements: 9,
  splice: 10,
  mark: 11,
  listInsert: 12,
  listDelete: 13,
  listMove: 14,
  listSet: 15,
  treeCreate: 16,
  treeMove: 17,
  treeSet: 18,
  treeDelete: 19,
  swap: 20,
});

// Added to an operation on a record that is named in its collection.
const NAMED = 128;
// A batch that is larger goes at once, whatever comes behind it in this turn.
const BATCH_BYTES = 1024 * 1024;
// An encoder that had to grow beyond it is not kept.
const KEPT_BYTES = 8 * 1024 * 1024;
// What became of a batch that was applied at once; a larger outcome has memory of its own.
const OUTCOME_BYTES = 4 * 1024;
const NOWHERE = 0xffffffff;
const VERSION_BYTES = 32;
const RESOLVED = Promise.resolve();
const WITHIN = 'nothing can be written while another value is being read for a write';

/** What the operations of one transaction gave, one after the other; then those of the next one. */
class Results {
  #bytes; // bindings/common/batch.h: what became of all transactions
  #at = 0;
  #end = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** Goes to the next transaction. Gives the number of its error; 0: it is done. */
  next() {
    const bytes = this.#bytes;
    const begin = this.#end;
    this.#at = begin + 6;
    this.#end = this.#at + bytes.readUInt32LE(begin + 2);
    return bytes.readUInt16LE(begin);
  }

  /** The error of a transaction. */
  error(code) {
    const operation = this.#bytes.readUInt32LE(this.#at);
    const message = this.#bytes.toString('utf8', this.#at + 4, this.#end);
    const details = operation === NOWHERE ? null : { operation };
    return engineError(code, message, { details });
  }

  /** All that they gave, until the next batch. */
  get bytes() {
    return this.#bytes.subarray(this.#at, this.#end);
  }

  id() {
    this.#at += 16;
    return readId(this.#bytes, this.#at - 16);
  }

  truth() {
    return this.#bytes[this.#at++] === 1;
  }

  text() {
    const size = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4 + size;
    return this.#bytes.toString('utf8', this.#at - size, this.#at);
  }
}

// What upstream says of a record that is not there.
const named = (error, id) => {
  const isNamed = typeof id === 'string' || typeof id === 'number';
  return isNamed && error.code === 'GS_NOT_FOUND' ? notFound(id, error) : error;
};

class Writes {
  #storage; // of the addon
  #encoder = new Encoder();
  #memory = null; // of the encoder, as the addon knows it
  #outcome = allocate(OUTCOME_BYTES);
  #waiting = []; // { resolve, reject, read, id } of each transaction in the encoder
  #isDurable = false;
  #scheduled = false;
  #isEncoding = false;
  #pending = new Set(); // promises of batches that are on their way

  constructor(storage) {
    this.#storage = storage;
  }

  /**
   * One transaction.
   * @param {(encoder: Encoder) => void} write its operations
   * @param {(results: Results) => any} read what the promise is kept with
   * @param {string} durability
   * @param {string} [id] of the record that it is about, as the program calls it
   */
  transact(write, read, durability, id) {
    // A getter, or toJSON, of what is being written.
    if (this.#isEncoding) return Promise.reject(new GsError('GS_INVALID', WITHIN));
    const encoder = this.#encoder;
    const begin = encoder.end;
    this.#isEncoding = true;
    try {
      encoder.u32(0);
      write(encoder);
      encoder.view.setUint32(begin, encoder.end - begin - 4, true);
    } catch (error) {
      encoder.end = begin;
      return Promise.reject(refused(error));
    } finally {
      this.#isEncoding = false;
    }
    if (durability !== 'lazy') this.#isDurable = true;
    const promise = new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, read, id });
    });
    if (encoder.end >= BATCH_BYTES) this.#send();
    else this.#schedule();
    return promise;
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    RESOLVED.then(this.#sendLater); // cheaper than queueMicrotask()
  }

  #sendLater = () => {
    this.#scheduled = false;
    this.#send();
  };

  #send() {
    if (this.#waiting.length === 0 || this.#isEncoding) return;
    const encoder = this.#encoder;
    const waiting = this.#waiting;
    const outcome = this.#write(encoder, this.#isDurable);
    this.#waiting = [];
    this.#isDurable = false;
    encoder.end = 0; // the addon has a copy, or is done
    if (encoder.bytes.length > KEPT_BYTES) this.#encoder = new Encoder();
    if (typeof outcome === 'number') {
      // Whoever reads one of many may write.
      const isOne = waiting.length === 1;
      this.#settle(
        waiting,
        isOne ? this.#outcome : Buffer.from(this.#outcome.subarray(0, outcome)),
      );
    } else if (outcome instanceof ArrayBuffer) {
      this.#settle(waiting, Buffer.from(outcome));
    } else {
      const sent = outcome.then(
        (told) => this.#settle(waiting, Buffer.from(told)),
        (error) => waiting.forEach(({ reject }) => reject(error)),
      );
      this.#pending.add(sent);
      sent.then(() => this.#pending.delete(sent));
    }
  }

  // What became of it: at once, or a promise.
  #write(encoder, isDurable) {
    try {
      if (this.#memory !== encoder.bytes) {
        this.#storage.useBatch(encoder.bytes, this.#outcome);
        this.#memory = encoder.bytes;
      }
      const outcome = this.#storage.write(encoder.end, isDurable);
      return outcome instanceof Promise ? settled(outcome) : outcome;
    } catch (error) {
      return settled(Promise.reject(error));
    }
  }

  #settle(waiting, outcome) {
    const results = new Results(outcome);
    for (const { resolve, reject, read, id } of waiting) {
      const code = results.next();
      if (code !== 0) {
        reject(named(results.error(code), id));
        continue;
      }
      try {
        resolve(read(results));
      } catch (error) {
        reject(error); // of who reads; the others are told
      }
    }
  }

  /** Until everything that was committed so far is as durable. */
  async settle(durability) {
    const nothing = () => {};
    if (durability !== 'lazy') await this.transact(nothing, nothing, durability);
  }

  /** Until everything that was written so far has been told. */
  async flush() {
    this.#send();
    await Promise.all(this.#pending);
  }
}

// --- operations, for transact() ---

// With a collection the id may be a key in it: the engine finds the record.
const subject = (encoder, kind, id, collection = '') => {
  if (collection === '') {
    encoder.u8(kind);
    encoder.id(id);
  } else {
    encoder.u8(kind | NAMED);
    encoder.text(collection);
    encoder.text(id);
  }
};

const operations = {
  insert(encoder, collection, data) {
    encoder.u8(OPERATION.insert);
    encoder.text(collection);
    encoder.record(data, false);
  },
  put(encoder, collection, key, data) {
    encoder.u8(OPERATION.put);
    encoder.text(collection);
    encoder.text(key);
    encoder.record(data, false);
  },
  set(encoder, id, data) {
    subject(encoder, OPERATION.set, id);
    encoder.record(data, false);
  },
  update(encoder, id, delta, collection) {
    subject(encoder, OPERATION.update, id, collection);
    encoder.record(delta, true);
  },
  remove(encoder, id, collection) {
    subject(encoder, OPERATION.remove, id, collection);
  },
  /** `version`: 32 bytes; null: there is no such record. */
  expect(encoder, id, version, collection) {
    subject(encoder, OPERATION.expect, id, collection);
    if (version !== null && version.length !== VERSION_BYTES) refuse('a version has 32 bytes');
    encoder.raw(version || Buffer.alloc(VERSION_BYTES));
  },
  patch(encoder, id, json) {
    subject(encoder, OPERATION.patch, id);
    encoder.text(json);
  },
  swap(encoder, id, expected, changes, collection) {
    subject(encoder, OPERATION.swap, id, collection);
    encoder.record(expected, true);
    encoder.record(changes, true);
  },
};

/** An operation on one field, whose arguments are texts and numbers: of 32 bits, BigInt, { u8 }. */
const field = (encoder, name, id, path, ...values) => {
  encoder.u8(OPERATION[name]);
  encoder.id(id);
  encoder.text(path);
  for (const value of values) {
    if (typeof value === 'string') encoder.text(value);
    else if (typeof value === 'bigint') encoder.i64(value);
    else if (typeof value === 'object') encoder.u8(value.u8);
    else encoder.u32(value);
  }
};

/** Edits as columns, which is how they cross the border. */
class Edits {
  constructor(positions, deleted, inserted, text) {
    this.positions = positions;
    this.deleted = deleted;
    this.inserted = inserted; // code points of each
    this.text = text; // all that is inserted
  }

  /** Of a list of [position, deleted, inserted]. */
  static of(list) {
    const { length } = list;
    const edits = new Edits(
      new Uint32Array(length),
      new Uint32Array(length),
      new Uint32Array(length),
      '',
    );
    let text = '';
    for (let i = 0; i < length; i++) {
      const edit = list[i];
      const inserted = edit[2] ?? '';
      edits.positions[i] = edit[0];
      edits.deleted[i] = edit[1];
      edits.inserted[i] = inserted.length < 2 ? inserted.length : pointsOf(inserted);
      text += inserted;
    }
    edits.text = text;
    return edits;
  }
}

const column = (encoder, numbers) =>
  encoder.raw(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));

/** Edits of a text, in order: positions and counts of code points. */
const splice = (encoder, id, path, edits) => {
  encoder.u8(OPERATION.splice);
  encoder.id(id);
  encoder.text(path);
  encoder.u32(edits.positions.length);
  column(encoder, edits.positions);
  column(encoder, edits.deleted);
  column(encoder, edits.inserted);
  encoder.text(edits.text);
};

module.exports = { Writes, Edits, operations, field, splice };
