'use strict';

// Code of its own for each shape, which makes the whole object of a record: its members are written
// in the code, so that V8 knows the object before it is made. For records that have all fields of
// their shape and no null among them, as most have.
//
// Texts of a record lie one behind the other: short ones of ASCII are read at once, and cut.

const { TYPE } = require('./types.js');
const { readText } = require('./text.js');
const { readAny, readValue } = require('./decode.js');

const FIELDS_MAX = 128;
// A piece keeps the text that it was cut from.
const TEXT_BYTES_MAX = 512;
const FEW = 2; // texts: to read each is as fast

const bitsOf = (shape, from) => {
  const words = new Map();
  for (const { bits, mask } of shape.fields.slice(from)) {
    words.set(bits, (words.get(bits) || 0) | mask);
  }
  return [...words];
};

// Whether a record has all fields, and none is null.
const conditionOf = (shape) =>
  bitsOf(shape, shape.keyFields)
    .map(([at, mask]) => {
      const bits = mask >>> 0;
      const present = `(view.getUint32(at + ${at}, true) & ${bits}) >>> 0 === ${bits}`;
      return `${present} && (view.getUint32(at + ${at + 4}, true) & ${bits}) === 0`;
    })
    .join(' && ');

// Where the content of a field of any length begins; of the one behind the last: where that ends.
const placeOf = (shape, slot) =>
  slot === 0 ? 'heap' : `heap + view.getUint32(at + ${shape.ends + 4 * (slot - 1)}, true)`;

const fixedText = ({ type, slot, bytes }) => {
  if (type === TYPE.number) return `view.getFloat64(at + ${slot}, true)`;
  if (type === TYPE.boolean) return `bytes[at + ${slot}] !== 0`;
  return `readValue(memory, ${type}, at + ${slot}, at + ${slot + bytes}, false)`;
};

const variableText = ({ type, slot }, isCut) => {
  const [from, to] = [`place${slot}`, `place${slot + 1}`];
  if (isCut) {
    const cut = `text.substring(${from} - first, ${to} - first)`;
    return `text === null ? readText(bytes, ${from}, ${to}) : ${cut}`;
  }
  if (type === TYPE.string) return `readText(bytes, ${from}, ${to})`;
  if (type === TYPE.any) return `readAny(memory, ${from}, ${to}, false)`;
  return `readValue(memory, ${type}, ${from}, ${to}, false)`;
};

const memberText = (field, isCut) => {
  if (field.type === TYPE.null) return `[${JSON.stringify(field.name)}]: null`;
  const value = field.isVariable ? variableText(field, isCut) : fixedText(field);
  // In brackets, as `__proto__` is a name like any other.
  return `[${JSON.stringify(field.name)}]: ${value}`;
};

const sourceOf = (shape) => {
  const fields = shape.fields.slice(shape.keyFields);
  const variable = fields.filter(({ isVariable }) => isVariable);
  const isCut = variable.length > FEW && variable.every(({ type }) => type === TYPE.string);
  const lines = [
    'const { view, bytes } = memory;',
    `if (!(${conditionOf(shape)})) return null;`,
    `const heap = at + ${shape.heap};`,
  ];
  const slots = variable.map(({ slot }) => slot);
  if (slots.length > 0) slots.push(slots[slots.length - 1] + 1);
  for (const slot of slots) lines.push(`const place${slot} = ${placeOf(shape, slot)};`);
  if (isCut) {
    lines.push(`const first = place${slots[0]};`);
    lines.push(`const text = readAscii(bytes, first, place${slots[slots.length - 1]});`);
  }
  const members = fields.map((field) => memberText(field, isCut));
  lines.push(`return { ${members.join(',\n')} };`);
  return lines.join('\n');
};

// The text of short ASCII; else null.
const readAscii = (bytes, from, to) => {
  if (to - from > TEXT_BYTES_MAX) return null;
  const text = bytes.utf8Slice(from, to);
  return text.length === to - from ? text : null;
};

const none = () => null;

/**
 * @param {Shape} shape which does not describe itself
 * @returns {(memory: Memory, at: number) => object|null} null: the record is not of that kind
 */
const objectCodeOf = (shape) => {
  const count = shape.fields.length - shape.keyFields;
  if (count === 0 || count > FIELDS_MAX) return none;
  try {
    const given = ['readText', 'readAscii', 'readAny', 'readValue'];
    const make = new Function(...given, `return (memory, at) => { ${sourceOf(shape)} };`);
    return make(readText, readAscii, readAny, readValue);
  } catch (error) {
    if (error instanceof EvalError) return none; // --disallow-code-generation-from-strings
    throw error;
  }
};

module.exports = { objectCodeOf };
