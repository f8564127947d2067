'use strict';

// Goal: a storage has one key pair for ever, that only its owner can read.
// Method: many threads and processes make it at once; crashes between the two files; files that
// upstream made or somebody removed.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { decrypt, encrypt, generateKeys } = require('../lib/compatible/crypto.js');
const { loadKeys } = require('../lib/compatible/keys.js');
const { filesIn, place, refuses, start, thread } = require('./support/place.js');

const PRIVATE = 'private.pem';
const PUBLIC = 'public.pem';

const put = (directory, name, text, mode = 0o600) =>
  fs.writeFileSync(path.join(directory, name), text, { mode });

test('keys are made once and read afterwards', async (t) => {
  const directory = path.join(place(t), 'deep', 'keys');
  const made = await loadKeys(directory);
  assert.deepStrictEqual(await loadKeys(directory), made);
  assert.deepStrictEqual(filesIn(directory), {
    [PRIVATE]: made.privateKey,
    [PUBLIC]: made.publicKey,
  });
  assert.deepStrictEqual(decrypt(encrypt({ a: 1 }, made.publicKey), made.privateKey), { a: 1 });
});

test('upstream: everybody may read the private key', async (t) => {
  const directory = place(t);
  await loadKeys(directory);
  const mode = () => fs.statSync(path.join(directory, PRIVATE)).mode & 0o777;
  assert.strictEqual(mode(), 0o600);
  fs.chmodSync(path.join(directory, PRIVATE), 0o644);
  await loadKeys(directory);
  assert.strictEqual(mode(), 0o600);
});

test('calls, threads and processes that race end with the same pair', async (t) => {
  const directory = path.join(place(t), 'keys');
  const found = await Promise.all([
    ...[1, 2, 3].map(() =>
      loadKeys(directory).then((keys) => JSON.stringify(keys.publicKey + keys.privateKey)),
    ),
    ...[1, 2].map(() => thread(t, 'keys', directory).ended.then(([line]) => line)),
    ...[1, 2].map(() => start(t, 'keys', directory).ended.then(({ lines }) => lines[0])),
  ]);
  assert.strictEqual(new Set(found).size, 1);
  assert.deepStrictEqual(fs.readdirSync(directory).sort(), [PRIVATE, PUBLIC]);
});

test('a process that is killed at any step leaves a pair or none', async (t) => {
  for (let step = 1; ; step++) {
    const directory = path.join(place(t), 'keys');
    const { signal } = await start(t, 'keys', directory, `--kill=${step}`).ended;
    const left = fs.existsSync(directory) ? filesIn(directory) : {};
    const { privateKey } = await loadKeys(directory);
    if (left[PRIVATE]) assert.strictEqual(privateKey, left[PRIVATE]);
    assert.ok(!left[PUBLIC] || left[PRIVATE]);
    if (signal === null) return assert.ok(step > 2);
  }
});

test('the public key is made again from the private one', async (t) => {
  const directory = place(t);
  const made = await loadKeys(directory);
  fs.unlinkSync(path.join(directory, PUBLIC));
  assert.deepStrictEqual(await loadKeys(directory), made);
});

test('a lost private key is told, not replaced', async (t) => {
  const directory = place(t);
  await loadKeys(directory);
  fs.unlinkSync(path.join(directory, PRIVATE));
  await refuses(() => loadKeys(directory), 'GS_NOT_FOUND', /private\.pem is missing/);
  assert.deepStrictEqual(fs.readdirSync(directory), [PUBLIC]);
});

test('keys of different pairs and texts that are no keys are refused', async (t) => {
  const directory = place(t);
  const [one, two] = [await generateKeys(), await generateKeys()];
  put(directory, PRIVATE, one.privateKey);
  put(directory, PUBLIC, two.publicKey);
  await refuses(() => loadKeys(directory), 'GS_DAMAGED', /different pairs/);
  put(directory, PUBLIC, 'nothing');
  await refuses(() => loadKeys(directory), 'GS_INVALID', /no RSA key/);
});

test('a directory that is none is refused', async (t) => {
  const file = path.join(place(t), 'file');
  fs.writeFileSync(file, '');
  await refuses(() => loadKeys(file), 'GS_INVALID');
  for (const value of [undefined, '', 5, {}]) await refuses(() => loadKeys(value), 'GS_INVALID');
});
