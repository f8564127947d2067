'use strict';

// Versions and their names: branches, tags, and the storage as it was. Methods of Storage; what
// they give is in docs/CALLS.md.

const { versionOf } = require('./history.js');
const { guardAll } = require('../arguments.js');
const { optionsOfCall } = require('../call_options.js');
const { Query } = require('../queries/query.js');

// Whole records have their id beside their fields, as those of now; groups and selections are rows.
const rowOf = (row) => {
  const { id, data } = row;
  if (typeof id !== 'string' || typeof data !== 'object') return row;
  return 'id' in data ? data : Object.defineProperty(data, 'id', { value: id });
};

/** The storage as it was in a version: reads only. */
class View {
  #storage;

  constructor(storage, version) {
    this.#storage = storage;
    this.version = version;
  }

  async get(id) {
    const real = this.#storage.idOf(id);
    try {
      const { data } = await this.#storage.invoke('getAt', { id: real, version: this.version });
      return data;
    } catch (error) {
      if (error.code === 'GS_NOT_FOUND') return null;
      throw error;
    }
  }

  /** Rows of a query (docs/QUERY.md), or of one under construction. */
  async find(query) {
    const asked = query instanceof Query ? query.toJSON() : query;
    const { rows } = await this.#storage.invoke('findAt', { query: asked, version: this.version });
    return rows.map(rowOf);
  }

  async count(query) {
    const asked = query instanceof Query ? query.toJSON() : query;
    const { count } = await this.#storage.invoke('countAt', {
      query: asked,
      version: this.version,
    });
    return count;
  }
}

const versions = {
  /** Heads of the version that a name, the beginning of a digest or a moment stands for. */
  findVersion(version) {
    return this.invoke('findVersion', { text: versionOf(version) });
  },

  /** A view of a version, which stays what it is. */
  async at(version) {
    const heads = Array.isArray(version) ? version : await this.findVersion(version);
    return new View(this, heads);
  },

  /** All names, `main` first. */
  versions() {
    return this.invoke('versions');
  },

  /** Gives a version (now) a name that stays there. */
  async tag(name, options) {
    const { version, move } = optionsOfCall(options, 'tag');
    return this.invoke('nameVersion', { kind: 'tag', name, version: versionOf(version), move });
  },

  removeTag(name) {
    return this.invoke('removeVersionName', { kind: 'tag', name });
  },

  /** Begins a branch at a version (now); without a name, which one is checked out. */
  async branch(name, options) {
    const { from } = optionsOfCall(options, 'branch');
    if (name === undefined) return (await this.invoke('branch')).branch;
    return this.invoke('nameVersion', { kind: 'branch', name, version: versionOf(from) });
  },

  removeBranch(name) {
    return this.invoke('removeVersionName', { kind: 'branch', name });
  },

  renameBranch(from, to) {
    return this.invoke('renameVersion', { kind: 'branch', from, to });
  },

  /** What is read and written from now on is of that branch. */
  async checkout(name) {
    return this.invoke('checkout', { name });
  },

  /** Takes what a branch or version has and this one has not. `preview`: only tells it. */
  async merge(what, options) {
    const { preview, strict } = optionsOfCall(options, 'merge');
    return this.invoke('merge', { what: versionOf(what), preview, strict });
  },

  /** Changes that only one of two versions has: `{ ahead, behind }`. */
  divergence(version, other = 'now') {
    return this.invoke('divergence', { version: versionOf(version), other: versionOf(other) });
  },
};

guardAll(versions);
guardAll(View.prototype, ['get', 'find', 'count']);

module.exports = { versions, View };
