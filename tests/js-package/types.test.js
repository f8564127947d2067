'use strict';

// Goal: the types of the package are those of its code, programs that are right compile, wrong ones
// do not, and types that `gstore types` makes need nothing else.
// Method: programs in types/ with an expected error on each wrong line, compiled with the package
// as it is installed, its own declarations checked as well; names and members beside those at run
// time.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { ROOT, theProject, packageFile, newerNode } = require('./project.js');
const { Declared } = require('./declared.js');

const GSTORE = process.env.GSTORE || path.join(ROOT, 'build/bin/gstore');
const STRICT = {
  target: 'es2022',
  lib: ['es2022'],
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  types: [],
};

const compile = (project, name, files, options) => {
  project.write(`${name}/package.json`, JSON.stringify({ type: 'module' }));
  for (const [file, text] of Object.entries(files)) project.write(`${name}/${file}`, text);
  const compilerOptions = { ...STRICT, ...options };
  const config = JSON.stringify({ compilerOptions, files: Object.keys(files) });
  const place = project.write(`${name}/tsconfig.json`, config);
  project.run(newerNode(), [packageFile('typescript/bin/tsc'), '-p', place]);
};

const program = (name) => fs.readFileSync(path.join(__dirname, 'types', name), 'utf8');

const generated = (directory) => execFileSync(GSTORE, ['types', directory], { encoding: 'utf8' });

test('a program with types of its schema', () => {
  const types = generated(path.join(__dirname, 'schemas'));
  const files = { 'schema.d.ts': types, 'typed.ts': program('typed.ts') };
  compile(theProject(), 'typed', files, { module: 'nodenext' });
});

test('types that were made may come from anywhere, and have any names', () => {
  const project = theProject();
  const names = ['Collection', 'One', 'Storage', 'Record', 'Row', 'open', 'get'];
  for (const name of names) {
    const fields =
      "list: { array: 'string' }, set: { set: 'number' }, peer: '?One', text: 'string'";
    project.write(`odd/schemas/${name}.js`, `({ Entity: {}, ${fields} })`);
  }
  const text = `
    import { open } from 'globalstorage';
    const db = await open();
    const row = await db.Collection.where({ peer: 'x', text: { $like: '%' } }).first();
    const texts: readonly string[] | undefined = row?.list;
    const peer: string | null | undefined = row?.peer;
    const numbers: ReadonlySet<number> | undefined = row?.set;
    await db.Record.insert({ list: [], set: new Set([5]), text: '' });
    // @ts-expect-error the method, not the collection of this name
    db.get.where({});
    await db.collection('get').where({ text: 'x' }).all();
    export { texts, peer, numbers };
  `;
  const files = { 'names.d.ts': generated(project.path('odd/schemas')), 'program.ts': text };
  compile(project, 'odd', files, { module: 'esnext', moduleResolution: 'bundler' });
});

test('programs without such types, and those typed for upstream', () => {
  const files = { 'upstream.ts': program('upstream.ts'), 'untyped.cts': program('untyped.cts') };
  compile(theProject(), 'untyped', files, { module: 'node16' });
});

test('a program with the types of Node.js', () => {
  const types = { types: ['node'], typeRoots: [packageFile('@types')], skipLibCheck: true };
  const options = { module: 'nodenext', ...types };
  compile(theProject(), 'beside-node', { 'node.ts': program('node.ts') }, options);
});

// --- the declarations beside the code ---

let types = null;

const declared = () =>
  (types ||= new Declared(theProject().path('node_modules/globalstorage/globalstorage.d.ts')));

// What the parts of the package share, and nobody else may use.
const INTERNAL = [
  'deleteIn',
  'durabilityOf',
  'findBlock',
  'insertInto',
  'insertManyInto',
  'invoke',
  'keep',
  'load',
  'native',
  'reads',
  'rsaKeys',
  'swapIn',
  'updateIn',
  'validateRecord',
  'watchRecord',
  'whenClosing',
  'whenCommitted',
  'write',
  'writeEdits',
  'writeField',
  'writeWhole',
  'writes',
];

