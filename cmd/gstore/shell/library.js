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

// What takes members that are undefined, and what to do about one that does not.
const LEAVE_OUT = () => undefined;
const OF_QUERY = (where) => {
  if (where === 'filter') refuseUndefined(where, 'give {} for all records, or leave it out');
  const isInside = where.startsWith('filter.') || where.includes('.filter.');
  const missing = isInside ? 'null or { $exists: false } finds what is missing; else ' : '';
  refuseUndefined(where, `${missing}leave it out`);
};
const OF_EXPECTED = (where) =>
  refuseUndefined(where, 'leave it out; null is equal to null alone, not to what is missing');

const refuseUndefined = (where, advice) => {
  throw new TypeError(`${where} is undefined: ${advice}`);
};

// To JSON with extended forms. `missing`: what to do of members and items without a value.
// `within`: what is around it.
const encode = (value, where = '', missing = LEAVE_OUT, within = []) => {
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
      return value === null ? null : encodeObject(value, where, missing, within);
    case 'undefined':
      missing(where);
      return refuse(value, where);
    default:
      return refuse(value, where);
  }
};

const encodeObject = (value, where, missing, within) => {
  if (value instanceof Id) return { $id: value.text };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  if (within.includes(value)) throw new TypeError(`${where || 'the value'}: it contains itself`);
  const inside = [...within, value];
  const item = (each, i) => encode(each, `${where}[${i}]`, missing, inside);
  if (value instanceof Set) return { $set: [...value].map(item) };
  if (Array.isArray(value)) return Array.from(value, item); // with the holes
  const maker = Object.getPrototypeOf(value);
  if (maker !== null && Object.getPrototypeOf(maker) !== null) refuse(value, where);
  const made = [];
  for (const [name, member] of Object.entries(value)) {
    const place = where ? `${where}.${name}` : name;
    if (member === undefined) missing(place);
    else made.push([name, encode(member, place, missing, inside)]);
  }
  return fromEntries(made);
};

const fromEntries = (entries) => {
  const made = Object.create(null); // a member may be named __proto__
  for (const [name, value] of entries) made[name] = value;
  return made;
};

const queryText = (parts) => JSON.stringify(encode(parts, '', OF_QUERY));

const recordText = (value, where = '', missing = LEAVE_OUT) => {
  const isRecord = value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isRecord || value instanceof Id || value instanceof Date || value instanceof Set) {
    throw new TypeError('a record is an object, for example { name: \'Kyiv\' }');
  }
  return JSON.stringify(encode(value, where, missing));
};

const valueText = (value) => elementsText([value]).slice(1, -1);

const elementsText = (value) => {
  if (!Array.isArray(value) && !(value instanceof Set)) {
    throw new TypeError('elements are an array or a set of them, for example [\'new\']');
  }
  return JSON.stringify(encode([...value], '', LEAVE_OUT));
};

// Positions in JavaScript count the units of a string, the storage counts characters.
const characters = (text, units) =>
  [...text.slice(0, units)].length + Math.max(0, units - text.length);
const textOf = (record, field) => {
  const text = record?.[field] ?? '';
  if (typeof text !== 'string') throw new TypeError(`${field} is no text`);
  return text;
};
const spliceText = (record, field, start, count, inserted) => {
  if (typeof inserted !== 'string') throw new TypeError('what is inserted is a string');
  const text = textOf(record, field);
  const from = characters(text, Number(start));
  return [from, characters(text, Number(start) + Number(count)) - from];
};

const unitsBefore = (text, count) => [...text].slice(0, count).join('').length;

const GROWTHS = ['none', 'before', 'after', 'both'];
// Stretches with one mark, of runs with all of theirs.
const marksOf = (delta) => {
  const marks = [];
  const open = new Map();
  let at = 0;
  for (const { insert, attributes = {} } of delta) {
    for (const [key, value] of Object.entries(attributes)) {
      const mark = open.get(key);
      const goesOn = mark?.to === at && elementsText([mark.value]) === elementsText([value]);
      if (goesOn) {
        mark.to += insert.length;
      } else {
        const begun = { from: at, to: at + insert.length, key, value };
        open.set(key, begun);
        marks.push(begun);
      }
    }
    at += insert.length;
  }
  return marks;
};

// Of an update: a member that is undefined goes.
const changesText = (value) => {
  const text = recordText(value);
  const gone = Object.keys(value).filter((name) => value[name] === undefined);
  if (gone.length === 0) return text;
  const unset = gone.map((name) => [name, { $unset: true }]);
  return JSON.stringify(fromEntries([...Object.entries(JSON.parse(text)), ...unset]));
};

const isPlain = (value) =>
  isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));

