'use strict';

// Goal: memory is not used up by what a program does for days: calls, openings, live queries; nor
// by what it forgot to close.
// Method: a process for each, which does the same thing many times and measures itself with garbage
// collected: the second half must add less than a bound to it. GS_TESTS_WHOLE does ten
// times as much, within the same bounds.

const test = require('node:test');
const assert = require('node:assert');
const { Place } = require('./support/storages.js');
const { processOf } = require('./support/threads.js');

const TIMES = process.env.GS_TESTS_WHOLE ? 10 : 1;
const MIB = 1024 * 1024;
// What the allocators of Node.js and of C keep for later, however little is in use.
const RSS_BOUND = 48 * MIB;
const EXTERNAL_BOUND = 4 * MIB;
const HEAP_BOUND = 4 * MIB;

// Runs `work(storage, from, to)` over half of the times, then the rest, and tells what came to it.
const measure = async ({ gs, data, say }) => {
  const work = (0, eval)(data.work);
  const storage = await gs.open({ path: data.path, durability: 'lazy' });
  const settled = async () => {
    for (let i = 0; i < 6; i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return process.memoryUsage();
  };
  const first = Math.ceil(data.times / 2);
  const given = { gs, storage, path: data.path };
  await work(given, 0, first);
  const before = await settled();
  await work(given, first, data.times);
  const after = await settled();
  const grown = {};
  for (const name of ['rss', 'external', 'heapUsed']) grown[name] = after[name] - before[name];
  say(grown);
  await storage.close();
};

const flat = (name, times, work, rssBound = RSS_BOUND) =>
  test(`${times * TIMES} ${name} leave memory as it is`, async (t) => {
    const place = new Place(t);
    const data = { path: place.path(), times: times * TIMES, work: `(${work})` };
    const { code, said, errors } = await processOf(measure, data, ['--expose-gc']);
    assert.strictEqual(code, 0, errors);
    const [{ rss, external, heapUsed }] = said;
    t.diagnostic(`rss +${rss}, external +${external}, heap +${heapUsed}`);
    assert.ok(rss < rssBound, `rss grew by ${rss}`);
    assert.ok(external < EXTERNAL_BOUND, `external memory grew by ${external}`);
    assert.ok(heapUsed < HEAP_BOUND, `the heap grew by ${heapUsed}`);
  });

flat('calls of get', 1_000_000, async ({ storage }, from, to) => {
  const ids = [];
  for (let i = 0; i < 1000; i++) ids.push(await storage.insert({ i, text: 'x'.repeat(200) }));
  let sum = 0;
  for (let i = from; i < to; i++) {
    const record = storage.peek(ids[i % 1000]);
    sum += record.i;
    // So that what is kept between commits is not all that is measured.
    if (i % 2000 === 0) await storage.update(ids[0], { i });
    if (i % 10 === 0) await storage.get(ids[i % 1000]);
  }
  if (sum <= 0) throw new Error('nothing was read');
});

// The engine keeps what was deleted in the log, and 16 MiB of newest writes in memory.
const inserts = async ({ storage }, from, to) => {
  for (let i = from; i < to; i += 500) {
    const writes = [];
    for (let j = 0; j < 250; j++) writes.push(storage.insert({ i, j, text: 'text' }));
    const ids = await Promise.all(writes);
    await Promise.all(ids.map((id) => storage.delete(id)));
  }
};
flat('inserts and deletes', 100_000, inserts, 128 * MIB);

flat('openings', 2000, async ({ gs, path, storage }, from, to) => {
  const id = await storage.insert({ n: 1 });
  for (let i = from; i < to; i++) {
    const other = await gs.open({ path, durability: 'lazy' });
    if (other.peek(id).n !== 1) throw new Error('not there');
    await other.close();
  }
});

flat('openings of a directory that nobody else has open', 200, async ({ gs, path }, from, to) => {
  for (let i = from; i < to; i++) {
    const other = await gs.open({ path: `${path}-other`, durability: 'lazy' });
    await other.insert({ i });
    await other.close();
  }
});

flat('live queries', 5000, async ({ storage }, from, to) => {
  await storage.insert({ n: 1 });
  for (let i = from; i < to; i++) {
    await new Promise((resolve, reject) => {
      const seen = () => end().then(resolve);
      const end = storage
        .find({})
        .limit(5)
        .live(() => setImmediate(seen), { onError: reject });
    });
  }
});

flat('queries', 40_000, async ({ storage }, from, to) => {
  if (from === 0) for (let i = 0; i < 20; i++) await storage.collection('Item').insert({ i });
  for (let i = from; i < to; i += 10) {
    const asked = [];
    for (let j = 0; j < 10; j++) {
      asked.push(
        storage
          .collection('Item')
          .where({ i: { $lt: 10 } })
          .limit(5)
          .all(),
      );
    }
    await Promise.all(asked);
  }
});

flat('iterators and live iterators that were forgotten', 500, async ({ storage }, from, to) => {
  if (from === 0) for (let i = 0; i < 2000; i++) await storage.insert({ i });
  for (let i = from; i < to; i++) {
    const rows = storage.find({})[Symbol.asyncIterator]();
    await rows.next();
    const changes = storage.find({}).limit(3).watch();
    await changes.next();
    if (i % 50 === 0) gc();
  }
});

flat('storages that were forgotten', 300, async ({ gs, storage, path }, from, to) => {
  const id = await storage.insert({ n: 1 });
  for (let i = from; i < to; i++) {
    const other = await gs.open({ path, durability: 'lazy' });
    if (other.peek(id).n !== 1) throw new Error('not there');
    if (i % 50 === 0) gc();
  }
});

test('a storage and a live query that were forgotten are closed', async (t) => {
  const place = new Place(t);
  const run = async ({ gs, data, say }) => {
    const forget = async () => {
      const storage = await gs.open({ path: data });
      await storage.insert({ n: 1 });
      await storage.find({}).watch().next();
    };
    await forget();
    for (let i = 0; i < 50; i++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const fs = require('node:fs');
    const open = fs
      .readdirSync('/proc/self/fd')
      .map((fd) => {
        try {
          return fs.readlinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return '';
        }
      })
      .filter((file) => file.startsWith(data));
    say(open);
  };
  const { code, said, errors } = await processOf(run, place.path(), ['--expose-gc']);
  assert.strictEqual(code, 0, errors);
  assert.deepStrictEqual(said, [[]]);
});
