// The JavaScript part of the shell: `db`, and values of records as values of JavaScript.
//
// A function of `host`, the functions of host_calls.cc, which speak texts: ids, and JSON with the
// extended forms of docs/FORMAT.md. It runs in a sandbox, so there is nothing of Node.js. The build
// puts it into the program (cmd/gstore/CMakeLists.txt).
(host) => {
'use strict';

const INT_MAX = 2n ** 63n;
const SHOWN_LEVELS_MAX = 64;
const ROWS_SHOWN_MAX = 100;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The id of a record. As text it is what `gstore get` takes. */
class Id {
  constructor(text) {
    this.text = host.checkId(String(text));
    Object.freeze(this);
  }
  toString() {
    return this.text;
  }
  toJSON() {
    return this.text;
  }
}

const toBase64 = (bytes) => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const group = (a << 16) | (b << 8) | c;
    const left = bytes.length - i;
    text += BASE64[group >> 18] + BASE64[(group >> 12) & 63];
    text += left > 1 ? BASE64[(group >> 6) & 63] : '=';
    text += left > 2 ? BASE64[group & 63] : '=';
  }
  return text;
};

const fromBase64 = (text) => {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const digit of digits) {
    value = ((value << 6) | BASE64.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (value >> bits) & 0xff;
  }
  return bytes;
};

const toDate = (text) => {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? { $date: text } : date; // dates beyond those of JavaScript
};

const FORMS = {
  $int: BigInt,
  $big: BigInt,
  $date: toDate,
  $id: (text) => new Id(text),
  $bytes: fromBase64,
  $set: (items) => new Set(items.map(decode)),
};

// From JSON with extended forms.
const decode = (value) => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  const names = Object.keys(value);
  if (names.length === 1 && Object.hasOwn(FORMS, names[0])) return FORMS[names[0]](value[names[0]]);
  if (names[0] === '$literal' && names.length === 1) return value;
  return decodeMembers(value);
};

const decodeMembers = (object) => {
  const made = {};
  for (const [name, value] of Object.entries(object)) {
    Object.defineProperty(made, name, {
      value: decode(value), enumerable: true, writable: true, configurable: true,
    });
  }
  return made;
};

const encodeBigInt = (value) =>
  value >= -INT_MAX && value < INT_MAX ? { $int: String(value) } : { $big: String(value) };

const refuse = (value, where) => {
  const what = typeof value === 'object' ? value.constructor?.name ?? 'this' : typeof value;
  throw new TypeError(`${where || 'the value'}: ${what} cannot be stored`);
};

// To JSON with extended forms; members without a value are left out. `within`: what is around it.
const encode = (value, where = '', within = []) => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new TypeError(`${where || 'the value'}: ${value} cannot be stored`);
    case 'bigint':
      return encodeBigInt(value);
    case 'object':
      return value === null ? null : encodeObject(value, where, within);
    default:
      return refuse(value, where);
  }
};

const encodeObject = (value, where, within) => {
  if (value instanceof Id) return { $id: value.text };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  if (within.includes(value)) throw new TypeError(`${where || 'the value'}: it contains itself`);
  const inside = [...within, value];
  if (value instanceof Set) {
    return { $set: [...value].map((item, i) => encode(item, `${where}[${i}]`, inside)) };
  }
  if (Array.isArray(value)) return value.map((item, i) => encode(item, `${where}[${i}]`, inside));
  const maker = Object.getPrototypeOf(value);
  if (maker !== null && Object.getPrototypeOf(maker) !== null) refuse(value, where);
  const made = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    made.push([name, encode(member, where ? `${where}.${name}` : name, inside)]);
  }
  return fromEntries(made);
};

const fromEntries = (entries) => {
  const made = Object.create(null); // a member may be named __proto__
  for (const [name, value] of entries) made[name] = value;
  return made;
};

const toText = (value) => JSON.stringify(encode(value));

const recordText = (value) => {
  const isRecord = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isRecord || value instanceof Id || value instanceof Date || value instanceof Set) {
    throw new TypeError('a record is an object, for example { name: \'Kyiv\' }');
  }
  return toText(value);
};

// Of an update: a member that is undefined goes.
const changesText = (value) => {
  const text = recordText(value);
  const gone = Object.keys(value).filter((name) => value[name] === undefined);
  if (gone.length === 0) return text;
  const unset = gone.map((name) => [name, { $unset: true }]);
  return JSON.stringify(fromEntries([...Object.entries(JSON.parse(text)), ...unset]));
};

// --- records ---

// What is known of a record beside its fields; fields of the same names stay what they are.
const heads = new WeakMap();

const toRecord = (line) => {
  const { data, ...head } = JSON.parse(line);
  const record = decodeMembers(data);
  head.id = new Id(head.id);
  heads.set(record, head);
  for (const [name, value] of Object.entries(head)) {
    if (Object.hasOwn(record, name)) continue;
    Object.defineProperty(record, name, { value, configurable: true });
  }
  return record;
};

