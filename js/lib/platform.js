'use strict';

// Modules of Node.js that take longer to load than all of this package: loaded when something of
// them is used, which most programs never do. Each is named in a call of its own, so that bundlers
// see it.

module.exports = {
  get crypto() {
    return require('node:crypto');
  },

  get fs() {
    return require('node:fs/promises');
  },

  get os() {
    return require('node:os');
  },

  get stream() {
    return require('node:stream');
  },

  get threads() {
    return require('node:worker_threads');
  },

  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};
