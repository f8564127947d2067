'use strict';

// The application of examples/impress in a process of its own, and its clients.

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');

const ROOT = path.join(__dirname, '../..');
const EXAMPLE = path.join(ROOT, 'examples/impress');
const PACKAGE = path.join(ROOT, 'js');
const PACKAGES = path.join(process.env.IMPRESS_PACKAGES, 'node_modules');

// A client of metacom that has connected again keeps its first timer of pings for ever: no timer of
// it may keep the tests from ending.
const { setInterval: every } = globalThis;
globalThis.setInterval = (...given) => every(...given).unref();
const { Metacom } = require(path.join(PACKAGES, 'metacom'));

const freePorts = async (count) => {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

class Server {
  #process = null;
  #clients = [];
  output = '';

  constructor(t) {
    this.root = fs.mkdtempSync(path.join(os.tmpdir(), 'gs-impress-'));
    this.data = path.join(this.root, 'data');
    fs.cpSync(EXAMPLE, this.root, { recursive: true });
    this.#install();
    t.after(() => this.#remove());
  }

  // As npm would, without copies.
  #install() {
    const modules = path.join(this.root, 'node_modules');
    fs.mkdirSync(modules);
    for (const name of fs.readdirSync(PACKAGES)) {
      if (!name.startsWith('.'))
        fs.symlinkSync(path.join(PACKAGES, name), path.join(modules, name));
    }
    fs.symlinkSync(PACKAGE, path.join(modules, 'globalstorage'));
  }

  async #remove() {
    if (process.env.IMPRESS_OUTPUT) console.log(this.output);
    for (const client of this.#clients) client.close();
    if (this.#process && this.#process.exitCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  /** More for the application, which no example has. */
  add(name, source) {
    const file = path.join(this.root, 'application', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, source);
  }

  async start() {
    this.ports = await freePorts(2);
    const env = { ...process.env, PORTS: this.ports.join(','), NODE_ENV: 'production' };
    delete env.NODE_OPTIONS;
    delete env.NODE_TEST_CONTEXT;
    this.#process = spawn(process.execPath, ['server.js'], { cwd: this.root, env });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (chunk) => (this.output += chunk));
    }
    await this.told(/App started/);
  }

  /** Until the server has said so, so often. */
  async told(pattern, times = 1) {
    const all = new RegExp(pattern, 'g');
    while ((this.output.match(all) || []).length < times) {
      if (this.#process.exitCode !== null) throw new Error(`it ended:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A client of the port with this number, 0 or 1. */
  async client(number) {
    const client = Metacom.create(`ws://127.0.0.1:${this.ports[number]}/`, {});
    client.on('error', () => {});
    this.#clients.push(client);
    await client.open();
    await client.load('geo', 'cities', 'closed', 'fault');
    return client.api;
  }

  /** @returns {Promise<{ code: number, ms: number }>} */
  async stop() {
    const begin = Date.now();
    this.#process.kill('SIGTERM');
    const [code] = await once(this.#process, 'exit');
    return { code, ms: Date.now() - begin };
  }
}

module.exports = { Server };
