'use strict';

// Schemas that a program hands in: a directory, a model of Metaschema, or an object of entities.
//
// The engine reads schemas as source text, one expression for each entity, so what is given as
// objects is written as such a text: functions by their source.

const { types } = require('node:util');
const { native, settled } = require('../native.js');
const { refuse, text, isSchema, definitionText, typesText } = require('./schema_text.js');

const entitiesOf = (schema) => {
  const { entities } = schema;
  if (typeof entities !== 'object' || entities === null) refuse('entities', 'no definitions');
  if (types.isMap(entities)) return [...entities];
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
  const types = typesText(schema);
  if (types) files['.types.js'] = types;
  return JSON.stringify({ files });
};

// All threads of a program put the same schema in force when they begin: one does, the others are
// told that it is another one by now, and find theirs there when they look again.
const TRIES = 5;

/** `allowUnsafe`: also when records may not fit it. */
const putInForce = async (storage, schema, allowUnsafe) => {
  const given = { schema: await schemaText(schema), allowUnsafe };
  for (let tries = 1; ; tries++) {
    try {
      return await storage.invoke('applySchema', given);
    } catch (error) {
      if (error.code !== 'GS_CONFLICT' || tries === TRIES) throw error;
    }
  }
};

/**
 * Whether records have to fit. As upstream, an object only names collections, unless the program
 * asks for more; what lies in files is meant.
 */
const isEnforced = (schema, validate) => {
  if (validate !== undefined) return validate;
  return typeof schema === 'string' || Boolean(schema.files);
};

module.exports = { putInForce, collectionsOf, isEnforced };
