'use strict';

// Goal: one at a time, whoever else runs, and no owner who is gone keeps anybody waiting.
// Method: counters that lose no step, over objects, threads and processes; owners who are killed
// or terminated; lock files of every form.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { FileLock } = require('../lib/disk/lock.js');
const { describe, hasEnded, ownText, parseOwner } = require('../lib/disk/owner.js');
const { place, start, thread } = require('./support/place.js');

const TOKEN = '0123456789abcdef0123456789abcdef';
// Only Linux tells which thread of a living process ended.
const LINUX = process.platform === 'linux';

const waitFor = async (isThere) => {
  for (let i = 0; i < 1000 && !isThere(); i++) await sleep(5);
};

const leftIn = (directory) => fs.readdirSync(directory).filter((name) => name.startsWith('lock'));

test('calls of several objects run one after another, in their order', async (t) => {
  const directory = place(t);
  const link = path.join(place(t), 'link');
  fs.symlinkSync(directory, link);
  const locks = [await FileLock.in(directory, 'lock'), await FileLock.in(link, 'lock')];
  const order = [];
  let inside = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      locks[i % 2].run(async () => {
        assert.strictEqual(++inside, 1);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(i);
        inside--;
      }),
    ),
  );
  assert.deepStrictEqual(
    order,
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.deepStrictEqual(leftIn(directory), []);
});

test('a call that fails frees the lock and keeps its error', async (t) => {
  const lock = await FileLock.in(place(t), 'lock');
  await assert.rejects(
    lock.run(() => Promise.reject(new Error('inside'))),
    /inside/,
  );
  assert.strictEqual(await lock.run(() => 5), 5);
});

test('threads and processes lose no step of a counter', async (t) => {
  const directory = place(t);
  fs.writeFileSync(path.join(directory, 'number'), '0');
  await Promise.all([
    ...[1, 2].map(() => start(t, 'increments', directory, 50).ended),
    ...[1, 2].map(() => thread(t, 'increments', directory, 50).ended),
  ]);
  assert.strictEqual(fs.readFileSync(path.join(directory, 'number'), 'utf8'), '200');
  assert.deepStrictEqual(leftIn(directory), []);
});

test('the lock of a killed process is taken over, by one of many', async (t) => {
  const directory = place(t);
  fs.writeFileSync(path.join(directory, 'number'), '0');
  const holder = start(t, 'hold', directory);
  await holder.reach(1);
  const others = [1, 2, 3].map(() => start(t, 'increments', directory, 20).ended);
  holder.child.kill('SIGKILL');
  await Promise.all([holder.ended, ...others]);
  assert.strictEqual(fs.readFileSync(path.join(directory, 'number'), 'utf8'), '60');
  assert.deepStrictEqual(leftIn(directory), []);
});

test('the lock of a terminated thread is taken over in its living process', async (t) => {
  if (!LINUX) return;
  const directory = place(t);
  const holder = thread(t, 'hold', directory);
  await holder.reach(1);
  await holder.worker.terminate();
  const lock = await FileLock.in(directory, 'lock');
  assert.strictEqual(await lock.run(() => 'mine'), 'mine');
});

test('who was killed while taking over is taken over as well', async (t) => {
  const directory = place(t);
  const dead = start(t, 'hold', directory);
  await dead.reach(1);
  dead.child.kill('SIGKILL');
  await dead.ended;
  const text = fs.readFileSync(path.join(directory, 'lock'), 'utf8');
  const { token } = parseOwner(text);
  fs.writeFileSync(path.join(directory, `lock.${token}`), text.replace(token, TOKEN));
  const lock = await FileLock.in(directory, 'lock');
  assert.strictEqual(await lock.run(() => 'mine'), 'mine');
  assert.deepStrictEqual(leftIn(directory), []);
});

test('who comes late to take over finds another owner and waits for that one', async (t) => {
  const directory = place(t);
  const put = (name, text) => fs.writeFileSync(path.join(directory, name), text);
  const dead = { ...parseOwner(ownText(TOKEN)), boot: 'before' };
  put('lock', JSON.stringify(dead));
  // Somebody else is taking over from the dead owner, does it, and is done with the second lock.
  put(`lock.${TOKEN}`, ownText('1'.repeat(32)));
  const lock = await FileLock.in(directory, 'lock');
  const running = lock.run(() => fs.readFileSync(path.join(directory, 'lock'), 'utf8'));
  await waitFor(() => fs.existsSync(path.join(directory, `lock.${TOKEN}.waiting`)));
  const living = ownText('2'.repeat(32));
  put('lock', living);
  fs.unlinkSync(path.join(directory, `lock.${TOKEN}`));
  await waitFor(() => fs.existsSync(path.join(directory, 'lock.waiting')));
  assert.strictEqual(fs.readFileSync(path.join(directory, 'lock'), 'utf8'), living);
  fs.unlinkSync(path.join(directory, 'lock'));
  assert.notStrictEqual(await running, living);
});

test('a lock file of another form is what a crash of the machine left', async (t) => {
  const directory = place(t);
  const lock = await FileLock.in(directory, 'lock');
  for (const text of ['', '{', '[]', 'null', '{"pid":1}', '\0'.repeat(100)]) {
    fs.writeFileSync(path.join(directory, 'lock'), text);
    assert.strictEqual(await lock.run(() => text), text);
  }
});

test('a lock file names its owner', async (t) => {
  const directory = place(t);
  const lock = await FileLock.in(directory, 'lock');
  const text = await lock.run(() => fs.readFileSync(path.join(directory, 'lock'), 'utf8'));
  const owner = parseOwner(text);
  assert.strictEqual(owner.pid, process.pid);
  assert.strictEqual(describe(owner), `process ${process.pid}, thread 0, on ${os.hostname()}`);
  assert.strictEqual(hasEnded(owner), false);
});

test('an owner ended when its process did, or another has its number now', () => {
  const own = parseOwner(ownText(TOKEN));
  assert.strictEqual(hasEnded({ ...own, pid: 2 ** 22 + 1 }), true);
  assert.strictEqual(hasEnded({ ...own, boot: 'another' }), true);
  if (LINUX) assert.strictEqual(hasEnded({ ...own, started: '1' }), true);
});

test('an owner of another machine or container is never taken for ended', () => {
  const own = { ...parseOwner(ownText(TOKEN)), pid: 2 ** 22 + 1 };
  assert.strictEqual(hasEnded({ ...own, host: 'elsewhere' }), false);
  assert.strictEqual(hasEnded({ ...own, space: 'pid:[1]' }), false);
});
