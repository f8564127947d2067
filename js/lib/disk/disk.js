'use strict';

// Files that survive a crash: whole-file writes that are there completely or not at all. Rejects
// with the errors of the operating system; who calls says what was being done.

const { constants } = require('node:fs');
const path = require('node:path');
const { gsError } = require('../errors.js');
const platform = require('../platform.js');

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
// A text of JavaScript holds fewer than 2^29 characters; a file of this many bytes always fits.
const FILE_BYTES_MAX = 256 * 1024 * 1024;
// A symbolic link could lead out of the directory. Windows does not know the flag.
const NO_LINKS = constants.O_NOFOLLOW || 0;
const WINDOWS = process.platform === 'win32';

const isMissing = (error) => error.code === 'ENOENT';

// Names become durable with their directory. Windows has no such call and needs none.
const syncDirectory = async (directory) => {
  if (WINDOWS) return;
  const handle = await platform.fs.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const makeDirectories = async (directory) => {
  try {
    return await platform.fs.mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  } catch (cause) {
    if (cause.code !== 'EEXIST') throw cause;
    throw gsError('GS_INVALID', `${directory} is no directory`, { cause });
  }
};

const ensureDirectory = async (directory) => {
  const first = await makeDirectories(directory);
  if (first === undefined) return;
  const top = path.dirname(first);
  let parent = path.resolve(directory);
  do {
    parent = path.dirname(parent);
    await syncDirectory(parent);
  } while (parent !== top && parent !== path.dirname(parent));
};

const remove = async (file) => {
  try {
    await platform.fs.unlink(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

// Write a file that nobody else writes, through to the disk; its name is not durable yet.
const writeFresh = async (file, content, mode = FILE_MODE) => {
  await remove(file);
  const handle = await platform.fs.open(file, 'wx', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const rename = (from, to) => platform.fs.rename(from, to);

const temporaryOf = (file) => `${file}.${platform.crypto.randomBytes(8).toString('hex')}.new`;

// Write beside the file, then `publish` it under its name; nothing stays when that fails.
const writeBeside = async (file, content, publish) => {
  const temporary = temporaryOf(file);
  try {
    await writeFresh(temporary, content);
    await publish(temporary);
  } finally {
    await remove(temporary);
  }
  await syncDirectory(path.dirname(file));
};

const replace = (file, content) =>
  writeBeside(file, content, (temporary) => platform.fs.rename(temporary, file));

// Of all who create the same file at once, one gets true; the file is its, whole.
const create = async (file, content) => {
  try {
    await writeBeside(file, content, (temporary) => platform.fs.link(temporary, file));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
};

const textOf = (bytes, file) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw gsError('GS_DAMAGED', `${file} is no UTF-8 text`, { cause });
  }
};

// One version of a file: its text, and a mark that another version would not have.
const readMarked = async (file) => {
  const handle = await platform.fs.open(file, constants.O_RDONLY | NO_LINKS);
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw gsError('GS_INVALID', `${file} is no regular file`);
    if (stat.size > FILE_BYTES_MAX) {
      const message = `${file} has ${stat.size} bytes, more than ${FILE_BYTES_MAX}`;
      throw gsError('GS_TOO_LARGE', message);
    }
    return { text: textOf(await handle.readFile(), file), mark: markOf(stat) };
  } finally {
    await handle.close();
  }
};

const markOf = (stat) => [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');

const readText = async (file) => (await readMarked(file)).text;

// A function of a file that gives null when the file is not there.
const orNull = (read) => async (file) => {
  try {
    return await read(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

// The mark of the version that is there now.
const mark = orNull(async (file) => {
  const stat = await platform.fs.lstat(file, { bigint: true });
  return stat.isFile() ? markOf(stat) : null;
});

const exists = async (file) => (await mark(file)) !== null;

module.exports = {
  FILE_BYTES_MAX,
  create,
  ensureDirectory,
  exists,
  mark,
  readMarked: orNull(readMarked),
  readText,
  readTextOrNull: orNull(readText),
  remove,
  rename,
  replace,
  syncDirectory,
  writeFresh,
};
