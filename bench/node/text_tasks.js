'use strict';

// The rows of texts: a recorded session of 259,778 key presses by one writer. Peers are those of
// bench/peers, each in its fastest way.

const { measure } = require('./common.js');
const { paper } = require('../peers/common.js');

const columnsOf = (patches) => ({
  positions: Uint32Array.from(patches, ([position]) => position),
  deleted: Uint32Array.from(patches, ([, deleted]) => deleted),
  inserted: Uint32Array.from(patches, ([, , inserted]) => inserted.length),
  text: patches.map(([, , inserted]) => inserted).join(''),
});

const need = (found, end) => {
  if (found !== end) throw new Error('the text is not what was typed');
};

// What is short runs warm: the least of some, in the same process, or until time is over.
const SECONDS = 10;

const repeated = async (repeats, work) => {
  const end = process.hrtime.bigint() + BigInt(SECONDS) * 1_000_000_000n;
  let best = null;
  for (let i = 0; i < repeats && (best === null || process.hrtime.bigint() < end); i++) {
    const cost = await work();
    if (best === null || cost.cpuS < best.cpuS) best = cost;
  }
  return best;
};

/** An empty text of a record, and the handle of its field. */
const emptyText = async (subject) => {
  const { id } = await subject.records.insert({ text: '' });
  return subject.records.field(id, 'text');
};

const ours = {
  async apply(Subject, { directory, edits, repeats }, isOfColumns) {
    const subject = await Subject.open(directory);
    const { patches, end } = paper(edits);
    const given = isOfColumns ? columnsOf(patches) : patches;
    const cost = await repeated(repeats, async () => {
      const field = await emptyText(subject);
      const one = await measure(() => field.splices(given));
      need(field.value, end);
      return one;
    });
    await subject.close();
    return { count: patches.length, sum: end.length, ...cost };
  },

  // As a person types: written at the end, as peers write nothing.
  async keys(Subject, { directory, keys }) {
    const subject = await Subject.open(directory);
    const { patches, end } = paper(keys);
    const field = await emptyText(subject);
    const editing = await field.edit({ commitMs: Infinity });
    let bytes = 0;
    const cost = await measure(async () => {
      for (const [position, deleted, inserted] of patches) {
        bytes += editing.splice(position, deleted, inserted).length;
      }
      await editing.commit();
    });
    need(field.value, end);
    if (bytes === 0) throw new Error('no updates went out');
    await subject.close();
    return { count: patches.length, sum: end.length, ...cost };
  },

  async keysAwaited(Subject, { directory, keysAwaited }) {
    const subject = await Subject.open(directory);
    const { patches, end } = paper(keysAwaited);
    const field = await emptyText(subject);
    const cost = await measure(async () => {
      for (const [position, deleted, inserted] of patches) {
        await field.splice(position, deleted, inserted);
      }
    });
    need(field.value, end);
    await subject.close();
    return { count: patches.length, sum: end.length, ...cost };
  },
};

const peers = {
  async apply({ text, isSlowInOne }, { edits, repeats }) {
    const { patches, end } = paper(edits);
    const type = isSlowInOne
      ? (replica) => patches.forEach((patch) => text.edit(replica, [patch]))
      : (replica) => text.edit(replica, patches);
    const cost = await repeated(repeats, async () => {
      const replica = text.create(0);
      const one = await measure(() => type(replica));
      need(text.read(replica), end);
      return one;
    });
    return { count: patches.length, sum: end.length, ...cost };
  },

  async keys({ text }, { keys }) {
    const { patches, end } = paper(keys);
    const replica = text.createLive(0);
    let bytes = 0;
    const cost = await measure(() => {
      for (const patch of patches) {
        text.before?.(replica);
        text.edit(replica, [patch]);
        bytes += text.take(replica).length;
      }
    });
    need(text.read(replica), end);
    if (bytes === 0) throw new Error('no updates went out');
    return { count: patches.length, sum: end.length, ...cost };
  },
};

const isPeer = (subject) => subject.text !== undefined;

const apply = (isOfColumns) => (subject, options) =>
  isPeer(subject)
    ? peers.apply(subject, options)
    : ours.apply(subject.Subject, options, isOfColumns);

const textTasks = {
  'text-apply': apply(true),
  'text-apply-list': apply(false),
  'text-keys': (subject, options) =>
    isPeer(subject) ? peers.keys(subject, options) : ours.keys(subject.Subject, options),
  'text-keys-awaited': (subject, options) => ours.keysAwaited(subject.Subject, options),
};

module.exports = { textTasks };
