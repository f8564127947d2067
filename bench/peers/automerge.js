'use strict';

// Automerge: WebAssembly, keeps all history. Live keys and changes of many fields take it
// milliseconds each, so it does a part of those rows, and is compared by its rate.

const { FIELD_NAMES, load, recordName } = require('./common.js');

const A = load('@automerge/automerge');

const actor = (agent) => String(agent + 1).padStart(32, '0');

// All replicas of a text begin with the same change.
const first = A.from({ text: '' }, { actor: actor(99) });

const text = {
  history: true,
  share: 1 / 20,
  create: (agent) => ({ doc: A.clone(first, { actor: actor(agent) }) }),
  createLive: (agent) => text.create(agent),
  edit(replica, patches) {
    replica.doc = A.change(replica.doc, (doc) => {
      for (const [position, deleted, inserted] of patches) {
        A.splice(doc, ['text'], position, deleted, inserted);
      }
    });
  },
  take: ({ doc }) => A.getLastLocalChange(doc),
  deliver(replica, update) {
    [replica.doc] = A.applyChanges(replica.doc, [update]);
  },
  read: ({ doc }) => doc.text,
  save: ({ doc }) => A.save(doc),
  saveSmall: ({ doc }) => A.save(doc),
  load: (bytes) => ({ doc: A.load(bytes) }),
  free: ({ doc }) => A.free(doc),
};

const fields = {
  share: 1 / 100,
  create: (agent) => ({ doc: A.init({ actor: actor(agent) }) }),
  fill(replica, begin, end, valueOf) {
    replica.doc = A.change(replica.doc, (doc) => {
      doc.records ??= {};
      for (let record = begin; record < end; record++) {
        const entries = FIELD_NAMES.map((name, field) => [name, valueOf(record, field)]);
        doc.records[recordName(record)] = Object.fromEntries(entries);
      }
    });
  },
  fork: ({ doc }, agent) => ({ doc: A.clone(doc, { actor: actor(agent) }) }),
  hold() {},
  update(replica, each) {
    replica.doc = A.change(replica.doc, ({ records }) => {
      each((record, field, value) => {
        records[recordName(record)][FIELD_NAMES[field]] = value;
      });
    });
  },
  exchange(a, b) {
    const forB = A.saveSince(a.doc, A.getHeads(b.doc));
    const forA = A.saveSince(b.doc, A.getHeads(a.doc));
    b.doc = A.loadIncremental(b.doc, forB);
    a.doc = A.loadIncremental(a.doc, forA);
    return [forB, forA];
  },
  read({ doc }, record) {
    const found = doc.records[recordName(record)];
    return FIELD_NAMES.map((name) => found[name]);
  },
};

module.exports = { text, fields };
