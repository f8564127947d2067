'use strict';

// Goal: threads of one process work on one directory as if they were one: nothing that anybody
// awaited is lost, everybody reads what another one awaited, and a thread that ends in whichever
// way takes nothing with it: no write, no lock, not the process.
// Method: worker threads beside the main thread, some of which are ended at any moment; processes
// that end at any moment; GS_TESTS_WHOLE makes each of them take long.

const test = require('node:test');
const assert = require('node:assert');
const { setTimeout: sleep } = require('node:timers/promises');
const { gs, Place, refuses, until } = require('./support/storages.js');
const { Thread, processOf } = require('./support/threads.js');

const WHOLE = Boolean(process.env.GS_TESTS_WHOLE);
const THREADS = 4;
const rounds = (few, many) => (WHOLE ? many : few);

const threads = (t, run, data) =>
  Array.from({ length: THREADS }, (_, name) => new Thread(t, run, { ...data, name }));

// Nothing is lost and nothing is damaged.
const verified = async (storage) => {
  const report = await storage.verify();
  assert.strictEqual(report.ok, true, JSON.stringify(report));
};

test('what every thread inserted is there, for all of them', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const count = rounds(250, 10_000);
  const insert = async ({ gs, data, say }) => {
    const storage = await gs.open({ path: data.path, durability: 'lazy' });
    const ids = [];
    for (let i = 0; i < data.count; i += 50) {
      const writes = [];
      for (let j = i; j < i + 50; j++) {
        writes.push(storage.collection('Item').insert({ thread: data.name, n: j }));
      }
      for (const { id } of await Promise.all(writes)) ids.push(id);
    }
    say(ids);
    await storage.close();
  };
  const own = threads(t, insert, { path: place.path(), count });
  const ids = [];
  for (let i = 0; i < count; i++) {
    ids.push((await storage.collection('Item').insert({ thread: 'main', n: i })).id);
  }
  for (const thread of own) {
    const told = await thread.heard();
    assert.strictEqual(told.length, count, String(thread.failure));
    for (const id of told) assert.ok(storage.collection('Item').peek(id), 'told, so it is there');
    ids.push(...told);
  }
  for (const thread of own) await thread.done();
  assert.strictEqual(new Set(ids).size, (THREADS + 1) * count);
  assert.strictEqual(await storage.collection('Item').count(), ids.length);
  const groups = await storage.find({ collection: 'Item' }).groupBy('thread').all();
  assert.deepStrictEqual(
    groups.map((group) => group.count),
    Array(THREADS + 1).fill(count),
  );
  await verified(storage);
});

test('a thread reads what another one awaited, also what it has read before', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 0 });
  const turns = async ({ gs, data, say, heard }) => {
    const storage = await gs.open({ path: data.path, durability: 'lazy' });
    for (let n = await heard(); n !== null; n = await heard()) {
      const found = storage.peek(data.id).n;
      await storage.update(data.id, { n: found + 1 });
      say([n, found]);
    }
    await storage.close();
  };
  const all = threads(t, turns, { path: place.path(), id });
  let n = 0;
  for (let i = 0; i < rounds(40, 5000); i++) {
    for (const thread of all) {
      thread.say(n);
      assert.deepStrictEqual(await thread.heard(), [n, n], String(thread.failure));
      n++;
      assert.strictEqual(storage.peek(id).n, n);
    }
    await storage.update(id, { n: ++n });
  }
  for (const thread of all) thread.say(null);
  for (const thread of all) await thread.done();
});

test('threads that begin with one schema have it, whoever is first', async (t) => {
  const run = async ({ gs, data, say }) => {
    const files = { 'City.js': "({ Registry: {}, name: 'string' })" };
    const storage = await gs.open({ path: data.path, schema: { files }, durability: 'lazy' });
    await storage.City.insert({ name: 'Kyiv' });
    say(
      await storage.City.insert({ name: 5 }).then(
        () => 'inserted',
        (error) => error.code,
      ),
    );
    await storage.close();
  };
  for (let i = 0; i < rounds(3, 100); i++) {
    const place = new Place(t);
    const all = threads(t, run, { path: place.path() });
    for (const thread of all) {
      assert.strictEqual(await thread.heard(), 'GS_INVALID', String(thread.failure));
    }
    for (const thread of all) await thread.done();
    const storage = await place.open();
    assert.strictEqual(await storage.City.count(), THREADS);
    assert.strictEqual((await storage.log()).length > 0, true);
  }
});

