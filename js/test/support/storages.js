'use strict';

// A directory of its own for each test, removed at its end, and storages in it that are closed.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const gs = require('../../globalstorage.js');

class Place {
  constructor(t) {
    this.t = t;
    this.root = fs.mkdtempSync(path.join(os.tmpdir(), 'gs-js-'));
    this.opened = [];
    t.after(async () => {
      for (const storage of this.opened) await storage.close();
      fs.rmSync(this.root, { recursive: true, force: true });
    });
  }

  path(name = 'gs') {
    return path.join(this.root, name);
  }

  async open(options = {}) {
    const storage = await gs.open({ path: this.path(), durability: 'lazy', ...options });
    this.opened.push(storage);
    return storage;
  }

  file(name, content) {
    const full = this.path(name);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, content);
    return full;
  }
}

/** A promise that has to be rejected with this code and a message like that. */
const refuses = async (promise, code, pattern = /./) => {
  const { GsError } = gs;
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (!(error instanceof GsError)) throw error;
    if (error.code !== code || !pattern.test(error.message) || !error.hint) {
      throw new Error(`not as expected: ${error.code}: ${error.message} (${error.hint})`);
    }
    return error;
  }
  throw new Error(`nothing was refused; expected ${code}`);
};

/** Until it holds; the test's own time limit ends it otherwise. */
const until = async (holds) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

module.exports = { gs, Place, refuses, until };
