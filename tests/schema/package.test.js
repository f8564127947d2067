'use strict';

// Goal: a model of Metaschema, as Impress has one, is handed to open() to be enforced: records then
// fit exactly when Metaschema says so.
// Method: definitions of every kind and type, read by Metaschema itself; each of their values is
// checked by it and inserted into a storage with its model.

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const packages = path.join(process.env.SCHEMA_PACKAGES, 'node_modules');
const { Model, Schema } = require(path.join(packages, 'metaschema'));
const gs = require('../../js');

const validate = (record) => record.name !== 'refused';

// [what, definition, values]
const CASES = [
  [
    'scalars',
    { a: 'string', b: 'number', c: 'boolean', d: 'bigint' },
    [
      { a: 'x', b: 1, c: true, d: 5n },
      { a: 5, b: 1, c: true, d: 5n },
      { a: 'x', b: 1, c: true },
      { a: 'x', b: '1', c: true, d: 5n },
      { a: 'x', b: 1, c: 1, d: 5n },
      { a: 'x', b: 1, c: true, d: 5 },
      { a: 'x', b: 1, c: true, d: 5n, e: 1 },
    ],
  ],
  [
    'optional',
    { a: '?string', 'b?': 'number', c: { type: 'string', required: false } },
    [{}, { a: null }, { a: 'x', b: 1, c: 'y' }, { a: 1 }, { b: 'x' }, { c: 5 }, { d: 1 }],
  ],
  [
    'length',
    { a: { type: 'string', length: 3 }, b: { type: 'string', length: { min: 2, max: 4 } } },
    [
      { a: 'abc', b: 'ab' },
      { a: 'abcd', b: 'ab' },
      { a: '', b: 'abcd' },
      { a: '', b: 'a' },
      { a: '', b: 'abcde' },
    ],
  ],
  [
    'length of [min, max]',
    { a: { type: 'string', length: [2, 3] } },
    [{ a: 'a' }, { a: 'abc' }, { a: 'abcd' }],
  ],
  [
    'enum',
    { a: { enum: ['x', 'y'] }, b: { enum: [1, 2], required: false } },
    [{ a: 'x' }, { a: 'z' }, { a: 'y', b: 2 }, { a: 'y', b: 3 }, {}],
  ],
  [
    'arrays',
    {
      a: { array: 'string' },
      b: { array: '?number', required: false },
      'c?': { type: 'array', value: 'number' },
    },
    [
      { a: [] },
      { a: ['x'] },
      { a: [1] },
      { a: 'x' },
      { a: [], b: [1, null] },
      { a: [], b: ['x'] },
      { a: [], c: [1] },
      { a: [], c: ['1'] },
      {},
    ],
  ],
  [
    'arrays of structures',
    { a: { array: { b: 'string', 'c?': 'number' } } },
    [
      { a: [{ b: 'x' }] },
      { a: [{ b: 'x', c: 1 }, { b: 'y' }] },
      { a: [{ c: 1 }] },
      { a: [{ b: 'x', d: 1 }] },
    ],
  ],
  [
    'arrays with length',
    { a: { array: 'number', length: 2 } },
    [{ a: [1] }, { a: [1, 2] }, { a: [1, 2, 3] }],
  ],
  [
    'sets',
    { a: { set: 'string' } },
    [{ a: new Set(['x']) }, { a: new Set([1]) }, { a: new Set() }, { a: 5 }],
  ],
  [
    'objects',
    { a: { object: { string: 'number' } } },
    [{ a: { x: 1 } }, { a: { x: 'y' } }, { a: {} }, { a: 5 }],
  ],
  [
    'objects of structures',
    { a: { object: { string: { b: 'string' } } } },
    [{ a: { x: { b: 'y' } } }, { a: { x: { b: 1 } } }, { a: { x: { c: 1 } } }],
  ],
  [
    'maps',
    { a: { map: { string: 'number' } }, 'b?': { map: { string: 'string' } } },
    [
      { a: new Map([['x', 1]]) },
      { a: new Map([['x', 'y']]) },
      { a: new Map([[1, 1]]) },
      { a: new Map([['x', 1]]), b: new Map([['x', 'y']]) },
    ],
  ],
  [
    'tuples',
    { a: { tuple: ['string', 'number'] }, b: ['string', { n: 'number' }] },
    [
      { a: ['x', 1], b: ['x', 1] },
      { a: ['x', 1] },
      { a: [1, 1] },
      { a: ['x', 1, 2] },
      { a: ['x', 1], b: [1, 1] },
      { a: ['x', 1], b: ['x', '1'] },
    ],
  ],
  [
    'structures',
    { a: { b: { c: 'string', d: '?number' } }, e: { schema: { f: 'number' }, required: false } },
    [
      { a: { b: { c: 'x' } } },
      { a: { b: { c: 'x', d: 1 } } },
      { a: { b: {} } },
      { a: {} },
      { a: { b: { c: 'x', z: 1 } } },
      { a: { b: { c: 'x' } }, e: { f: 1 } },
      { a: { b: { c: 'x' } }, e: { f: 'x' } },
    ],
  ],
  [
    'embedded schemas',
    {
      a: Schema.from({ b: 'string' }),
      c: { schema: Schema.from({ d: 'number' }), required: false },
    },
    [
      { a: { b: 'x' } },
      { a: { b: 1 } },
      {},
      { a: { b: 'x' }, c: { d: 1 } },
      { a: { b: 'x' }, c: { d: 'x' } },
    ],
  ],
  ['json', { a: 'json', 'b?': 'json' }, [{ a: {} }, { a: { x: [1] } }, { a: [] }, { a: 5 }, {}]],
  [
    'names that are words',
    { type: { type: 'string' }, 'name?': 'string' },
    [{ type: 'x' }, { type: 1 }],
  ],
  [
    'names that are types',
    { name: 'string', array: { array: 'string' }, enum: { enum: ['a'] } },
    [
      { name: 'x', array: ['y'], enum: 'a' },
      { name: 'x', array: [1], enum: 'a' },
      { name: 'x', array: [], enum: 'b' },
    ],
  ],
  [
    'odd names',
    { 'a b': 'string', їжак: 'number', 1: '?string' },
    [
      { 'a b': 'x', їжак: 1 },
      { 'a b': 1, їжак: 1 },
      { 'a b': '', їжак: 1, 1: 'x' },
    ],
  ],
  [
    'validate of a field',
    { a: { type: 'number', validate: (value) => value > 2 } },
    [{ a: 3 }, { a: 1 }],
  ],
  ['validate of a record', { name: 'string', validate }, [{ name: 'x' }, { name: 'refused' }]],
  [
    'validate as a method',
    {
      name: 'string',
      validate(record) {
        return record.name.length > 2;
      },
    },
    [{ name: 'xyz' }, { name: 'x' }],
  ],
  [
    'validate of a structure',
    { a: { b: 'number', validate: ({ b }) => b > 2 } },
    [{ a: { b: 3 } }, { a: { b: 1 } }],
  ],
  [
    'indexes',
    { name: { type: 'string', index: true }, n: 'number', pair: { index: ['name', 'n'] } },
    [{ name: 'x', n: 1 }, { name: 'x' }, { name: 'x', n: 1, pair: 1 }],
  ],
  [
    'unique',
    { name: { type: 'string', unique: true }, n: 'number', both: { unique: ['name', 'n'] } },
    [
      { name: 'x', n: 1 },
      { name: 5, n: 1 },
    ],
  ],
  ['notes', { a: { type: 'string', note: 'a note', label: { en: 'A' } } }, [{ a: 'x' }, { a: 1 }]],
  [
    'parse and serialize',
    { a: 'string', parse: (text) => ({ a: text }), serialize: ({ a }) => a },
    [{ a: 'x' }, { a: 1 }],
  ],
];

