'use strict';

// The rows of fields, for any peer: bench/rows_fields.cc does the same with a storage.

const fs = require('node:fs');

const { FIELDS, FieldUpdates, WrongResult, measure, residentBytes } = require('./common.js');

const BATCH = 1000;

const forEachBatch = (count, act) => {
  for (let first = 0; first < count; first += BATCH) act(first, Math.min(first + BATCH, count));
};

const filled = (peer, updates) => {
  const replica = peer.create(0);
  forEachBatch(updates.records, (first, end) => {
    peer.fill(replica, first, end, (record, field) => updates.initial(record, field));
  });
  return replica;
};

/** Every field has what one of the replicas wrote last, or what it had before; both the same. */
const check = (peer, replicas, updates, each) => {
  const last = replicas.map((_, replica) => {
    const values = new Int32Array(updates.records * FIELDS).fill(-1);
    updates.each(replica, 0, each, (record, field, value) => {
      values[record * FIELDS + field] = value;
    });
    return values;
  });
  for (let record = 0; record < updates.records; record++) {
    const [ofA, ofB] = replicas.map((replica) => peer.read(replica, record));
    for (let field = 0; field < FIELDS; field++) {
      const written = last.map((values) => values[record * FIELDS + field]);
      const known = written.filter((value) => value >= 0);
      if (known.length === 0) known.push(updates.initial(record, field));
      if (ofA[field] !== ofB[field] || !known.includes(ofA[field])) {
        throw new WrongResult(`field ${field} of record ${record} is not what was written`);
      }
    }
  }
};

/** All rows of fields: half of the updates in each of two replicas, then the exchange. */
const fields = (peer, { records, count, seed, out }) => {
  const share = peer.share ?? 1;
  const updates = new FieldUpdates({ records: Math.ceil(records * share), seed });
  const each = Math.ceil((count * share) / 2);
  const before = residentBytes();
  const a = filled(peer, updates);
  const replicas = [a, peer.fork(a, 1)];
  for (const replica of replicas) peer.hold(replica, updates.records);
  const updating = measure(() => {
    for (const [index, replica] of replicas.entries()) {
      forEachBatch(each, (first, end) => {
        peer.update(replica, (act) => updates.each(index, first, end, act));
      });
    }
  });
  let sent = peer.smallest?.(...replicas);
  const exchange = measure(() => {
    const whole = peer.exchange(...replicas);
    sent ??= whole;
  });
  fs.writeFileSync(out, Buffer.concat(sent));
  const bytes = sent.reduce((sum, { length }) => sum + length, 0);
  sent = null;
  const resident = residentBytes() - before;
  check(peer, replicas, updates, each);
  return {
    count: 2 * each,
    whole: Number(share === 1),
    update_wall_s: updating.wallS,
    update_cpu_s: updating.cpuS,
    exchange_wall_s: exchange.wallS,
    exchange_cpu_s: exchange.cpuS,
    bytes,
    resident_bytes: resident / replicas.length,
  };
};

module.exports = { fields };
