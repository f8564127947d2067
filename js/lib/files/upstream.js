'use strict';

// Takes over all records of a directory that upstream or the layout `files` wrote, once all of it
// was verified. A method of Storage. cmd/gstore/import_upstream.cc does the same by the same rules.
//
// Twice through the directory, as it may be larger than memory: first everything is checked, also
// whether the storage would take it, then it is written. Records are put by their ids, so an import
// that was stopped is simply done again.

const fs = require('node:fs');
const path = require('node:path');
const { encryptedFields, fieldsOf } = require('../compatible/saved_data.js');
const disk = require('../disk/disk.js');
const { guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { GsError } = require('../errors.js');
const { operations } = require('../writes/writes.js');

const BATCH_RECORDS = 2048;
const BATCH_BYTES = 1024 * 1024;
// Files that are read at a time.
const WINDOW = 32;
// Of a record that is only looked at: a version that no record has.
const NO_VERSION = Buffer.alloc(32, 0xff);
const ABOUT_DATA = new Set(['GS_INVALID', 'GS_TOO_LARGE', 'GS_EXISTS']);

const MIXED = 'Set { decrypt: true } to store them in plain text, or import into a new storage.';
const UNFIT =
  'Look at details.findings; { skipBad: true } imports the records that fit their blocks.';
const CHANGED = 'Import again when nobody writes to that directory.';
const HOW = 'importUpstream(directory, { skipBad, decrypt, dryRun, onProgress, signal })';

const TYPES = { skipBad: 'boolean', decrypt: 'boolean', dryRun: 'boolean', onProgress: 'function' };

const checkTypes = (options) => {
  for (const [name, type] of Object.entries(TYPES)) {
    const value = options[name];
    if (value === undefined || typeof value === type) continue;
    throw new GsError('GS_INVALID', `importUpstream: ${name} is a ${type}`, { hint: HOW });
  }
};

// `$type` names the collection, as it does for insert().
const shapeOf = ({ id, data, stored, encrypted }, decrypts) => {
  if (encrypted && !decrypts) return { id, collection: '', fields: encryptedFields(stored) };
  const { $type, ...rest } = fieldsOf(data);
  if (typeof $type === 'string' && $type !== '') return { id, collection: $type, fields: rest };
  return { id, collection: '', fields: fieldsOf(data) };
};

const put = (encoder, { id, collection, fields }) =>
  operations.put(encoder, collection, id, fields);

class Import {
  #storage;
  #source;
  #options;
  #good = []; // ids
  #kept = 0; // of them stay encrypted, or were
  #imported = 0;

  constructor(storage, source, options) {
    this.#storage = storage;
    this.#source = source;
    this.#options = options;
  }

  async check() {
    const ids = await this.#source.ids();
    for (let at = 0; at < ids.length; at += WINDOW) {
      this.#look('verify', at, ids.length);
      const window = ids.slice(at, at + WINDOW);
      const checked = await Promise.all(window.map((id) => this.#check(id)));
      for (const { findings } of checked) findings.forEach((one) => this.#source.note(one));
      const good = checked.map(({ record }) => record).filter((record) => record !== null);
      this.#kept += good.filter(({ encrypted }) => encrypted).length;
      this.#good.push(...good.map(({ id }) => id));
    }
    this.#look('verify', ids.length, ids.length);
  }

  get isWhole() {
    const { bad, unreachable } = this.result;
    return bad === 0 && unreachable === 0;
  }

  get result() {
    const { blocks, unreachable, invalid, invalidMore } = this.#source.report;
    return {
      records: this.#good.length,
      encrypted: this.#kept,
      imported: this.#imported,
      blocks,
      tail: this.#source.tail,
      unreachable,
      bad: invalid.length + invalidMore,
      findings: invalid.map(({ block, file, reason }) =>
        block === undefined ? { file, reason } : { block, reason },
      ),
    };
  }

  get keepsEncrypted() {
    return this.#kept > 0 && !this.#options.decrypt;
  }

  async write() {
    let batch = [];
    let bytes = 0;
    const commit = async () => {
      await this.#commit(batch);
      [batch, bytes] = [[], 0];
    };
    for (let at = 0; at < this.#good.length; at += WINDOW) {
      this.#look('import', this.#imported, this.#good.length);
      const window = this.#good.slice(at, at + WINDOW);
      for (const record of await Promise.all(window.map((id) => this.#again(id)))) {
        batch.push(record);
        bytes += JSON.stringify(record.fields).length;
        if (batch.length >= BATCH_RECORDS || bytes >= BATCH_BYTES) await commit();
      }
    }
    await commit();
    await this.#storage.flush();
    this.#look('import', this.#imported, this.#good.length);
  }

  // How far it is; a good moment to stop as well.
  #look(phase, done, total) {
    const { signal, onProgress } = this.#options;
    if (signal) signal.throwIfAborted();
    if (onProgress) onProgress({ phase, done, total });
  }

  async #check(id) {
    const findings = [];
    const record = await this.#source.read(id, (finding) => findings.push(finding));
    const error = record && (await this.#refusal(record));
    if (!error) return { record, findings };
    findings.push({ id, file: `data/${id}.json`, reason: error.message });
    return { record: null, findings };
  }

  // Why the storage would not take it. It is put, and taken back at once as a condition fails.
  async #refusal(record) {
    const shaped = shapeOf(record, this.#options.decrypt);
    const write = (encoder) => {
      put(encoder, shaped);
      const id = this.#storage.idOf(record.id, shaped.collection);
      operations.expect(encoder, id, NO_VERSION);
    };
    try {
      await this.#storage.write(write, () => {}, 'lazy');
    } catch (error) {
      if (error.code === 'GS_CONFLICT') return null;
      if (ABOUT_DATA.has(error.code)) return error;
      throw error;
    }
    throw new GsError('GS_FAILED', `The record ${record.id} was written too early`);
  }

  async #again(id) {
    const record = await this.#source.read(id, () => {});
    if (record !== null) return shapeOf(record, this.#options.decrypt);
    const message = `The record ${id} was changed while it was imported`;
    throw new GsError('GS_CONFLICT', message, { hint: CHANGED });
  }

  async #commit(batch) {
    if (batch.length === 0) return;
    for (const { collection } of batch) if (collection !== '') this.#storage.collection(collection);
    const write = (encoder) => batch.forEach((record) => put(encoder, record));
    try {
      await this.#storage.write(write, () => {}, 'lazy');
    } catch (error) {
      if (error.code !== 'GS_EXISTS') throw error;
      return this.#commitSingly(batch);
    }
    this.#imported += batch.length;
  }

  // A unique index has what one of them has: which one, nobody can tell of a whole batch.
  async #commitSingly(batch) {
    for (const record of batch) {
      try {
        await this.#storage.write(
          (encoder) => put(encoder, record),
          () => {},
          'lazy',
        );
        this.#imported++;
      } catch (error) {
        if (error.code !== 'GS_EXISTS' || !this.#options.skipBad) throw error;
        const { id } = record;
        this.#source.note({ id, file: `data/${id}.json`, reason: error.message });
      }
    }
  }
}

// Loaded when something is taken over, which most programs never do.
const publicOf = (key) => require('../compatible/keys.js').publicOf(key);

const isSameKey = (one, other) => publicOf(one) === publicOf(other);

// The pair of encrypted records goes with them, when the storage has none.
const bringPair = async (directory, privateKey, { only }) => {
  const file = path.join(directory, 'keys', 'private.pem');
  const publicFile = path.join(directory, 'keys', 'public.pem');
  const own = await disk.readTextOrNull(file);
  const isFree = own === null && !(await disk.exists(publicFile));
  if (!isFree && (own === null || !isSameKey(own, privateKey))) {
    const message = `${file} is of another pair than the encrypted records`;
    throw new GsError('GS_CONFLICT', message, { hint: MIXED });
  }
  if (only || !isFree) return;
  await disk.ensureDirectory(path.dirname(file));
  // The private one decides: who has it alone makes the other from it.
  await disk.create(file, privateKey);
  await disk.create(publicFile, publicOf(privateKey));
};

const notWhole = (directory, result) => {
  const { bad, unreachable } = result;
  const message =
    `${directory} is not whole: ${bad} wrong, ${unreachable} blocks beside the chain; ` +
    'nothing was imported';
  return new GsError('GS_DAMAGED', message, { hint: UNFIT, details: result });
};

// Any of what upstream makes: a directory that lost parts is told by what is wrong with it.
const PARTS = ['blockchain', 'data'];

const refuseOthers = (directory) => {
  const isThere = (name) => fs.existsSync(path.join(directory, name));
  if (!isThere('.') || PARTS.some(isThere)) return;
  const isOurs = isThere('storage.json');
  const what = isOurs ? 'a storage of the engine' : `no ${PARTS.join(', ')}`;
  throw new GsError(
    'GS_NOT_A_STORAGE',
    `${directory} is no directory of upstream: it has ${what}`,
    {
      hint: isOurs ? 'clone() and createBundle() carry its records.' : undefined,
    },
  );
};

const upstream = {
  /**
   * Takes over the records of upstream's directory.
   * @param {string} directory with `blockchain`, `data` and `keys`
   * @param {{ skipBad?: boolean, decrypt?: boolean, dryRun?: boolean,
   *   onProgress?: (progress: { phase: 'verify'|'import', done: number, total: number }) => void,
   *   signal?: AbortSignal }} [given] `skipBad`: import what is intact although something is not;
   *   `decrypt`: store encrypted records in plain text; `dryRun`: only verify
   * @returns {Promise<{ records: number, encrypted: number, imported: number, blocks: number,
   *   tail: string, unreachable: number, bad: number, findings: object[] }>} `tail` is the hash of
   *   the newest block, for whoever wants to keep it
   */
  async importUpstream(directory, given) {
    const options = optionsOfCall(given, 'importUpstream');
    checkTypes(options);
    refuseOthers(directory);
    const { Takeover } = require('./takeover.js');
    const source = await Takeover.open(directory);
    const work = new Import(this, source, options);
    await work.check();
    if (!work.isWhole && !options.skipBad) throw notWhole(directory, work.result);
    if (work.keepsEncrypted) {
      await bringPair(this.directory, source.privateKey, { only: Boolean(options.dryRun) });
      this.rsaPair = undefined;
    }
    if (!options.dryRun) await work.write();
    return work.result;
  },
};

guardAll(upstream);

module.exports = { upstream };
