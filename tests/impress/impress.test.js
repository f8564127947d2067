'use strict';

// Goal: an application of Impress has one engine for all its threads: what one wrote each of them
// reads, nothing that a client was told is lost, and every change is in the log.
// Method: examples/impress as it is, with the packages from npm: two ports and a pool; clients of
// both ports at once by metacom; a thread that ends in the middle; SIGTERM. Then its directory is
// opened here.

const test = require('node:test');
const assert = require('node:assert');
const path = require('node:path');
const { Server } = require('./server.js');
const gs = require(path.join(__dirname, '../../js'));

const CITIES = 100;
const ROUNDS = 20;
const STOP_MS = 5000;
// What Impress ends with when it was told to.
const SIGTERM = 15;

// What every thread says of a city; the pool is asked as often as it has threads.
const populations = async (clients, id) => {
  const seen = new Map();
  for (const api of [...clients, ...clients]) {
    const { here, there } = await api.cities.population({ id });
    for (const { worker, population } of [here, there]) seen.set(worker, population);
  }
  return seen;
};

// Every record that a client was told of, each change, and no damage.
const lookInto = async (directory, { ids, changes }) => {
  const storage = await gs.open({ path: directory, create: false });
  try {
    const report = await storage.verify();
    assert.strictEqual(report.ok, true, JSON.stringify(report));
    for (const id of ids) assert.ok(storage.peek(id), `${id} is lost`);
    let transactions = 0;
    for (const change of await storage.log()) transactions += change.transactions;
    assert.ok(transactions >= changes, `${transactions} of ${changes} transactions are in the log`);
    return transactions;
  } finally {
    await storage.close();
  }
};

test('clients of both ports write at once, and each thread has it all', async (t) => {
  const server = new Server(t);
  await server.start();
  const clients = [await server.client(0), await server.client(1)];
  const country = await clients[0].geo.createCountry({ name: 'Ukraine' });
  assert.deepStrictEqual(await clients[1].geo.getCountry({ id: country.result }), {
    result: { id: country.result, name: 'Ukraine' },
  });

  const create = async (api, n) => {
    const { result } = await api.geo.createCity({ name: `City ${n}`, country: country.result });
    return result;
  };
  const numbers = Array.from({ length: CITIES }, (_, n) => n);
  const ids = await Promise.all(numbers.map((n) => create(clients[n % 2], n)));
  const [capital] = ids;

  // Both change the same record, and other ones.
  const grow = (n) => clients[n % 2].cities.grow({ id: capital, by: 1, pool: n % 4 > 1 });
  const grown = await Promise.all(numbers.map(grow));
  const writers = new Set(grown.map(({ worker }) => worker));
  assert.strictEqual(writers.size, 4, 'two ports and two threads of the pool');
  assert.strictEqual(new Set(grown.map(({ population }) => population)).size, CITIES);
  await Promise.all(
    ids.slice(1).map((id, n) => clients[n % 2].geo.updateCity({ id, delta: { tags: ['new'] } })),
  );

  const seen = await populations(clients, capital);
  assert.strictEqual(seen.size, 4, 'two ports and two threads of the pool');
  assert.deepStrictEqual([...new Set(seen.values())], [CITIES]);

  // What one was told, every one reads at once.
  for (let n = 0; n < ROUNDS; n++) {
    const { population } = await grow(n);
    const read = await populations(clients, capital);
    assert.deepStrictEqual([...new Set(read.values())], [population]);
  }

  const conditions = { name: { $like: 'City 1%' } };
  const found = await clients[1].geo.selectCity({ conditions, order: 'name', limit: 3 });
  assert.deepStrictEqual(
    found.result.map(({ name }) => name),
    ['City 1', 'City 10', 'City 11'],
  );
  assert.deepStrictEqual(await clients[0].geo.deleteCity({ id: ids.pop() }), { result: 1 });
  await assert.rejects(clients[0].geo.createCity({ name: 5 }), 'records fit the schema');

  const { code, ms } = await server.stop();
  assert.strictEqual(code, SIGTERM, server.output);
  assert.ok(ms < STOP_MS, `it took ${ms} ms`);
  assert.doesNotMatch(server.output, /timeout/i);
  t.diagnostic(`stopped in ${ms} ms`);
  // Country, cities, growth, updates, the deletion.
  const changes = 1 + CITIES + (CITIES + ROUNDS) + (CITIES - 1) + 1;
  await lookInto(server.data, { ids, changes });
});

