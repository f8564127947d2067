'use strict';

// One at a time, over all threads and processes: a lock file that names its owner. The lock of an
// owner who was killed is taken over. Node has no flock(2), so the file itself is the lock:
//
// - it appears whole by link(2), which one of several wins, and goes by unlink(2);
// - to take over, one wins a second lock named after the dead owner's token, looks whether the
//   first is still that owner's, and replaces it. Who comes late finds another token and gives up.
//   The second lock is a lock like the first, so its own owner may be killed as well.
//
// Within a thread, calls wait in a queue in memory and never poll.

const path = require('node:path');
const disk = require('./disk.js');
const { gsError } = require('../errors.js');
const { describe, hasEnded, ownText, parseOwner } = require('./owner.js');
const platform = require('../platform.js');

// Holders write a few small files. Who waits longer than this waits for something that hangs.
const WAIT_MS_MAX = 60 * 1000;
const POLL_MS_MAX = 4;
// After a release others who poll get a chance: long enough for one more poll.
const YIELD_MS = 2 * POLL_MS_MAX;

// Last call of each lock file in this thread; an entry goes when nobody waits.
const queues = new Map();

const digestOf = (text) =>
  platform.crypto.createHash('sha256').update(text).digest('hex').slice(0, 32);

const tell = (file, text) => {
  const owner = parseOwner(text);
  const who = owner ? describe(owner) : 'somebody';
  return gsError('GS_LOCKED', `${file} is held by ${who} since ${WAIT_MS_MAX / 1000} s`, {
    hint: 'If that process does not run any more, remove the file.',
    details: { file, owner },
  });
};

class Hold {
  #file;
  #text = ownText(platform.crypto.randomBytes(16).toString('hex'));

  constructor(file) {
    this.#file = file;
  }

  async take(deadline) {
    for (;;) {
      const text = await disk.readTextOrNull(this.#file);
      if (text === null) {
        if (await this.#publish((temporary) => platform.fs.link(temporary, this.#file))) return;
      } else if (await this.#takeOver(text, deadline)) {
        return;
      } else {
        if (performance.now() > deadline) throw tell(this.#file, text);
        await this.#announce();
        await platform.sleep(1 + Math.random() * (POLL_MS_MAX - 1));
      }
    }
  }

  async release() {
    if (await this.#isOwn()) await disk.remove(this.#file);
  }

  // True when somebody asked for the lock since the last call.
  async wasAwaited() {
    return disk.remove(this.#waiting);
  }

  get #waiting() {
    return `${this.#file}.waiting`;
  }

  async #isOwn() {
    return (await disk.readTextOrNull(this.#file)) === this.#text;
  }

  async #announce() {
    await platform.fs.writeFile(this.#waiting, '', { flag: 'a', mode: 0o600 });
  }

  // Put the own text under the name of the lock by link or rename: nobody reads half of it.
  async #publish(publish) {
    const temporary = `${this.#file}.${platform.crypto.randomBytes(8).toString('hex')}.new`;
    await platform.fs.writeFile(temporary, this.#text, { flag: 'wx', mode: 0o600 });
    try {
      await publish(temporary);
      return true;
    } catch (error) {
      if (error.code === 'EEXIST') return false;
      throw error;
    } finally {
      await disk.remove(temporary);
    }
  }

  async #takeOver(text, deadline) {
    const owner = parseOwner(text);
    if (owner && !hasEnded(owner)) return false;
    const right = new Hold(`${this.#file}.${owner ? owner.token : digestOf(text)}`);
    await right.take(deadline);
    try {
      if ((await disk.readTextOrNull(this.#file)) !== text) return false;
      return await this.#publish((temporary) => platform.fs.rename(temporary, this.#file));
    } finally {
      await right.release();
      await right.wasAwaited();
    }
  }
}

class FileLock {
  #file;

  /** The directory has to be there. */
  static async in(directory, name) {
    const lock = new FileLock();
    // One file has one queue, by whatever way its directory is named.
    lock.#file = path.join(await platform.fs.realpath(directory), name);
    return lock;
  }

  /** Run `work` while nobody else, here or elsewhere, runs one under this lock. */
  async run(work) {
    const before = queues.get(this.#file) || Promise.resolve();
    const result = before.then(() => this.#locked(work));
    const done = result.then(
      () => {},
      () => {},
    );
    queues.set(this.#file, done);
    try {
      return await result;
    } finally {
      if (queues.get(this.#file) === done) queues.delete(this.#file);
    }
  }

  async #locked(work) {
    const hold = new Hold(this.#file);
    await hold.take(performance.now() + WAIT_MS_MAX);
    try {
      return await work();
    } finally {
      await hold.release();
      if (await hold.wasAwaited()) await platform.sleep(YIELD_MS);
    }
  }
}

module.exports = { FileLock };
