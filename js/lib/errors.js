'use strict';

// Errors of the package: one class with a stable code, a message for people, a hint of the next
// step, and whether the same call may succeed later. Codes: docs/ERRORS.md.

const { later } = require('./later.js');

const codes = later(() => require('./codes.js').CODES);

class GsError extends Error {
  /**
   * @param {string} code a key of CODES, for example 'GS_NOT_FOUND'
   * @param {string} message what failed and where
   * @param {{hint?: string, details?: object, cause?: unknown}} [options] `hint`: the next step;
   *   without it the one of the code
   */
  constructor(code, message, { hint, details = null, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    const known = codes()[code];
    if (!known) throw new RangeError(`No such error code: ${code}`);
    this.code = code;
    this.hint = hint || known.hint;
    this.details = details;
    this.retryable = known.advice === 'retry';
  }

  get name() {
    return 'GsError';
  }
}

const gsError = (code, message, options) => new GsError(code, message, options);

/** Of a record that is not there; `name`: the id or key that the program gave. */
const notFound = (name, cause) =>
  new GsError('GS_NOT_FOUND', `Record ${name} not found`, { cause });

/** What a program calls a record: the id or key that it gave, or the id of what it gave. */
const nameOf = (given, id) =>
  typeof given === 'string' || typeof given === 'number' ? String(given) : id;

/** The result of a promise, whose error tells the id of a record by what the program calls it. */
const naming = (promise, given, id) =>
  promise.catch((error) => {
    const isTold = error instanceof GsError && error.message.includes(id);
    if (!isTold) throw error;
    const { code, message, hint, details } = error;
    const named = message.replaceAll(id, () => nameOf(given, id));
    throw new GsError(code, named, { hint, details, cause: error });
  });

const OF_SYSTEM = new Map([
  ['ENOENT', 'GS_NOT_FOUND'],
  ['ENOSPC', 'GS_NO_SPACE'],
  ['EDQUOT', 'GS_NO_SPACE'],
  ['EACCES', 'GS_READ_ONLY'],
  ['EPERM', 'GS_READ_ONLY'],
  ['EROFS', 'GS_READ_ONLY'],
  ['ENAMETOOLONG', 'GS_INVALID'],
  ['ELOOP', 'GS_INVALID'],
  ['ENOTDIR', 'GS_INVALID'],
  ['EISDIR', 'GS_INVALID'],
  ['EEXIST', 'GS_EXISTS'],
]);

// What the operating system said, as an error of ours. Errors of ours and mistakes in a program
// (a TypeError has no `syscall`) stay what they are.
const fromSystem = (error, doing) => {
  if (error instanceof GsError || !error || !error.syscall) return error;
  const code = OF_SYSTEM.get(error.code) || 'GS_IO';
  return new GsError(code, `${doing}: ${error.message}`, { cause: error });
};

// Run a function whose failures are told as failures of `doing`.
const telling = async (doing, run) => {
  try {
    return await run();
  } catch (error) {
    throw fromSystem(error, doing);
  }
};

module.exports = { GsError, gsError, notFound, nameOf, naming, fromSystem, telling };
