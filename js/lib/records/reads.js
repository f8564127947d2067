'use strict';

// Records as they are now, by id, at once.
//
// The addon copies a record into a slab, memory that many records share, and the record reads its
// fields from there. kept.js keeps what was read.

const { called, fromNative } = require('../native.js');
const { GsError } = require('../errors.js');
const { Memory } = require('../values/decode.js');
const { shapeOf } = require('../values/shape.js');
const { isId, writeId } = require('../values/ids.js');

// A record that somebody keeps keeps its slab: small enough to be no burden then.
const SLAB_BYTES = 32 * 1024;
// Records of one call are kept together, if at all.
const SLAB_OF_MANY_BYTES = 96 * 1024;
const NO_ROOM = -16;
const ID_CHARACTERS = 36;

class Reads {
  #storage; // of the addon
  #counter = new Uint32Array(1);
  #memory = null;
  #shapes = [];

  constructor(storage) {
    this.#storage = storage;
    storage.countCommits(this.#counter);
    this.#useSlab(SLAB_BYTES);
  }

  #useSlab(bytes) {
    const slab = new ArrayBuffer(bytes);
    this.#storage.useSlab(slab);
    this.#memory = new Memory(slab);
  }

  #shape(number) {
    const shape = this.#shapes[number];
    if (shape) return shape;
    return (this.#shapes[number] = shapeOf(this.#storage.shape(number)));
  }

  #recordAt(at, collection) {
    const memory = this.#memory;
    const shape = this.#shape(memory.view.getUint32(at, true));
    if (collection !== null && shape.collection !== collection) return null;
    return shape.record(memory, at);
  }

  // Where the record with an id is in the slab; negative: nowhere, or the text is no id.
  #place(id) {
    const at = this.#storage.get(id);
    if (at > NO_ROOM) return at;
    this.#useSlab(Math.max(SLAB_BYTES, NO_ROOM - at));
    return this.#storage.get(id);
  }

  #find(text, collection) {
    const at = this.#place(text);
    const record = at < 0 ? null : this.#recordAt(at, collection);
    if (record !== null) return record;
    // A key of the application, which may have the form of an id.
    const id = this.#storage.findId(text, collection || '');
    const keyed = id === text ? -1 : this.#place(id);
    return keyed < 0 ? null : this.#recordAt(keyed, collection);
  }

  /** Its one number is how often somebody in this process committed. */
  get counter() {
    return this.#counter;
  }

  /**
   * The record with an id, or with a key in the collection; null when there is none.
   * @param {string|null} collection null: any
   */
  find(text, collection) {
    try {
      return this.#find(text, collection);
    } catch (error) {
      throw fromNative(error);
    }
  }

  /** The version of a record, for who expects it later: a record and 32 bytes. */
  versioned(id) {
    return called(() => {
      const record = this.#find(id, null);
      if (record === null) return { record, version: null };
      return { record, version: Buffer.from(this.#storage.version()) };
    });
  }

  /** Records of many ids, null where there is none. `ids`: 16 bytes each. */
  findMany(ids, collection) {
    if (ids.length % 16 !== 0) throw new GsError('GS_INVALID', 'bytes of ids: 16 for each');
    const count = ids.length / 16;
    const places = new Int32Array(count);
    const records = new Array(count);
    for (let done = 0; done < count;) {
      const from = done;
      done = called(() => this.#storage.getMany(ids, places, from));
      if (done <= NO_ROOM) {
        this.#useSlab(Math.max(SLAB_OF_MANY_BYTES, NO_ROOM - done));
        done = from;
        continue;
      }
      for (let i = from; i < done; i++) {
        records[i] = places[i] < 0 ? null : this.#recordAt(places[i], collection);
      }
      if (done < count) this.#useSlab(SLAB_OF_MANY_BYTES);
    }
    return records;
  }

  /** The same of texts: ids, or keys in the collection. */
  findNamed(texts, collection) {
    const records = this.findMany(this.#idBytes(texts, collection), collection);
    let missing = null;
    for (let i = 0; i < records.length; i++) {
      if (records[i] === null && isId(texts[i])) (missing ||= []).push(i);
    }
    if (missing === null) return records;
    // These may be keys that have the form of an id.
    const ids = missing.map((i) => this.idOf(texts[i], collection));
    const found = this.findMany(this.#idBytes(ids, collection), collection);
    missing.forEach((i, which) => (records[i] = found[which]));
    return records;
  }

  /** The id that a text names: an id, or a key in the collection. */
  idOf(text, collection) {
    return called(() => this.#storage.findId(text, collection));
  }

  // Writes 16 bytes for each, as long as all are ids: one text is handed over sooner than many.
  #areIds(texts, bytes) {
    for (let i = 0; i < texts.length; i++) if (texts[i].length !== ID_CHARACTERS) return false;
    return called(() => this.#storage.idsOf(texts.join(''), bytes));
  }

  // 16 bytes for each.
  #idBytes(texts, collection) {
    const bytes = Buffer.from(new ArrayBuffer(16 * texts.length));
    if (this.#areIds(texts, bytes)) return bytes;
    for (let i = 0; i < texts.length; i++) {
      if (writeId(bytes, 16 * i, texts[i])) continue;
      writeId(bytes, 16 * i, this.idOf(texts[i], collection));
    }
    return bytes;
  }
}

module.exports = { Reads };
