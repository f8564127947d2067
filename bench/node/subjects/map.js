'use strict';

// A Map of objects, which is no storage: the bound for reading one record again and again. Keys are
// texts as ours are.

const { textId } = require('../ids.js');

// As one text, where textId() gives the sum of some.
const keyOf = (i) => Buffer.from(textId(i)).toString('latin1');

class Subject {
  static open() {
    return new Subject();
  }

  fill(rows) {
    this.map = new Map(rows.map((row, i) => [keyOf(i), row]));
    return [...this.map.keys()];
  }

  readHot(id, times) {
    const { map } = this;
    let sum = 0;
    for (let i = 0; i < times; i++) sum += map.get(id).population;
    return sum;
  }

  close() {}
}

module.exports = { Subject };
