'use strict';

// The npm package `globalstorage`: what `require` of it gives.

const path = require('node:path');
const { Collection } = require('./lib/records/collection.js');
const { guardAll } = require('./lib/arguments.js');
const { GsError } = require('./lib/errors.js');
const { later } = require('./lib/later.js');
const { native, settled } = require('./lib/native.js');
const { Storage } = require('./lib/storage/storage.js');
const { BlobRef } = require('./lib/values/types.js');

/**
 * Opens a storage, or makes it.
 * @param {object} [options] lib/storage/options.js; `path`: its directory ('gs')
 * @returns {Promise<Storage>}
 */
const open = (options) => new Storage(options);

const call = async (method, parameters) =>
  JSON.parse(await settled(native().call(method, JSON.stringify(parameters))));

const { verifyProof, restore, clone } = guardAll({
  /** What a proof says, when it is one; `logRoot`: the log must have this root. */
  verifyProof: (proof, logRoot) => call('verifyProof', { proof, logRoot }),

  /** Makes a storage of a backup, with a writer of its own. */
  restore: async (backup, directory) =>
    call('restore', { backup: path.resolve(backup), directory: path.resolve(directory) }),

  /** Makes a replica: all changes, and a writer of its own. */
  clone: async (directory, newDirectory) =>
    call('clone', {
      directory: path.resolve(directory),
      newDirectory: path.resolve(newDirectory),
    }),
});

module.exports = {
  open,
  Storage,
  Collection,
  GsError,
  BlobRef,
  verifyProof,
  restore,
  clone,
};

// What a program may never ask for.
const LATER = {
  Record: () => require('./lib/records/record.js').Record,
  SyncManager: () => require('./lib/compatible/sync.js').SyncManager,
  diff: () => require('./lib/compatible/crdt.js').diff,
  merge: () => require('./lib/compatible/crdt.js').merge,
  apply: () => require('./lib/compatible/crdt.js').apply,
  // Impress writes their texts in the place of these functions.
  plugins: () => ({ crud: require('./plugins/crud.js').crud }),
  Blockchain: () => require('./lib/compatible/chain.js').Blockchain,
  DataReader: () => require('./lib/compatible/contract.js').DataReader,
  SmartContract: () => require('./lib/compatible/contract.js').SmartContract,
  calculateHash: () => require('./lib/compatible/crypto.js').calculateHash,
  generateKeys: () => require('./lib/compatible/crypto.js').generateKeys,
  encrypt: () => require('./lib/compatible/crypto.js').encrypt,
  decrypt: () => require('./lib/compatible/crypto.js').decrypt,
  loadKeys: () => require('./lib/compatible/crypto.js').loadKeys,
};

for (const [name, load] of Object.entries(LATER)) {
  const get = later(load);
  Object.defineProperty(module.exports, name, { get, enumerable: true, configurable: true });
}
