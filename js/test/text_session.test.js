'use strict';

// Goal: who types sees what they type, others see it by the updates and by commits, and nothing
// that was typed is lost by whatever ends the session but a kill.
// Method: sessions beside writes of others and in threads that end; positions in texts with
// characters of two units; wrong arguments; a storage that is closed.

const test = require('node:test');
const assert = require('node:assert');
const { Place, refuses, until } = require('./support/storages.js');
const { Thread, processOf } = require('./support/threads.js');

const begin = async (t, body) => {
  const place = new Place(t);
  const storage = await place.open();
  const notes = storage.collection('Note');
  const { id } = await notes.insert({ body, n: 5 });
  return { place, storage, notes, id, field: notes.field(id, 'body') };
};

const applied = (text, changes) => {
  for (const [position, deleted, inserted] of changes) {
    text = text.slice(0, position) + inserted + text.slice(position + deleted);
  }
  return text;
};

test('keys are shown at once, told as bytes, and written with a commit', async (t) => {
  const { storage, field, id } = await begin(t, 'Hello');
  const editing = await field.edit({ commitMs: Infinity });
  const update = editing.insertText(5, ' all');
  assert.ok(update instanceof Uint8Array && update.length > 4);
  const kept = Uint8Array.from(update);
  assert.ok(editing.splice(9, 0, '!').length <= 12);
  assert.deepStrictEqual(update, kept, 'an update is not written over by the next one');
  assert.strictEqual(editing.deleteText(0, 0).length, 0);
  editing.deleteText(0, 1);
  editing.insertText(0, 'h'.repeat(100));
  assert.strictEqual(editing.text, `${'h'.repeat(100)}ello all!`);
  assert.strictEqual(editing.length, 109);
  assert.strictEqual(editing.hasUncommitted, true);
  assert.strictEqual(field.value, 'Hello');
  const before = (await storage.history(id)).length;
  assert.deepStrictEqual(await editing.commit(), []);
  assert.strictEqual(field.value, editing.text);
  assert.strictEqual((await storage.history(id)).length, before + 1);
  await editing.close();
});

test('what others write comes with the commit, and is told', async (t) => {
  const { field } = await begin(t, 'Hello world');
  const editing = await field.edit({ commitMs: Infinity });
  const seen = [];
  const end = editing.watch((changes) => seen.push(...changes));
  editing.insertText(11, '!');
  await field.splice(0, 5, 'Goodbye');
  const shown = editing.text;
  await until(() => editing.text === 'Goodbye world!');
  assert.strictEqual(applied(shown, seen), 'Goodbye world!');
  assert.strictEqual(editing.hasUncommitted, false, 'to show it, what was typed was written');
  end();
  await field.insertText(0, '> ');
  assert.deepStrictEqual(await editing.commit(), [[0, 0, '> ']]);
  assert.strictEqual(seen.length > 0 && applied(shown, seen), 'Goodbye world!');
});

test('positions are of UTF-16, and none is inside of a character', async (t) => {
  const { field } = await begin(t, 'a😀z');
  const editing = await field.edit();
  assert.strictEqual(editing.length, 4);
  editing.splice(3, 1, 'y');
  editing.insertText(1, '🎈');
  assert.strictEqual(editing.text, 'a🎈😀y');
  const invalid = { code: 'GS_INVALID' };
  assert.throws(() => editing.insertText(2, 'x'), invalid);
  assert.throws(() => editing.deleteText(1, 1), invalid);
  assert.throws(() => editing.insertText(0, '\ud800'), invalid);
  assert.throws(() => editing.insertText(0, 'a\udc00'), invalid);
  assert.throws(() => editing.insertText(99, 'x'), invalid);
  assert.throws(() => editing.deleteText(0, 99), invalid);
  for (const position of [-1, 0.5, NaN, '1', null, undefined, 2 ** 60, {}]) {
    assert.throws(() => editing.insertText(position, 'x'), invalid, String(position));
    if (position !== undefined) assert.throws(() => editing.splice(0, position), invalid);
  }
  for (const text of [5, null, {}, Symbol.iterator]) {
    assert.throws(() => editing.insertText(0, text), invalid);
  }
  assert.strictEqual(editing.text, 'a🎈😀y');
  await editing.commit();
  assert.strictEqual(field.value, 'a🎈😀y');
  const other = await field.edit();
  other.insertText(5, '-');
  await other.close();
  assert.deepStrictEqual(await editing.commit(), [[5, 0, '-']]);
});

