'use strict';

// Messages of the engine say what to do next by commands of `gstore`; programs in JavaScript call
// methods. Loaded when such a message is told.

// [what the engine says, what a program does]. Where there is no call, the command is left out.
const CALLS = [
  [
    'Create one with `gstore init`, or give its directory with -d',
    'Open it without `create: false` to create one, or give its directory as `path`',
  ],
  [/`gstore -d [^`]+ verify`/g, '`verify()` of it'],
  ['`gstore verify --full`', '`verify({ full: true })`'],
  [/`gstore (verify|twins|merge|diff)`/g, '`$1()`'],
  ['Run gstore verify', 'Run `verify()`'],
  ['with keep_writer (`gstore insert --keep-writer`)', 'with `open({ keepWriter: true })`'],
  ['Look at them (`gstore merge --preview`)', 'Look at them (`merge(version, { preview: true })`)'],
  ['merge without --strict', 'merge without `strict`'],
  ['Put them again with `gstore blob put`, or copy', 'Copy'],
  [
    '`gstore tag` moves, renames and deletes it',
    '`tag(name, { version, move: true })` moves it, and `removeTag(name)` deletes it',
  ],
  [
    '`gstore branch` moves, renames and deletes it',
    '`renameBranch(from, to)` renames it, and `removeBranch(name)` deletes it',
  ],
  [/, or move it \(`gstore tag --move ([^`]+)`\)/, ", or move it (`tag('$1', { move: true })`)"],
  [/, or move it \(`gstore branch --move [^`]+`\)/, ''],
  ['`gstore checkout -b NAME VERSION`', '`branch(name, { from: version })`'],
  [/`gstore checkout -b NAME ([^`]+)`/, "`branch(name, { from: '$1' })`"],
  [/`gstore checkout -b ([^`]+)`/, "`branch('$1')`"],
  [/`gstore checkout ([^`]+)`/, "`checkout('$1')`"],
  [/`gstore find --at ([^`]+)`/, "`at('$1')`"],
  ['`gstore tag` and `gstore branch` list the names', '`versions()` lists the names'],
  ['`gstore branch` lists', '`versions()` lists'],
  ['`gstore log`', '`log()`'],
  ['`gstore clone`', '`clone(directory, newDirectory)`'],
  ['`gstore bundle create`', '`createBundle(file)`'],
  ['the next command makes it again', 'opening the storage makes it again'],
];

/** A message of the engine with calls in place of commands. */
const withCalls = (message) => CALLS.reduce((text, [from, to]) => text.replace(from, to), message);

module.exports = { withCalls };
