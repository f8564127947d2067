'use strict';

// classic-level, LevelDB: values as JSON, reads at once where it has them, batches of a thousand.

const { load, sumOf } = require('../common.js');
const { orderedKey } = require('../ids.js');
const { KeyValue } = require('../key_value.js');

const { ClassicLevel } = load('classic-level');

const BATCH = 1000;

class Subject extends KeyValue {
  static async open(directory) {
    const subject = new Subject();
    const options = {
      valueEncoding: 'json',
      compression: false,
      writeBufferSize: 64 * 1024 * 1024,
      cacheSize: 1024 * 1024 * 1024,
    };
    subject.db = new ClassicLevel(directory, options);
    await subject.db.open();
    return subject;
  }

  // The last batch is synced, and so all before it in the log.
  async put(rows, keyOf) {
    for (let at = 0; at < rows.length; at += BATCH) {
      const end = Math.min(at + BATCH, rows.length);
      const batch = [];
      for (let i = at; i < end; i++) batch.push({ type: 'put', key: keyOf(i), value: rows[i] });
      await this.db.batch(batch, { sync: end === rows.length });
    }
  }

  read(id) {
    return this.db.getSync(id);
  }

  async readMany(ids, size) {
    let sum = 0;
    for (let at = 0; at < ids.length; at += size) {
      const found = await this.db.getMany(ids.slice(at, at + size));
      for (const record of found) sum += sumOf(record.population);
    }
    return sum;
  }

  insertMany(rows) {
    return this.put(rows, orderedKey);
  }

  async insertDurably(rows) {
    for (let i = 0; i < rows.length; i++) {
      await this.db.put(orderedKey(i), rows[i], { sync: true });
    }
  }

  async count() {
    return (await this.db.keys().all()).length;
  }

  close() {
    return this.db.close();
  }
}

module.exports = { Subject };
