'use strict';

// Goal: history, versions, branches, proofs and copies from JavaScript; each call of docs/CALLS.md
// that a method stands for.
// Method: one storage with a few writes; results as docs/CALLS.md has them.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { gs, Place, refuses } = require('./support/storages.js');

test('history, blame, log and differences', async (t) => {
  const storage = await new Place(t).open();
  await storage.set('doc', { title: 'a', n: 1 });
  await storage.tag('first');
  await storage.update('doc', { title: 'b' });
  const changes = await storage.log();
  assert.ok(changes.length >= 2);
  assert.match(changes[0].change, /^[0-9a-f]{64}$/);
  const [newest] = await storage.history('doc', { limit: 1 });
  assert.deepStrictEqual(newest.data, { title: 'b' });
  const operations = (await storage.change(newest.change)).operations;
  assert.ok(operations.some(({ kind }) => kind === 'update'));
  const blame = await storage.blame('doc');
  assert.deepStrictEqual(
    blame.map(({ field }) => field),
    ['title', 'n'],
  );
  const [difference] = await storage.diff('first');
  assert.strictEqual(difference.id, storage.idOf('doc'));
  assert.deepStrictEqual(await storage.conflicts(), []);
});

test('what was done is taken back and done again', async (t) => {
  const storage = await new Place(t).open();
  await storage.set('doc', { n: 1 });
  await storage.update('doc', { n: 2 });
  await storage.undo();
  assert.deepStrictEqual(await storage.get('doc'), { n: 1 });
  await storage.redo();
  assert.deepStrictEqual(await storage.get('doc'), { n: 2 });
  const [{ change }] = await storage.history('doc', { limit: 1 });
  await refuses(storage.revert('ab'.repeat(32)), 'GS_NOT_FOUND');
  assert.ok(change);
});

test('branches are begun, read, merged and left', async (t) => {
  const storage = await new Place(t).open();
  await storage.set('doc', { n: 1, m: 1 });
  assert.strictEqual(await storage.branch(), 'main');
  await storage.branch('draft');
  await storage.checkout('draft');
  await storage.update('doc', { n: 2 });
  await storage.checkout('main');
  assert.deepStrictEqual(await storage.get('doc'), { n: 1, m: 1 });
  await storage.update('doc', { m: 5 });
  assert.deepStrictEqual(await storage.divergence('draft'), { ahead: 1, behind: 1 });
  const preview = await storage.merge('draft', { preview: true });
  assert.strictEqual(preview.records.length, 1);
  assert.deepStrictEqual(await storage.get('doc'), { n: 1, m: 5 });
  await storage.merge('draft');
  assert.deepStrictEqual(await storage.get('doc'), { n: 2, m: 5 });
  await storage.renameBranch('draft', 'old');
  assert.ok((await storage.versions()).some(({ name }) => name === 'old'));
  await storage.removeBranch('old');
  await refuses(storage.checkout('old'), 'GS_NOT_FOUND');
});

test('conflicts are told, and resolved', async (t) => {
  const storage = await new Place(t).open();
  await storage.set('doc', { title: 'base' });
  await storage.branch('draft');
  await storage.update('doc', { title: 'ours' });
  await storage.checkout('draft');
  await storage.update('doc', { title: 'theirs' });
  await storage.checkout('main');
  const { conflicts } = await storage.merge('draft');
  assert.strictEqual(conflicts.length, 1);
  const shown = (await storage.get('doc')).title;
  const hidden = (await storage.conflicts('doc')).flat()[0].hidden[0];
  assert.notStrictEqual(hidden.value, shown);
  await storage.resolve('doc', { title: 'both' });
  assert.deepStrictEqual(await storage.conflicts(), []);
  assert.strictEqual((await storage.get('doc')).title, 'both');
});

test('a version stays readable', async (t) => {
  const storage = await new Place(t).open();
  await storage.collection('City').insert({ name: 'Kyiv' }, { key: 'kyiv' });
  await storage.tag('v1');
  await storage.City.update('kyiv', { name: 'Kiev' });
  const view = await storage.at('v1');
  const id = storage.City.idOf('kyiv');
  assert.deepStrictEqual(await view.get(id), { name: 'Kyiv' });
  assert.strictEqual(await view.get('missing'), null);
  assert.deepStrictEqual(await view.find(storage.City.where({ name: 'Kyiv' })), [{ name: 'Kyiv' }]);
  assert.strictEqual(await view.count({ collection: 'City' }), 1);
  assert.strictEqual((await storage.City.get('kyiv')).name, 'Kiev');
  await refuses(storage.at('nothing'), 'GS_NOT_FOUND');
  await storage.removeTag('v1');
});

