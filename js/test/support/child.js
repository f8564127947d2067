'use strict';

// What tests run in another process or thread: `child.js ACTION DIRECTORY [ARGUMENT...]`. Each
// prints a line for each thing that is done. With `--kill=N` the process kills itself with SIGKILL
// at the Nth call that changes files; with `--tear` it writes half of the file first. With
// `--crashes=PLACE` it goes on, and copies what each of those kills would leave to PLACE/N, of odd
// calls torn with `--tear=odd`; PLACE/N.told has the number of lines until then.

const fs = require('node:fs');
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

const LIB = path.join(__dirname, '..', '..', 'lib');
const load = (name) => require(path.join(LIB, name));

// A process may be killed at once behind a line, so its lines do not wait in a buffer.
let printed = 0;
const print = (line) => {
  printed++;
  if (isMainThread) fs.writeSync(1, `${line}\n`);
  else process.stdout.write(`${line}\n`);
};

const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const CHANGES = ['create', 'ensureDirectory', 'remove', 'rename', 'replace', 'syncDirectory',
  'writeFresh'];

const die = () => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

// Calls `look` before each call that changes files.
const beforeChanges = (look) => {
  const disk = load('disk/disk.js');
  let calls = 0;
  for (const name of CHANGES) {
    const original = disk[name];
    disk[name] = async (file, content) => {
      look(++calls, name, file, content);
      return original(file, content);
    };
  }
};

const tear = (file, content) => fs.writeFileSync(file, content.slice(0, content.length / 2));

const killAt = (last, isTorn) => beforeChanges((call, name, file, content) => {
  if (call !== last) return;
  if (isTorn && name === 'writeFresh') tear(file, content);
  die();
});

const keepCrashes = (directory, place, tears) => beforeChanges((call, name, file, content) => {
  const copy = path.join(place, String(call));
  if (fs.existsSync(directory)) fs.cpSync(directory, copy, { recursive: true });
  if (name === 'writeFresh' && (tears === 'all' || (tears === 'odd' && call % 2 === 1))) {
    tear(path.join(copy, path.relative(directory, file)), content);
  }
  fs.writeFileSync(`${copy}.told`, String(printed));
});

const ACTIONS = {
  async blocks(directory, count, name = 'block') {
    const { Blockchain } = load('compatible/chain.js');
    const chain = await new Blockchain(directory);
    for (let i = 0; i < Number(count); i++) print(await chain.addBlock({ name, i }));
  },

  async records(directory, name, count) {
    const { FileStore } = load('files/store.js');
    const store = await FileStore.open(directory);
    for (let i = 0; i < Number(count); i++) {
      await store.save(`${name}-${i % 5}`, { i });
      print(i);
      if (i % 7 === 6) await store.remove(`${name}-${(i + 3) % 5}`);
    }
  },

  // One write to a store that is there: of `a`, which has 1, or of `b`, which is new; or a removal.
  async step(directory, kind) {
    const { FileStore } = load('files/store.js');
    const store = await FileStore.open(directory);
    if (kind === 'remove') await store.remove('a');
    else await store.save(kind === 'replace' ? 'a' : 'b', 2);
    print('done');
  },

  async count(directory, count) {
    const { FileStore } = load('files/store.js');
    const store = await FileStore.open(directory);
    const add = (data) => ({ n: data.n + 1 });
    for (let i = 0; i < Number(count); i++) await store.update('counter', add);
  },

  async swap(directory) {
    const { FileStore } = load('files/store.js');
    const store = await FileStore.open(directory);
    print(await store.swap('seat', { owner: process.pid }, { owner: null }));
  },

  async keys(directory) {
    const { loadKeys } = load('compatible/keys.js');
    const { publicKey, privateKey } = await loadKeys(directory);
    print(JSON.stringify(publicKey + privateKey));
  },

  async hold(directory) {
    const { FileLock } = load('disk/lock.js');
    const lock = await FileLock.in(directory, 'lock');
    await lock.run(() => {
      print('held');
      return new Promise((resolve) => setTimeout(resolve, 600 * 1000));
    });
  },

  async increments(directory, count) {
    const { FileLock } = load('disk/lock.js');
    const lock = await FileLock.in(directory, 'lock');
    const file = path.join(directory, 'number');
    for (let i = 0; i < Number(count); i++) {
      await lock.run(async () => {
        const number = Number(await fs.promises.readFile(file, 'utf8'));
        await fs.promises.writeFile(file, String(number + 1));
      });
    }
  },
};

const valueOf = (name) => {
  const option = options.find((one) => one.startsWith(`--${name}=`));
  return option && option.slice(`--${name}=`.length);
};

const main = async () => {
  const kill = valueOf('kill');
  if (kill) killAt(Number(kill), options.includes('--tear'));
  const [action, ...rest] = words;
  const crashes = valueOf('crashes');
  if (crashes) keepCrashes(rest[0], crashes, valueOf('tear'));
  await ACTIONS[action](...rest);
};

if (words.length > 0) {
  main().catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });
}
