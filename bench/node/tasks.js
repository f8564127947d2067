'use strict';

// What rows do: each task for one subject, in a process that does nothing else. A task gives
// `count`, what was timed of it (`wallS`, `cpuS`), and `sum`, in which all subjects must agree.

const { measure, orderOf, readCities, recordsOf, sumOf } = require('./common.js');
const { textTasks } = require('./text_tasks.js');

const SEED = 1;
const BATCH = 1000;

const filled = async (Subject, { directory, records }) => {
  const subject = await Subject.open(directory);
  const rows = recordsOf(records);
  return { subject, rows, names: await subject.fill(rows) };
};

/** Random reads of all records by `method`, `passes` times, after one pass that warms up. */
const reading =
  (method) =>
  async ({ Subject }, options) => {
    const { subject, names } = await filled(Subject, options);
    const order = orderOf(options.records, SEED);
    const isOfBytes = method === 'readManyBytes' && subject.keyBytes !== undefined;
    const keys = isOfBytes ? subject.keyBytes(order) : Array.from(order, (i) => names[i]);
    const read = isOfBytes || subject[method] ? method : 'readMany';
    let sum = await subject[read](keys, BATCH);
    const cost = await measure(async () => {
      for (let i = 0; i < options.passes; i++) sum += await subject[read](keys, BATCH);
    });
    await subject.close();
    return { count: options.passes * options.records, sum, ...cost };
  };

/** The same record again and again. */
const hot = async ({ Subject }, options) => {
  const { subject, names } = await filled(Subject, { ...options, records: BATCH });
  subject.readHot(names[0], options.times);
  let sum = 0;
  const cost = await measure(() => (sum = subject.readHot(names[0], options.times)));
  await subject.close();
  return { count: options.times, sum, ...cost };
};

const inserting = async ({ Subject }, { directory, cities }) => {
  const subject = await Subject.open(directory);
  const rows = readCities(cities);
  const cost = await measure(() => subject.insertMany(rows));
  const sum = await subject.count('City');
  await subject.close();
  return { count: rows.length, sum, ...cost };
};

const insertingDurably = async ({ Subject }, { directory, durable }) => {
  const subject = await Subject.open(directory);
  const rows = recordsOf(durable);
  if (subject.prepareDurable) subject.prepareDurable();
  const cost = await measure(() => subject.insertDurably(rows));
  const sum = await subject.count('Record');
  await subject.close();
  return { count: rows.length, sum, ...cost };
};

const changes = {
  update: (records, id, i) => records.update(id, { population: i }),
  swap: (records, id, i, row) =>
    records.swap(id, { population: i }, { population: row.population }),
};

/** One change of each record, lazily. `isAwaited`: each before the next; else by the thousand. */
const changing =
  (name, isAwaited) =>
  async ({ Subject }, options) => {
    const { subject, rows, names } = await filled(Subject, options);
    const count = Math.min(options.records, isAwaited ? options.awaited : options.records);
    const order = orderOf(options.records, SEED).subarray(0, count);
    const change = (i, to) => changes[name](subject.records, names[i], to, rows[i]);
    const cost = await measure(async () => {
      if (isAwaited) {
        for (let to = 0; to < count; to++) await change(order[to], to);
        return;
      }
      for (let at = 0; at < count; at += BATCH) {
        const some = order.subarray(at, at + BATCH);
        await Promise.all(Array.from(some, (i, to) => change(i, at + to)));
      }
    });
    let sum = 0;
    order.forEach((i, to) => {
      const found = subject.records.peek(names[i]).population;
      if (found !== to) throw new Error(`record ${i} has ${found}, not ${to}`);
      sum += sumOf(found);
    });
    await subject.close();
    return { count, sum, ...cost };
  };

/** Resident memory behind a number of reads, in megabytes. */
const memory = async ({ Subject }, options) => {
  const { subject, names } = await filled(Subject, { ...options, records: options.remembered });
  const residents = [];
  let read = 0;
  for (const until of options.gets) {
    for (; read < until; read += names.length) subject.readOne(names);
    residents.push(process.memoryUsage.rss() / 1e6);
  }
  await subject.close();
  return { count: read, residents };
};

/** Prepares a directory for the row `open`; its first read is in first_get.js. */
const fill = async ({ Subject }, options) => {
  const { subject, names } = await filled(Subject, options);
  await subject.close();
  return { count: options.records, name: names[options.records >> 1] };
};

module.exports = {
  get: reading('readOne'),
  'get-many': reading('readMany'),
  'get-many-bytes': reading('readManyBytes'),
  'get-whole': reading('readWhole'),
  'get-hot': hot,
  'insert-many': inserting,
  'insert-durable': insertingDurably,
  update: changing('update', false),
  'update-awaited': changing('update', true),
  swap: changing('swap', false),
  'swap-awaited': changing('swap', true),
  memory,
  fill,
  ...textTasks,
};
