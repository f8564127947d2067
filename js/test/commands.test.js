'use strict';

// Goal: what the engine says is to be done next is what a program in JavaScript can do: calls, not
// commands of the command line.
// Method: each text of the engine that names a command, as it stands in its source; errors as
// programs get them, for what can be brought about.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { withCalls } = require('../lib/commands.js');
const { gs, Place, refuses } = require('./support/storages.js');

const GS = path.join(__dirname, '../../gs');

const sources = (directory) =>
  fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) return sources(file);
    return /(?<!_test|_fuzz|_bench)\.(cc|h|def)$/.test(entry.name) ? [file] : [];
  });

// Of a source: texts as they are told, with names where something is put in.
const textsOf = (source) =>
  source
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/"\s+"/g, '')
    .replace(/"\s*\+\s*word\s*\+\s*"/g, 'branch')
    .replace(/"\s*\+\s*[\w:()]+\s*\+\s*"/g, 'NAME')
    .match(/"(?:[^"\\\n]|\\.)*"/g) || [];

test('each text of the engine that names a command names a call instead', () => {
  const texts = sources(GS).flatMap((file) => textsOf(fs.readFileSync(file, 'utf8')));
  const withCommand = texts.filter((text) => /gstore /.test(text));
  assert.ok(withCommand.length >= 30, `${withCommand.length} are found`);
  for (const text of withCommand) assert.doesNotMatch(withCalls(text), /gstore|--[a-z]/, text);
});

const TEXTS = [
  ['no change X in this storage. See `gstore log`', 'no change X in this storage. See `log()`'],
  [
    'x is damaged. Run `gstore verify` to see the extent, then restore from a backup',
    'x is damaged. Run `verify()` to see the extent, then restore from a backup',
  ],
  ['contradict each other. Run gstore verify', 'contradict each other. Run `verify()`'],
  ['and run `gstore verify --full` on it', 'and run `verify({ full: true })` on it'],
  [
    'Clone another replica; `gstore -d /a b/c verify` shows the extent of the damage',
    'Clone another replica; `verify()` of it shows the extent of the damage',
  ],
  ['one number (see `gstore twins`), so', 'one number (see `twins()`), so'],
  ['Merge that one first (`gstore merge`), then', 'Merge that one first (`merge()`), then'],
  ['Look at what it has with `gstore diff`, and', 'Look at what it has with `diff()`, and'],
  [
    'write once with keep_writer (`gstore insert --keep-writer`): it keeps the key',
    'write once with `open({ keepWriter: true })`: it keeps the key',
  ],
  [
    'Put them again with `gstore blob put`, or copy their files from an older backup',
    'Copy their files from an older backup',
  ],
  [
    'Remove the directory state: the next command makes it again from the log',
    'Remove the directory state: opening the storage makes it again from the log',
  ],
  ['are made with `gstore clone`', 'are made with `clone(directory, newDirectory)`'],
  [': `gstore log` lists them before it', ': `log()` lists them before it'],
];

test('commands that no test brings about', () => {
  for (const [said, told] of TEXTS) assert.strictEqual(withCalls(said), told);
});

test('errors tell calls', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  await storage.insert({ n: 1 });
  await storage.tag('one');
  await storage.branch('draft');
  const lists = /`versions\(\)` lists the names, `log\(\)` the changes$/;
  const tells = [
    [() => storage.change('0'.repeat(64)), 'GS_NOT_FOUND', /See `log\(\)`$/],
    [() => storage.at('nothing'), 'GS_NOT_FOUND', lists],
    [() => storage.checkout('draf'), 'GS_NOT_FOUND', /`versions\(\)` lists what there is$/],
    [() => storage.checkout('other'), 'GS_NOT_FOUND', /`branch\('other'\)` begins it/],
    [() => storage.checkout('one'), 'GS_INVALID', /\(`branch\(name, \{ from: 'one' \}\)`\)/],
    [() => storage.checkout('one'), 'GS_INVALID', /look at it from here \(`at\('one'\)`\)/],
    [() => storage.tag('one'), 'GS_EXISTS', /move it \(`tag\('one', \{ move: true \}\)`\)$/],
    [() => storage.branch('draft'), 'GS_EXISTS', /Use another name$/],
    [() => storage.removeTag('draft'), 'GS_INVALID', /`removeBranch\(name\)` deletes it/],
    [() => storage.removeBranch('one'), 'GS_INVALID', /`removeTag\(name\)` deletes it/],
    [() => storage.removeBranch('main'), 'GS_INVALID', /`branch\(name, \{ from: version \}\)`/],
    [() => storage.redo(), 'GS_NOT_FOUND', /See `log\(\)`$/],
    [() => storage.applyBundle(__filename), 'GS_INVALID', /`createBundle\(file\)`/],
    [
      () => gs.open({ path: place.path('none'), create: false }),
      'GS_NOT_A_STORAGE',
      /Open it without `create: false` to create one, or give its directory as `path`$/,
    ],
  ];
  for (const [call, code, pattern] of tells) await refuses(call, code, pattern);
  await storage.checkout('draft');
  await refuses(storage.removeBranch('draft'), 'GS_INVALID', /`checkout\('main'\)`/);
});

test('so does a strict merge, and what verify() notes', async (t) => {
  const place = new Place(t);
  const storage = await place.open();
  const id = await storage.insert({ n: 1 });
  await storage.branch('draft');
  await storage.update(id, { n: 2 });
  await storage.checkout('draft');
  await storage.update(id, { n: 3 });
  const look = /`merge\(version, \{ preview: true \}\)`\).* merge without `strict`/;
  await refuses(storage.merge('main', { strict: true }), 'GS_CONFLICT', look);
  await storage.close();
  fs.cpSync(place.path(), place.path('copy'), { recursive: true });
  const copy = await place.open({ path: place.path('copy'), readOnly: true });
  const { sections } = await copy.verify();
  const notes = sections.map(({ note }) => note || '');
  assert.ok(
    notes.some((note) => note.includes('`open({ keepWriter: true })`')),
    notes.join('\n'),
  );
});
