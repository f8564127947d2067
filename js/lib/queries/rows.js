'use strict';

// Rows of queries and of live queries, as the addon gives them: chunks of bytes
// (bindings/common/rows.h).

const { called, settled } = require('../native.js');
const { Memory } = require('../values/decode.js');
const { shapeOf } = require('../values/shape.js');
const { readId } = require('../values/ids.js');
const { ID_OF } = require('../values/types.js');
const { recordFromJson } = require('../values/json.js');

const HEADER_BYTES = 16;
const ROW_HEADER_BYTES = 24;
const STEP_BYTES = 16;
const JSON_ROW = 0xffffffff;
const STEPS = ['added', 'changed', 'moved', 'removed'];

// A first chunk of few rows comes soon, later ones have more for each call.
const FIRST_BYTES = 32 * 1024;
const CHUNK_BYTES = 512 * 1024;
const ROWS_MAX = 1e9;

const NO_ID = '00000000-0000-0000-0000-000000000000';

// What a row of selected fields, or with included records, has beside them, as every record has;
// a group has no id.
const withId = (row, id) => {
  if (id === NO_ID) return row;
  const toJSON = () => ({ id, ...row });
  for (const [name, value] of Object.entries({ id, toJSON })) {
    if (!Object.hasOwn(row, name)) Object.defineProperty(row, name, { value });
  }
  return Object.defineProperty(row, ID_OF, { value: id });
};

/** Reads the rows of one chunk after the other. */
class Reader {
  #shapes = [];

  constructor(asJson) {
    this.asJson = asJson;
  }

  /** @returns {{ rows: any[], isLast: boolean }} */
  rows(chunk) {
    const memory = this.#open(chunk);
    const { view } = memory;
    const rows = new Array(view.getUint32(0, true));
    let at = HEADER_BYTES;
    for (let i = 0; i < rows.length; i++) {
      rows[i] = this.#row(memory, at);
      at = this.#end(memory, at);
    }
    return { rows, isLast: view.getUint32(4, true) === 1 };
  }

  /** @returns {object[]} changes: { type, from, at, id, row } */
  steps(chunk) {
    const memory = this.#open(chunk);
    const { view, bytes } = memory;
    const steps = new Array(view.getUint32(0, true));
    let at = HEADER_BYTES;
    for (let i = 0; i < steps.length; i++) {
      const type = STEPS[view.getUint32(at, true)];
      const from = view.getUint32(at + 4, true);
      const place = view.getUint32(at + 8, true);
      at += STEP_BYTES;
      const id = readId(bytes, at + 8);
      steps[i] = {
        type,
        from,
        at: place,
        id,
        row: type === 'removed' ? null : this.#row(memory, at),
      };
      at = this.#end(memory, at);
    }
    return steps;
  }

  #open(chunk) {
    const memory = new Memory(chunk);
    const { view, bytes } = memory;
    let at = view.getUint32(8, true);
    for (let count = view.getUint32(12, true); count > 0; count--) {
      const size = view.getUint32(at, true);
      this.#shapes.push(shapeOf(bytes.subarray(at + 4, at + 4 + size)));
      at += 4 + size;
    }
    return memory;
  }

  #row(memory, at) {
    const { view, bytes } = memory;
    const shape = view.getUint32(at, true);
    if (shape !== JSON_ROW) return this.#shapes[shape].record(memory, at);
    const content = at + ROW_HEADER_BYTES;
    const text = bytes.toString('utf8', content, content + view.getUint32(at + 4, true));
    return withId(recordFromJson(text), readId(bytes, at + 8));
  }

  #end(memory, at) {
    const size = memory.view.getUint32(at + 4, true);
    return at + ROW_HEADER_BYTES + ((size + 7) & ~7);
  }
}

class Rows {
  #rows; // of the addon
  #reader;
  #signal;
  #isDone = false;
  #bytes = FIRST_BYTES;

