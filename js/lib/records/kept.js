'use strict';

// Records that are kept until something is committed, by whomever in this process: a number that
// the addon counts up tells. One that is asked for again and again until then becomes an object
// whose fields are read in no time (values/plain_record.js).

const { later } = require('../later.js');

const plain = later(() => require('../values/plain_record.js'));

// Two records have the same place, of each collection: 512 in all.
const PLACES = 256;
// After so many times a record becomes that object: when a loop that reads it has not yet taken
// time, so that its code is made for one kind of object.
const TIMES = 8;
// Making the object takes as long as reading so many fields of a Proxy. Where it was asked for less
// often than that, the next ones have to be asked for twice as often, up to as many.
const WORTH = 64;

// By the last two digits of an id, which are as good as random. The digit of a character is what
// lies in its lowest bits, and 9 more of a letter.
const placeOf = (id) => {
  const end = id.length;
  const high = id.charCodeAt(end - 2);
  const low = id.charCodeAt(end - 1);
  const digits = (((high & 15) + 9 * (high >> 6)) << 4) + (low & 15) + 9 * (low >> 6);
  return digits & (PLACES - 1);
};

class Entry {
  id = '';
  record = null;
  commits = -1; // as of when; never
  left = 1; // times, until the record becomes that object; below 0: since then
}

// Where nothing was kept yet.
const NONE = Object.freeze(new Entry());

/** Records of one collection, or of all. */
class Kept {
  #reads;
  #collection;
  #counter;
  #times = TIMES;
  #first = new Array(PLACES).fill(NONE);
  #second = new Array(PLACES).fill(NONE);

  constructor(reads, collection) {
    this.#reads = reads;
    this.#collection = collection;
    this.#counter = reads.counter;
  }

  get(id) {
    const place = placeOf(id);
    const first = this.#first[place];
    if (first.id === id) return this.#recordOf(first);
    const second = this.#second[place];
    if (second.id === id) return this.#recordOf(second);
    // What was the second goes, and the first one is next.
    const entry = second === NONE ? new Entry() : second;
    this.#first[place] = entry;
    this.#second[place] = first;
    return this.#read(entry, id);
  }

  /** Lets go of what somebody has written since, of which nobody may ever ask again. */
  rest() {
    for (const entries of [this.#first, this.#second]) {
      for (let i = 0; i < PLACES; i++) {
        if (entries[i] !== NONE && entries[i].commits !== this.#counter[0]) entries[i] = NONE;
      }
    }
  }

  #recordOf(entry) {
    if (entry.commits !== this.#counter[0]) return this.#read(entry, entry.id);
    if (entry.left > -WORTH) this.#again(entry);
    return entry.record;
  }

  #again(entry) {
    entry.left--;
    if (entry.left === 0 && entry.record !== null) entry.record = plain().plainOf(entry.record);
  }

  #read(entry, id) {
    if (entry === NONE) return this.#reads.find(id, this.#collection); // '' is its id
    if (entry.left <= 0 && entry.record !== null) this.#learn(entry.left);
    const commits = this.#counter[0]; // before it is read
    entry.id = id;
    entry.commits = -1; // reading may throw
    entry.record = this.#reads.find(id, this.#collection);
    entry.commits = commits;
    entry.left = this.#times;
    return entry.record;
  }

  #learn(left) {
    if (left > -WORTH) this.#times = Math.min(2 * this.#times, WORTH);
    else this.#times = TIMES;
  }
}

module.exports = { Kept };
