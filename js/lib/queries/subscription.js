'use strict';

// A callback that is told the rows of a query, and again whenever they change: `live()`.

const { LiveRows } = require('./rows.js');

// What becomes of rows by a change.
const apply = (rows, { type, from, at, row }) => {
  if (type === 'added') rows.splice(at, 0, row);
  else if (type === 'changed') rows[at] = row;
  else if (type === 'removed') rows.splice(at, 1);
  else {
    rows.splice(from, 1);
    rows.splice(at, 0, row);
  }
};

class Subscription {
  #callback;
  #onError;
  #opened; // a promise of LiveRows
  #over; // a promise: nothing is told any more
  #isTelling = false;

  constructor(opened, callback, onError) {
    this.#opened = opened;
    this.#callback = callback;
    this.#onError = onError;
    this.#over = this.#run().catch((error) => this.#fail(error));
  }

  async #run() {
    const live = await this.#opened;
    const rows = [];
    for (let changes = await live.next(); changes; changes = await live.next()) {
      for (const change of changes) apply(rows, change);
      this.#tell({ rows: rows.slice(), changes });
    }
  }

  #tell(result) {
    this.#isTelling = true;
    try {
      this.#callback(result);
    } finally {
      this.#isTelling = false;
    }
  }

  async #fail(error) {
    await this.#close();
    // Whatever becomes of the error, it holds up nobody who ends this.
    queueMicrotask(() => {
      if (!this.#onError) return void Promise.reject(error); // nobody else would learn of it
      this.#onError(error);
    });
  }

  #close() {
    return this.#opened.then((live) => live.close()).catch(() => {});
  }

  /** Tells nothing more. */
  stop() {
    const closed = this.#close();
    return Promise.all([closed, this.#over]).then(() => {});
  }

  /** Tells what was committed before this call, unless that is being told now, and ends. */
  async end() {
    if (this.#isTelling) return this.stop();
    const live = await this.#opened.catch(() => null);
    if (live) live.finish();
    await this.#over;
  }

  /** @returns a function that ends it, also `[Symbol.dispose]`, which waits for nothing */
  static begin(storage, query, asJson, callback, { signal, onError } = {}) {
    const opened = LiveRows.open(storage, query, asJson);
    const subscription = new Subscription(opened, callback, onError);
    const stop = () => void subscription.stop();
    if (signal) {
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      subscription.#over.then(() => signal.removeEventListener('abort', stop));
    }
    const end = () => subscription.end();
    end[Symbol.dispose || Symbol.for('Symbol.dispose')] = stop;
    return end;
  }
}

module.exports = { Subscription };
