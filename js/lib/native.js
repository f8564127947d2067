'use strict';

// The addon, found and loaded, with errors as users see them.
//
// A storage of the addon, NativeStorage, has:
//
//   get(id)                     where the record is in the slab, -1: none, -2: the text is no id,
//                               below -16: bytes that the slab lacks, counted from there
//   getMany(ids, places, from)  the same of many ids of 16 bytes; how many are done
//   idsOf(texts, ids)           ids of 36 characters each as 16 bytes each; whether all are ids
//   findId(text, collection)    the id that a text names
//   version()                   of the record that get() found
//   shape(number)               definition of a shape
//   useSlab(memory)             where get() puts records
//   rest()                      lets go of the moment of the last get()
//   countCommits(counter)       counter[0] grows with each commit
//   useBatch(batch, outcome)    memory of batches, and for what became of one at once
//   write(bytes, isDurable)     what became of the batch of so many bytes there (common/batch.h):
//                               its bytes in that memory, itself, or a promise of it
//   find(query, asJson)         NativeRows: next(bytes, rows), cursor()
//   watch(query, asJson, call)  promise of a NativeLive: changes(), close()
//   editText(id, field)         promise of a NativeText: splice(position, deleted, inserted, out),
//                               splices(columns, count, text), text(), length(), isNarrow(),
//                               commit(), discard(), close()
//   call(method, json)          promise of JSON (docs/CALLS.md)
//   about(), close()
//
// Rows in memory: bindings/common/rows.h.

const path = require('node:path');
const { createRequire } = require('node:module');
const { GsError } = require('./errors.js');
const { later } = require('./later.js');

const FILE = 'globalstorage.node';

// By the number that the engine has for them.
const names = later(() => {
  const { CODES } = require('./codes.js');
  return new Map(Object.entries(CODES).map(([name, { number }]) => [number, name]));
});
const codeOf = (number) => names().get(number);

// In this order: the package of this platform; beside this code, where who bundles it may put the
// file; what a build in the repository made.
const places = () => {
  const { platform, arch, env } = process;
  if (env.GLOBALSTORAGE_ADDON) return [env.GLOBALSTORAGE_ADDON];
  const beside = path.join(__dirname, FILE);
  const built = path.join(__dirname, '../../build/bin', FILE);
  return [`@globalstorage/${platform}-${arch}/${FILE}`, beside, built];
};

// Bundlers leave this one alone.
const requireFile = createRequire(__filename);

const load = () => {
  const causes = [];
  for (const place of places()) {
    try {
      return requireFile(place);
    } catch (error) {
      causes.push(error);
    }
  }
  const reasons = causes.map(({ message }) => message.split('\n')[0]).join('; ');
  throw new GsError('GS_UNSUPPORTED', `no engine for ${process.platform}-${process.arch}`, {
    hint: `Install the package again with its optional dependencies. Tried: ${reasons}`,
    cause: causes[0],
  });
};

let addon = null;

/** The addon; loaded when it is asked for, so that a program without it can tell why. */
const native = () => (addon ||= load());

const commands = later(() => require('./commands.js'));

/** What the engine says, for a program. */
const told = (message) =>
  /gstore|command/.test(message) ? commands().withCalls(message) : message;

/** An error of the engine. */
const engineError = (number, message, options) =>
  new GsError(codeOf(number), told(message), options);

/** An error of the addon, which has a number for its code, as users see it. */
const fromNative = (error) => {
  if (!error || typeof error.code !== 'number') return error;
  return engineError(error.code, error.message, { cause: error.cause });
};

/** The result of a synchronous call. */
const called = (call) => {
  try {
    return call();
  } catch (error) {
    throw fromNative(error);
  }
};

/** The result of a promise of the addon. */
const settled = (promise) =>
  promise.catch((error) => {
    throw fromNative(error);
  });

module.exports = { native, told, engineError, fromNative, called, settled };