test('of swaps of all threads one wins, all sums and transfers count', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const count = rounds(100, 2000);
  const records = [];
  for (let i = 0; i < count; i++) records.push(await storage.insert({ owner: null }));
  const { id: counter } = await storage.collection('Item').insert({ likes: 0 });
  const accounts = [];
  for (let i = 0; i < 4; i++) accounts.push(await storage.insert({ balance: 1000 }));
  const compete = async ({ gs, data, say, heard }) => {
    const storage = await gs.open({ path: data.path, durability: 'lazy' });
    say('ready');
    await heard();
    const won = [];
    const work = async (id, i) => {
      const swapped = storage.swap(id, { owner: data.name }, { owner: null });
      const added = storage.collection('Item').field(data.counter, 'likes').add(1);
      const [from, to] = [data.accounts[i % 4], data.accounts[(i + 1 + data.name) % 4]];
      const moved = storage.transact(
        (tx) => {
          tx.update(from, { balance: tx.get(from).balance - 1 });
          tx.update(to, { balance: tx.get(to).balance + 1 });
        },
        { retries: 1000 },
      );
      if (await swapped) won.push(id);
      await Promise.all([added, moved]);
    };
    for (let i = 0; i < data.records.length; i++) await work(data.records[i], i);
    say(won);
    await storage.close();
  };
  const all = threads(t, compete, { path: place.path(), records, counter, accounts });
  for (const thread of all) assert.strictEqual(await thread.heard(), 'ready');
  for (const thread of all) thread.say('go');
  const winners = new Map();
  for (const [name, thread] of all.entries()) {
    const won = await thread.heard();
    assert.ok(won, String(thread.failure));
    for (const id of won) {
      assert.ok(!winners.has(id), 'two threads won');
      winners.set(id, name);
    }
  }
  for (const thread of all) await thread.done();
  assert.strictEqual(winners.size, count);
  for (const [id, name] of winners) assert.strictEqual(storage.peek(id).owner, name);
  assert.strictEqual(Number(storage.peek(counter).likes), THREADS * count);
  const sum = accounts.reduce((total, id) => total + storage.peek(id).balance, 0);
  assert.strictEqual(sum, 4000);
  await verified(storage);
});

// Writes for ever, and says what it awaited.
const writeForEver = async ({ gs, data, say }) => {
  const storage = await gs.open({ path: data.path, durability: 'lazy' });
  storage
    .find({ collection: 'Item' })
    .limit(10)
    .live(() => {});
  storage.whenCommitted(() => {});
  for (let n = 0; ; n++) {
    const item = await storage.collection('Item').insert({ n, text: 'x'.repeat(n % 500) });
    await storage.find({ collection: 'Item' }).limit(5).all();
    say(item.id);
  }
};

test('a thread that is terminated while it writes takes nothing with it', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const told = [];
  for (let i = 0; i < rounds(8, 500); i++) {
    const own = [0, 1].map(() => new Thread(t, writeForEver, { path: place.path() }));
    const id = await storage.insert({ i });
    if (i % 3 > 0) await own[0].heard();
    await sleep((i * 7) % 40);
    await Promise.all(own.map((thread) => thread.terminate()));
    for (const thread of own) told.push(...thread.all());
    assert.strictEqual(storage.peek(id).i, i);
  }
  assert.ok(told.length > 0);
  for (const id of told) assert.ok(storage.collection('Item').peek(id));
  await storage.close();
  const again = await place.open();
  for (const id of told) assert.ok(again.collection('Item').peek(id));
  await verified(again);
});

