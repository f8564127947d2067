'use strict';

// An empty project into which the npm package was installed as anybody would, but from tarballs and
// without a network. Made once for all tests of a process. Beside it are folders where no package
// is found.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');

const ROOT = path.resolve(__dirname, '../..');
const PACKAGES = path.join(ROOT, 'build/npm-package/node_modules');
const NODES = path.join(ROOT, 'build/npm-nodes/node_modules');
const ADDON = process.env.PACKAGE_ADDON || path.join(ROOT, 'build/bin/globalstorage.node');
const PLATFORM = `${process.platform}-${process.arch}`;
const TIME_MS = 120_000;

// Nothing of this repository may help: neither its addon nor the settings of whoever runs the test.
const environment = () => {
  const { GLOBALSTORAGE_ADDON, NODE_PATH, ...env } = process.env;
  return env;
};

class Project {
  #root = fs.mkdtempSync(path.join(os.tmpdir(), 'gs-package-'));

  constructor() {
    process.once('exit', () => fs.rmSync(this.#root, { recursive: true, force: true }));
    const pack = path.join(ROOT, 'tools/pack/pack.js');
    const made = this.beside('pack');
    execFileSync(process.execPath, [pack, ADDON, made], { timeout: TIME_MS });
    this.write('package.json', JSON.stringify({ name: 'stranger', private: true }));
    const tarballs = fs.readdirSync(made).filter((name) => name.endsWith('.tgz'));
    const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    this.run('npm', ['install', ...options, ...tarballs.map((name) => path.join(made, name))]);
  }

  path(...names) {
    return path.join(this.#root, 'project', ...names);
  }

  beside(...names) {
    return path.join(this.#root, ...names);
  }

  /** Of the package for this platform. */
  addon(...names) {
    return this.path('node_modules/@globalstorage', PLATFORM, ...names);
  }

  write(name, text) {
    const file = this.path(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  }

  read(name) {
    return fs.readFileSync(this.path(name), 'utf8');
  }

  /** What a program printed; an error with all that it said when it failed. */
  run(program, args, env) {
    const options = { cwd: this.path(), encoding: 'utf8', timeout: TIME_MS };
    const all = { ...options, env: { ...environment(), ...env } };
    const { status, stdout, stderr, error } = spawnSync(program, args, all);
    if (error) throw error;
    if (status !== 0)
      throw new Error(`${program} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  node(file, env) {
    return this.run(process.execPath, [file], env).trim();
  }
}

let project = null;

/** The project; made when it is first asked for. */
const theProject = () => (project ||= new Project());

/** Of a package in package.json here. */
const packageFile = (...names) => path.join(PACKAGES, ...names);

/** A Node.js that bundlers and compilers of today run in, whichever runs the tests. */
const newerNode = () => path.join(NODES, 'node-22/bin/node');

module.exports = { ROOT, PLATFORM, theProject, packageFile, newerNode };
