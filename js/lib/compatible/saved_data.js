'use strict';

// What storages of upstream have beside the rest: data of any id, encrypted or not, and validation.
// Methods of Storage. docs/JAVASCRIPT-COMPATIBILITY.md says what differs.

const path = require('node:path');
const { textOf, guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { GsError } = require('../errors.js');
const { operations } = require('../writes/writes.js');

// Loaded when something is encrypted: it takes as long to load as all the rest.
const crypto = () => require('./crypto.js');

// How a value that is no object, or is encrypted, lies in a record.
const VALUE = '$value';
const ENCRYPTED = '$encrypted';

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const only = (data, name) => name in data && Object.keys(data).length === 1;

// The fields of a record for a value. An object that has only one of those names would be taken for
// what it is not.
const fieldsOf = (data) =>
  isObject(data) && !only(data, VALUE) && !only(data, ENCRYPTED) ? data : { [VALUE]: data };

const encryptedFields = (text) => ({ [ENCRYPTED]: text });

const savedData = {
  /** Writes a record, whether it was there or not. */
  async saveData(id, data, options) {
    const { encrypted = false } = optionsOfCall(options, 'saveData');
    let record = fieldsOf(data);
    if (encrypted) {
      const { publicKey } = await this.rsaKeys();
      record = encryptedFields(crypto().encrypt(data, publicKey));
    }
    await this.writeWhole(id, record);
  },

  /** What was saved; null when nothing was. */
  async loadData(id) {
    return this.load(id);
  },

  async load(id) {
    const record = this.peek(this.idOf(id));
    if (record === null) return null;
    const data = record.toObject();
    if (only(data, VALUE)) return data[VALUE];
    if (only(data, ENCRYPTED)) {
      const { privateKey } = await this.rsaKeys();
      return crypto().decrypt(data[ENCRYPTED], privateKey);
    }
    if (record.$type !== undefined && !('$type' in data)) data.$type = record.$type;
    return data;
  },

  /** Replaces all fields, or adds the record: to the collection that `$type` names. */
  async writeWhole(id, data, { durability } = {}) {
    const record = this.peek(this.idOf(id));
    const isTyped = isObject(data) && typeof data.$type === 'string';
    const { $type: collection, ...rest } = isTyped ? data : { $type: '' };
    const fields = isTyped ? rest : data;
    if (collection !== '') this.collection(collection);
    const write = (encoder) => {
      if (record === null) operations.put(encoder, collection, String(id), fields);
      else operations.set(encoder, record.id, fields);
    };
    await this.write(write, () => {}, durability);
  },

  async rsaKeys() {
    if (!this.rsaPair) this.rsaPair = crypto().loadKeys(path.join(this.directory, 'keys'));
    return this.rsaPair;
  },

  /**
   * Whether the log is what was written: `{ last }` or `{ from }`, the digest of a change; or
   * whether a change has this data of a record.
   */
  async validate(idOrOptions, data, change) {
    if (typeof idOrOptions === 'string') return this.validateRecord(idOrOptions, data, change);
    const { last, from } = idOrOptions || {};
    if (last === undefined && from === undefined) return false;
    require('./chain.js').checkCount(last); // more is verified than is asked for
    if (from !== undefined) await this.findBlock(from);
    const { ok } = await this.verify({ full: false, incremental: true });
    return ok;
  },

  async findBlock(hash) {
    const name = textOf(hash, 'the hash of a block');
    try {
      await this.change(name);
    } catch (error) {
      if (error.code !== 'GS_NOT_FOUND' && error.code !== 'GS_INVALID') throw error;
      throw new GsError('GS_NOT_FOUND', `Block not found: ${name}`, { cause: error });
    }
  },

  async validateRecord(id, data, change) {
    try {
      const real = this.idOf(id);
      const { operations: all } = await this.change(change);
      const text = JSON.stringify(data);
      return all.some((one) => one.id === real && JSON.stringify(one.data) === text);
    } catch {
      return false;
    }
  },

  /** The data of a record as it is now, at once; null when there is none. */
  getCachedData(id) {
    const record = this.peek(this.idOf(id));
    return record === null ? null : record.toObject();
  },

  hasRecord(id) {
    return this.peek(this.idOf(id)) !== null;
  },

  /** Upstream's list of updates to send; the log is that list here, so there is nothing to add. */
  addUpdate(update) {
    if (!isObject(update) || typeof update.id !== 'string') {
      throw new GsError('GS_INVALID', 'an update is { type, id, timestamp, data }');
    }
  },
};

guardAll(savedData);

module.exports = { savedData, encryptedFields, fieldsOf };
