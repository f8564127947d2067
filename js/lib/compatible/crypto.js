'use strict';

// Hashes, key pairs and encrypted values of the compatible interface. Bytes: docs/FORMAT.md,
// "Encrypted values of the compatible interface". Both older forms of upstream are read as well.

const { gsError } = require('../errors.js');
const { copyOf, parse } = require('../disk/json.js');
const { loadKeys } = require('./keys.js');
const { generateKeys, privateKeyOf, publicKeyOf } = require('./pem.js');
const platform = require('../platform.js');

const MAGIC = Buffer.from('gsenc1\0\0', 'latin1');
const WRAPPED_AT = 28;
const SIZE_AT = 8;
const NONCE_AT = 16;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
// Longer texts would not fit into one buffer of the oldest Node.js that is supported.
const TEXT_CHARACTERS_MAX = 256 * 1024 * 1024;
// Both alphabets of base64: one form of upstream has one, the others have the other.
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** SHA-256 over the JSON of a value, 64 lower-case hexadecimal digits. */
const calculateHash = (data) => {
  let text;
  try {
    text = JSON.stringify(data);
  } catch (cause) {
    throw gsError('GS_INVALID', `The value to hash has no JSON: ${cause.message}`, { cause });
  }
  if (text === undefined) throw gsError('GS_INVALID', 'The value to hash has no JSON');
  return platform.crypto.createHash('sha256').update(text).digest('hex');
};

const oaep = (key, oaepHash) => {
  const padding = platform.crypto.constants.RSA_PKCS1_OAEP_PADDING;
  return { key, oaepHash, padding };
};

/** Encrypt a value of JSON, of any size, to a text of base64url. */
const encrypt = (data, publicKey) => {
  const text = Buffer.from(JSON.stringify(copyOf(data, 'The value to encrypt')));
  const secret = platform.crypto.randomBytes(KEY_BYTES);
  const wrapped = platform.crypto.publicEncrypt(oaep(publicKeyOf(publicKey), 'sha256'), secret);
  const head = Buffer.alloc(WRAPPED_AT);
  MAGIC.copy(head);
  head.writeUInt16LE(wrapped.length, SIZE_AT);
  platform.crypto.randomBytes(NONCE_BYTES).copy(head, NONCE_AT);
  const opening = Buffer.concat([head, wrapped]);
  const cipher = platform.crypto.createCipheriv(CIPHER, secret, head.subarray(NONCE_AT));
  cipher.setAAD(opening);
  const body = [cipher.update(text), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([opening, ...body]).toString('base64url');
};

const cannotDecrypt = (cause) => {
  const message = 'The value cannot be decrypted: it was encrypted for another key, or changed';
  const hint = 'Use the private key that belongs to it, or restore the value from a backup.';
  return gsError('GS_DAMAGED', message, { hint, cause });
};

const openEnvelope = (bytes, key) => {
  const size = bytes.readUInt16LE(SIZE_AT);
  const bodyAt = WRAPPED_AT + size;
  if (bodyAt + TAG_BYTES > bytes.length) throw cannotDecrypt();
  const wrapped = bytes.subarray(WRAPPED_AT, bodyAt);
  const secret = platform.crypto.privateDecrypt(oaep(key, 'sha256'), wrapped);
  const nonce = bytes.subarray(NONCE_AT, WRAPPED_AT);
  const decipher = platform.crypto.createDecipheriv(CIPHER, secret, nonce, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bytes.subarray(0, bodyAt));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(bodyAt, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]);
};

// One block of RSA: SHA-1 is upstream's form in Node.js, SHA-256 the one in browsers.
const openBlock = (bytes, key) => {
  try {
    return platform.crypto.privateDecrypt(oaep(key, 'sha1'), bytes);
  } catch {
    return platform.crypto.privateDecrypt(oaep(key, 'sha256'), bytes);
  }
};

const isEnvelope = (bytes) =>
  bytes.length > WRAPPED_AT && bytes.subarray(0, MAGIC.length).equals(MAGIC);

/** Decrypt what `encrypt` made, here or by upstream in Node.js or in a browser. */
const decrypt = (data, privateKey) => {
  if (typeof data !== 'string' || !BASE64.test(data)) {
    throw gsError('GS_INVALID', 'The value to decrypt must be a string of base64');
  }
  if (data.length > TEXT_CHARACTERS_MAX) {
    const message = `The value to decrypt has more than ${TEXT_CHARACTERS_MAX} characters`;
    throw gsError('GS_TOO_LARGE', message);
  }
  const key = privateKeyOf(privateKey);
  const bytes = Buffer.from(data, 'base64');
  let text;
  try {
    text = isEnvelope(bytes) ? openEnvelope(bytes, key) : openBlock(bytes, key);
  } catch (cause) {
    throw cannotDecrypt(cause);
  }
  return parse(text.toString(), 'The decrypted value');
};

module.exports = { calculateHash, decrypt, encrypt, generateKeys, loadKeys };
