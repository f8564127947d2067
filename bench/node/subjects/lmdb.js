'use strict';

// lmdb: msgpack with shared structures, in which fields have no names; memory mapped. Keys are
// texts as ours are where records are read, and numbers in order where they are inserted, its best
// case. Puts are collected; what is durable is flushed.

const path = require('node:path');
const { load } = require('../common.js');
const { KeyValue } = require('../key_value.js');

const { open } = load('lmdb');

const MAP_BYTES = 1024 * 1024 * 1024;

class Subject extends KeyValue {
  static open(directory) {
    const subject = new Subject();
    subject.db = open({
      path: path.join(directory, 'lmdb'), // a name with a dot would be that of a file
      mapSize: MAP_BYTES,
      noMemInit: true,
      sharedStructuresKey: Symbol.for('structures'),
    });
    return subject;
  }

  async put(rows, keyOf) {
    let last;
    for (let i = 0; i < rows.length; i++) last = this.db.put(keyOf(i), rows[i]);
    await last;
    await this.db.flushed;
  }

  read(id) {
    return this.db.get(id);
  }

  // getMany() of the package gives the same records in more time.
  readMany(ids) {
    return this.readOne(ids);
  }

  insertMany(rows) {
    return this.put(rows, (i) => i);
  }

  async insertDurably(rows) {
    for (let i = 0; i < rows.length; i++) {
      await this.db.put(i, rows[i]);
      await this.db.flushed;
    }
  }

  count() {
    return this.db.getCount();
  }

  close() {
    return this.db.close();
  }
}

module.exports = { Subject };
