'use strict';

// Goal: a value of any size is encrypted in one form for all platforms, a change of any byte is
// noticed, and what upstream encrypted can still be read.
// Method: upstream's forms are made here with its parameters; every byte of a text is changed.

const { test, before } = require('node:test');
const assert = require('node:assert');
const crypto = require('node:crypto');
const { calculateHash, decrypt, encrypt, generateKeys } = require('../lib/compatible/crypto.js');
const { BAD_VALUES, isBad, refuses } = require('./support/place.js');

const VALUES = [null, false, 0, '', 'текст 😀', [], { a: { b: [1, null] } }];
const OAEP = crypto.constants.RSA_PKCS1_OAEP_PADDING;

let keys;
let others;

before(async () => {
  keys = await generateKeys();
  others = await generateKeys();
});

// As upstream in browsers writes PEM: three lines, and the alphabet of URLs.
const inThreeLines = (pem) => {
  const [first, ...rest] = pem.trim().split('\n');
  const base64 = Buffer.from(rest.slice(0, -1).join(''), 'base64').toString('base64url');
  return [first, base64, rest[rest.length - 1]].join('\n');
};

test('a hash is SHA-256 over the JSON of a value', () => {
  const expected = crypto.createHash('sha256').update('{"b":1,"a":[null]}').digest('hex');
  assert.strictEqual(calculateHash({ b: 1, a: [undefined] }), expected);
});

test('what has no JSON has no hash', async () => {
  const cycle = {};
  cycle.cycle = cycle;
  for (const value of [
    undefined,
    () => {},
    1n,
    cycle,
    {
      get a() {
        throw new Error('no');
      },
    },
  ]) {
    await refuses(() => calculateHash(value), 'GS_INVALID', /no JSON/);
  }
});

test('keys are RSA with 2048 bits in PEM', () => {
  assert.match(keys.publicKey, /^-----BEGIN PUBLIC KEY-----\n/);
  assert.match(keys.privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
  const { asymmetricKeyDetails } = crypto.createPrivateKey(keys.privateKey);
  assert.strictEqual(asymmetricKeyDetails.modulusLength, 2048);
});

test('a value comes back as it was', () => {
  for (const value of VALUES) {
    assert.deepStrictEqual(decrypt(encrypt(value, keys.publicKey), keys.privateKey), value);
  }
});

test('upstream: encryption is limited to about 200 bytes', () => {
  const value = { text: 'ж'.repeat(500000) };
  const text = encrypt(value, keys.publicKey);
  assert.match(text, /^Z3NlbmMx[A-Za-z0-9_-]+$/);
  assert.deepStrictEqual(decrypt(text, keys.privateKey), value);
});

test('one value is never encrypted to the same text twice', () => {
  assert.notStrictEqual(encrypt(1, keys.publicKey), encrypt(1, keys.publicKey));
});

test('upstream: Node.js and browsers cannot read each other', () => {
  const node = crypto.publicEncrypt(keys.publicKey, Buffer.from('{"from":"node"}'));
  const browser = crypto.publicEncrypt(
    { key: keys.publicKey, oaepHash: 'sha256', padding: OAEP },
    Buffer.from('{"from":"browser"}'),
  );
  for (const privateKey of [keys.privateKey, inThreeLines(keys.privateKey)]) {
    assert.deepStrictEqual(decrypt(node.toString('base64'), privateKey), { from: 'node' });
    assert.deepStrictEqual(decrypt(browser.toString('base64url'), privateKey), { from: 'browser' });
  }
  const text = encrypt({ to: 'all' }, inThreeLines(keys.publicKey));
  assert.deepStrictEqual(decrypt(text, inThreeLines(keys.privateKey)), { to: 'all' });
});

test('a change of any byte is noticed', async () => {
  const bytes = Buffer.from(encrypt({ a: 1 }, keys.publicKey), 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1;
    await refuses(() => decrypt(changed.toString('base64url'), keys.privateKey), 'GS_DAMAGED');
  }
});

test('a text that was cut or made longer is noticed', async () => {
  const text = encrypt({ a: 1 }, keys.publicKey);
  for (const length of [4, 12, 38, 100, text.length - 8, text.length - 1]) {
    await refuses(() => decrypt(text.slice(0, length), keys.privateKey), 'GS_DAMAGED');
  }
  await refuses(() => decrypt(`${text}AAAA`, keys.privateKey), 'GS_DAMAGED');
});

test('another key opens nothing', async () => {
  const text = encrypt({ a: 1 }, keys.publicKey);
  await refuses(() => decrypt(text, others.privateKey), 'GS_DAMAGED', /another key/);
});

test('bad texts and keys are refused', async () => {
  for (const text of [undefined, null, 5, '', '{"a":1}', 'ж', 'a b', Buffer.from('ab')]) {
    await refuses(() => decrypt(text, keys.privateKey), 'GS_INVALID', /base64/);
  }
  const curve = crypto.generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const broken = keys.publicKey.replace(/.{64}\n/, '');
  for (const key of [undefined, null, '', 'key', {}, 5, broken, curve.publicKey]) {
    await refuses(() => encrypt(1, key), 'GS_INVALID', /public key is no RSA key/);
  }
  for (const key of [undefined, 'key', keys.publicKey, curve.privateKey]) {
    await refuses(() => decrypt('AAAA', key), 'GS_INVALID', /private key is no RSA key/);
  }
});

for (const [name, value] of Object.entries(BAD_VALUES)) {
  test(`${name} is not encrypted`, () => {
    assert.throws(() => encrypt(value, keys.publicKey), isBad);
  });
}
