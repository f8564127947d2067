'use strict';

// Small text files by directory and name, as upstream has them. A write is there whole or not at
// all, also after a crash; a name cannot lead out of the directory, nor can a symbolic link.
// Errors of the operating system are passed on as they are: a missing file is ENOENT.

const path = require('node:path');
const disk = require('../disk/disk.js');
const { gsError } = require('../errors.js');
const { checkName } = require('../disk/names.js');

const fileOf = (dir, name) => {
  if (typeof dir !== 'string' || dir === '' || dir.includes('\0')) {
    throw gsError('GS_INVALID', 'The directory must be a path');
  }
  return path.join(dir, checkName(name, 'The name of a file'));
};

const read = async (dir, name) => disk.readText(fileOf(dir, name));

const write = async (dir, name, content) => {
  const file = fileOf(dir, name);
  if (typeof content !== 'string' && !ArrayBuffer.isView(content)) {
    throw gsError('GS_INVALID', `The content of ${name} must be a string or bytes`);
  }
  await disk.ensureDirectory(dir);
  await disk.replace(file, content);
};

const exists = async (dir, name) => disk.exists(fileOf(dir, name));

const remove = async (dir, name) => {
  const file = fileOf(dir, name);
  if (await disk.remove(file)) await disk.syncDirectory(dir);
};

module.exports = { exists, read, remove, write };
