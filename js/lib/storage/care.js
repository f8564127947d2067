'use strict';

// What keeps a storage healthy and trusted: verification, proofs, erasure, figures, copies. Methods
// of Storage; what they give is in docs/CALLS.md. Those that may take long call `onProgress(done,
// total)` about twenty times a second.

const path = require('node:path');
const { guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { told } = require('../native.js');
const { versionOf, invokeOf } = require('./history.js');

// What the engine says of a part of the storage.
const SAID = ['note', 'detail'];

const care = {
  /** Checks the log and the state: `{ ok, sections, .. }`, also when something is wrong. */
  async verify(options) {
    const { full, incremental, head, onProgress } = optionsOfCall(options, 'verify');
    const report = await this.invoke('verify', { full, incremental, head }, onProgress);
    for (const section of report.sections) {
      for (const name of SAID) if (section[name]) section[name] = told(section[name]);
    }
    return report;
  },

  /** A proof of a record, which `verifyProof` of the package checks without a storage. */
  async proof(id) {
    return invokeOf(this, 'proof', id);
  },

  /** Removes a record and all that it ever was; the chain still verifies. */
  async erase(id, options) {
    const { reason, onProgress } = optionsOfCall(options, 'erase');
    return invokeOf(this, 'erase', id, { reason }, onProgress);
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
  async compact(options) {
    const { onProgress } = optionsOfCall(options, 'compact');
    return this.invoke('compact', {}, onProgress);
  },

  /** A copy in a new directory, without this writer's keys; `restore` of the package opens it. */
  async backup(directory, options) {
    const { onProgress } = optionsOfCall(options, 'backup');
    return this.invoke('backup', { directory: path.resolve(directory) }, onProgress);
  },

  /** Drops what the records were before a version, for good and here alone. */
  async makeShallow(options) {
    const { before, preview, onProgress } = optionsOfCall(options, 'makeShallow');
    return this.invoke('makeShallow', { before: versionOf(before), preview }, onProgress);
  },

  // --- bundles: changes in one file, for other replicas ---

  heads() {
    return this.invoke('heads');
  },

  twins() {
    return this.invoke('twins');
  },

  /** Writes the changes that somebody with `since` lacks. */
  async createBundle(file, options) {
    const { since, checkpoint, before, onProgress } = optionsOfCall(options, 'createBundle');
    const place = path.resolve(file);
    if (!checkpoint) return this.invoke('createBundle', { file: place, since }, onProgress);
    const cut = versionOf(before);
    return this.invoke('createCheckpointBundle', { file: place, before: cut }, onProgress);
  },

  /** Takes from a bundle what is not here yet. */
  async applyBundle(file, options) {
    const { onProgress } = optionsOfCall(options, 'applyBundle');
    return this.invoke('applyBundle', { file: path.resolve(file) }, onProgress);
  },
};

guardAll(care);

module.exports = { care };