const KINDS = ['Entity', 'Registry', 'Dictionary', 'Journal', 'Details', 'Relation'];

const openWith = async (t, given) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'gs-schema-'));
  const schema = given instanceof Map ? { entities: given } : given;
  const storage = await gs.open({ path: directory, schema, durability: 'lazy', validate: true });
  t.after(async () => {
    await storage.close();
    fs.rmSync(directory, { recursive: true });
  });
  return storage;
};

for (const [what, definition, values] of CASES) {
  test(`records with ${what} fit as in Metaschema`, async (t) => {
    const schema = new Schema('Thing', { Registry: {}, ...definition });
    const storage = await openWith(t, new Map([['Thing', schema]]));
    for (const value of values) {
      const { valid, errors } = schema.check(value);
      const outcome = await storage.Thing.insert(value).then(
        () => null,
        (error) => error,
      );
      const text = `${JSON.stringify(value, (name, one) => (typeof one === 'bigint' ? `${one}n` : one))}`;
      assert.strictEqual(
        outcome === null,
        valid,
        `${text}: ${outcome || 'taken'}; Metaschema: ${errors}`,
      );
    }
  });
}

test('every kind can be handed over, with its header', async (t) => {
  const entities = new Map();
  for (const kind of KINDS) {
    const header = { scope: 'global', store: 'persistent', allow: 'append', title: kind };
    entities.set(`Of${kind}`, new Schema(`Of${kind}`, { [kind]: header, name: 'string' }));
  }
  entities.set('Point', new Schema('Point', { Struct: {}, x: 'number', y: 'number' }));
  entities.set('Sign', new Schema('Sign', { Form: {}, login: 'string' }));
  const storage = await openWith(t, entities);
  const { files } = await storage.invoke('schema');
  assert.deepStrictEqual(
    Object.keys(files).sort(),
    [...entities.keys()].map((name) => `${name}.js`).sort(),
  );
  for (const kind of KINDS) {
    assert.match(
      files[`Of${kind}.js`],
      new RegExp(`${kind}: \\{ scope: "global".*title: "${kind}"`),
    );
    const made = await storage.collection(`Of${kind}`).insert({ name: 'x' });
    assert.strictEqual(storage.peek(made.id).name, 'x');
  }
});