test('updates are those that the engine makes', async (t) => {
  const { notes, id, field } = await begin(t, 'x'.repeat(300));
  const wide = await notes.insert({ body: `${'x'.repeat(300)}😀` });
  const here = await field.edit({ commitMs: Infinity });
  const there = await notes.field(wide.id, 'body').edit({ commitMs: Infinity });
  const long = 'long text '.repeat(3000);
  const edits = [
    [300, 0, 'a'],
    [301, 0, 'b'],
    [300, 2, ''],
    [0, 1, 'é'],
    [0, 0, '漢字'],
    [5, 64, 'q'],
    [64, 50, 'z'.repeat(200)],
    [17, 0, long],
    [20_000, 9000, 'é'.repeat(50)],
    [127, 43, 'end'],
  ];
  for (let round = 0; round < 2; round++) {
    for (const edit of edits) {
      assert.deepStrictEqual(
        here.splice(...edit),
        there.splice(...edit),
        String(edit).slice(0, 40),
      );
    }
    assert.strictEqual(`${here.text}😀`, there.text);
    await here.commit();
    await there.commit();
    assert.strictEqual(field.value, here.text);
  }
  assert.strictEqual(notes.peek(id).body, here.text);
});

test('what is not a text, or not there, cannot be edited', async (t) => {
  const { notes, id, field } = await begin(t, '');
  await refuses(() => notes.field(id, 'n').edit(), 'GS_INVALID');
  await refuses(() => notes.field('nobody', 'body').edit(), 'GS_NOT_FOUND');
  await refuses(() => field.edit({ commitMs: -1 }), 'GS_INVALID');
  await refuses(() => field.edit({ commitMs: 'soon' }), 'GS_INVALID');
  await refuses(() => field.edit(7), 'GS_INVALID');
  const fresh = await notes.field(id, 'draft').edit();
  fresh.insertText(0, 'new');
  await fresh.close();
  assert.strictEqual(notes.peek(id).draft, 'new');
});

test('what was typed stays when a commit is refused, until it is discarded', async (t) => {
  const { notes, id, field } = await begin(t, 'Hello');
  const editing = await field.edit({ commitMs: 1 });
  editing.insertText(5, '!');
  await notes.update(id, { body: 'other' });
  // The text was replaced: depending on who was first, this is a conflict.
  const slow = await field.edit({ commitMs: Infinity });
  slow.insertText(0, 'an');
  await notes.update(id, { body: 'third' });
  await refuses(() => slow.commit(), 'GS_CONFLICT');
  assert.strictEqual(slow.text, 'another');
  assert.strictEqual(slow.hasUncommitted, true);
  await slow.discard();
  assert.strictEqual(slow.text, 'third');
  slow.insertText(0, 'lost ');
  await notes.update(id, { body: 'fourth' });
  await refuses(() => slow.close(), 'GS_CONFLICT'); // and it has ended all the same
  assert.throws(() => slow.insertText(0, 'x'), { code: 'GS_CLOSED' });
  await editing.discard();
  await editing.close();
});

test('a commit by time that fails is told, loses no key, and is tried again', async (t) => {
  const { notes, id, field } = await begin(t, 'Hello');
  const failures = [];
  const editing = await field.edit({ commitMs: 20, onError: (error) => failures.push(error) });
  editing.insertText(5, '!');
  await notes.update(id, { body: 'other' });
  await until(() => failures.length > 0);
  assert.strictEqual(failures[0].code, 'GS_CONFLICT');
  editing.insertText(0, 'x');
  assert.strictEqual(editing.text, 'xHello!');
  await editing.discard();
  assert.strictEqual(editing.text, 'other');
  editing.insertText(0, 'an');
  await until(() => field.value === 'another');
  await editing.close();
});

test('a storage closes whatever becomes of what is typed', async (t) => {
  const { place, storage, notes, id, field } = await begin(t, 'Hello');
  const editing = await field.edit({ commitMs: Infinity });
  editing.insertText(0, 'x');
  await notes.delete(id);
  await refuses(() => editing.commit(), 'GS_NOT_FOUND');
  await refuses(() => editing.discard(), 'GS_NOT_FOUND');
  assert.strictEqual(editing.text, 'xHello');
  await refuses(() => storage.close(), 'GS_NOT_FOUND');
  await place.open();
});

