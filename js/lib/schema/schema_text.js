'use strict';

// Writes definitions that were given as objects as the text that the engine reads: plain ones, and
// those that Metaschema has read, with its long forms.

const { types } = require('node:util');
const { GsError } = require('../errors.js');

const NESTING_MAX = 64;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const refuse = (where, what) => {
  throw new GsError('GS_INVALID', `schema: ${where}: ${what}`);
};

// In brackets it is a member like any other, which `__proto__` would not be.
const nameText = (name) => {
  if (name === '__proto__') return '["__proto__"]';
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
};

// A method's source may be a shorthand, `validate(value) {}`, which is no expression.
const functionText = (fn, where) => {
  const text = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}$/.test(text)) refuse(where, 'a function without source');
  if (/^(async\s+)?(function|\(|[\w$]+\s*=>)/.test(text)) return text;
  return `({ ${text} })[${JSON.stringify(fn.name)}]`;
};

const text = (value, where, depth) => {
  if (depth > NESTING_MAX) refuse(where, `nested deeper than ${NESTING_MAX}, or in itself`);
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return functionText(value, where);
    case 'symbol':
      return refuse(where, 'a symbol');
    default:
      break;
  }
  if (value === null) return 'null';
  if (types.isDate(value)) return `new Date(${value.getTime()})`;
  if (types.isRegExp(value)) return String(value);
  const deeper = (one, name) => text(one, `${where}.${name}`, depth + 1);
  if (Array.isArray(value)) return `[${value.map(deeper).join(', ')}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${nameText(name)}: ${deeper(member, name)}`,
  );
  return `{ ${members.join(', ')} }`;
};

const capitalized = (word) => word.charAt(0).toUpperCase() + word.slice(1);

// Objects of Metaschema, which may come from another copy of it.
const isClass = (value, name) =>
  typeof value === 'object' && value !== null && value.constructor?.name === name;
const isSchema = (value) => isClass(value, 'Schema');
const isField = (value) => isClass(value, 'Type');

// Kinds into which Metaschema puts a field of its own, `<entity>Id`, which is our id.
const STORED = 'entity registry dictionary journal details relation view'.split(' ');

const fieldsOf = ({ name, kind, fields, custom }) => {
  const own = name ? `${name.charAt(0).toLowerCase()}${name.slice(1)}Id` : 'id';
  const taken = kind === 'projection' ? custom.fields : []; // they are in the header
  const isGiven = ([field]) => !(STORED.includes(kind) && field === own) && !taken.includes(field);
  return Object.entries(fields).filter(isGiven);
};

// What says which type a field has. Metaschema tells a short form by its first member.
const typeText = (field, where) => {
  const { type, one, many, value, key, schema } = field;
  if (many) return `many: ${text(many, where, 0)}`;
  if (one) return `type: ${text(one, where, 0)}`;
  switch (type) {
    case 'schema':
      return `schema: { ${membersText(Object.entries(schema), where).join(', ')} }`;
    case 'enum':
      return `enum: ${text(field.enum, where, 0)}`;
    case 'tuple':
      return `tuple: [${value.map((one) => elementText(one, where)).join(', ')}]`;
    default:
      break;
  }
  if (!isField(value)) return `type: ${JSON.stringify(type)}`;
  const valueText = fieldText(value, where);
  return `${type}: ${key === undefined ? valueText : `{ ${nameText(key)}: ${valueText} }`}`;
};

const OF_TYPE = 'root type required one many value key schema enum validate'.split(' ');

const fieldText = (field, where) => {
  const members = [typeText(field, where), `required: ${Boolean(field.required)}`];
  // That of a structure is one of its members.
  if (field.validate && field.type !== 'schema') {
    members.push(`validate: ${functionText(field.validate, where)}`);
  }
  for (const [name, value] of Object.entries(field)) {
    if (OF_TYPE.includes(name) || value === undefined) continue;
    members.push(`${nameText(name)}: ${text(value, `${where}.${name}`, 0)}`);
  }
  return `{ ${members.join(', ')} }`;
};

// Of a tuple: a name with a scalar, or a scalar alone, which has no long form there.
const elementText = (element, where) => {
  const { name, ...field } = element;
  if (name !== undefined) return `{ ${nameText(name)}: ${fieldText(field, where)} }`;
  return JSON.stringify(element.required ? element.type : `?${element.type}`);
};

const membersText = (entries, where) =>
  entries.map(([name, field]) => {
    const place = `${where}.${name}`;
    return `${nameText(name)}: ${isField(field) ? fieldText(field, place) : text(field, place, 0)}`;
  });

const definitionText = (schema, where) => {
  const { kind, scope, store, allow, fields, indexes, options, custom } = schema;
  if (isField(fields)) return fieldText(fields, where);
  // Always with a header: a field may have the name of a type.
  const header = text({ scope, store, allow, ...custom }, where, 0);
  const members = [`${capitalized(kind)}: ${header}`, ...membersText(fieldsOf(schema), where)];
  for (const [name, index] of Object.entries(indexes)) {
    if (!Object.hasOwn(fields, name)) members.push(`${nameText(name)}: ${text(index, where, 0)}`);
  }
  for (const [name, option] of Object.entries(options)) {
    if (option) members.push(`${name}: ${functionText(option, `${where}.${name}`)}`);
  }
  return `{ ${members.join(', ')} }`;
};

const BUILT_IN =
  'string number bigint boolean enum object map array set reference many one schema tuple json';

// A type of the application is one of JavaScript under another name, or has methods of its own.
const typeDefinition = (name, Type, known) => {
  const proto = Type.prototype;
  const isSame = (other) =>
    other.prototype.checkType === proto.checkType &&
    other.prototype.construct === proto.construct &&
    other.prototype.scalar === proto.scalar &&
    other.prototype.isInstance === proto.isInstance;
  const js = Object.keys(known).find((one) => isSame(known[one]));
  const members = js ? { js } : {};
  for (const key of Object.keys(proto)) if (!js && key !== 'type') members[key] = proto[key];
  return `${nameText(name)}: ${text({ ...members, metadata: Type.metadata }, name, 0)}`;
};

// The types of a model that Metaschema does not bring itself; null when there are none.
const typesText = ({ types }) => {
  if (typeof types !== 'object' || types === null) return null;
  const known = {};
  for (const name of BUILT_IN.split(' ')) if (types[name]) known[name] = types[name];
  const own = Object.entries(types).filter(([name]) => !Object.hasOwn(known, name));
  const isModel = own.every(([, Type]) => typeof Type === 'function');
  if (own.length === 0 || !isModel) return null;
  return `({ ${own.map(([name, Type]) => typeDefinition(name, Type, known)).join(', ')} })`;
};

module.exports = { refuse, text, isSchema, definitionText, typesText };
