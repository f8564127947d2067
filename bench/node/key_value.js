'use strict';

// What subjects share that keep a record as one value of a key: they have put(rows, keyOf) for many
// and read(id) for one.

const { sumOf, sumOfFields } = require('./common.js');
const { textId } = require('./ids.js');

class KeyValue {
  async fill(rows) {
    const ids = rows.map((_, i) => textId(i));
    await this.put(rows, (i) => ids[i]);
    return ids;
  }

  readOne(ids) {
    let sum = 0;
    for (const id of ids) sum += sumOf(this.read(id).population);
    return sum;
  }

  readWhole(ids) {
    let sum = 0;
    for (const id of ids) sum += sumOfFields(this.read(id));
    return sum;
  }
}

module.exports = { KeyValue };
