'use strict';

// Types of values in records, by the numbers of docs/FORMAT.md ("Types"), and what JavaScript has
// for them:
//
//   null, boolean, number, string   themselves; NaN and infinities are refused
//   integer, big                    BigInt: 64 bits, and beyond
//   date                            Date
//   id                              a text of 36 characters
//   bytes                           Uint8Array
//   array, object, set              Array, a plain object, Set
//   blob                            BlobRef

const TYPE = Object.freeze({
  null: 0,
  boolean: 1,
  number: 2,
  integer: 3,
  date: 4,
  id: 5,
  string: 6,
  bytes: 7,
  big: 8,
  array: 9,
  object: 10,
  set: 11,
  blob: 12,
  any: 13, // of a member without content: absent
});

const NESTING_MAX = 128;
const RECORD_BYTES_MAX = 16 * 1024 * 1024;

/** A large value that lies in a file of its own, by its SHA-256. */
class BlobRef {
  constructor(sha256, size) {
    this.sha256 = sha256;
    this.size = size;
    Object.freeze(this);
  }
}

// How objects of ours, records and references, give the id that stands for them in a field.
const ID_OF = Symbol('globalstorage.id');

module.exports = { TYPE, NESTING_MAX, RECORD_BYTES_MAX, BlobRef, ID_OF };
