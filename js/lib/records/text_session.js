'use strict';

// A person types into a text of a record: each key press is shown at once, gives the bytes that
// show it to others at once, and is written with those around it now and then.
//
//   const editing = await db.Note.field(id, 'body').edit();
//   peers.send(editing.splice(0, 0, 'Dear all,'));
//   editing.watch((changes) => show(changes)); // what others wrote: [position, deleted, inserted]
//   await editing.close();
//
// Positions are those of JavaScript strings, UTF-16 units.

const { called, settled } = require('../native.js');
const { GsError } = require('../errors.js');
const { hasPairs } = require('../values/points.js');
const { sessionUpdate } = require('../values/session_update.js');
const { isWellFormed } = require('../values/text.js');
const { tell } = require('../storage/listeners.js');
const { functionOf, shown, guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');

// What a program may lose that is killed while somebody types.
const COMMIT_MS = 500;
// An update that the engine makes; a longer one comes in memory of its own.
const UPDATE_BYTES = 64;
// Edits that cross the border to the engine at once.
const TYPED_MAX = 1024;
// What may be typed without a commit: the engine takes 16 MiB of text, and a million runs.
const UNITS_MAX = 4 * 1024 * 1024;
const EDITS_MAX = 512 * 1024;
const BUSY_MS = 1;
// Until what could not be written is tried again.
const AGAIN_MS = 1000;
// Others' writes are looked for no more often: to look is to read the text.
const LOOK_MS = 20;

const CLOSED = 'the text is closed';
const AGAIN = 'Call edit() of the field again.';

const warn = (error) => process.emitWarning(error);

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

const wrong = (position, deleted, inserted) => {
  if (!isCount(position)) return `a position is a whole number, not ${shown(position)}`;
  if (!isCount(deleted)) return `a number of characters is whole, not ${shown(deleted)}`;
  return `a text is inserted, not ${shown(inserted)}`;
};

// Of a flat list.
const changesOf = (list) => {
  const changes = [];
  for (let i = 0; i < list.length; i += 3) changes.push(list.slice(i, i + 3));
  return changes;
};

// A program that ends at once has no time for promises: what was typed is written all the same.
const EXIT_TRIES = 1000;
const open = new Set(); // functions that commit

const commitAll = () => {
  const moment = new Int32Array(new SharedArrayBuffer(4));
  for (const commit of open) {
    for (let i = 0; i < EXIT_TRIES && commit() === undefined; i++) {
      Atomics.wait(moment, 0, 0, BUSY_MS);
    }
  }
};

const whenExiting = (commit) => {
  if (open.size === 0) process.on('exit', commitAll);
  open.add(commit);
  return () => {
    open.delete(commit);
    if (open.size === 0) process.off('exit', commitAll);
  };
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Edits on their way to the engine, which takes many at a time. */
class Typed {
  #native;
  #columns = new Uint32Array(3 * TYPED_MAX); // position, deleted, inserted of each
  #bytes = new Uint8Array(this.#columns.buffer);
  #text = '';
  #count = 0;

  constructor(native) {
    this.#native = native;
  }

  get isEmpty() {
    return this.#count === 0;
  }

  add(position, deleted, inserted) {
    if (this.#count === TYPED_MAX) this.send();
    const columns = this.#columns;
    const at = 3 * this.#count++;
    columns[at] = position;
    columns[at + 1] = deleted;
    columns[at + 2] = inserted.length;
    this.#text += inserted;
  }

  send() {
    if (this.#count === 0) return;
    const [count, text] = [this.#count, this.#text];
    this.#count = 0;
    this.#text = '';
    called(() => this.#native.splices(this.#bytes, count, text));
  }
}

class TextSession {
  #storage;
  #writes; // of the storage, also while it is about to close
  #native;
  #typed;
  #length = 0; // of what is shown
  #isNarrow = false; // it has no characters of two units: positions are what the engine counts
  #isFirst = true; // nothing was typed since the text was read
  #edits = 0; // that are not committed, and what they insert
  #units = 0;
  #out = new Uint8Array(UPDATE_BYTES);
  #commitMs;
  #commitTimer = null;
  #lookTimer = null;
  #isLooking = false;
  #onError; // told of commits that nobody awaits
  #watchers = new Set();
  #endings;
  #closing = null; // a promise: nothing can be typed any more

  constructor(storage, native, { commitMs, onError }) {
    this.#storage = storage;
    this.#writes = storage.writes;
    this.#native = native;
    this.#typed = new Typed(native);
    this.#commitMs = commitMs;
    this.#onError = onError;
    this.#endings = [storage.whenClosing(() => this.close()), whenExiting(() => this.#commitNow())];
    this.#begin();
  }

  static async open(storage, id, name, options) {
    const { commitMs = COMMIT_MS, onError = warn } = optionsOfCall(options, 'edit');
    functionOf(onError, 'onError');
    if (!isCount(commitMs) && commitMs !== Infinity) {
      throw new GsError('GS_INVALID', `commitMs is a number, not ${shown(commitMs)}`);
    }
    await storage.writes.flush();
    const native = await settled(called(() => storage.native.editText(id, name)));
    return new TextSession(storage, native, { commitMs, onError });
  }

  // With the text that the engine has read.
  #begin() {
    this.#length = this.#native.length();
    this.#isNarrow = this.#native.isNarrow();
    this.#isFirst = true;
    this.#edits = 0;
    this.#units = 0;
  }

  /** The text as it is shown here. */
  get text() {
    this.#send();
    return called(() => this.#native.text());
  }

  get length() {
    return this.#length;
  }

  /** Whether something was typed that is not written yet. */
  get hasUncommitted() {
    return this.#edits > 0;
  }

  // What the engine refuses is gone: what it shows counts.
  #send() {
    try {
      this.#typed.send();
    } catch (error) {
      this.#begin();
      throw error;
    }
  }

  /**
   * Takes out `deleted` characters at a position, and puts in others.
   * @returns {Uint8Array} the session update: what shows it to others (docs/FORMAT.md)
   */
  splice(position, deleted, inserted = '') {
    if (this.#closing !== null) throw new GsError('GS_CLOSED', CLOSED, { hint: AGAIN });
    if (!isCount(position) || !isCount(deleted) || typeof inserted !== 'string') {
      throw new GsError('GS_INVALID', wrong(position, deleted, inserted));
    }
    if (inserted.length > 0 && hasPairs(inserted)) {
      if (!isWellFormed(inserted)) throw new GsError('GS_INVALID', 'half of a character');
      this.#isNarrow = false;
    }
    if (this.#edits >= EDITS_MAX || this.#units + inserted.length > UNITS_MAX) {
      throw new GsError('GS_TOO_LARGE', 'too much is typed and not committed. Commit it first');
    }
    const isInside = position + deleted <= this.#length;
    const update =
      this.#isNarrow && isInside
        ? this.#type(position, deleted, inserted)
        : this.#typeThere(position, deleted, inserted);
    if (update.length === 0) return update;
    this.#isFirst = false;
    this.#edits++;
    this.#units += inserted.length;
    this.#length += inserted.length - deleted;
    if (this.#commitTimer === null && this.#commitMs !== Infinity) this.#schedule(this.#commitMs);
    return update;
  }

  #type(position, deleted, inserted) {
    if (deleted === 0 && inserted.length === 0) return new Uint8Array(0);
    this.#typed.add(position, deleted, inserted);
    return sessionUpdate(this.#isFirst, position, deleted, inserted);
  }

  // The engine knows where characters begin, and what is wrong.
  #typeThere(position, deleted, inserted) {
    this.#send();
    const update = called(() => this.#native.splice(position, deleted, inserted, this.#out));
    return typeof update === 'number' ? this.#out.slice(0, update) : new Uint8Array(update);
  }

  insertText(position, text) {
    return this.splice(position, 0, text);
  }

  deleteText(position, count) {
    return this.splice(position, count, '');
  }

  #schedule(ms) {
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = null;
      this.#commitAlone();
    }, ms);
  }

  // Nobody awaits it.
  #commitAlone() {
    this.commit({ durability: 'lazy' }).catch((error) => {
      if (this.#closing !== null) return; // that one tells
      if (this.#commitTimer === null && this.hasUncommitted) this.#schedule(AGAIN_MS);
      tell(() => this.#onError(error));
    });
  }

  // Whatever goes wrong, nobody is there to be told. Nothing: others are under way.
  #commitNow() {
    try {
      this.#send();
      return this.#native.commit();
    } catch (error) {
      return error;
    }
  }

  // Others first, when they are under way.
  async #whenFree(call) {
    for (;;) {
      this.#send();
      const told = called(call);
      if (told !== undefined) {
        const changes = changesOf(told);
        this.#begin();
        this.#tell(changes);
        return changes;
      }
      await this.#writes.flush();
      await pause(BUSY_MS);
    }
  }

  #tell(changes) {
    if (changes.length === 0) return;
    for (const watcher of [...this.#watchers]) tell(() => watcher(changes));
  }

  /**
   * Writes what was typed, then shows what others wrote meanwhile: watchers are told at once.
   * @returns {Promise<Array<[number, number, string]>>} what that changed here, once it is durable
   */
  async commit(options) {
    const { durability } = optionsOfCall(options, 'commit');
    const changes = await this.#whenFree(() => this.#native.commit());
    await this.#writes.settle(this.#storage.durabilityOf(durability));
    return changes;
  }

  /** Forgets what was typed and not written; shows what there is. */
  async discard() {
    return this.#whenFree(() => this.#native.discard());
  }

  /**
   * Calls with what others wrote, soon after they did: [position, deleted, inserted], one behind
   * the other. What is typed here is written then, too. For everybody who shows the text: any
   * commit, also one by time, may bring what others wrote.
   * @returns a function that ends it
   */
  watch(call) {
    functionOf(call, 'a listener');
    if (!this.#isLooking) {
      this.#isLooking = true;
      this.#endings.push(this.#storage.whenCommitted(() => this.#look()));
    }
    this.#watchers.add(call);
    return () => this.#watchers.delete(call);
  }

  #look() {
    if (this.#lookTimer !== null) return;
    this.#lookTimer = setTimeout(() => {
      this.#lookTimer = null;
      this.#commitAlone();
    }, LOOK_MS);
  }

  /** Writes what was typed, and ends, also when that cannot be written. */
  close() {
    return (this.#closing ||= this.#end());
  }

  async #end() {
    clearTimeout(this.#commitTimer);
    clearTimeout(this.#lookTimer);
    try {
      if (this.hasUncommitted) await this.commit();
    } finally {
      for (const end of this.#endings) end();
      this.#watchers.clear();
      this.#native.close();
    }
  }

  async [Symbol.asyncDispose || Symbol.for('Symbol.asyncDispose')]() {
    await this.close();
  }
}

guardAll(TextSession.prototype, ['commit', 'discard', 'watch', 'close']);

module.exports = { TextSession };
