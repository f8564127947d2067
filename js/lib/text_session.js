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

const { called, settled, codeOf } = require('./native.js');
const { GsError } = require('./errors.js');
const { functionOf, optionsOfCall, shown, guardAll } = require('./arguments.js');

// What a program may lose that is killed while somebody types.
const COMMIT_MS = 500;
// An update of a key pressed has 9 to 12 bytes; a longer one comes in memory of its own.
const UPDATE_BYTES = 64;
const BUSY_MS = 1;
// Others' writes are looked for no more often: to look is to read the text.
const LOOK_MS = 20;

const HAS_SURROGATES = /[\ud800-\udfff]/;

const isWellFormed = (text) => {
  if (!HAS_SURROGATES.test(text)) return true;
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code >= 0xd800 && code < 0xe000) return false;
  }
  return true;
};

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

const wrong = (position, deleted, inserted) => {
  if (!isCount(position)) return `a position is a whole number, not ${shown(position)}`;
  if (!isCount(deleted)) return `a number of characters is whole, not ${shown(deleted)}`;
  if (typeof inserted !== 'string') return `a text is inserted, not ${shown(inserted)}`;
  return 'a text with half of a character';
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

class TextSession {
  #storage;
  #writes; // of the storage, also while it is about to close
  #native;
  #out = new Uint8Array(UPDATE_BYTES);
  #commitMs;
  #commitTimer = null;
  #lookTimer = null;
  #isLooking = false;
  #failed = null; // of a commit that nobody awaited; told by the next call
  #watchers = new Set();
  #endings;
  #isClosed = false;

  constructor(storage, native, commitMs) {
    this.#storage = storage;
    this.#writes = storage.writes;
    this.#native = native;
    this.#commitMs = commitMs;
    this.#endings = [storage.whenClosing(() => this.close()), whenExiting(() => this.#commitNow())];
  }

  static async open(storage, id, name, options) {
    const { commitMs = COMMIT_MS } = optionsOfCall(options);
    if (!isCount(commitMs) && commitMs !== Infinity) {
      throw new GsError('GS_INVALID', `commitMs is a number, not ${shown(commitMs)}`);
    }
    await storage.writes.flush();
    const native = await settled(called(() => storage.native.editText(id, name)));
    return new TextSession(storage, native, commitMs);
  }

  /** The text as it is shown here. */
  get text() {
    return called(() => this.#native.text());
  }

  get length() {
    return called(() => this.#native.length());
  }

  /** Whether something was typed that is not written yet. */
  get hasUncommitted() {
    return !this.#isClosed && called(() => this.#native.hasUncommitted());
  }

  /**
   * Takes out `deleted` characters at a position, and puts in others.
   * @returns {Uint8Array} the session update: what shows it to others (docs/FORMAT.md)
   */
  splice(position, deleted, inserted = '') {
    if (this.#failed !== null) this.#tellFailed();
    const isRight =
      isCount(position) &&
      isCount(deleted) &&
      typeof inserted === 'string' &&
      isWellFormed(inserted);
    if (!isRight) throw new GsError('GS_INVALID', wrong(position, deleted, inserted));
    let update;
    try {
      update = this.#native.splice(position, deleted, inserted, this.#out);
    } catch (error) {
      throw new GsError(codeOf(error.code), error.message, { cause: error });
    }
    if (this.#commitTimer === null && this.#commitMs !== Infinity) this.#schedule();
    return typeof update === 'number' ? this.#out.slice(0, update) : new Uint8Array(update);
  }

  insertText(position, text) {
    return this.splice(position, 0, text);
  }

  deleteText(position, count) {
    return this.splice(position, count, '');
  }

  #tellFailed() {
    const failed = this.#failed;
    this.#failed = null;
    throw failed;
  }

  #schedule() {
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = null;
      this.#commitAlone();
    }, this.#commitMs);
  }

  // Nobody awaits it.
  #commitAlone() {
    this.commit({ durability: 'lazy' }).catch((error) => {
      if (!this.#isClosed) this.#failed = error;
    });
  }

  // Whatever goes wrong, nobody is there to be told. Nothing: others are under way.
  #commitNow() {
    try {
      return this.#native.commit();
    } catch (error) {
      return error;
    }
  }

  // Others first, when they are under way.
  async #whenFree(call) {
    for (;;) {
      const changes = called(call);
      if (changes !== undefined) return changesOf(changes);
      await this.#writes.flush();
      await pause(BUSY_MS);
    }
  }

  #tell(changes) {
    if (changes.length === 0) return;
    for (const watcher of this.#watchers) watcher(changes);
  }

  /**
   * Writes what was typed, then shows what others wrote meanwhile.
   * @returns {Promise<Array<[number, number, string]>>} what that changed here
   */
  async commit(options) {
    const { durability } = optionsOfCall(options);
    const changes = await this.#whenFree(() => this.#native.commit());
    this.#failed = null;
    this.#tell(changes);
    await this.#writes.settle(this.#storage.durability(durability));
    return changes;
  }

  /** Forgets what was typed and not written; shows what there is. */
  async discard() {
    this.#failed = null;
    const changes = await this.#whenFree(() => this.#native.discard());
    this.#tell(changes);
    return changes;
  }

  /**
   * Calls with what others wrote, soon after they did: [position, deleted, inserted], one behind
   * the other. What is typed here is written then, too.
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

  /** Writes what was typed, and ends. */
  async close() {
    if (this.#isClosed) return;
    clearTimeout(this.#commitTimer);
    clearTimeout(this.#lookTimer);
    if (this.hasUncommitted) await this.commit();
    this.#isClosed = true;
    for (const end of this.#endings) end();
    this.#watchers.clear();
    this.#native.close();
  }

  async [Symbol.asyncDispose || Symbol.for('Symbol.asyncDispose')]() {
    await this.close();
  }
}

guardAll(TextSession.prototype, ['commit', 'discard', 'watch', 'close']);

module.exports = { TextSession };
