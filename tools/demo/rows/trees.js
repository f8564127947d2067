'use strict';

// Three replicas of one storage move the folders of a tree apart, below each
// other, and give each other what they did as files, each in another order: in
// the end they have one tree, each folder once, and no folder below itself.

const fs = require('node:fs');
const path = require('node:path');
const { succeed, parseOne } = require('../gstore.js');

const NAMES = ['a', 'b', 'c'];
// Whose bundles each one takes, in which order.
const ORDERS = { a: ['b', 'c'], b: ['c', 'a'], c: ['a', 'b'] };
const MAILBOX = ['-c', 'Mailbox', 'me', 'folders'];
const FOLDERS = ['Work', 'Home', 'Travel'];
// Each moves one folder below the next: together they would be a cycle.
const MOVES = { a: ['0', '1'], b: ['1', '2'], c: ['2', '0'] };

const treeOf = async (directory) => {
  const { out } = await succeed(directory, ['tree', 'show', ...MAILBOX, '--json']);
  return parseOne(out).value;
};

// Whether each node is reached from the top, as its parent came before it.
const isTree = (nodes) => {
  const seen = new Set();
  return nodes.every(({ id, parent }) => {
    const hangs = parent === undefined || seen.has(parent);
    return hangs && seen.size < seen.add(id).size;
  });
};

module.exports = async ({ table, folder }) => {
  const home = path.join(folder, 'trees');
  fs.mkdirSync(home);
  const replicas = Object.fromEntries(NAMES.map((name) => [name, path.join(home, name)]));
  await succeed(replicas.a, ['init']);
  const begun = JSON.stringify({ folders: FOLDERS });
  await succeed(replicas.a, ['set', '-c', 'Mailbox', 'me', begun]);
  for (const name of ['b', 'c']) await succeed(home, ['clone', replicas.a, replicas[name]]);
  for (const name of NAMES) {
    const [node, under] = MOVES[name];
    await succeed(replicas[name], ['tree', 'move', ...MAILBOX, node, '--under', under]);
    await succeed(replicas[name], ['tree', 'create', ...MAILBOX, `of ${name}`, '--under', node]);
  }
  const bundleOf = (name) => path.join(home, `${name}.gsb`);
  for (const name of NAMES) await succeed(replicas[name], ['bundle', 'create', bundleOf(name)]);
  for (const name of NAMES) {
    for (const from of ORDERS[name]) {
      await succeed(replicas[name], ['bundle', 'apply', bundleOf(from)]);
    }
  }
  const trees = [];
  for (const name of NAMES) trees.push(await treeOf(replicas[name]));
  const states = new Set(trees.map((nodes) => JSON.stringify(nodes)));
  table.add('folders that three move below each other: trees', 1, states.size);
  const values = trees[0].map(({ value }) => value).sort().join(' ');
  const wanted = [...FOLDERS, ...NAMES.map((name) => `of ${name}`)].sort().join(' ');
  table.add('each folder is there once, and each new one', wanted, values);
  table.add('and none is below itself', true, isTree(trees[0]));
};
