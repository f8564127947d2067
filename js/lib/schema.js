'use strict';

// Schemas that a program hands in: a directory, a model of Metaschema, or an object of entities.
//
// The engine reads schemas as source text, one expression for each entity, so what is given as
// objects is written as such a text: functions by their source.

const { native, settled } = require('./native.js');
const { GsError } = require('./errors.js');

const NESTING_MAX = 64;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const refuse = (where, what) => {
  throw new GsError('GS_INVALID', `schema: ${where}: ${what}`);
};

const nameText = (name) => (IDENTIFIER.test(name) ? name : JSON.stringify(name));

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
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof RegExp) return String(value);
  const deeper = (one, name) => text(one, `${where}.${name}`, depth + 1);
  if (Array.isArray(value)) return `[${value.map(deeper).join(', ')}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${nameText(name)}: ${deeper(member, name)}`,
  );
  return `{ ${members.join(', ')} }`;
};

const capitalized = (word) => word.charAt(0).toUpperCase() + word.slice(1);

// An instance of Metaschema's Schema: its header, its fields and its functions.
const isSchema = (value) =>
  typeof value === 'object' &&
  value !== null &&
  typeof value.check === 'function' &&
  'fields' in value;

// Metaschema puts in a field of its own, `<entity>Id`, which is our id.
const fieldsOf = ({ name, fields }) => {
  const own = name ? `${name.charAt(0).toLowerCase()}${name.slice(1)}Id` : 'id';
  return Object.entries(fields).filter(([field]) => field !== own);
};

const fieldText = (field, where) => {
  if (isSchema(field)) return definitionText(field, where);
  if (field.schema && isSchema(field.schema)) {
    const { schema, required } = field;
    return `{ schema: ${definitionText(schema, where)}, required: ${required !== false} }`;
  }
  const { type, required, ...rest } = field;
  const plain = {};
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) plain[name] = value;
    else if (name === 'length') plain[name] = { ...value };
  }
  if (field.one || field.many) return text({ ...plain, type, required }, where, 0);
  const value = rest.value && typeof rest.value === 'object' ? valueText(rest, where) : '';
  const head = `type: ${JSON.stringify(type)}, required: ${required !== false}`;
  const tail = Object.entries(plain).map(([name, one]) => `${name}: ${text(one, where, 0)}`);
  return `{ ${[head, value, ...tail].filter(Boolean).join(', ')} }`;
};

// Of lists, sets, maps: what is in them.
const valueText = ({ value, key }, where) => {
  if (Array.isArray(value)) {
    return `value: [${value.map((one) => fieldText(one, where)).join(', ')}]`;
  }
  const keyText = typeof key === 'object' && key ? `key: ${JSON.stringify(key.type)}, ` : '';
  return `${keyText}value: ${fieldText(value, where)}`;
};

const definitionText = (schema, where) => {
  const { kind, scope, store, allow, indexes, custom } = schema;
  const members = [];
  if (kind !== 'struct') {
    members.push(`${capitalized(kind)}: ${text({ scope, store, allow, ...custom }, where, 0)}`);
  }
  for (const [name, field] of fieldsOf(schema)) {
    members.push(`${nameText(name)}: ${fieldText(field, `${where}.${name}`)}`);
  }
  for (const [name, index] of Object.entries(indexes || {})) {
    if (!(name in schema.fields)) members.push(`${nameText(name)}: ${text(index, where, 0)}`);
  }
  if (schema.validate) members.push(`validate: ${functionText(schema.validate, where)}`);
  return `{ ${members.join(', ')} }`;
};

const entitiesOf = (schema) => {
  const { entities } = schema;
  if (typeof entities !== 'object' || entities === null) refuse('entities', 'no definitions');
  if (entities instanceof Map) return [...entities];
  return Object.entries(entities);
};

/** Names of the collections that a given schema has; none of a path. */
const collectionsOf = (schema) =>
  schema && typeof schema === 'object' && schema.entities
    ? entitiesOf(schema).map(([name]) => name)
    : [];

/**
 * The text that the engine takes (Storage::read_schema).
 * @param {string|object} schema a directory; a model; `{ entities }`; `{ files }` as the engine
 *   gives it
 */
const schemaText = async (schema) => {
  if (typeof schema === 'string') {
    const json = await settled(native().call('readSchema', JSON.stringify({ directory: schema })));
    return JSON.parse(json);
  }
  if (typeof schema !== 'object' || schema === null) refuse('it', 'no model, and no directory');
  if (schema.files) return JSON.stringify({ files: schema.files });
  const files = {};
  for (const [name, definition] of entitiesOf(schema)) {
    const source = isSchema(definition)
      ? definitionText(definition, name)
      : text(definition, name, 0);
    files[`${name}.js`] = `(${source})`;
  }
  return JSON.stringify({ files });
};

/**
 * Whether records have to fit. As upstream, an object only names collections, unless the program
 * asks for more; what lies in files is meant.
 */
const isEnforced = (schema, validate) => {
  if (validate !== undefined) return validate;
  return typeof schema === 'string' || Boolean(schema.files);
};

module.exports = { schemaText, collectionsOf, isEnforced };
