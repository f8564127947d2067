'use strict';

// Directories byte by byte as upstream 1.0.0 leaves them, by what is known of its files. Uses
// nothing of the package, so that both are not wrong in the same way.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const sha256 = (text) => crypto.createHash('sha256').update(text).digest('hex');

class Upstream {
  #time = 1700000000000;

  constructor(directory) {
    this.directory = directory;
    this.tail = this.block('0', {});
    this.name(this.tail);
  }

  path(name) {
    return path.join(this.directory, name);
  }

  put(name, text) {
    const file = this.path(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  /** Changes a text within a file. */
  change(name, from, to) {
    const text = fs.readFileSync(this.path(name), 'utf8');
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    this.put(name, text.replace(from, to));
  }

  /** A block beside the chain: its hash. */
  block(prev, data) {
    const text = `{"prev":"${prev}","timestamp":${this.#time++},"data":${JSON.stringify(data)}}`;
    const hash = sha256(text);
    this.put(`blockchain/${hash}.json`, text);
    return hash;
  }

  name(tail) {
    this.tail = tail;
    this.put('blockchain/.blockchain.json', `{"tailHash":"${tail}"}`);
  }

  blockOf(prev, id, data) {
    return this.block(prev, { id, hash: sha256(JSON.stringify(data)) });
  }

  data(id, data, block, encrypted = false) {
    const json = JSON.stringify(data);
    const text = `{"data":${json},"encrypted":${encrypted},"timestamp":1700000000000`;
    this.put(`data/${id}.json`, `${text},"block":"${block}"}`);
  }

  save(id, data, encrypted) {
    this.name(this.blockOf(this.tail, id, data));
    this.data(id, data, this.tail, encrypted);
    return this.tail;
  }

  /** Many at once: `{ id: data }`. A file that is replaced each time would take most of a test. */
  saveAll(records) {
    let { tail } = this;
    for (const [id, data] of Object.entries(records)) {
      tail = this.blockOf(tail, id, data);
      this.data(id, data, tail);
    }
    this.name(tail);
  }

  /** As save() with { encrypted: true } in Node.js, or in a browser. */
  encrypt(id, data, { browser = false } = {}) {
    if (!this.pair) this.makeKeys();
    const json = Buffer.from(JSON.stringify(data));
    const padding = crypto.constants.RSA_PKCS1_OAEP_PADDING;
    const key = { key: this.pair.publicKey, padding, oaepHash: browser ? 'sha256' : 'sha1' };
    const bytes = crypto.publicEncrypt(key, json);
    return this.save(id, bytes.toString(browser ? 'base64url' : 'base64'), true);
  }

  makeKeys() {
    this.keys(
      crypto.generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      }),
    );
  }

  keys(pair) {
    this.pair = pair;
    this.put('keys/public.pem', pair.publicKey);
    this.put('keys/private.pem', pair.privateKey);
  }
}

module.exports = { Upstream };
