'use strict';

// The package itself. Ids are made by the storage.

const gs = require('../../../js/globalstorage.js');
const { sumOf, sumOfFields } = require('../common.js');

const ID_BYTES = 16;

class Subject {
  static async open(directory) {
    const subject = new Subject();
    subject.db = await gs.open({ path: directory, durability: 'lazy' });
    subject.records = subject.db.collection('Record');
    return subject;
  }

  /** Names of the records, in the order of `rows`. */
  async fill(rows) {
    const inserted = await this.records.insertMany(rows);
    await this.db.invoke('sync');
    this.bytes = inserted.idBytes;
    return inserted.ids;
  }

  keyBytes(order) {
    const bytes = Buffer.alloc(ID_BYTES * order.length);
    order.forEach((from, to) => {
      this.bytes.copy(bytes, ID_BYTES * to, ID_BYTES * from, ID_BYTES * (from + 1));
    });
    return bytes;
  }

  readOne(ids) {
    const { records } = this;
    let sum = 0;
    for (const id of ids) sum += sumOf(records.peek(id).population);
    return sum;
  }

  readWhole(ids) {
    const { records } = this;
    let sum = 0;
    for (const id of ids) sum += sumOfFields(records.peek(id).toObject());
    return sum;
  }

  readMany(ids, size) {
    const { records } = this;
    let sum = 0;
    for (let at = 0; at < ids.length; at += size) {
      const found = records.peekMany(ids.slice(at, at + size));
      for (let i = 0; i < found.length; i++) sum += sumOf(found[i].population);
    }
    return sum;
  }

  readManyBytes(bytes, size) {
    const { records } = this;
    let sum = 0;
    for (let at = 0; at < bytes.length; at += ID_BYTES * size) {
      const found = records.peekMany(bytes.subarray(at, at + ID_BYTES * size));
      for (let i = 0; i < found.length; i++) sum += sumOf(found[i].population);
    }
    return sum;
  }

  readHot(id, times) {
    const { records } = this;
    let sum = 0;
    for (let i = 0; i < times; i++) sum += records.peek(id).population;
    return sum;
  }

  async insertMany(rows) {
    await this.db.collection('City').insertMany(rows);
    await this.db.invoke('sync');
  }

  async insertDurably(rows) {
    for (const row of rows) await this.records.insert(row, { durability: 'batch' });
  }

  count(what) {
    return this.db.collection(what).count();
  }

  close() {
    return this.db.close();
  }
}

module.exports = { Subject };
