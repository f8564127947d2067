'use strict';

// Tells what becomes of one record, whoever writes it, in whichever thread.

const { isDeepStrictEqual } = require('node:util');

const deltaOf = (before, after) => {
  const delta = {};
  for (const name of Object.keys(after)) {
    if (!isDeepStrictEqual(before[name], after[name])) delta[name] = after[name];
  }
  for (const name of Object.keys(before)) if (!(name in after)) delta[name] = undefined;
  return delta;
};

/**
 * @param {(data: object, delta: object) => void} call with the fields, and those that changed
 * @returns a function that ends it
 */
const watchRecord = (storage, id, call) => {
  const first = storage.peek(id);
  let before = first === null ? {} : first.toObject();
  const look = () => {
    const record = storage.peek(id);
    if (record === null) return;
    const after = record.toObject();
    const delta = deltaOf(before, after);
    before = after;
    if (Object.keys(delta).length > 0) call(after, delta);
  };
  return storage.whenCommitted(look);
};

module.exports = { watchRecord, deltaOf };
