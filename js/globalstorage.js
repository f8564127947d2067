'use strict';

// The npm package `globalstorage`: what `require` of it gives.

const path = require('node:path');
const { diff, merge, apply } = require('./lib/compatible/crdt.js');
const { Collection } = require('./lib/records/collection.js');
const { Record } = require('./lib/records/record.js');
const { GsError } = require('./lib/errors.js');
const { native, settled } = require('./lib/native.js');
const { Storage } = require('./lib/storage/storage.js');
const { SyncManager } = require('./lib/compatible/sync.js');
const { crud } = require('./plugins/crud.js');
const { BlobRef } = require('./lib/values/types.js');

/**
 * Opens a storage, or makes it.
 * @param {object} [options] lib/storage/options.js; `path`: its directory ('gs')
 * @returns {Promise<Storage>}
 */
const open = (options) => new Storage(options);

const call = async (method, parameters) =>
  JSON.parse(await settled(native().call(method, JSON.stringify(parameters))));

/** What a proof says, when it is one; `logRoot`: the log must have this root. */
const verifyProof = (proof, logRoot) => call('verifyProof', { proof, logRoot });

/** Makes a storage of a backup, with a writer of its own. */
const restore = (backup, directory) =>
  call('restore', { backup: path.resolve(backup), directory: path.resolve(directory) });

/** Makes a replica: all changes, and a writer of its own. */
const clone = (directory, newDirectory) =>
  call('clone', { directory: path.resolve(directory), newDirectory: path.resolve(newDirectory) });

// Impress writes their texts in the place of these functions.
const plugins = { crud };

module.exports = {
  open,
  Storage,
  Collection,
  Record,
  GsError,
  BlobRef,
  verifyProof,
  restore,
  clone,
  SyncManager,
  diff,
  merge,
  apply,
  plugins,
};

// Of programs for upstream: loaded when they are asked for, as they take longer to load than all
// the rest. Bundlers look for names of files in calls of `require`.
const LATER = {
  Blockchain: () => require('./lib/compatible/chain.js').Blockchain,
  DataReader: () => require('./lib/compatible/contract.js').DataReader,
  SmartContract: () => require('./lib/compatible/contract.js').SmartContract,
  calculateHash: () => require('./lib/compatible/crypto.js').calculateHash,
  generateKeys: () => require('./lib/compatible/crypto.js').generateKeys,
  encrypt: () => require('./lib/compatible/crypto.js').encrypt,
  decrypt: () => require('./lib/compatible/crypto.js').decrypt,
  loadKeys: () => require('./lib/compatible/crypto.js').loadKeys,
};

for (const [name, get] of Object.entries(LATER)) {
  Object.defineProperty(module.exports, name, { get, enumerable: true, configurable: true });
}