// Of a patch: members of objects that are undefined go as well. `text`: what is encoded of it.
const unsetMembers = (value, encoded) => {
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) encoded[name] = { $unset: true };
    else if (isPlain(member) && isPlain(encoded[name])) unsetMembers(member, encoded[name]);
  }
  return encoded;
};
const patchText = (value) => JSON.stringify(unsetMembers(value, JSON.parse(recordText(value))));

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
    for (const [name, part] of Object.entries(parts)) if (part === undefined) OF_QUERY(name);
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
    const hasOne = Object.hasOwn(this.#parts, 'filter');
    return this.#with({ filter: hasOne ? { $and: [this.#parts.filter, filter] } : filter });
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
    return host.find(queryText(this.#parts), this.#version).map((line) => toRow(line, isGroup));
  }
  /** As many rows as `limit` says, and the cursor for `after` when there are more, else null. */
  page() {
    const { limit, group } = this.#parts;
    const most = typeof limit === 'bigint' ? Number(limit) : limit;
    if (!Number.isSafeInteger(most) || most <= 0) return { rows: this.all(), cursor: null };
    const page = host.page(queryText({ ...this.#parts, limit: most + 1 }), most, this.#version);
    const rows = page.lines.map((line) => toRow(line, group !== undefined));
    return { rows, cursor: page.cursor === '' ? null : page.cursor };
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
    return host.count(queryText(this.#parts), this.#version);
  }
  explain() {
    return JSON.parse(host.explain(queryText(this.#parts), this.#version));
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

// `filter`: none, or one; what is undefined then was meant to be a filter.
const queryOf = (collection, filter) =>
  new Query(filter.length === 0 ? { collection } : { collection, filter: filter[0] });

const toQuery = (what = {}, ...filter) =>
  (typeof what === 'string' ? queryOf(what, filter) : new Query({ ...what }));

// --- collections and the storage ---

/** Records of one collection; an id may be a foreign key here. */
class Collection {
  constructor(name) {
    Object.defineProperty(this, 'name', { value: name, enumerable: true });
  }
  #id(id) {
    return host.findId(idText(id), this.name);
  }
  // What is not there is told by the key that was given, and not by the id that comes of it.
  #of(id, call) {
    const text = this.#id(id);
    try {
      return call(text);
    } catch (error) {
      if (error.code === 'not_found' && typeof id === 'string' && id !== text) {
        error.message = `key '${id}' of ${this.name} is not in this storage`;
      }
      throw error;
    }
  }
  insert(record) {
    return db.insert(this.name, record);
  }
  put(key, record) {
    return db.put(this.name, key, record);
  }
  get(id, version) {
    return this.#of(id, (text) => db.get(text, version));
  }
  has(id) {
    return db.has(this.#id(id));
  }
  set(id, record) {
    return this.#of(id, (text) => db.set(text, record));
  }
  update(id, fields) {
    return this.#of(id, (text) => db.update(text, fields));
  }
  patch(id, fields) {
    return this.#of(id, (text) => db.patch(text, fields));
  }
  add(id, field, n) {
    return this.#of(id, (text) => db.add(text, field, n));
  }
  addElements(id, field, elements) {
    return db.addElements(this.#id(id), field, elements);
  }
  removeElements(id, field, elements) {
    return db.removeElements(this.#id(id), field, elements);
  }
  splice(id, field, start, count, inserted) {
    return db.splice(this.#id(id), field, start, count, inserted);
  }
  mark(id, field, from, to, key, value, options) {
    return db.mark(this.#id(id), field, from, to, key, value, options);
  }
  unmark(id, field, from, to, key, options) {
    return db.unmark(this.#id(id), field, from, to, key, options);
  }
  textDelta(id, field) {
    return db.textDelta(this.#id(id), field);
  }
  textMarks(id, field) {
    return db.textMarks(this.#id(id), field);
  }
  textCursor(id, field, position, options) {
    return db.textCursor(this.#id(id), field, position, options);
  }
  textPosition(id, field, cursor) {
    return db.textPosition(this.#id(id), field, cursor);
  }
  listInsert(id, field, position, elements) {
    return db.listInsert(this.#id(id), field, position, elements);
  }
  listDelete(id, field, position, count) {
    return db.listDelete(this.#id(id), field, position, count);
  }
  listMove(id, field, from, to) {
    return db.listMove(this.#id(id), field, from, to);
  }
  listSet(id, field, position, element) {
    return db.listSet(this.#id(id), field, position, element);
  }
  treeCreate(id, field, value, place) {
    return db.treeCreate(this.#id(id), field, value, place);
  }
  treeMove(id, field, node, place) {
    return db.treeMove(this.#id(id), field, node, place);
  }
  treeSet(id, field, node, value) {
    return db.treeSet(this.#id(id), field, node, value);
  }
  treeDelete(id, field, node) {
    return db.treeDelete(this.#id(id), field, node);
  }
  swap(id, changes, expected) {
    return this.#of(id, (text) => db.swap(text, changes, expected));
  }
  delete(id) {
    return this.#of(id, (text) => db.delete(text));
  }
  history(id, count) {
    return this.#of(id, (text) => db.history(text, count));
  }
  proof(id) {
    return this.#of(id, (text) => db.proof(text));
  }
  erase(id, options) {
    return this.#of(id, (text) => db.erase(text, options));
  }
  find(...filter) {
    return queryOf(this.name, filter);
  }
  all() {
    return this.find().all();
  }
  first(...filter) {
    return this.find(...filter).first();
  }
  count(...filter) {
    return this.find(...filter).count();
  }
  explain(...filter) {
    return this.find(...filter).explain();
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
  patch: (id, fields) => void host.patch(idText(id), patchText(fields)),
  add: (id, field, n = 1) => void host.add(idText(id), String(field), Number(n)),
  addElements: (id, field, elements) =>
    void host.addElements(idText(id), String(field), elementsText(elements)),
  removeElements: (id, field, elements) =>
    void host.removeElements(idText(id), String(field), elementsText(elements)),
  splice: (id, field, start, count = 0, inserted = '') => {
    const [from, taken] = spliceText(db.get(id), String(field), start, count, inserted);
    host.splice(idText(id), String(field), from, taken, inserted);
  },
  mark: (id, field, from, to, key, value = true, { expand = 'after' } = {}) => {
    const growth = GROWTHS.indexOf(expand);
    if (growth < 0) throw new TypeError(`expand is one of ${GROWTHS.join(', ')}`);
    const text = textOf(db.get(id), String(field));
    const json = elementsText([value]).slice(1, -1);
    const ends = [characters(text, Number(from)), characters(text, Number(to))];
    host.mark(idText(id), String(field), ...ends, String(key), json, growth);
  },
  unmark: (id, field, from, to, key, options) => db.mark(id, field, from, to, key, null, options),
  textDelta: (id, field) => decode(JSON.parse(host.textDelta(idText(id), String(field)))),
  textMarks: (id, field) => marksOf(db.textDelta(id, field)),
  textCursor: (id, field, position, { after = false } = {}) => {
    const text = textOf(db.get(id), String(field));
    const at = characters(text, Number(position));
    return host.textCursor(idText(id), String(field), at, Boolean(after));
  },
  textPosition: (id, field, cursor) =>
    unitsBefore(textOf(db.get(id), String(field)),
      host.textPosition(idText(id), String(field), String(cursor))),
  listInsert: (id, field, position, elements) =>
    void host.listInsert(idText(id), String(field), Number(position), elementsText(elements)),
  listDelete: (id, field, position, count = 1) =>
    void host.listDelete(idText(id), String(field), Number(position), Number(count)),
  listMove: (id, field, from, to) =>
    void host.listMove(idText(id), String(field), Number(from), Number(to)),
  listSet: (id, field, position, element) => {
    host.listSet(idText(id), String(field), Number(position), valueText(element));
  },
  treeCreate: (id, field, value, { under = '', before = '' } = {}) =>
    host.treeCreate(idText(id), String(field), '', String(under), String(before), valueText(value)),
  treeMove: (id, field, node, { under = '', before = '' } = {}) =>
    void host.treeMove(idText(id), String(field), String(node), String(under), String(before), ''),
  treeSet: (id, field, node, value) =>
    void host.treeSet(idText(id), String(field), String(node), '', '', valueText(value)),
  treeDelete: (id, field, node) =>
    void host.treeDelete(idText(id), String(field), String(node), '', '', ''),
  swap: (id, changes, expected) =>
    host.swap(idText(id), recordText(expected, 'expected', OF_EXPECTED), changesText(changes)),
  delete: (id) => void host.remove(idText(id)),
  remove: (id) => void host.remove(idText(id)),
  find: (...given) => toQuery(...given),
  count: (...given) => toQuery(...given).count(),
  explain: (...given) => toQuery(...given).explain(),
  collections: () => host.collections(),
  collection: (name) => new Collection(String(name)),
  schema: () => {
    const text = host.schema();
    return text === '' ? null : JSON.parse(text).files;
  },
  history: (id, count = Infinity) => host.history(idText(id), count).map(toEntry),
  tag: (name, version) => void host.tag(String(name), versionText(version)),
  branch: (name, version) =>
    name === undefined
      ? host.currentBranch()
      : void host.branch(String(name), versionText(version)),
  checkout: (name) => void host.checkout(String(name)),
  merge: (version, { preview = false, strict = false } = {}) =>
    JSON.parse(host.merge(versionText(version), preview, strict)),
  versions: () => host.versions().map(toEntry),
  revert: (change) => toEntry(host.revert(String(change))),
  undo: () => toEntry(host.undo()),
  redo: () => toEntry(host.redo()),
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