const load = (project, name) => require(project.path('node_modules/globalstorage', name));

// Public names of an object and of its class.
const membersOf = (object) => {
  const names = new Set(Object.keys(object));
  const { prototype } = object.constructor;
  for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
  for (const name of ['constructor', ...INTERNAL]) names.delete(name);
  return [...names].sort();
};

test('every export is declared, and every value that is declared is there', () => {
  const there = Object.keys(load(theProject(), 'globalstorage.js'));
  assert.deepStrictEqual(declared().values().sort(), there.sort());
});

test('the members of every class are declared, and no others', async () => {
  const project = theProject();
  const { open } = load(project, 'globalstorage.js');
  const db = await open({ path: project.path('members.gs') });
  const cities = db.collection('City');
  const record = await cities.insert({ n: 1 });
  const handle = cities.field(record, 'n');
  const view = await db.at('now');
  const typing = await cities.field(record, 'text').edit();
  const objects = {
    Collection: cities,
    Query: cities.where({}),
    AnyField: handle,
    TextSession: typing,
    View: view,
  };
  for (const [name, object] of Object.entries(objects)) {
    assert.deepStrictEqual(declared().members(name).sort(), membersOf(object), name);
  }
  const transaction = await db.transact((tx) => membersOf(tx));
  const ofTransaction = [...declared().members('TransactionMembers'), 'City', 'commit', 'end'];
  assert.deepStrictEqual(ofTransaction.sort(), transaction);

  const ofStorage = [...membersOf(db), 'close', 'stop'];
  const known = ofStorage.filter((name) => name !== 'City');
  assert.deepStrictEqual(declared().members('Storage').sort(), known.sort());
  await db.close();
});

test('records, references and errors have what is declared', async () => {
  const project = theProject();
  const { open, GsError } = load(project, 'globalstorage.js');
  const db = await open({ path: project.path('records.gs') });
  const one = await db.collection('City').insert({ n: 1 });
  const two = await db.collection('City').insert({ one });
  assert.ok(one instanceof db.constructor.Record && one.constructor === db.constructor.Record);
  const inherited = Object.getOwnPropertyNames(db.constructor.Record.prototype);
  const ofRecord = inherited.filter((name) => name !== 'constructor');
  assert.deepStrictEqual(declared().members('Record').sort(), ofRecord.sort());
  for (const name of declared().members('ReferenceMembers')) assert.ok(two.one[name], name);
  const row = db.peek(two);
  for (const name of ['id', '$type', 'toObject', 'toJSON']) assert.ok(row[name], name);
  const error = new GsError('GS_INVALID', 'x');
  for (const name of declared().members('GsError')) {
    assert.ok(name in error || name === 'cause' || name === 'stack', name);
  }
  await db.close();
});

test('the options of calls are declared as the calls take them', () => {
  const { KNOWN } = load(theProject(), 'lib/call_options.js');
  const interfaces = {
    insert: 'InsertOptions',
    insertMany: 'InsertManyOptions',
    upsert: 'WriteOptions',
    update: 'UpdateOptions',
    swap: 'WriteOptions',
    transact: 'TransactOptions',
    saveData: 'StorageDataOptions',
    all: 'Abortable',
    live: 'LiveOptions',
    createNode: 'NodePlace',
    history: 'ListOptions',
    compact: 'ProgressOptions',
    import: 'ImportOptions',
  };
  for (const [call, name] of Object.entries(interfaces)) {
    assert.deepStrictEqual(declared().members(name).sort(), [...KNOWN[call]].sort(), name);
  }
});

test('each option of open() is declared, and each that is declared is one', () => {
  const project = theProject();
  const { optionsOf } = load(project, 'lib/storage/options.js');
  assert.deepStrictEqual(
    declared().members('StorageOptions').sort(),
    Object.keys(optionsOf()).sort(),
  );
});
