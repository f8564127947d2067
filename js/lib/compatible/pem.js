'use strict';

// RSA keys as texts: makes pairs, and reads PEM as OpenSSL and as upstream in browsers write it.

const { gsError } = require('../errors.js');
const platform = require('../platform.js');

const MODULUS_BITS = 2048;
const BETWEEN_LINES = '([\\sA-Za-z0-9+/_=-]*)';
const PLAIN_PEM = new RegExp(
  `^\\s*-----BEGIN (PUBLIC|PRIVATE) KEY-----${BETWEEN_LINES}-----END \\1 KEY-----\\s*$`,
);

/** A new pair `{publicKey, privateKey}`: RSA with 2048 bits, SPKI and PKCS#8 as PEM. */
const generateKeys = () =>
  new Promise((resolve, reject) => {
    const options = {
      modulusLength: MODULUS_BITS,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    };
    platform.crypto.generateKeyPair('rsa', options, (error, publicKey, privateKey) => {
      if (error) reject(error);
      else resolve({ publicKey, privateKey });
    });
  });

// Upstream in browsers writes PEM of three lines in the other alphabet of base64, which OpenSSL
// refuses; what stands between the lines is the same DER.
const readKey = (key, create, type, what) => {
  try {
    const match = typeof key === 'string' ? PLAIN_PEM.exec(key) : null;
    const read = match
      ? create({ key: Buffer.from(match[2], 'base64'), format: 'der', type })
      : create(key);
    if (read.asymmetricKeyType === 'rsa') return read;
  } catch (cause) {
    throw gsError('GS_INVALID', `${what} is no RSA key in PEM`, { cause });
  }
  throw gsError('GS_INVALID', `${what} is no RSA key`);
};

const publicKeyOf = (key) =>
  readKey(
    key,
    (input) => {
      const isPublic = input instanceof platform.crypto.KeyObject && input.type === 'public';
      return isPublic ? input : platform.crypto.createPublicKey(input);
    },
    'spki',
    'The public key',
  );

const privateKeyOf = (key) =>
  readKey(
    key,
    (input) => {
      const isKey = input instanceof platform.crypto.KeyObject;
      return isKey ? input : platform.crypto.createPrivateKey(input);
    },
    'pkcs8',
    'The private key',
  );

module.exports = { generateKeys, privateKeyOf, publicKeyOf };
