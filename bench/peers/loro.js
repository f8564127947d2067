'use strict';

// Loro: WebAssembly, keeps all history.

const { FIELD_NAMES, load, recordName } = require('./common.js');

const { LoroDoc, LoroMap } = load('loro-crdt');

const make = (agent) => {
  const doc = new LoroDoc();
  doc.setPeerId(BigInt(agent + 1));
  return doc;
};

const text = {
  history: true,
  create(agent) {
    const doc = make(agent);
    return { doc, text: doc.getText('text'), sent: undefined };
  },
  createLive(agent) {
    const replica = text.create(agent);
    replica.sent = replica.doc.oplogVersion();
    return replica;
  },
  edit({ doc, text }, patches) {
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) text.delete(position, deleted);
      if (inserted !== '') text.insert(position, inserted);
    }
    doc.commit();
  },
  /** What was edited here since the last take or delivery. */
  take(replica) {
    return replica.doc.export({ mode: 'update', from: replica.sent });
  },
  before(replica) {
    replica.sent.free();
    replica.sent = replica.doc.oplogVersion();
  },
  deliver: ({ doc }, update) => doc.import(update),
  read: ({ text }) => text.toString(),
  save: ({ doc }) => doc.export({ mode: 'snapshot' }),
  saveSmall: ({ doc }) => doc.export({ mode: 'update' }),
  saveState: ({ doc }) =>
    doc.export({ mode: 'shallow-snapshot', frontiers: doc.oplogFrontiers() }),
  load(bytes) {
    const doc = LoroDoc.fromSnapshot(bytes);
    return { doc, text: doc.getText('text') };
  },
  free: ({ doc }) => doc.free(),
};

const fields = {
  create(agent) {
    const doc = make(agent);
    return { doc, records: doc.getMap('records'), held: [] };
  },
  fill({ doc, records }, first, end, valueOf) {
    for (let record = first; record < end; record++) {
      const map = records.setContainer(recordName(record), new LoroMap());
      FIELD_NAMES.forEach((name, field) => map.set(name, valueOf(record, field)));
    }
    doc.commit();
  },
  fork({ doc }, agent) {
    const replica = fields.create(agent);
    replica.doc.import(doc.export({ mode: 'snapshot' }));
    return replica;
  },
  /** Records are looked up once. */
  hold(replica, count) {
    const { records } = replica;
    replica.held = Array.from({ length: count }, (_, i) => records.get(recordName(i)));
  },
  update({ doc, held }, each) {
    each((record, field, value) => held[record].set(FIELD_NAMES[field], value));
    doc.commit();
  },
  exchange(a, b) {
    const forB = a.doc.export({ mode: 'update', from: b.doc.oplogVersion() });
    const forA = b.doc.export({ mode: 'update', from: a.doc.oplogVersion() });
    b.doc.import(forB);
    a.doc.import(forA);
    return [forB, forA];
  },
  read: ({ held }, record) => FIELD_NAMES.map((name) => held[record].get(name)),
};

module.exports = { text, fields };
