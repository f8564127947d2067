'use strict';

// Goal: a live query tells every state that was committed before it is ended, once, and nothing
// afterwards; to end it never hangs, whatever happens meanwhile.
// Method: end() right behind writes, in the callback, twice, after errors, beside close() of the
// storage, and by signals; the test's own time limit is the judge of what hangs.

const test = require('node:test');
const assert = require('node:assert');
const { Subscription } = require('../lib/queries/subscription.js');
const { Place, refuses, until } = require('./support/storages.js');

const withItems = async (t) => {
  const storage = await new Place(t).open();
  const Item = storage.collection('Item');
  const item = await Item.insert({ n: 0 });
  return { storage, Item, item };
};

const numbers = (rows) => rows.map(({ n }) => n);
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

test('end() tells what was committed before it, once', async (t) => {
  const { Item, item } = await withItems(t);
  for (let n = 1; n <= 20; n++) {
    const told = [];
    const end = Item.live(({ rows }) => told.push(...numbers(rows)));
    if (n % 2 === 0) await until(() => told.length === 1);
    await Item.update(item, { n });
    await end();
    assert.strictEqual(told.at(-1), n);
    assert.strictEqual(told.filter((one) => one === n).length, 1);
    await Item.update(item, { n: -1 });
    await pause();
    assert.strictEqual(told.at(-1), n, 'nothing is told afterwards');
  }
});

test('end() before anything was told tells the rows once', async (t) => {
  const { Item } = await withItems(t);
  const told = [];
  await Item.live(({ rows }) => told.push(numbers(rows)))();
  assert.deepStrictEqual(told, [[0]]);
});

test('end() twice, and at once', async (t) => {
  const { Item, item } = await withItems(t);
  const told = [];
  const end = Item.live(({ rows }) => told.push(...numbers(rows)));
  await Item.update(item, { n: 1 });
  await Promise.all([end(), end()]);
  await end();
  assert.strictEqual(told.at(-1), 1);
  assert.strictEqual(new Set(told).size, told.length);
});

test('end() inside of the callback: that was the last time', async (t) => {
  const { Item, item } = await withItems(t);
  let calls = 0;
  const ended = new Promise((resolve) => {
    const end = Item.live(async () => {
      calls++;
      Item.update(item, { n: calls }).catch(assert.ifError);
      await end();
      resolve();
    });
  });
  await ended;
  await pause();
  assert.strictEqual(calls, 1);
});

test('a callback that throws ends it, and end() still returns', async (t) => {
  const { Item, item } = await withItems(t);
  const errors = [];
  const onError = ({ message }) => errors.push(message);
  const wrong = (when) =>
    Item.live(
      ({ rows }) => {
        if (rows[0].n === when) throw new Error(`at ${when}`);
      },
      { onError },
    );
  const end = wrong(0);
  await until(() => errors.length === 1);
  await end();
  const later = wrong(1);
  await Item.update(item, { n: 1 });
  await later(); // it is told here at the latest
  assert.deepStrictEqual(errors, ['at 0', 'at 1']);
});

test('end() of a query that is none', async (t) => {
  const { storage } = await withItems(t);
  const errors = [];
  const end = storage.find({ filter: { $gtt: 1 } }).live(assert.fail, {
    onError: (error) => errors.push(error),
  });
  await end();
  await refuses(Promise.reject(errors[0]), 'GS_INVALID', /\$gtt/);
});

test('of a closed storage is refused at once', async (t) => {
  const { storage } = await withItems(t);
  const query = storage.find({});
  await storage.close();
  assert.throws(() => query.live(assert.fail), { code: 'GS_CLOSED' });
  await refuses(query.watch().next(), 'GS_CLOSED');
});

test('a storage that is closed meanwhile ends it', async (t) => {
  const place = new Place(t);
  const errors = [];
  for (let i = 0; i < 20; i++) {
    const storage = await place.open();
    await storage.insert({ n: i });
    const told = [];
    const ends = [0, 1].map(() =>
      storage.find({}).live(() => told.push(1), { onError: (error) => errors.push(error) }),
    );
    if (i % 2 === 0) await until(() => told.length >= 2);
    const closing = storage.close();
    await Promise.all([ends[0](), closing]);
    await ends[1]();
  }
  assert.deepStrictEqual(errors, []);
});

// The part of a storage that a live query asks, which opens it when the test says so.
class Opening {
  closed = 0;

  constructor() {
    const live = { changes: () => new Promise(() => {}), close: async () => this.closed++ };
    this.opened = new Promise((resolve, reject) => {
      this.open = () => resolve(live);
      this.fail = (error) => reject(error);
    });
    this.native = { watch: () => this.opened };
  }

  whenClosing(call) {
    this.close = call;
    return () => {};
  }
}

test('a storage that is closed while it opens is no error, and leaves nothing open', async () => {
  const begin = (opening) => {
    const end = Subscription.begin(opening, '{}', false, assert.fail, { onError: assert.fail });
    opening.close();
    return end;
  };
  const late = new Opening();
  const endLate = begin(late);
  late.open();
  await endLate();
  assert.strictEqual(late.closed, 1);
  const failed = new Opening();
  const endFailed = begin(failed);
  failed.fail(new Error('the storage is closed'));
  await endFailed();
});

test('a callback that throws leaves nothing open', async () => {
  const opening = new Opening();
  const rows = new Uint8Array(16).buffer; // none
  const errors = [];
  const wrong = () => {
    throw new Error('no');
  };
  const onError = ({ message }) => errors.push(message);
  const end = Subscription.begin(opening, '{}', false, wrong, { onError });
  opening.open();
  (await opening.opened).changes = async () => rows;
  await until(() => errors.length === 1);
  assert.strictEqual(opening.closed, 1);
  await end();
  assert.deepStrictEqual(errors, ['no']);
});

test('a signal ends it at once, also one that was given before', async (t) => {
  const { Item, item } = await withItems(t);
  const told = [];
  const controller = new AbortController();
  const { signal } = controller;
  const end = Item.live(({ rows }) => told.push(...numbers(rows)), { signal });
  await until(() => told.length === 1);
  await Item.update(item, { n: 1 });
  controller.abort();
  await end();
  assert.deepStrictEqual(told, [0]);
  await Item.live(assert.fail, { signal })();
  for await (const changes of Item.watch({ signal })) assert.fail(changes);
});

test('what was ended no longer listens to its signal', async (t) => {
  const { Item } = await withItems(t);
  let listeners = 0;
  const signal = {
    aborted: false,
    throwIfAborted() {},
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  };
  await Item.live(() => {}, { signal })();
  assert.strictEqual(listeners, 0);
});

test('Symbol.dispose ends it at once', async (t) => {
  const { Item, item } = await withItems(t);
  const told = [];
  const end = Item.live(({ rows }) => told.push(...numbers(rows)));
  await until(() => told.length === 1);
  await Item.update(item, { n: 1 });
  end[Symbol.dispose || Symbol.for('Symbol.dispose')]();
  await end();
  assert.deepStrictEqual(told, [0]);
});