test('proofs need no storage, and erased records leave the chain whole', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  await storage.collection('City').insert({ name: 'Kyiv' }, { key: 'kyiv' });
  const id = storage.City.idOf('kyiv');
  const proof = await storage.proof(id);
  const said = await gs.verifyProof(proof);
  assert.strictEqual(said.collection, 'City');
  const forged = JSON.parse(JSON.stringify(proof).replace(/[0-9a-f]{64}/, 'f'.repeat(64)));
  await assert.rejects(gs.verifyProof(forged), (error) => error instanceof gs.GsError);
  const cyclic = {};
  cyclic.self = cyclic;
  for (const bad of [cyclic, { n: 1n }]) await refuses(gs.verifyProof(bad), 'GS_INVALID');
  await refuses(gs.restore(5, place.path('x')), 'GS_INVALID', /^restore: /);
  await refuses(gs.clone(place.path(), null), 'GS_INVALID', /^clone: /);
  assert.strictEqual((await storage.erase(id, { reason: 'asked' })).erased, 1);
  assert.strictEqual(await storage.get(id), null);
  const told = [];
  const onProgress = (done, total) => told.push([done, total]);
  const { ok, sections } = await storage.verify({ onProgress });
  assert.ok(ok && sections.length > 5);
  const [done, total] = told.at(-1); // told before the promise was kept
  assert.ok(done > 0 && done === total, JSON.stringify(told));
});

test('backups, replicas and bundles', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  await storage.set('doc', { n: 1 });
  await storage.backup(place.path('backup'));
  await gs.restore(place.path('backup'), place.path('restored'));
  const restored = await place.open({ path: place.path('restored') });
  assert.deepStrictEqual(await restored.get('doc'), { n: 1 });
  await gs.clone(place.path(), place.path('replica'));
  const replica = await place.open({ path: place.path('replica') });
  const { heads } = await storage.createBundle(place.path('all.gsb'));
  await storage.update('doc', { n: 2 });
  await storage.createBundle(place.path('new.gsb'), { since: heads });
  const { taken } = await replica.applyBundle(place.path('new.gsb'));
  assert.ok(taken >= 1);
  assert.deepStrictEqual(await replica.get('doc'), { n: 2 });
  assert.deepStrictEqual((await replica.digest()).digest, (await storage.digest()).digest);
  await refuses(replica.applyBundle(place.file('bad.gsb', 'no bundle')), 'GS_INVALID');
});

test('records go out as text and come back', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const T = storage.collection('T');
  await T.insertMany(Array.from({ length: 3000 }, (_, i) => ({ i, at: new Date(i), big: 5n })));
  await T.insert({ keyed: true }, { key: 'k' });
  let text = '';
  for await (const chunk of storage.export()) text += chunk;
  assert.strictEqual(text.split('\n').length, 3002);
  const other = await place.open({ path: place.path('other') });
  const { count } = await other.import([text.slice(0, 1000), text.slice(1000)]);
  assert.strictEqual(count, 3001);
  const all = await other.T.where({ i: 7 }).all();
  assert.deepStrictEqual(all[0].toObject(), { i: 7, at: new Date(7), big: 5n });
  assert.strictEqual((await other.T.get('k')).keyed, true);
  let json = '';
  for await (const chunk of other.export({ format: 'json', collections: ['T'] })) json += chunk;
  assert.strictEqual(JSON.parse(json).length, 3001);
  await refuses(other.import(['{"data":5}\n']), 'GS_INVALID', /^line 1: /);
  await refuses(other.import(['{}\n{"a"\n']), 'GS_INVALID', /^line /);
  await refuses(() => storage.export({ format: 'xml' }), 'GS_INVALID', /format/);
});

test('figures and care', async (t) => {
  const storage = await new Place(t).open();
  await storage.insert({ n: 1 });
  assert.strictEqual((await storage.stats()).records, 1);
  assert.strictEqual((await storage.compact()).runs, 1);
  await storage.flush();
  assert.deepStrictEqual((await storage.recovery()).damage, []);
  assert.deepStrictEqual(await storage.twins(), []);
  assert.strictEqual((await storage.heads()).length, 1);
  await refuses(storage.invoke('nothing'), 'GS_INVALID', /nothing/);
  assert.ok(fs.existsSync(storage.directory));
});
