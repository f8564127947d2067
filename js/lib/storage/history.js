'use strict';

// The past of a storage: changes, who wrote what, what differs, what is hidden, and taking back.
// Methods of Storage; what they give is in docs/CALLS.md.

const { GsError, naming } = require('../errors.js');
const { guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');

// A version as calls take it: a name, the beginning of a digest, digests, or a moment.
const versionOf = (version) => (version instanceof Date ? version.toISOString() : version);

/** A call about one record. */
const invokeOf = (storage, method, id, parameters, onProgress) => {
  const real = storage.idOf(id);
  const called = storage.invoke(method, { id: real, ...parameters }, onProgress);
  return naming(called, id, real);
};

const history = {
  /** Changes, the newest first: `{ change, writer, timeMs, transactions, parents, .. }`. */
  async log(options) {
    const { limit, version } = optionsOfCall(options, 'log');
    return this.invoke('log', { limit, version: versionOf(version) });
  },

  /** One change with its operations. */
  change(change) {
    return this.invoke('change', { change });
  },

  /** Operations on a record, the newest first. */
  async history(id, options) {
    const { limit } = optionsOfCall(options, 'history');
    return invokeOf(this, 'history', id, { limit });
  },

  /** Who wrote each field of a record, when, and by which change. */
  async blame(id, options) {
    const { version } = optionsOfCall(options, 'blame');
    return invokeOf(this, 'blame', id, { version: versionOf(version) });
  },

  /** Records that differ between two versions; without the second one, between it and now. */
  async diff(before, after, options) {
    const { collection, limit } = optionsOfCall(options, 'diff');
    const versions = { before: versionOf(before), after: versionOf(after) };
    return this.invoke('diff', { ...versions, collection, limit });
  },

  /** Records with writes that are hidden by others which did not know of them. */
  async conflicts(id, options) {
    const { limit } = optionsOfCall(options, 'conflicts');
    return id === undefined ? this.invoke('conflicts', { limit }) : invokeOf(this, 'conflicts', id);
  },

  /**
   * Ends what is hidden of a record.
   * @param {object|((conflict: object) => object)} [values] of the fields; without it what is shown
   *   stays
   */
  async resolve(id, values) {
    const [conflict] = [await this.conflicts(id)].flat();
    if (!conflict || conflict.hidden.length === 0) return;
    if (conflict.removed) {
      throw new GsError('GS_INVALID', 'the record is removed; write it again to bring it back');
    }
    const record = await this.get(id);
    const shown = {};
    for (const { field } of conflict.hidden) shown[field] = record[field];
    const given = typeof values === 'function' ? await values(conflict) : values;
    await this.update(id, { ...shown, ...given });
  },

  /** Takes back what a change wrote, but for what others did about it since. */
  revert(change) {
    return this.invoke('revert', { change });
  },

  /** Takes back the newest transaction of this replica that is not undone. */
  undo() {
    return this.invoke('undo');
  },

  redo() {
    return this.invoke('redo');
  },
};

guardAll(history);

module.exports = { history, versionOf, invokeOf };
