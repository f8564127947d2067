'use strict';

// Goal: a program can decide by code and retryable, a person by message and hint.
// Method: every code of the list; errors of the operating system as they come.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { CODES } = require('../lib/codes.js');
const { GsError, fromSystem, gsError, telling } = require('../lib/errors.js');

test('each code has an advice, a meaning and a hint of the next step', () => {
  assert.ok(Object.keys(CODES).length >= 20);
  for (const [code, { advice, meaning, hint }] of Object.entries(CODES)) {
    assert.match(code, /^GS_[A-Z_]+$/);
    assert.ok(['retry', 'reopen', 'repair', 'none'].includes(advice), code);
    assert.ok(meaning.length > 0 && hint.length > 0, code);
  }
});

test('an error has the hint of its code, or a nearer one', () => {
  const cause = new Error('below');
  const error = gsError('GS_NOT_FOUND', 'Record x not found', { details: { id: 'x' }, cause });
  assert.ok(error instanceof GsError && error instanceof Error);
  assert.strictEqual(error.name, 'GsError');
  assert.strictEqual(error.message, 'Record x not found');
  assert.strictEqual(error.hint, CODES.GS_NOT_FOUND.hint);
  assert.deepStrictEqual(error.details, { id: 'x' });
  assert.strictEqual(error.cause, cause);
  assert.match(error.stack, /^GsError: Record x not found/);
  assert.strictEqual(gsError('GS_INVALID', 'm', { hint: 'Do that.' }).hint, 'Do that.');
});

test('retryable says whether the same call may succeed later', () => {
  assert.strictEqual(gsError('GS_CONFLICT', 'm').retryable, true);
  assert.strictEqual(gsError('GS_LOCKED', 'm').retryable, true);
  assert.strictEqual(gsError('GS_DAMAGED', 'm').retryable, false);
});

test('a code that is not in the list is a mistake of ours', () => {
  assert.throws(() => gsError('GS_WHATEVER', 'm'), RangeError);
});

test('errors of the operating system get a code and say what was being done', async () => {
  const reads = () => fs.promises.readFile(path.join(__dirname, 'nowhere', 'at all'));
  await assert.rejects(telling('Reading', reads), (error) => {
    assert.strictEqual(error.code, 'GS_NOT_FOUND');
    assert.match(error.message, /^Reading: ENOENT/);
    return error.cause.code === 'ENOENT';
  });
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
  assert.strictEqual(fromSystem(full, 'Writing').code, 'GS_NO_SPACE');
  const other = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' });
  assert.strictEqual(fromSystem(other, 'Reading').code, 'GS_IO');
});

test('mistakes of a program stay what they are', () => {
  const mistake = new TypeError('x is not a function');
  assert.strictEqual(fromSystem(mistake, 'Reading'), mistake);
});