test('nothing is typed into a session that closes', async (t) => {
  const { field } = await begin(t, 'Hello');
  const editing = await field.edit({ commitMs: Infinity });
  const other = await field.edit({ commitMs: Infinity });
  const seen = [];
  editing.watch((changes) => seen.push(...changes));
  other.insertText(5, '!');
  await other.close();
  await until(() => seen.length > 0);
  assert.deepStrictEqual(seen, [[5, 0, '!']]);
  editing.insertText(0, '>');
  const closing = editing.close();
  assert.throws(() => editing.insertText(0, 'x'), { code: 'GS_CLOSED' });
  await Promise.all([closing, editing.close()]);
  assert.strictEqual(field.value, '>Hello!');
});

test('time writes what was typed, a storage that closes, a thread that ends', async (t) => {
  const { place, storage, field, id } = await begin(t, '');
  const editing = await field.edit({ commitMs: 1 });
  editing.insertText(0, 'time ');
  await until(() => field.value === 'time ');
  const type = async ({ gs, data, say }) => {
    const storage = await gs.open({ path: data.path });
    const editing = await storage
      .collection('Note')
      .field(data.id, 'body')
      .edit({ commitMs: Infinity });
    editing.insertText(0, data.word);
    say('typed');
    if (data.word === 'ended ') process.exit(0);
    await storage.close();
  };
  for (const word of ['closed ', 'ended ']) {
    const thread = new Thread(t, type, { path: place.path(), id, word });
    await thread.heard();
    await until(() => field.value.includes(word));
    await thread.done().catch(() => {});
  }
  await editing.close();
  await editing.close();
  assert.throws(() => editing.insertText(0, 'x'), { code: 'GS_CLOSED' });
  assert.throws(() => editing.text, { code: 'GS_CLOSED' });
  const last = await field.edit({ commitMs: Infinity });
  last.insertText(0, 'last ');
  await storage.close();
  const again = await place.open();
  const { body } = again.peek(id);
  for (const word of ['time ', 'closed ', 'ended ', 'last ']) assert.ok(body.includes(word), word);
});

test('a process that ends while somebody types has written it', async (t) => {
  const { place, storage, id } = await begin(t, '');
  await storage.close();
  const type = async ({ gs, data }) => {
    const storage = await gs.open({ path: data.path });
    const editing = await storage.collection('Note').field(data.id, 'body').edit();
    editing.insertText(0, 'typed');
    process.exit(0);
  };
  await processOf(type, { path: place.path(), id });
  const again = await place.open();
  assert.strictEqual(again.peek(id).body, 'typed');
});

test('more than the engine takes is refused before it is lost', async (t) => {
  const { field } = await begin(t, '');
  const editing = await field.edit({ commitMs: Infinity });
  const megabyte = 'é'.repeat(1024 * 1024);
  for (let i = 0; i < 4; i++) editing.insertText(0, megabyte);
  assert.throws(() => editing.insertText(0, 'x'), { code: 'GS_TOO_LARGE' });
  assert.strictEqual(editing.length, 4 * megabyte.length);
  await editing.commit();
  for (let i = 0; i < 5000; i++) editing.deleteText(editing.length - 1, 1);
  assert.strictEqual(editing.text.length, 4 * megabyte.length - 5000);
  await editing.close();
  assert.strictEqual(field.value.length, 4 * megabyte.length - 5000);
});

test('two who type in one text, back and forth, agree', async (t) => {
  const { field } = await begin(t, '');
  const one = await field.edit({ commitMs: Infinity });
  const two = await field.edit({ commitMs: Infinity });
  let seed = 1;
  const below = (end) => (seed = (seed * 48271) % 2147483647) % end;
  const ROUNDS = 60;
  for (let round = 0; round < ROUNDS; round++) {
    for (const editing of [one, two]) {
      for (let i = 0; i < 20; i++) {
        const at = below(editing.length + 1);
        const deleted = Math.min(below(3), editing.length - at);
        editing.splice(at, deleted, 'abcdefgh'[below(8)]);
      }
      const shown = editing.text;
      const changes = await editing.commit({ durability: 'lazy' });
      assert.strictEqual(applied(shown, changes), editing.text);
      assert.strictEqual(editing.text, field.value);
    }
  }
  await one.commit();
  assert.strictEqual(one.text, two.text);
});
