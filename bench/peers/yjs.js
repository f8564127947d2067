'use strict';

// Yjs: no history is kept, deleted text is gone. Updates of the first format where time counts, of
// the second, smaller and slower one where bytes count.

const { FIELD_NAMES, load, recordName } = require('./common.js');

const Y = load('yjs');

const text = {
  history: false,
  create(agent) {
    const doc = new Y.Doc();
    doc.clientID = agent + 1;
    return { doc, text: doc.getText('text'), update: null };
  },
  createLive(agent) {
    const replica = text.create(agent);
    replica.doc.on('update', (update) => {
      replica.update = update;
    });
    return replica;
  },
  edit({ doc, text }, patches) {
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== '') text.insert(position, inserted);
      }
    });
  },
  take: ({ update }) => update,
  deliver: ({ doc }, update) => Y.applyUpdate(doc, update),
  read: ({ text }) => text.toString(),
  save: ({ doc }) => Y.encodeStateAsUpdate(doc),
  saveSmall: ({ doc }) => Y.encodeStateAsUpdateV2(doc),
  load(bytes) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, bytes);
    return { doc, text: doc.getText('text') };
  },
};

const fields = {
  create(agent) {
    const doc = new Y.Doc();
    doc.clientID = agent + 1;
    return { doc, records: doc.getMap('records'), held: [] };
  },
  fill({ doc, records }, first, end, valueOf) {
    doc.transact(() => {
      for (let record = first; record < end; record++) {
        const entries = FIELD_NAMES.map((name, field) => [name, valueOf(record, field)]);
        records.set(recordName(record), new Y.Map(entries));
      }
    });
  },
  fork({ doc }, agent) {
    const replica = fields.create(agent);
    Y.applyUpdate(replica.doc, Y.encodeStateAsUpdate(doc));
    return replica;
  },
  /** Records are looked up once. */
  hold(replica, count) {
    const { records } = replica;
    replica.held = Array.from({ length: count }, (_, i) => records.get(recordName(i)));
  },
  update({ doc, held }, each) {
    doc.transact(() => {
      each((record, field, value) => held[record].set(FIELD_NAMES[field], value));
    });
  },
  /** What each lacks of the other, in few bytes. */
  smallest: (a, b) => [
    Y.encodeStateAsUpdateV2(a.doc, Y.encodeStateVector(b.doc)),
    Y.encodeStateAsUpdateV2(b.doc, Y.encodeStateVector(a.doc)),
  ],
  exchange(a, b) {
    const forB = Y.encodeStateAsUpdate(a.doc, Y.encodeStateVector(b.doc));
    const forA = Y.encodeStateAsUpdate(b.doc, Y.encodeStateVector(a.doc));
    Y.applyUpdate(b.doc, forB);
    Y.applyUpdate(a.doc, forA);
    return [forB, forA];
  },
  read: ({ held }, record) => FIELD_NAMES.map((name) => held[record].get(name)),
};

module.exports = { text, fields };
