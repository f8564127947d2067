'use strict';

// The records read or written last, as texts, so that nobody shares an object with somebody else.
// Each stands beside the mark of the version of its file that it was read from.
//
// There are two halves: what is used goes into the younger one; when that is full it becomes the
// older one, and what stood there is forgotten. So no call has to look for the oldest entry.

const BYTES_MAX = 32 * 1024 * 1024;
// What an entry takes beside its text, roughly.
const ENTRY_BYTES = 256;

const bytesOf = (text) => ENTRY_BYTES + 2 * text.length;

class Half {
  entries = new Map();
  bytes = 0;

  delete(id) {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.bytes -= bytesOf(entry.text);
  }
}

class TextCache {
  #young = new Half();
  #old = new Half();

  /** The text of an id when its file still has this mark, or null. */
  get(id, mark) {
    const entry = this.#young.entries.get(id) || this.#old.entries.get(id);
    if (!entry || entry.mark !== mark) return null;
    if (!this.#young.entries.has(id)) this.set(id, mark, entry.text);
    return entry.text;
  }

  set(id, mark, text) {
    this.delete(id);
    const bytes = bytesOf(text);
    if (bytes > BYTES_MAX / 2) return;
    if (this.#young.bytes + bytes > BYTES_MAX / 2) {
      this.#old = this.#young;
      this.#young = new Half();
    }
    this.#young.entries.set(id, { mark, text });
    this.#young.bytes += bytes;
  }

  delete(id) {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  clear() {
    this.#young = new Half();
    this.#old = new Half();
  }

  get bytes() {
    return this.#young.bytes + this.#old.bytes;
  }
}

module.exports = { BYTES_MAX, TextCache };
