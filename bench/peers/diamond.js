'use strict';

// diamond-types: WebAssembly, texts only, keeps all history.

const { load } = require('./common.js');

const { Doc } = load('diamond-types-node');

const text = {
  history: true,
  create: (agent) => ({ doc: new Doc(`agent-${agent}`), sent: undefined }),
  createLive: (agent) => text.create(agent),
  edit({ doc }, patches) {
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) doc.del(position, deleted);
      if (inserted !== '') doc.ins(position, inserted);
    }
  },
  before(replica) {
    replica.sent = replica.doc.getLocalVersion();
  },
  take: ({ doc, sent }) => doc.getPatchSince(sent),
  deliver: ({ doc }, update) => doc.mergeBytes(update),
  read: ({ doc }) => doc.get(),
  save: ({ doc }) => doc.toBytes(),
  saveSmall: ({ doc }) => doc.toBytes(),
  load: (bytes) => ({ doc: Doc.fromBytes(bytes) }),
  free: ({ doc }) => doc.free(),
};

module.exports = { text };
