'use strict';

// Error codes for JavaScript. Made from code.def by tools/generate_errors.py: change the
// list, not this file.

const CODES = {
  GS_NOT_FOUND: {
    number: 1,
    advice: 'none',
    meaning: 'no such record, change, blob, file or storage',
    hint: 'Check the id or the path; has() tells whether something is there.',
  },
  GS_CONFLICT: {
    number: 2,
    advice: 'retry',
    meaning: 'the compared version is not the current one',
    hint: 'Read the current value and try again.',
  },
  GS_INVALID: {
    number: 3,
    advice: 'none',
    meaning: 'the input does not have the documented form',
    hint: 'Change the argument as the message says.',
  },
  GS_TOO_LARGE: {
    number: 4,
    advice: 'none',
    meaning: 'a documented limit is exceeded',
    hint: 'Split the value, or store it as a blob.',
  },
  GS_BROKEN_CHAIN: {
    number: 5,
    advice: 'repair',
    meaning: 'stored or received history does not match its digests',
    hint: 'Restore the directory from a backup; verify it before use.',
  },
  GS_DAMAGED: {
    number: 6,
    advice: 'repair',
    meaning: 'stored bytes do not match their checksum',
    hint: 'Restore the file from a backup.',
  },
  GS_BAD_SIGNATURE: {
    number: 7,
    advice: 'repair',
    meaning: 'a signature does not match its change and writer',
    hint: 'Fetch the change again from its writer.',
  },
  GS_IO: {
    number: 8,
    advice: 'reopen',
    meaning: 'the operating system refused or failed an input or output',
    hint: 'Look at the disk and its mount, then open the storage again.',
  },
  GS_NO_SPACE: {
    number: 9,
    advice: 'retry',
    meaning: 'the disk is full; nothing was written',
    hint: 'Free space on the disk and try again.',
  },
  GS_READ_ONLY: {
    number: 10,
    advice: 'none',
    meaning: 'the storage or its disk cannot be written',
    hint: 'Give this process the right to write there, or open for reading only.',
  },
  GS_LOCKED: {
    number: 11,
    advice: 'retry',
    meaning: 'another process has the storage open',
    hint: 'Wait until the other process is done, or close the storage there.',
  },
  GS_NEWER_FORMAT: {
    number: 12,
    advice: 'none',
    meaning: 'the bytes were written by a newer version of the format',
    hint: 'Update the package globalstorage.',
  },
  GS_EXISTS: {
    number: 13,
    advice: 'none',
    meaning: 'the thing to create is there already',
    hint: 'Use what is there, or choose another name.',
  },
  GS_FAILED: {
    number: 14,
    advice: 'reopen',
    meaning: 'an earlier write failed; the storage takes no more writes',
    hint: 'Close the storage and open it again.',
  },
  GS_ERASED: {
    number: 15,
    advice: 'none',
    meaning: 'the payload was erased; its proof is intact',
    hint: 'The value is gone on purpose; only its proof can be read.',
  },
  GS_UNSUPPORTED: {
    number: 16,
    advice: 'none',
    meaning: 'this build or platform cannot do that',
    hint: 'See the manual for what this build and platform can do.',
  },
  GS_NOT_A_STORAGE: {
    number: 17,
    advice: 'none',
    meaning: 'the directory holds no storage',
    hint: 'Check the path, or create a storage there.',
  },
  GS_UNREACHABLE: {
    number: 18,
    advice: 'retry',
    meaning: 'the other side cannot be reached',
    hint: 'Check the address and the network, then try again.',
  },
  GS_CLOSED: {
    number: 19,
    advice: 'reopen',
    meaning: 'the storage is closed',
    hint: 'Open the storage again.',
  },
  GS_DROPPED: {
    number: 20,
    advice: 'none',
    meaning: 'history before a version was dropped here',
    hint: 'Ask a storage that keeps the whole history.',
  },
};

module.exports = { CODES };
