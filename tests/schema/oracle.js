'use strict';

// What Metaschema makes of the same requests as differ.cc, in the same words.

const { FUNCTIONS } = require('./table.js');
const { fromTagged, toTagged } = require('./tagged.js');

const KINDS_OF_OPTIONS = ['validate', 'parse', 'serialize', 'format'];

const attempt = (act) => {
  try {
    return act();
  } catch (error) {
    return { thrown: String(error) };
  }
};

const isType = (field) => field?.constructor?.name === 'Type';

const check = (schema, path, value) =>
  attempt(() => {
    const args = path === null ? [value] : [value, path];
    const { valid, errors } = schema.check(...args);
    return { valid, errors };
  });

/** `made`: schemas that the definition may have embedded. */
const describe = (schema, made = []) => {
  const { fields, options } = schema;
  const isStruct = fields.constructor.name === 'Struct';
  const types = isStruct ? Object.values(fields).filter(isType) : [];
  const optionOf = (name) => (options[name] === null ? null : FUNCTIONS.indexOf(options[name]));
  const describeIndex = ([name, definition]) => [
    name,
    isType(definition) ? definition.type : toTagged(definition, made),
  ];
  return {
    kind: schema.kind ?? '',
    scope: String(schema.scope),
    store: String(schema.store),
    allow: String(schema.allow),
    parent: String(schema.parent),
    custom: toTagged(schema.custom, made),
    keys: Object.keys(fields),
    fields: types.map(({ type, required }) => [type ?? '', !!required]),
    references: [...schema.references],
    relations: [...schema.relations].map(({ to, type }) => [to ?? null, type]),
    indexes: Object.entries(schema.indexes).map(describeIndex),
    options: KINDS_OF_OPTIONS.map(optionOf),
    warnings: schema.checkConsistency(),
    json: attempt(() => schema.toString()),
    interface: attempt(() => schema.toInterface()),
  };
};

class Oracle {
  /** @param {object} metaschema the npm package */
  constructor(metaschema) {
    this.metaschema = metaschema;
  }

  answer(request) {
    const [form, ...parts] = request;
    return attempt(() => (form === 'model' ? this.model(...parts) : this.schema(...parts)));
  }

  schema(name, embedded, definition, values) {
    const { Schema } = this.metaschema;
    const made = [];
    for (const [other, tagged] of embedded) {
      made.push(new Schema(other, fromTagged(tagged, made)));
    }
    const schema = new Schema(name, fromTagged(definition, made));
    const schemas = [...made, schema].map((one) => describe(one, made));
    const checks = values.map(([path, tagged]) => check(schema, path, fromTagged(tagged, made)));
    return { schemas, checks };
  }

  model(types, entities, values) {
    const { Model } = this.metaschema;
    const raw = new Map(entities.map(([name, tagged]) => [name, fromTagged(tagged)]));
    return this.describeModel(new Model(fromTagged(types), raw), values);
  }

  describeModel(model, values) {
    return {
      names: [...model.entities.keys()],
      schemas: [...model.entities.values()].map((schema) => describe(schema)),
      types: Object.entries(model.types).map(([name, Type]) => [
        name,
        Type.kind ?? '',
        toTagged(Type.metadata),
      ]),
      order: [...model.order],
      warnings: model.warnings,
      dts: attempt(() => model.dts),
      checks: values.map(([name, tagged]) => {
        const schema = model.entities.get(name);
        return schema ? check(schema, null, fromTagged(tagged)) : null;
      }),
    };
  }
}

module.exports = { Oracle };
