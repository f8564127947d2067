'use strict';

// Goal: what looks back or to the side (branches, merges, conflicts, history, blame) is right for
// collections of 10,000 records as well, and no call of it is one for each record.
// Method: every fifth record changed on a branch, every tenth also beside it; what must be known of
// each is counted or computed. A record with a thousand fields, all in conflict.

const test = require('node:test');
const assert = require('node:assert');
const { Place } = require('./support/storages.js');

const COUNT = 10_000;
const CHANGED = 5; // each so many-th on the branch
const BESIDE = 10; // of them on main as well
const CONFLICTS = COUNT / BESIDE;
const FIELDS = 1000;

const every = (list, step) => list.filter((_, i) => i % step === 0);

// A collection with `draft` and `main` apart, each with some changes; main is checked out.
const apart = async (t) => {
  const storage = await new Place(t).open();
  const City = storage.collection('City');
  const rows = Array.from({ length: COUNT }, (_, n) => ({ name: `city ${n}`, n }));
  const { ids } = await City.insertMany(rows);
  const rename = (step, name) =>
    Promise.all(every(ids, step).map((id) => City.update(id, { name })));
  await storage.tag('begin');
  await storage.branch('draft');
  await rename(BESIDE, 'main');
  await storage.checkout('draft');
  await rename(CHANGED, 'draft');
  await storage.checkout('main');
  return { storage, City, ids };
};

// That what is shown of each record is one of its two names, or the one that it had.
const checkNames = async (City) => {
  const counted = { main: 0, draft: 0, kept: 0 };
  for (const { name, n } of await City.all()) {
    if (n % CHANGED !== 0) assert.strictEqual(name, `city ${n}`);
    else if (n % BESIDE !== 0) assert.strictEqual(name, 'draft');
    counted[name in counted ? name : 'kept']++;
  }
  assert.strictEqual(counted.kept, COUNT - COUNT / CHANGED);
  assert.strictEqual(counted.main + counted.draft, COUNT / CHANGED);
};

test('10,000 records: branches differ, merge, and a thousand conflicts are resolved', async (t) => {
  const { storage, City, ids } = await apart(t);
  assert.strictEqual(await City.where({ name: 'draft' }).count(), 0);
  const preview = await storage.merge('draft', { preview: true });
  assert.strictEqual(preview.records.length, COUNT / CHANGED);
  assert.strictEqual(preview.conflicts.length, CONFLICTS);
  assert.strictEqual((await storage.diff('main', 'draft')).length, COUNT / CHANGED);
  assert.strictEqual((await storage.diff('main', 'draft', { limit: 7 })).length, 7);
  assert.strictEqual((await storage.merge('draft')).conflicts.length, CONFLICTS);
  await checkNames(City);

  const conflicts = await storage.conflicts();
  assert.deepStrictEqual(conflicts.map(({ id }) => id).sort(), every(ids, BESIDE).sort());
  assert.strictEqual((await storage.conflicts(undefined, { limit: 9 })).length, 9);
  const [first, ...rest] = conflicts;
  await storage.resolve(first.id, { name: 'chosen' });
  await Promise.all(rest.map(({ id }) => storage.resolve(id)));
  assert.deepStrictEqual(await storage.conflicts(), []);
  assert.strictEqual((await City.get(first.id)).name, 'chosen');
  for (const { id, hidden } of rest) {
    assert.strictEqual(City.peek(id).name, hidden[0].shown, 'what was shown stays');
  }
  const begin = await storage.at('begin');
  assert.strictEqual(await begin.count({ collection: 'City', filter: { name: 'main' } }), 0);
  assert.strictEqual(await begin.count({ collection: 'City' }), COUNT);
  assert.strictEqual((await storage.verify()).ok, true);
});

test('10,000 records: history and blame tell of one, whoever else was written', async (t) => {
  const { storage, City, ids } = await apart(t);
  await storage.merge('draft');
  for (const at of [0, 5, 7, COUNT - 5, COUNT - 1]) {
    const kinds = (await storage.history(ids[at])).map(({ kind }) => kind);
    const updates = (at % CHANGED === 0 ? 1 : 0) + (at % BESIDE === 0 ? 1 : 0);
    assert.deepStrictEqual(kinds, [...Array(updates).fill('update'), 'insert'], `record ${at}`);
    const blame = await storage.blame(ids[at]);
    const told = Object.fromEntries(blame.map(({ field, value }) => [field, value]));
    assert.deepStrictEqual(told, City.peek(ids[at]).toObject());
    const before = await storage.blame(ids[at], { version: 'begin' });
    assert.strictEqual(before.find(({ field }) => field === 'name').value, `city ${at}`);
  }
});

test('a thousand conflicts of one record are resolved in one call', async (t) => {
  const storage = await new Place(t).open();
  const whole = (value) =>
    Object.fromEntries(Array.from({ length: FIELDS }, (_, i) => [`field${i}`, value]));
  const id = await storage.insert(whole(0));
  await storage.branch('draft');
  await storage.update(id, whole(1));
  await storage.checkout('draft');
  await storage.update(id, whole(2));
  await storage.checkout('main');
  await storage.merge('draft');
  const [{ hidden }] = await storage.conflicts(id);
  assert.strictEqual(hidden.length, FIELDS);
  const { field0: shown } = await storage.get(id);
  const chosen = ({ hidden: all }) =>
    Object.fromEntries(all.slice(FIELDS / 2).map(({ field, value }) => [field, value + 10]));
  await storage.resolve(id, chosen);
  assert.deepStrictEqual(await storage.conflicts(id), []);
  const record = await storage.get(id);
  const chosenValue = hidden[0].value + 10;
  hidden.forEach(({ field }, i) => {
    assert.strictEqual(record[field], i < FIELDS / 2 ? shown : chosenValue);
  });
});