const toRow = (line, isGroup) => (isGroup ? decodeMembers(JSON.parse(line)) : toRecord(line));

const idText = (id) => {
  if (id instanceof Id) return id.text;
  const head = id !== null && typeof id === 'object' ? heads.get(id) : undefined;
  if (head !== undefined) return head.id.text;
  if (typeof id !== 'string') throw new TypeError('an id is a text or an Id, as `insert` gives it');
  return id;
};

// As the host takes it: empty for what is there now.
const versionText = (version) => {
  if (version === undefined) return '';
  return version instanceof Date ? version.toISOString() : String(version);
};

// --- queries ---

/** A query: nothing is read before its rows are asked for. */
class Query {
  #parts;
  #version;
  constructor(parts, version = '') {
    this.#parts = parts;
    this.#version = version;
  }
  #with(part) {
    return new Query({ ...this.#parts, ...part }, this.#version);
  }
  /** The same of an earlier version: a change, a tag, a branch or a time. */
  at(version) {
    return new Query(this.#parts, versionText(version));
  }
  where(filter) {
    const before = this.#parts.filter;
    return this.#with({ filter: before === undefined ? filter : { $and: [before, filter] } });
  }
  sort(...fields) {
    return this.#with({ sort: fields.length === 1 ? fields[0] : fields });
  }
  limit(rows) {
    return this.#with({ limit: rows });
  }
  offset(rows) {
    return this.#with({ offset: rows });
  }
  after(cursor) {
    return this.#with({ cursor });
  }
  select(...paths) {
    return this.#with({ select: paths.flat() });
  }
  include(...fields) {
    const [first] = fields;
    const isObject = first !== null && typeof first === 'object' && !Array.isArray(first);
    const include = isObject ? first : fromEntries(fields.flat().map((field) => [field, true]));
    return this.#with({ include });
  }
  group(by, fields = {}) {
    const isObject = by !== null && typeof by === 'object' && !Array.isArray(by);
    return this.#with({ group: isObject ? by : { by: [by].flat(), fields } });
  }
  all() {
    const isGroup = this.#parts.group !== undefined;
    return host.find(toText(this.#parts), this.#version).map((line) => toRow(line, isGroup));
  }
  first() {
    return this.limit(Math.min(1, this.#parts.limit ?? 1)).all()[0] ?? null;
  }
  /** The rows that a person is shown, and whether there are more. */
  some(most) {
    const wanted = this.#parts.limit ?? Infinity;
    const rows = this.limit(Math.min(wanted, most + 1)).all();
    return { rows: rows.slice(0, most), more: rows.length > most };
  }
  count() {
    return host.count(toText(this.#parts), this.#version);
  }
  explain() {
    return JSON.parse(host.explain(toText(this.#parts), this.#version));
  }
  then(resolve, reject) {
    try {
      resolve(this.all());
    } catch (error) {
      reject(error);
    }
  }
  [Symbol.iterator]() {
    return this.all()[Symbol.iterator]();
  }
}

const toQuery = (what, filter) => {
  if (typeof what === 'string') return new Query({ collection: what, filter });
  return new Query({ ...what });
};

// --- collections and the storage ---

/** Records of one collection; an id may be a foreign key here. */
class Collection {
  constructor(name) {
    Object.defineProperty(this, 'name', { value: name, enumerable: true });
  }
  #id(id) {
    return host.resolve(idText(id), this.name);
  }
  insert(record) {
    return db.insert(this.name, record);
  }
  put(key, record) {
    return db.put(this.name, key, record);
  }
  get(id, version) {
    return db.get(this.#id(id), version);
  }
  has(id) {
    return db.has(this.#id(id));
  }
  set(id, record) {
    return db.set(this.#id(id), record);
  }
  update(id, fields) {
    return db.update(this.#id(id), fields);
  }
  add(id, field, n) {
    return db.add(this.#id(id), field, n);
  }
  swap(id, changes, expected) {
    return db.swap(this.#id(id), changes, expected);
  }
  delete(id) {
    return db.delete(this.#id(id));
  }
  history(id, count) {
    return db.history(this.#id(id), count);
  }
  proof(id) {
    return db.proof(this.#id(id));
  }
  erase(id, options) {
    return db.erase(this.#id(id), options);
  }
  find(filter) {
    return new Query({ collection: this.name, filter });
  }
  all() {
    return this.find().all();
  }
  first(filter) {
    return this.find(filter).first();
  }
  count(filter) {
    return this.find(filter).count();
  }
  explain(filter) {
    return this.find(filter).explain();
  }
}

const toEntry = (line) => {
  const { data, time, ...entry } = JSON.parse(line);
  const made = { ...entry, time: new Date(time) };
  if (data !== undefined) made.data = decodeMembers(data);
  return made;
};

const calls = {
  insert: (...given) => {
    const [collection, record] = given.length === 1 ? ['', given[0]] : given;
    return new Id(host.insert(String(collection), recordText(record)));
  },
  put: (collection, key, record) => new Id(host.put(collection, String(key), recordText(record))),
  get: (id, version) => toRecord(host.get(idText(id), versionText(version))),
  has: (id) => host.has(idText(id)),
  set: (id, record) => void host.set(idText(id), recordText(record)),
  update: (id, fields) => void host.update(idText(id), changesText(fields)),
  add: (id, field, n = 1) => void host.add(idText(id), String(field), Number(n)),
  swap: (id, changes, expected) =>
    host.swap(idText(id), recordText(expected), changesText(changes)),
  delete: (id) => void host.remove(idText(id)),
  remove: (id) => void host.remove(idText(id)),
  find: (what = {}, filter = undefined) => toQuery(what, filter),
  count: (what = {}, filter = undefined) => toQuery(what, filter).count(),
  explain: (what = {}, filter = undefined) => toQuery(what, filter).explain(),
  collections: () => host.collections(),
  collection: (name) => new Collection(String(name)),
  schema: () => {
    const text = host.schema();
    return text === '' ? null : JSON.parse(text).files;
  },
  history: (id, count = Infinity) => host.history(idText(id), count).map(toEntry),
  tag: (name, version) => void host.tag(String(name), versionText(version)),
  branch: (name, version) => void host.branch(String(name), versionText(version)),
  versions: () => host.versions().map(toEntry),
  stats: () => JSON.parse(host.stats()),
  verify: ({ full = false } = {}) => JSON.parse(host.verify(full)),
  proof: (id) => JSON.parse(host.proof(idText(id))),
  erase: (id, { reason = '' } = {}) => host.erase(idText(id), reason),
};

// What JavaScript itself asks objects for.
const NO_COLLECTIONS = ['then', 'toJSON', 'constructor'];
const isName = (name) => typeof name === 'string' && !NO_COLLECTIONS.includes(name);

const db = new Proxy(Object.freeze(calls), {
  get: (known, name) => {
    if (Object.hasOwn(known, name)) return known[name];
    return isName(name) ? new Collection(name) : undefined;
  },
  set: () => {
    throw new TypeError('db has no fields to set; records are written with db.insert and others');
  },
});

// --- what is printed ---

class Shown {
  constructor(kind, fields) {
    Object.assign(this, { kind, ...fields });
  }
}

class Bytes {
  constructor(bytes) {
    const shown = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    const rest = bytes.length > shown.length ? '..' : '';
    this.text = `<${bytes.length} bytes ${shown.join('')}${rest}>`;
  }
}

class Circular {}

const isObject = (value) => value !== null && typeof value === 'object';

const WHOLE = [Id, Date, RegExp];

// A copy for the host, which knows neither hidden members nor what contains itself.
const present = (value, within = []) => {
  if (!isObject(value) || WHOLE.some((Class) => value instanceof Class)) return value;
  if (value instanceof Error) return String(value);
  if (value instanceof Uint8Array) return new Bytes(value);
  if (within.includes(value)) return new Circular();
  if (within.length > SHOWN_LEVELS_MAX) return '..';
  const inside = [...within, value];
  const one = (item) => present(item, inside);
  if (Array.isArray(value)) return Array.from(value, one);
  if (value instanceof Set) return new Set([...value].map(one));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [one(key), one(item)]));
  return presentObject(value, one);
};

const presentObject = (value, one) => {
  const made = Object.create(Object.getPrototypeOf(value));
  const define = (name, item) =>
    Object.defineProperty(made, name, { value: one(item), enumerable: true, configurable: true });
  const head = heads.get(value);
  if (head !== undefined && !Object.keys(value).includes('id')) define('id', head.id);
  for (const [name, item] of Object.entries(value)) define(name, item);
  return made;
};

const isPlain = (value) =>
  isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));

const isTable = (value) => Array.isArray(value) && value.length > 0 && value.every(isPlain);

/** What the shell prints of a value, and how: a table, a value, texts, or nothing. */
const show = (mode) => (value) => {
  if (value === undefined) return new Shown('nothing');
  globalThis._ = value;
  if (mode === 'json') return new Shown('lines', { lines: jsonLines(value) });
  const isQuery = value instanceof Query;
  const { rows, more } = isQuery ? value.some(ROWS_SHOWN_MAX) : { rows: value, more: false };
  if (mode === 'table' && isTable(rows)) {
    const shown = rows.slice(0, ROWS_SHOWN_MAX);
    const count = more ? -1 : rows.length;
    return new Shown('table', { rows: shown.map((row) => present(row)), count });
  }
  return new Shown('value', { value: present(rows), more });
};

const jsonLines = (value) => {
  const found = value instanceof Query ? value.all() : value;
  const items = Array.isArray(found) ? found : [found];
  return items.map((item) => {
    const head = isObject(item) ? heads.get(item) : undefined;
    const data = item instanceof Id ? item.text : encode(item);
    return JSON.stringify(head === undefined ? data : { ...head, data });
  });
};

const print = (...values) => void host.print(values.map((value) => present(value)));

Object.assign(globalThis, { db, Id, print, console: { log: print, info: print } });

return { table: show('table'), js: show('js'), json: show('json') };
}