test('types of the application come with its model', async (t) => {
  const types = {
    datetime: { js: 'string', metadata: { pg: 'timestamp with time zone' } },
    list: { js: 'array', metadata: { pg: 'jsonb' } },
    even: {
      kind: 'scalar',
      construct() {},
      checkType(value, path) {
        return value % 2 === 0 ? null : `Field "${path}" is odd`;
      },
    },
  };
  const definition = { Registry: {}, at: 'datetime', of: { list: 'number' }, n: '?even' };
  const model = new Model(types, new Map([['Thing', definition]]));
  const storage = await openWith(t, model);
  const check = (value) => model.entities.get('Thing').check(value).valid;
  for (const value of [
    { at: 'x', of: [1] },
    { at: 5, of: [1] },
    { at: 'x', of: ['1'] },
    { at: 'x', of: [], n: 2 },
    { at: 'x', of: [], n: 3 },
  ]) {
    const taken = await storage.Thing.insert(value).then(
      () => true,
      () => false,
    );
    assert.strictEqual(taken, check(value), JSON.stringify(value));
  }
});

test('a projection has the fields that its header names', async (t) => {
  const entities = new Map([
    ['Account', { Registry: {}, login: 'string', password: { type: 'string', length: 8 } }],
    ['Visible', { Projection: { schema: 'Account', fields: ['login'] } }],
  ]);
  const storage = await openWith(t, new Model({}, entities));
  const { files } = await storage.invoke('schema');
  assert.match(files['Visible.js'], /Projection: .*schema: "Account", fields: \["login"\]/);
});

test('relations, one and many, name records', async (t) => {
  const country = new Schema('Country', { Registry: {}, name: 'string' });
  const city = new Schema('City', {
    Registry: {},
    name: 'string',
    country: 'Country',
    capitalOf: '?Country',
    sisters: { many: 'City', required: false },
  });
  const storage = await openWith(
    t,
    new Map([
      ['Country', country],
      ['City', city],
    ]),
  );
  const ukraine = await storage.Country.insert({ name: 'Ukraine' });
  const kyiv = await storage.City.insert({ name: 'Kyiv', country: ukraine, capitalOf: ukraine.id });
  const lviv = await storage.City.insert({ name: 'Lviv', country: ukraine.id, sisters: [kyiv.id] });
  assert.strictEqual(storage.City.peek(kyiv.id).country, ukraine.id);
  const [row] = await storage.City.where({ name: 'Lviv' }).include('country', 'sisters').all();
  assert.strictEqual(row.country.name, 'Ukraine');
  assert.strictEqual(row.sisters[0].name, 'Kyiv');
  await assert.rejects(storage.City.insert({ name: 'Nowhere' }), { code: 'GS_INVALID' });
  assert.ok(lviv.id);
});
