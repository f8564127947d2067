'use strict';

// One field of one record that many change at the same time, and all changes count: counters, sets,
// lists, texts and trees.
//
//   await db.Post.field(id, 'likes').add(1);
//   await db.Post.field(id, 'body').insertText(0, 'Dear all, ');
//
// Positions in texts are those of JavaScript strings, UTF-16 units.

const { GsError, nameOf, naming } = require('../errors.js');
const { Edits } = require('../writes/writes.js');
const { shown, textOf, guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { toJson } = require('../values/json.js');
const { hasPairs, pointsBefore } = require('../values/points.js');
const { later } = require('../later.js');

const session = later(() => require('./text_session.js').TextSession);

const whole = (value, what) => {
  if (Number.isSafeInteger(value) && value >= 0 && value <= 0xffffffff) return value;
  throw new GsError('GS_INVALID', `${what} is a whole number, not ${shown(value)}`);
};

const isEdit = (edit) =>
  Array.isArray(edit) &&
  Number.isInteger(edit[0]) &&
  Number.isInteger(edit[1]) &&
  (edit[2] === undefined || typeof edit[2] === 'string');

const COLUMNS = ['positions', 'deleted', 'inserted'];

const columnsOf = (edits) => {
  if (Array.isArray(edits)) {
    const wrong = edits.findIndex((edit) => !isEdit(edit));
    if (wrong < 0) return Edits.of(edits);
    throw new GsError('GS_INVALID', `edit ${wrong} is not [position, deleted, inserted]`);
  }
  const { text, ...columns } = edits || {};
  const isRight =
    typeof text === 'string' &&
    COLUMNS.every((name) => columns[name] instanceof Uint32Array) &&
    COLUMNS.every((name) => columns[name].length === columns.positions.length);
  if (isRight) return edits;
  throw new GsError('GS_INVALID', `edits are a list, or ${COLUMNS.join(', ')} (Uint32Array), text`);
};

class FieldHandle {
  #storage;
  #id;
  #name;
  #given; // what the program calls the record

  constructor(storage, id, name, given = id) {
    if (typeof name !== 'string' || name === '') {
      throw new GsError('GS_INVALID', 'a field has a name');
    }
    this.#storage = storage;
    this.#id = id;
    this.#name = name;
    this.#given = nameOf(given, id);
  }

  /** What it shows now. */
  get value() {
    const record = this.#storage.peek(this.#id);
    return record === null ? undefined : record[this.#name];
  }

  #write(operation, ...values) {
    return this.#storage.writeField(operation, this.#id, this.#name, values, this.#given);
  }

  #writeEdits(edits) {
    return this.#storage.writeEdits(this.#id, this.#name, edits, this.#given);
  }

  // --- counters and sets ---

  /** Adds to a number; what others add counts as well. */
  async add(amount = 1) {
    if (typeof amount === 'bigint') return void (await this.#write('add', amount));
    if (!Number.isSafeInteger(amount)) {
      throw new GsError('GS_INVALID', `a whole number is added, not ${shown(amount)}`);
    }
    await this.#write('add', BigInt(amount));
  }

  /** Adds elements to a set or list that has them not. */
  async include(...elements) {
    await this.#write('addElements', toJson(elements));
  }

  async exclude(...elements) {
    await this.#write('removeElements', toJson(elements));
  }

  // --- texts ---

  // Two positions of a string as the engine counts them. The text is read once for both; only one
  // with characters of two units has to be looked at.
  #points(from, to) {
    whole(from, 'a position');
    whole(to, 'a position');
    const text = this.value;
    if (typeof text !== 'string' || !hasPairs(text)) return [from, to];
    return [pointsBefore(text, from), pointsBefore(text, to)];
  }

  async insertText(position, text) {
    await this.splice(position, 0, text);
  }

  async deleteText(position, count) {
    await this.splice(position, count, '');
  }

  /** Takes out `deleted` characters at a position, and puts in others. */
  async splice(position, deleted, inserted = '') {
    if (typeof inserted !== 'string') {
      throw new GsError('GS_INVALID', `a text is inserted, not ${shown(inserted)}`);
    }
    const end = whole(position, 'a position') + whole(deleted, 'a number of characters');
    const [from, to] = this.#points(position, end);
    const edits = Edits.of([[from, to - from, inserted]]);
    await this.#writeEdits(edits);
  }

  /**
   * Many edits in one transaction, each in the text that the edits before have left. Positions and
   * counts are of code points here.
   * @param {Array<[number, number, string]>|{ positions: Uint32Array, deleted: Uint32Array,
   *   inserted: Uint32Array, text: string }} edits [position, deleted, inserted], or the same as
   *   columns, where `inserted` has the code points of each and `text` is all that is inserted
   */
  async splices(edits) {
    await this.#writeEdits(columnsOf(edits));
  }

  /**
   * For a person who types: `await field.edit()` gives a session whose key presses cost next to
   * nothing (text_session.js).
   * @param {{ commitMs?: number }} [options] what is typed is written so soon, 500; Infinity: when
   *   `commit()` is called
   */
  async edit(options) {
    const opened = session().open(this.#storage, this.#id, this.#name, options);
    return naming(opened, this.#given, this.#id);
  }

  /** Marks a stretch: `mark(0, 5, 'bold')`; `null` takes marks of that key away. */
  async mark(from, to, key, value = true, growth = 'after') {
    const growths = ['none', 'before', 'after', 'both'];
    const grows = growths.indexOf(growth);
    if (grows < 0) throw new GsError('GS_INVALID', `a mark grows ${growths.join(', ')}`);
    const values = [...this.#points(from, to), textOf(key, 'the key of a mark'), toJson(value)];
    await this.#write('mark', ...values, { u8: grows });
  }

  // --- lists ---

  async insertAt(position, ...elements) {
    await this.#write('listInsert', whole(position, 'a position'), toJson(elements));
  }

  async deleteAt(position, count = 1) {
    await this.#write('listDelete', whole(position, 'a position'), whole(count, 'a number'));
  }

  /** `to`: the position once the element is out. */
  async move(from, to) {
    await this.#write('listMove', whole(from, 'a position'), whole(to, 'a position'));
  }

  async setAt(position, element) {
    await this.#write('listSet', whole(position, 'a position'), toJson(element));
  }

  // --- trees ---

  /** @returns {Promise<string>} the id of the node */
  async createNode(value, options) {
    const { parent = '', before = '' } = optionsOfCall(options, 'createNode');
    return this.#write('treeCreate', toJson(value), parent, before);
  }

  async moveNode(node, options) {
    const { parent = '', before = '' } = optionsOfCall(options, 'moveNode');
    await this.#write('treeMove', textOf(node, 'a node'), parent, before);
  }

  async setNode(node, value) {
    await this.#write('treeSet', textOf(node, 'a node'), toJson(value));
  }

  async deleteNode(node) {
    await this.#write('treeDelete', textOf(node, 'a node'));
  }

  /** The nodes, each before those below it: { id, parent, depth, value }. */
  async nodes() {
    const nodes = this.#storage.invoke('treeNodes', { id: this.#id, field: this.#name });
    return (await naming(nodes, this.#given, this.#id)).value;
  }
}

guardAll(FieldHandle.prototype, ['createNode', 'moveNode', 'splices', 'edit']);

module.exports = { FieldHandle };
