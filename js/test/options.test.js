'use strict';

// Goal: an option that is misspelt is refused by name, wherever a call takes options, and nothing
// is done.
// Method: each call with an option that it has not; a letter too few of each option that it has;
// objects that throw when they are read.

const test = require('node:test');
const assert = require('node:assert');
const { KNOWN } = require('../lib/call_options.js');
const { gs, Place, refuses } = require('./support/storages.js');

// Each call with options; what it gives is a promise, or it throws.
const callsOf = async (place) => {
  const storage = await place.open();
  const Item = storage.collection('Item');
  const item = await Item.insert({ n: 1, text: 'a' });
  const { id } = item;
  const editing = await Item.field(id, 'text').edit();
  const tree = Item.field(id, 'tree');
  const file = place.path('bundle');
  return {
    insert: [(o) => Item.insert({}, o), (o) => storage.insert({}, o)],
    insertMany: [(o) => Item.insertMany([{}], o)],
    upsert: [(o) => Item.upsert('k', {}, o)],
    update: [(o) => Item.update(id, { n: 2 }, o), (o) => storage.update(id, { n: 2 }, o)],
    patch: [(o) => storage.patch(id, { n: 2 }, o)],
    set: [(o) => storage.set(id, { n: 2 }, o)],
    swap: [(o) => Item.swap(id, { n: 2 }, {}, o), (o) => storage.swap(id, { n: 2 }, {}, o)],
    delete: [(o) => Item.delete(id, o), (o) => storage.delete(id, o)],
    transact: [(o) => storage.transact(assert.fail, o)],
    'insert of a transaction': [(o) => storage.transact((tx) => tx.Item.insert({}, o))],
    saveData: [(o) => storage.saveData('x', {}, o)],
    all: [(o) => Item.all(o), (o) => Item.where({}).all(o)],
    first: [(o) => Item.first(o)],
    page: [(o) => Item.limit(1).page(o)],
    count: [(o) => Item.count(o), (o) => Item.where({}).count(o)],
    explain: [(o) => Item.explain(o)],
    each: [(o) => Item.each(assert.fail, o)],
    live: [(o) => Item.live(assert.fail, o)],
    watch: [(o) => Item.watch(o)],
    edit: [(o) => Item.field(id, 'text').edit(o)],
    commit: [(o) => editing.commit(o)],
    createNode: [(o) => tree.createNode(1, o)],
    moveNode: [(o) => tree.moveNode('x', o)],
    log: [(o) => storage.log(o)],
    history: [(o) => storage.history(id, o)],
    blame: [(o) => storage.blame(id, o)],
    diff: [(o) => storage.diff('now', 'now', o)],
    conflicts: [(o) => storage.conflicts(id, o)],
    tag: [(o) => storage.tag('x', o)],
    branch: [(o) => storage.branch('x', o)],
    merge: [(o) => storage.merge('main', o)],
    applySchema: [(o) => storage.applySchema({ entities: {} }, o)],
    verify: [(o) => storage.verify(o)],
    erase: [(o) => storage.erase(id, o)],
    compact: [(o) => storage.compact(o)],
    backup: [(o) => storage.backup(place.path('backup'), o)],
    makeShallow: [(o) => storage.makeShallow(o)],
    createBundle: [(o) => storage.createBundle(file, o)],
    applyBundle: [(o) => storage.applyBundle(file, o)],
    export: [(o) => storage.export(o)],
    import: [(o) => storage.import([], o)],
    importUpstream: [(o) => storage.importUpstream(place.path(), o)],
  };
};

test('an option that a call has not is refused, with the one that was meant', async (t) => {
  const place = new Place(t);
  const calls = await callsOf(place);
  assert.deepStrictEqual(Object.keys(calls).sort(), Object.keys(KNOWN).sort());
  const [storage] = place.opened;
  const before = await storage.digest();
  for (const [name, ways] of Object.entries(calls)) {
    for (const call of ways) {
      for (const known of KNOWN[name]) {
        const misspelt = known.slice(0, -1);
        const message = new RegExp(`^${name}: unknown option ${misspelt}$`);
        const error = await refuses(() => call({ [misspelt]: 1 }), 'GS_INVALID', message);
        assert.strictEqual(error.hint, `Did you mean ${known}?`);
      }
      const message = new RegExp(`^${name}: unknown option nonsense$`);
      const error = await refuses(() => call({ nonsense: undefined }), 'GS_INVALID', message);
      assert.strictEqual(error.hint, `Known: ${KNOWN[name].join(', ')}.`);
    }
  }
  assert.deepStrictEqual(await storage.digest(), before, 'nothing was written');
});

test('no options are as good as an empty object; what is no object is refused', async (t) => {
  const calls = await callsOf(new Place(t));
  const harmless = ['all', 'history', 'log', 'verify', 'update', 'insert', 'export'];
  for (const name of harmless) {
    for (const options of [undefined, null, {}]) await calls[name][0](options);
  }
  for (const [name, [call]] of Object.entries(calls)) {
    for (const options of [5, 'lazy', () => {}, true]) {
      await refuses(() => call(options), 'GS_INVALID', /^options are an object/);
    }
    const broken = new Proxy({}, { ownKeys: () => assert.fail('no') });
    await refuses(() => call(broken), 'GS_INVALID', /^the options cannot be read: no/);
    if (!KNOWN[name].includes('signal')) continue;
    await refuses(() => call({ signal: {} }), 'GS_INVALID', /AbortController/);
  }
});

test('names are compared only as far as somebody may have meant them', async (t) => {
  const storage = await new Place(t).open();
  const long = 'k'.repeat(1e6);
  const error = await refuses(storage.insert({}, { [long]: 1 }), 'GS_INVALID', /a text$/);
  assert.match(error.hint, /^Known: key/);
  for (const [given, meant] of Object.entries({ ky: 'key', KEY: 'key', durabilty: 'durability' })) {
    const { hint } = await refuses(storage.insert({}, { [given]: 1 }), 'GS_INVALID');
    assert.strictEqual(hint, `Did you mean ${meant}?`);
  }
  const { hint } = await refuses(storage.transact(assert.fail, { retry: 1 }), 'GS_INVALID');
  assert.strictEqual(hint, 'Did you mean retries?');
});

test('the layout files refuses a misspelt option: it would store a plain text', async (t) => {
  const place = new Place(t);
  const storage = await gs.open({ path: place.path('files'), layout: 'files' });
  place.opened.push(storage);
  await refuses(storage.saveData('x', {}, { encrypt: true }), 'GS_INVALID', /option encrypt$/);
  assert.strictEqual(await storage.loadData('x'), null);
});