test('a thread that exits, or fails, is followed by one that goes on', async (t) => {
  const place = new Place(t);
  const run = async ({ gs, data, say }) => {
    const storage = await gs.open({ path: data.path, durability: 'lazy' });
    const { id } = await storage.collection('Item').insert({ end: data.end });
    say([id, await storage.collection('Item').count()]);
    storage.insert({ waiting: true }); // on its way
    if (data.end === 'exit') process.exit(3);
    if (data.end === 'throw') throw new Error('on purpose');
    if (data.end === 'later') {
      setTimeout(() => {
        throw new Error('on purpose');
      }, 5);
    }
  };
  const ids = [];
  const ends = ['exit', 'throw', 'later', 'exit', 'throw', 'later'];
  for (const [i, end] of ends.entries()) {
    const thread = new Thread(t, run, { path: place.path(), end });
    const [id, count] = await thread.heard();
    assert.strictEqual(count, i + 1, 'the ones before are there');
    ids.push(id);
    assert.strictEqual(await thread.ended, end === 'exit' ? 3 : 1);
    if (end !== 'exit') assert.strictEqual(thread.failure.message, 'on purpose');
  }
  const storage = await place.open();
  for (const id of ids) assert.ok(storage.collection('Item').peek(id));
  await verified(storage);
});

test('who closes closes for itself alone', async (t) => {
  const place = new Place(t);
  const run = async ({ gs, data, say, heard }) => {
    const storage = await gs.open({ path: data.path, durability: 'lazy' });
    say(await storage.insert({ n: 1 }));
    await heard();
    say(await storage.insert({ n: 2 }));
    await storage.close();
    say(
      await storage.insert({ n: 3 }).then(
        () => 'inserted',
        (error) => error.code,
      ),
    );
  };
  const first = new Thread(t, run, { path: place.path() });
  const second = new Thread(t, run, { path: place.path() });
  const storage = await place.open();
  await Promise.all([first.heard(), second.heard()]);
  await storage.close();
  await refuses(storage.insert({}), 'GS_CLOSED');
  first.say('go');
  const id = await first.heard();
  assert.strictEqual(await first.heard(), 'GS_CLOSED');
  const again = await place.open();
  assert.deepStrictEqual(await again.get(id), { n: 2 });
  second.say('go');
  await second.done();
  await again.insert({ n: 4 });
  assert.strictEqual(await again.find({}).count(), 5);
});

// What another process is told: 'opened', or the error.
const tryOpen = async (place) => {
  const open = async ({ gs, data, say }) => {
    try {
      const storage = await gs.open({ path: data });
      say('opened');
      await storage.close();
    } catch ({ code, message, hint }) {
      say({ code, message, hint });
    }
  };
  const { said, errors } = await processOf(open, place.path());
  return said[0] || errors;
};

test('the lock is of the process, and gone when its last thread ends', async (t) => {
  const place = new Place(t);
  const run = async ({ gs, data, say, heard }) => {
    await gs.open({ path: data });
    say('opened');
    await heard();
  };
  const own = [0, 1].map(() => new Thread(t, run, place.path()));
  for (const thread of own) assert.strictEqual(await thread.heard(), 'opened');
  await own[0].terminate();
  const told = await tryOpen(place);
  assert.strictEqual(told.code, 'GS_LOCKED', JSON.stringify(told));
  assert.match(told.message, new RegExp(`\\b${process.pid}\\b`));
  assert.ok(told.hint);
  await own[1].terminate();
  assert.strictEqual(await tryOpen(place), 'opened');
});

test('a thread that is terminated while it opens or closes leaves no lock', async (t) => {
  const place = new Place(t);
  await (await place.open()).close();
  const run = async ({ gs, data, say }) => {
    for (;;) {
      const opening = gs.open({ path: data });
      say('opening');
      await (await opening).close();
    }
  };
  for (let i = 0; i < rounds(6, 300); i++) {
    const thread = new Thread(t, run, place.path());
    await thread.heard();
    await sleep(i % 5);
    await thread.terminate();
  }
  assert.strictEqual(await tryOpen(place), 'opened');
  await verified(await place.open());
});

