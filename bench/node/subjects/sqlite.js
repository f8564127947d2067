'use strict';

// better-sqlite3: WAL, prepared statements, a column for each field, mapped reads. Keys are texts
// as ours are where records are read, and numbers in order where they are inserted, its best case.

const path = require('node:path');
const { FIELDS, load, sumOf, sumOfFields } = require('../common.js');
const { textId } = require('../ids.js');

const Database = load('better-sqlite3');

const CITY_FIELDS = ['name', 'lat', 'lng', 'country', 'admin1', 'admin2'];

class Subject {
  static open(directory) {
    const subject = new Subject();
    const db = new Database(path.join(directory, 'bench.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('mmap_size = 1073741824');
    db.pragma('cache_size = -65536');
    subject.db = db;
    return subject;
  }

  #table(name, key, fields) {
    const rowid = key.startsWith('integer') ? '' : 'without rowid';
    this.db.exec(`create table ${name} (id ${key} primary key, ${fields.join(', ')}) ${rowid}`);
    const places = ['@id', ...fields.map((field) => `@${field}`)];
    return this.db.prepare(`insert into ${name} values (${places.join(', ')})`);
  }

  #sync() {
    this.db.pragma('wal_checkpoint(TRUNCATE)');
  }

  fill(rows) {
    this.db.pragma('synchronous = OFF');
    const insert = this.#table('records', 'text', FIELDS);
    const ids = rows.map((_, i) => textId(i));
    this.db.transaction(() => {
      rows.forEach((row, i) => {
        insert.run({ id: ids[i], ...row, isCapital: Number(row.isCapital) });
      });
    })();
    this.#sync();
    this.prepareReads();
    return ids;
  }

  prepareReads() {
    this.one = this.db.prepare('select population from records where id = ?').pluck();
    this.whole = this.db.prepare(`select ${FIELDS.join(', ')} from records where id = ?`);
  }

  readOne(ids) {
    const { one } = this;
    let sum = 0;
    for (const id of ids) sum += sumOf(one.get(id));
    return sum;
  }

  readWhole(ids) {
    const { whole } = this;
    let sum = 0;
    for (const id of ids) sum += sumOfFields(whole.get(id));
    return sum;
  }

  // One transaction, and so one lock, for all of a batch.
  readMany(ids, size) {
    const read = this.db.transaction((some) => this.readOne(some));
    let sum = 0;
    for (let at = 0; at < ids.length; at += size) sum += read(ids.slice(at, at + size));
    return sum;
  }

  insertMany(rows) {
    this.db.pragma('synchronous = OFF');
    const places = CITY_FIELDS.map(() => '?').join(', ');
    this.db.exec(`create table cities (id integer primary key, ${CITY_FIELDS.join(', ')})`);
    const insert = this.db.prepare(`insert into cities values (?, ${places})`);
    this.db.transaction(() => {
      for (let i = 0; i < rows.length; i++) {
        const { name, lat, lng, country, admin1, admin2 } = rows[i];
        insert.run(i, name, lat, lng, country, admin1, admin2);
      }
    })();
    this.db.pragma('synchronous = FULL');
    this.#sync();
  }

  prepareDurable() {
    this.db.pragma('synchronous = FULL');
    this.insert = this.#table('records', 'integer', FIELDS);
  }

  insertDurably(rows) {
    const { insert } = this;
    rows.forEach((row, id) => insert.run({ id, ...row, isCapital: Number(row.isCapital) }));
  }

  count(what) {
    const table = what === 'City' ? 'cities' : 'records';
    return this.db.prepare(`select count(*) from ${table}`).pluck().get();
  }

  close() {
    this.db.close();
  }
}

module.exports = { Subject };