test('methods of the plugin without access need a session', async (t) => {
  const server = new Server(t);
  const entities = "{ City: ['create', 'get', 'select', 'update', 'delete'] }";
  server.add('api/closed.1.js', `({ plugin: 'globalstorage/crud', entities: ${entities} })`);
  server.add(
    'api/fault.1/enter.js',
    `({ access: 'public', method: async () => context.client.startSession('token', {}) })`,
  );
  await server.start();
  const api = await server.client(0);
  await assert.rejects(api.closed.getCity({ id: 'any' }), { code: 403 });
  assert.strictEqual(await api.fault.enter(), true);
  const { result: id } = await api.closed.createCity({ name: 'Kyiv', population: 1 });
  const delta = { population: 2, tags: ['capital'] };
  const conditions = { name: 'Kyiv' };
  assert.deepStrictEqual(await api.closed.updateCity({ conditions, delta }), { result: 1 });
  const city = { id, name: 'Kyiv', ...delta };
  assert.deepStrictEqual(await api.closed.getCity({ conditions }), { result: city });
  assert.deepStrictEqual(await api.closed.selectCity({}), { result: [city] });
  assert.deepStrictEqual(await api.closed.deleteCity({ conditions }), { result: 1 });
  assert.deepStrictEqual(await api.closed.getCity({ id }), { result: null });
  await assert.rejects(api.closed.deleteCity({}), 'not all of them');
});

test('a thread that ends is followed by one that goes on', async (t) => {
  const server = new Server(t);
  server.add(
    'api/fault.1/exit.js',
    `({ access: 'public', method: async () => { setTimeout(() => process.exit(1), 5); } })`,
  );
  server.add(
    'api/fault.1/date.js',
    `({ access: 'public', method: async () => {
      const { id } = await db.gs.collection('Odd').insert({ at: new Date(5), of: new Set([1]) });
      const { at, of } = await db.gs.get(id);
      return { at: at.getTime(), of: [...of] };
    } })`,
  );
  await server.start();
  const first = await server.client(0);
  const second = await server.client(1);
  assert.deepStrictEqual(await first.fault.date(), { at: 5, of: [1] }, 'values of a sandbox');
  const ids = [];
  for (let i = 0; i < 3; i++) {
    const writing = [];
    for (let n = 0; n < 30; n++) writing.push(second.geo.createCity({ name: `${i} ${n}` }));
    await first.fault.exit();
    for (const { result } of await Promise.all(writing)) ids.push(result);
    await server.told(/Application started/, 4 + i + 1);
    const again = await server.client(0);
    const { result } = await again.geo.createCity({ name: `again ${i}` });
    ids.push(result);
    assert.strictEqual((await second.geo.getCity({ id: result })).result.name, `again ${i}`);
  }
  // Stopped while clients write: what they are told is there.
  let told = 0;
  const writers = [first, second].map(async (api, of) => {
    for (let n = 0; ; n++) {
      const { result } = await api.geo.createCity({ name: `last ${of} ${n}` });
      ids.push(result);
      told++;
    }
  });
  for (const writer of writers) writer.catch(() => {});
  while (told < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  const { code, ms } = await server.stop();
  assert.strictEqual(code, SIGTERM, server.output);
  assert.ok(ms < STOP_MS, `it took ${ms} ms`);
  t.diagnostic(`stopped in ${ms} ms; ${told} cities were written meanwhile`);
  await lookInto(server.data, { ids, changes: ids.length });
});
