'use strict';

// Methods of Storage that are in files of their own, each loaded when one of its methods is first
// called.

const PARTS = [
  {
    load: () => require('./changes.js').changes,
    names: [
      'insert',
      'insertInto',
      'insertManyInto',
      'update',
      'updateIn',
      'patch',
      'set',
      'swap',
      'swapIn',
      'delete',
      'deleteIn',
      'write',
      'writeField',
      'writeEdits',
      'transact',
    ],
  },
  {
    load: () => require('../compatible/saved_data.js').savedData,
    names: [
      'saveData',
      'loadData',
      'load',
      'writeWhole',
      'rsaKeys',
      'validate',
      'findBlock',
      'validateRecord',
      'getCachedData',
      'hasRecord',
      'addUpdate',
    ],
  },
  {
    load: () => require('./history.js').history,
    names: [
      'log',
      'change',
      'history',
      'blame',
      'diff',
      'conflicts',
      'resolve',
      'revert',
      'undo',
      'redo',
    ],
  },
  {
    load: () => require('./versions.js').versions,
    names: [
      'findVersion',
      'at',
      'versions',
      'tag',
      'removeTag',
      'branch',
      'removeBranch',
      'renameBranch',
      'checkout',
      'merge',
      'divergence',
    ],
  },
  {
    load: () => require('./care.js').care,
    names: [
      'verify',
      'proof',
      'erase',
      'stats',
      'digest',
      'recovery',
      'flush',
      'compact',
      'backup',
      'makeShallow',
      'heads',
      'twins',
      'createBundle',
      'applyBundle',
    ],
  },
  { load: () => require('./text_files.js').files, names: ['export', 'import'] },
  { load: () => require('../files/upstream.js').upstream, names: ['importUpstream'] },
];

/** Gives a prototype all of them. */
const addMethods = (prototype) => {
  for (const { load, names } of PARTS) {
    for (const name of names) {
      const method = {
        [name](...given) {
          Object.assign(prototype, load());
          return prototype[name].apply(this, given);
        },
      };
      Object.assign(prototype, method);
    }
  }
};

module.exports = { PARTS, addMethods };
