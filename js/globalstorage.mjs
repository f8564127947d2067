// The npm package `globalstorage` for `import`: the same objects as those of `require`.

import globalstorage from './globalstorage.js';

export const {
  open,
  Storage,
  Collection,
  Record,
  GsError,
  BlobRef,
  verifyProof,
  restore,
  clone,
  Blockchain,
  DataReader,
  SmartContract,
  SyncManager,
  diff,
  merge,
  apply,
  calculateHash,
  generateKeys,
  encrypt,
  decrypt,
  loadKeys,
  plugins,
} = globalstorage;
export default globalstorage;
