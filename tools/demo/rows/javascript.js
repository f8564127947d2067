'use strict';

// The npm package: the README's example, the program that was written for
// upstream, threads that write to one directory at once, and two who type.

const fs = require('node:fs');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { spawnSync } = require('node:child_process');
const { ROOT } = require('../gstore.js');

const THREADS = 4;
const isShort = (update) => update.length <= 12;
const RECORDS = 500;

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { open } = require('globalstorage');
  (async () => {
    const db = await open({ path: workerData.directory });
    const Note = db.collection('Note');
    for (let i = 0; i < workerData.records; i++) {
      await Note.insert({ of: workerData.thread, i });
      await Note.field('counter', 'n').add(1);
    }
    await db.close();
    parentPort.postMessage('done');
  })();
`;

// A directory in which the package is installed, as one's own project has it.
const project = (folder) => {
  const directory = path.join(folder, 'javascript');
  fs.mkdirSync(path.join(directory, 'node_modules'), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'js'), path.join(directory, 'node_modules/globalstorage'));
  return directory;
};

const run = (directory, example) => {
  const file = path.join(directory, path.basename(example));
  fs.copyFileSync(path.join(ROOT, 'examples', example), file);
  const result = spawnSync(process.execPath, [file], { cwd: directory, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${example}: ${result.stderr.split('\n')[0]}`);
  return result.stdout.split('\n');
};

const inThreads = (directory) => {
  const file = path.join(directory, 'worker.js');
  fs.writeFileSync(file, WORKER);
  const threads = Array.from({ length: THREADS }, (_, thread) => {
    const workerData = { directory: path.join(directory, 'threads'), thread, records: RECORDS };
    const worker = new Worker(file, { workerData });
    return new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  });
  return Promise.all(threads);
};

module.exports = async ({ table, folder }) => {
  const directory = project(folder);
  const quick = run(directory, 'quickstart.js');
  table.add("README's example: first line", 'Hi by Ann', quick[0]);
  table.add("README's example: its last proof", true, quick.includes('proven: update'));
  const compatible = run(directory, 'compatible.js');
  table.add('a program for upstream: a relation', true, compatible.includes('Author: Ann'));
  // Two updates are told as one when the second comes at once.
  const updates = compatible.filter((line) => line.startsWith('Updated:')).join(' ');
  const told = ['content', 'title'].filter((field) => updates.includes(`${field}: `));
  table.add('a program for upstream: fields that it is told of', 'content title', told.join(' '));

  const { open } = require(path.join(ROOT, 'js'));
  const db = await open({ path: path.join(directory, 'threads') });
  await db.collection('Note').insert({ n: 0 }, { key: 'counter' });
  await inThreads(directory);
  const count = await db.Note.where({ of: { $exists: true } }).count();
  table.add(`${THREADS} threads write: records`, THREADS * RECORDS, count);
  const { n } = await db.Note.get('counter');
  table.add(`${THREADS} threads count: the counter`, THREADS * RECORDS, n);
  table.add('what they wrote verifies', true, (await db.verify()).ok);

  const { id } = await db.Note.insert({ body: 'Hello world' });
  const editors = [await db.Note.field(id, 'body').edit(), await db.Note.field(id, 'body').edit()];
  const keys = [...'Dear '].map((key, i) => editors[0].insertText(i, key));
  table.add('five keys pressed: bytes for who looks on, each', true, keys.every(isShort));
  editors[1].deleteText(5, 6);
  for (const editor of editors) await editor.commit();
  table.add('two type in one text', 'Dear Hello', editors[1].text);
  await db.close();
};