test('threads open and close one directory again and again', async (t) => {
  const place = new Place(t);
  const run = async ({ gs, data }) => {
    for (let i = 0; i < data.count; i++) {
      const storage = await gs.open({ path: data.path, durability: 'lazy' });
      const id = await storage.insert({ thread: data.name, i });
      if (storage.peek(id).i !== i) throw new Error('another record');
      if (i % 5 > 0) await storage.close();
      else storage.close().then(() => {});
    }
  };
  const count = rounds(50, 1000);
  for (const thread of threads(t, run, { path: place.path(), count })) await thread.done();
  const storage = await place.open();
  assert.strictEqual(await storage.find({}).count(), THREADS * count);
  await verified(storage);
});

test('a process may end at any moment, whatever its threads do', async (t) => {
  const run = async ({ gs, data, say }) => {
    const { Worker, isMainThread } = require('node:worker_threads');
    const work = async () => {
      const storage = await gs.open({ path: data.path, durability: 'lazy' });
      storage
        .find({})
        .limit(3)
        .live(() => {});
      for (let i = 0; ; i++) {
        const ids = await Promise.all([storage.insert({ i }), storage.insert({ i })]);
        await storage.find({}).limit(100).all();
        if (isMainThread) say(ids[1]);
      }
    };
    setTimeout(() => process.exit(7), data.afterMs);
    const source = `const gs = require(${JSON.stringify(data.file)}); const data =
      ${JSON.stringify(data)}; const isMainThread = false; (${work})();`;
    for (let i = 0; i < data.workers; i++) new Worker(source, { eval: true });
    await work();
  };
  const file = require.resolve('../globalstorage.js');
  const place = new Place(t);
  for (let i = 0; i < rounds(8, 300); i++) {
    const data = { path: place.path(), file, afterMs: (i * 13) % 150, workers: i % 3 };
    const { code, signal, said, errors } = await processOf(run, data);
    assert.deepStrictEqual([code, signal], [7, null], `after ${data.afterMs} ms: ${errors}`);
    const storage = await place.open();
    for (const id of said) assert.ok(storage.peek(id), 'awaited, so it is there');
    await storage.close();
  }
  await verified(await place.open());
});

test('a listener that throws is told as such, and holds up nobody', async (t) => {
  const place = new Place(t);
  const run = async ({ gs, data, say }) => {
    process.on('uncaughtException', ({ message }) => say(message));
    process.on('unhandledRejection', ({ message }) => say(message));
    const storage = await gs.open({ path: data, durability: 'lazy' });
    const record = await storage.collection('Item').insert({ n: 0 });
    const item = await storage.collection('Item').record(record.id);
    item.on('update', () => {
      throw new Error('of a listener');
    });
    storage.find({}).live(() => {
      throw new Error('of a live query');
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let i = 1; i <= 20; i++) await storage.update(record.id, { n: i });
    await new Promise((resolve) => setTimeout(resolve, 50)); // closing would end the listeners
    await storage.close();
    say(20);
  };
  const { code, said, errors } = await processOf(run, place.path());
  assert.strictEqual(code, 0, errors);
  assert.ok(said.includes('of a listener'), JSON.stringify(said));
  assert.ok(said.includes('of a live query'), JSON.stringify(said));
  assert.ok(said.includes(20), 'all writes were told');
});

test('a live query can be closed at any moment', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const writing = (async () => {
    for (let i = 0; i < rounds(300, 5000); i++) {
      await Promise.all([storage.insert({ i }), storage.insert({ i })]);
    }
  })();
  let over = false;
  writing.then(() => (over = true));
  while (!over) {
    let looks = 0;
    const ends = [0, 1, 2].map(() =>
      storage
        .find({})
        .limit(50)
        .live(() => looks++),
    );
    await until(() => looks > 3 || over);
    await Promise.all(ends.map((end) => end()));
  }
  await writing;
  assert.strictEqual(gs.open instanceof Function, true);
  await verified(storage);
});
