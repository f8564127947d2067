'use strict';

// What keeps a storage healthy and trusted: verification, proofs, erasure, figures, copies. Methods
// of Storage; what they give is in docs/CALLS.md.

const path = require('node:path');
const { guardAll } = require('./arguments.js');
const { versionOf } = require('./history.js');

const NOTHING = Object.freeze({});

const care = {
  /** Checks the log and the state: `{ ok, sections, .. }`, also when something is wrong. */
  verify({ full, incremental, head } = NOTHING) {
    return this.invoke('verify', { full, incremental, head });
  },

  /** A proof of a record, which `verifyProof` of the package checks without a storage. */
  proof(id) {
    return this.invoke('proof', { id: this.idOf(id) });
  },

  /** Removes a record and all that it ever was; the chain still verifies. */
  erase(id, { reason } = NOTHING) {
    return this.invoke('erase', { id: this.idOf(id), reason });
  },

  stats() {
    return this.invoke('stats');
  },

  /** What names the state: equal on replicas with the same changes. */
  digest() {
    return this.invoke('digest');
  },

  /** What opening found after a crash. */
  recovery() {
    return this.invoke('recovery');
  },

  /** Until all that was written so far is on stable storage. */
  async flush() {
    await this.invoke('sync');
  },

  /** Makes the files of the state as few and as small as they can be. */
  compact() {
    return this.invoke('compact');
  },

  /** A copy in a new directory, without this writer's keys; `restore` of the package opens it. */
  backup(directory) {
    return this.invoke('backup', { directory: path.resolve(directory) });
  },

  /** Drops what the records were before a version, for good and here alone. */
  makeShallow({ before, preview } = NOTHING) {
    return this.invoke('makeShallow', { before: versionOf(before), preview });
  },

  // --- bundles: changes in one file, for other replicas ---

  heads() {
    return this.invoke('heads');
  },

  twins() {
    return this.invoke('twins');
  },

  /** Writes the changes that somebody with `since` lacks. */
  createBundle(file, { since, checkpoint, before } = NOTHING) {
    const place = path.resolve(file);
    if (checkpoint) return this.invoke('createCheckpointBundle', { file: place, before });
    return this.invoke('createBundle', { file: place, since });
  },

  /** Takes from a bundle what is not here yet. */
  applyBundle(file) {
    return this.invoke('applyBundle', { file: path.resolve(file) });
  },
};

guardAll(care);

module.exports = { care };
