'use strict';

// The nodes that a storage is to exchange changes with, one file each in `remote`. Nothing goes
// over the network yet: start and stop only note whether a node is enabled.

const fs = require('node:fs');
const path = require('node:path');
const disk = require('../disk/disk.js');
const { gsError, telling } = require('../errors.js');
const { isObject, parse } = require('../disk/json.js');
const { shown } = require('../disk/names.js');
const platform = require('../platform.js');

const DIRECTORY = 'remote';
const TYPES = ['uplink', 'downlink'];
const PROTOCOLS = ['http:', 'https:', 'ws:', 'wss:'];
const URL_CHARACTERS_MAX = 2048;
const TOKEN_CHARACTERS_MAX = 16 * 1024;
// Each is a file that is read at every start.
const NODES_MAX = 10000;
const HOST_CHARACTERS_MAX = 100;

const refuse = (message, hint) => gsError('GS_INVALID', message, { hint });

const parseUrl = (url) => {
  try {
    return new URL(url);
  } catch (cause) {
    throw gsError('GS_INVALID', `Node URL ${shown(url)} is no URL`, { cause });
  }
};

// One node has one address: `http://a` and `http://a:80/` are the same.
const addressOf = (url) => {
  if (typeof url !== 'string') throw refuse('Node URL must be a string');
  if (url.length > URL_CHARACTERS_MAX) {
    throw gsError('GS_TOO_LARGE', `Node URL has more than ${URL_CHARACTERS_MAX} characters`);
  }
  const { protocol, hostname, username, password, href } = parseUrl(url);
  if (!PROTOCOLS.includes(protocol) || hostname === '') {
    throw refuse(`Node URL ${shown(url)} must begin with http, https, ws or wss and name a host`);
  }
  if (username || password) {
    throw refuse('Node URL must not hold a password', 'Give it as the token.');
  }
  return href;
};

// Upstream checked nothing, so a node of its files may have any text for an address.
const addressOr = (url, otherwise) => {
  try {
    return addressOf(url);
  } catch {
    return otherwise;
  }
};

const checkToken = (token) => {
  if (token === undefined || token === null) return;
  if (typeof token !== 'string') throw refuse('Node token must be a string');
  if (token.length <= TOKEN_CHARACTERS_MAX) return;
  throw gsError('GS_TOO_LARGE', `Node token has more than ${TOKEN_CHARACTERS_MAX} characters`);
};

// Two ports of a host are two nodes, so the digest of the whole address is part of the name.
const fileOf = (address) => {
  const { hostname } = new URL(address);
  const host = hostname.replace(/[^\w.-]/g, '_').slice(0, HOST_CHARACTERS_MAX);
  const digest = platform.crypto.createHash('sha256').update(address).digest('hex').slice(0, 16);
  return `${host}-${digest}.json`;
};

const alreadyThere = (url) => gsError('GS_EXISTS', `Node with URL ${url} already exists`);

const EMPTY = Symbol('empty');

class SyncManager {
  #path;
  // By address: the node, and the name of its file, which upstream may have chosen.
  #nodes = new Map();

  /**
   * `await new SyncManager(path)`: the constructor gives a Promise of the manager.
   * @param {string} basePath directory of the storage
   */
  constructor(basePath, how) {
    if (how !== EMPTY) return this.#open(basePath);
    this.#path = path.join(basePath, DIRECTORY);
  }

  /** The manager of a directory that has no nodes, at once. */
  static empty(basePath) {
    return new SyncManager(basePath, EMPTY);
  }

  async #open(basePath) {
    if (typeof basePath !== 'string' || basePath === '') {
      throw refuse('The directory of the nodes must be a path');
    }
    this.#path = path.join(basePath, DIRECTORY);
    await telling(`The nodes in ${this.#path} cannot be read`, async () => {
      for (const name of this.#names()) await this.#read(name);
    });
    return this;
  }

  // At once: to load what reads files in the background takes longer, and most have no nodes.
  #names() {
    try {
      const names = fs.readdirSync(this.#path);
      return names.filter((name) => name.endsWith('.json')).sort();
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  }

  async #read(name) {
    const file = path.join(this.#path, name);
    const text = await disk.readTextOrNull(file);
    if (text === null) return;
    const node = parse(text, file);
    if (!isObject(node) || typeof node.url !== 'string' || !TYPES.includes(node.type)) {
      throw gsError('GS_DAMAGED', `${file} holds no node`);
    }
    this.#nodes.set(addressOr(node.url, node.url), { node, name });
  }

  /**
   * Remember a node.
   * @param {{url: string, type: 'uplink' | 'downlink', token?: string}} nodeData
   */
  async addNode(nodeData) {
    const { url, type, token } = nodeData || {};
    if (!url) throw refuse('Node URL is required');
    if (!TYPES.includes(type)) throw refuse('Node type must be uplink or downlink');
    const address = addressOf(url);
    checkToken(token);
    const name = fileOf(address);
    const node = { type, url, token, enabled: true, lastSync: 0 };
    this.#checkRoom(address, url);
    this.#nodes.set(address, { node, name });
    try {
      await this.#create(name, node);
    } catch (error) {
      this.#nodes.delete(address);
      throw error;
    }
  }

  async removeNode(url) {
    const address = typeof url === 'string' ? addressOr(url, url) : '';
    const known = this.#nodes.get(address);
    if (!known) throw gsError('GS_NOT_FOUND', `Node with URL ${String(url)} not found`);
    await telling(`Node ${url} cannot be removed`, async () => {
      await disk.remove(path.join(this.#path, known.name));
      await disk.syncDirectory(this.#path);
    });
    this.#nodes.delete(address);
  }

  /** Copies of all nodes. */
  listNodes() {
    return [...this.#nodes.values()].map(({ node }) => ({ ...node }));
  }

  /** Mark all nodes as enabled. Nothing is exchanged yet. */
  async start() {
    await this.#enable(true);
  }

  /** Mark all nodes as not enabled. */
  async stop() {
    await this.#enable(false);
  }

  #checkRoom(address, url) {
    if (this.#nodes.has(address)) throw alreadyThere(url);
    if (this.#nodes.size < NODES_MAX) return;
    throw gsError('GS_TOO_LARGE', `There are ${NODES_MAX} nodes already`);
  }

  async #create(name, node) {
    await telling(`Node ${node.url} cannot be written`, async () => {
      await disk.ensureDirectory(this.#path);
      const file = path.join(this.#path, name);
      if (!(await disk.create(file, JSON.stringify(node)))) throw alreadyThere(node.url);
    });
  }

  async #enable(enabled) {
    for (const [address, { node, name }] of this.#nodes) {
      if (node.enabled === enabled) continue;
      const changed = { ...node, enabled };
      await telling(`Node ${node.url} cannot be written`, () =>
        disk.replace(path.join(this.#path, name), JSON.stringify(changed)),
      );
      if (this.#nodes.has(address)) this.#nodes.set(address, { node: changed, name });
    }
  }
}

module.exports = { SyncManager };
