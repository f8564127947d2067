'use strict';

// json-joy: JavaScript, keeps no history. It has no command for what another replica lacks: the
// patches of each transaction are kept, and sent.

const { FIELD_NAMES, load, recordName } = require('./common.js');

const { Model } = load('json-joy/lib/json-crdt');
const { Patch, s } = load('json-joy/lib/json-crdt-patch');

const FIRST_SESSION = 65_536;

// All replicas begin with the same nodes.
const begin = (schema) => {
  const model = Model.create(schema, FIRST_SESSION);
  model.api.flush();
  return model;
};
const emptyText = begin(s.str(''));

const text = {
  history: false,
  create(agent) {
    const model = emptyText.fork(FIRST_SESSION + 1 + agent);
    return { model, text: model.api.str([]) };
  },
  createLive: (agent) => text.create(agent),
  edit({ text }, patches) {
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) text.del(position, deleted);
      if (inserted !== '') text.ins(position, inserted);
    }
  },
  take: ({ model }) => model.api.flush().toBinary(),
  deliver: ({ model }, update) => model.applyPatch(Patch.fromBinary(update)),
  read: ({ model }) => model.view(),
  save: ({ model }) => model.toBinary(),
  saveSmall: ({ model }) => model.toBinary(),
  load: (bytes) => ({ model: Model.fromBinary(bytes) }),
};

const hold = (model) => ({ model, held: [], patches: [] });

const fields = {
  create: (agent) => hold(begin(s.obj({})).fork(FIRST_SESSION + 1 + agent)),
  fill({ model }, first, end, valueOf) {
    const { builder } = model.api;
    const entries = [];
    for (let record = first; record < end; record++) {
      const object = Object.fromEntries(
        FIELD_NAMES.map((name, field) => [name, valueOf(record, field)]),
      );
      entries.push([recordName(record), builder.json(object)]);
    }
    builder.insObj(model.root.node().id, entries);
    model.api.apply();
    model.api.flush();
  },
  fork: ({ model }, agent) => hold(Model.load(model.toBinary(), FIRST_SESSION + 1 + agent)),
  /** Records are looked up once. */
  hold(replica, count) {
    const root = replica.model.root.node();
    replica.held = Array.from({ length: count }, (_, i) => root.get(recordName(i)));
  },
  update({ model, held, patches }, each) {
    const { api } = model;
    const { builder } = api;
    each((record, field, value) => {
      builder.insObj(held[record].id, [[FIELD_NAMES[field], builder.con(value)]]);
    });
    api.apply();
    patches.push(api.flush());
  },
  exchange(a, b) {
    const ofA = a.patches.map((patch) => patch.toBinary());
    const ofB = b.patches.map((patch) => patch.toBinary());
    b.model.applyBatch(ofA.map((bytes) => Patch.fromBinary(bytes)));
    a.model.applyBatch(ofB.map((bytes) => Patch.fromBinary(bytes)));
    return [Buffer.concat(ofA), Buffer.concat(ofB)];
  },
  read: ({ held }, record) => FIELD_NAMES.map((name) => held[record].get(name).val),
};

module.exports = { text, fields };
