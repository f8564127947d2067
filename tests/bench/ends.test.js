'use strict';

// However a run of gstore-bench ends, it leaves nothing below TMPDIR. Interrupted, it left up to
// 3 GB.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { setTimeout: pause } = require('node:timers/promises');

const PROGRAM = process.env.GSTORE_BENCH || path.resolve(__dirname, '../../build/bin/gstore-bench');
const LOOK_MS = 5;

/** Many rounds of little: it ends only because somebody ends it. */
const LONG = ['insert', '--records', '2000', '--rounds', '1000000'];

class Run {
  constructor(t, args) {
    this.tmp = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-test-'));
    this.child = spawn(PROGRAM, args, { env: { ...process.env, TMPDIR: this.tmp } });
    this.closed = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal }));
    });
    t.after(() => {
      this.child.kill('SIGKILL');
      fs.rmSync(this.tmp, { recursive: true, force: true });
    });
  }

  /** When it has said that the measurement begins. */
  begun() {
    return new Promise((resolve, reject) => {
      let text = '';
      this.child.stdout.on('data', (chunk) => {
        text += String(chunk);
        if (/^row +ours/m.test(text)) resolve();
      });
      this.child.on('close', () => reject(new Error(`it ended: ${text}`)));
    });
  }

  /** When `look` finds something in a process that still runs. */
  async until(look) {
    while (true) {
      const found = look();
      if (found) return found;
      assert.strictEqual(this.child.exitCode, null);
      await pause(LOOK_MS);
    }
  }

  files() {
    return fs.readdirSync(this.tmp, { recursive: true });
  }
}

const childOf = (pid) => {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
};

const isThere = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  test(`${signal} ends a run, by that signal, and nothing is left`, async (t) => {
    const run = new Run(t, LONG);
    await run.begun();
    await run.until(() => run.files().length > 2); // the directory and a database in it
    run.child.kill(signal);
    assert.deepStrictEqual(await run.closed, { code: null, signal });
    assert.deepStrictEqual(run.files(), []);
  });
}

test('a part that runs in a process of its own ends with the run', async (t) => {
  const run = new Run(t, ['reopen', '--records', '2000', '--tail-mb', '200', '--rounds', '1000']);
  await run.begun();
  const part = await run.until(() => childOf(childOf(run.child.pid)));
  await run.until(() => run.files().length > 2);
  run.child.kill('SIGINT');
  assert.deepStrictEqual(await run.closed, { code: null, signal: 'SIGINT' });
  assert.ok(!isThere(part));
  assert.deepStrictEqual(run.files(), []);
});

test('a run that crashes leaves nothing', async (t) => {
  const run = new Run(t, LONG);
  await run.begun();
  const measuring = await run.until(() => childOf(run.child.pid));
  process.kill(measuring, 'SIGKILL');
  assert.deepStrictEqual(await run.closed, { code: null, signal: 'SIGKILL' });
  assert.deepStrictEqual(run.files(), []);
});

test('a run that ends by itself leaves nothing, and has its own exit status', async (t) => {
  const good = new Run(t, ['batch', '--smoke']);
  assert.deepStrictEqual(await good.closed, { code: 0, signal: null });
  assert.deepStrictEqual(good.files(), []);
});

test('a run that fails half-way leaves nothing', async (t) => {
  const run = new Run(t, LONG);
  await run.begun();
  // Its databases are taken away, and files put where they should be.
  const [name] = fs.readdirSync(run.tmp);
  const directory = path.join(run.tmp, name);
  fs.renameSync(directory, `${directory}.away`);
  fs.writeFileSync(directory, '');
  const { code } = await run.closed;
  fs.rmSync(`${directory}.away`, { recursive: true });
  assert.strictEqual(code, 1);
  assert.deepStrictEqual(run.files(), []);
});
