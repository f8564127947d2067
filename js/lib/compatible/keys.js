'use strict';

// The key pair of a storage, in two files. The private key decides: who creates it first wins, and
// the public one is made from it, so any number of threads and processes end with one pair, and a
// crash in between loses nothing.

const path = require('node:path');
const disk = require('../disk/disk.js');
const { gsError, telling } = require('../errors.js');
const { generateKeys, privateKeyOf, publicKeyOf } = require('./pem.js');
const platform = require('../platform.js');

const PRIVATE = 'private.pem';
const PUBLIC = 'public.pem';
const OWNER_ONLY = 0o600;
const OF_OTHERS = 0o077;

// Upstream lets everybody read the private key. Files of somebody else cannot be changed: then they
// stay as they are.
const closeToOthers = async (file) => {
  try {
    const { mode } = await platform.fs.stat(file);
    if (mode & OF_OTHERS) await platform.fs.chmod(file, OWNER_ONLY);
  } catch (error) {
    if (error.code !== 'EPERM' && error.code !== 'EROFS') throw error;
  }
};

const publicOf = (privateKey) =>
  platform.crypto.createPublicKey(privateKeyOf(privateKey)).export({ type: 'spki', format: 'pem' });

const spki = (key) => publicKeyOf(key).export({ type: 'spki', format: 'der' });

const checkPair = (publicKey, privateKey, directory) => {
  if (spki(publicKey).equals(spki(publicOf(privateKey)))) return;
  throw gsError('GS_DAMAGED', `${PUBLIC} and ${PRIVATE} in ${directory} are of different pairs`, {
    hint: `Restore both from a backup, or remove ${PUBLIC} to have it made from ${PRIVATE}.`,
  });
};

const refuseLostKey = (directory) => {
  throw gsError('GS_NOT_FOUND', `${PRIVATE} is missing in ${directory}, ${PUBLIC} is there`, {
    hint: `Put the private key back. If nothing was ever encrypted, remove ${PUBLIC} instead.`,
  });
};

const readOrCreate = async (file, make) => {
  for (;;) {
    const text = await disk.readTextOrNull(file);
    if (text !== null) return text;
    await disk.create(file, await make());
  }
};

const load = async (directory) => {
  const privateFile = path.join(directory, PRIVATE);
  const publicFile = path.join(directory, PUBLIC);
  const hasPublic = await disk.exists(publicFile);
  if (hasPublic && !(await disk.exists(privateFile))) refuseLostKey(directory);
  if (!hasPublic) await disk.ensureDirectory(directory);
  const privateKey = await readOrCreate(privateFile, async () => (await generateKeys()).privateKey);
  const publicKey = await readOrCreate(publicFile, () => publicOf(privateKey));
  await closeToOthers(privateFile);
  checkPair(publicKey, privateKey, directory);
  return { publicKey, privateKey };
};

/** Read the pair `{publicKey, privateKey}` in a directory, or make it there. */
const loadKeys = async (basePath) => {
  if (typeof basePath !== 'string' || basePath === '') {
    throw gsError('GS_INVALID', 'The directory of the keys must be a path');
  }
  return telling(`The keys in ${basePath} cannot be loaded`, () => load(basePath));
};

module.exports = { loadKeys, publicOf };