  constructor(storage, query, asJson, signal) {
    this.#rows = called(() => storage.native.find(query, asJson));
    this.#reader = new Reader(asJson);
    this.#signal = signal;
  }

  async #next() {
    if (this.#signal) this.#signal.throwIfAborted();
    const chunk = await settled(this.#rows.next(this.#bytes, ROWS_MAX));
    if (this.#signal) this.#signal.throwIfAborted();
    const { rows, isLast } = this.#reader.rows(chunk);
    this.#isDone = isLast;
    this.#bytes = CHUNK_BYTES;
    return rows;
  }

  async all() {
    let all = await this.#next();
    while (!this.#isDone) all = all.concat(await this.#next());
    return all;
  }

  async page() {
    const rows = await this.all();
    return { rows, cursor: called(() => this.#rows.cursor()) || null };
  }

  async *[Symbol.asyncIterator]() {
    while (!this.#isDone) yield* await this.#next();
  }
}

// Nobody holds a live query that was forgotten, but for who waits for its next changes.
const waitedFor = new Set();
const forgotten = new FinalizationRegistry((release) => release());

/** A live query: `next()` gives lists of changes that are not empty, but for the first. */
class LiveRows {
  #storage; // kept while somebody waits
  #live = null; // of the addon, once it is there
  #reader;
  #wake = null;
  #isAwake = true;
  #isFirst = true;
  #isEnding = false; // the next look is the last one
  #isClosed = false;
  #release;

  /** A promise; thrown is what is wrong already: the storage is closed. */
  static open(storage, query, asJson) {
    return LiveRows.#open(storage, storage.native, query, asJson);
  }

  static async #open(storage, native, query, asJson) {
    const rows = new LiveRows(storage, asJson);
    const weak = new WeakRef(rows);
    const onRows = (call) => {
      const there = weak.deref();
      return there && call(there);
    };
    const wake = () => onRows((there) => there.#woken());
    rows.#release = storage.whenClosing(() => onRows((there) => there.close()));
    forgotten.register(rows, rows.#release);
    try {
      rows.#live = await settled(called(() => native.watch(query, asJson, wake)));
    } catch (error) {
      rows.#release();
      if (!rows.#isClosed) throw error;
    }
    if (rows.#isClosed && rows.#live) await settled(rows.#live.close());
    return rows;
  }

  constructor(storage, asJson) {
    this.#storage = storage;
    this.#reader = new Reader(asJson);
  }

  #woken() {
    this.#isAwake = true;
    if (this.#wake) this.#wake();
  }

  /** The next changes; null when it is closed. */
  async next() {
    waitedFor.add(this);
    try {
      while (!this.#isClosed) {
        if (!this.#isAwake) {
          await new Promise((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = null;
          continue;
        }
        this.#isAwake = false;
        const isLast = this.#isEnding;
        const changes = await this.#look();
        const isFirst = this.#isFirst;
        this.#isFirst = false;
        if (this.#isClosed) break;
        if (isLast) await this.close();
        if (changes.length > 0 || isFirst) return changes;
      }
      return null;
    } finally {
      waitedFor.delete(this);
    }
  }

  async #look() {
    try {
      return this.#reader.steps(await settled(this.#live.changes()));
    } catch (error) {
      if (this.#isClosed) return []; // meanwhile
      throw error;
    }
  }

  /** What was committed before this call is still told, then it is closed. */
  finish() {
    this.#isEnding = true;
    this.#woken();
  }

  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
    this.#storage = null;
    this.#woken();
    if (this.#live) await settled(this.#live.close());
  }

  static async *iterate(storage, query, asJson, signal) {
    const live = await LiveRows.open(storage, query, asJson);
    const end = () => live.close();
    if (signal) {
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    }
    try {
      for (let changes = await live.next(); changes; changes = await live.next()) yield changes;
    } finally {
      if (signal) signal.removeEventListener('abort', end);
      await live.close();
    }
  }
}

module.exports = { Rows, LiveRows };
