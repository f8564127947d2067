'use strict';

// Text between JavaScript and bytes. Short ASCII, which most fields are, is done here: a call of
// the platform costs more than its characters.

const { Buffer } = require('node:buffer');

// From here on a call of the platform is faster than a loop.
const SHORT = 28;
const LONE_SURROGATE = /\p{Surrogate}/u;

const isWellFormed =
  typeof ''.isWellFormed === 'function'
    ? (text) => text.isWellFormed()
    : (text) => !LONE_SURROGATE.test(text);

const isAscii = (bytes, from, to) => {
  for (let i = from; i < to; i++) if (bytes[i] > 127) return false;
  return true;
};

const { fromCharCode } = String;

// Up to 8 characters at once, each of a byte below 128.
const eight = (b, i, count) => {
  switch (count) {
    case 0:
      return '';
    case 1:
      return fromCharCode(b[i]);
    case 2:
      return fromCharCode(b[i], b[i + 1]);
    case 3:
      return fromCharCode(b[i], b[i + 1], b[i + 2]);
    case 4:
      return fromCharCode(b[i], b[i + 1], b[i + 2], b[i + 3]);
    case 5:
      return fromCharCode(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4]);
    case 6:
      return fromCharCode(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5]);
    case 7:
      return fromCharCode(...[b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6]]);
    default:
      return fromCharCode(
        b[i],
        b[i + 1],
        b[i + 2],
        b[i + 3],
        b[i + 4],
        b[i + 5],
        b[i + 6],
        b[i + 7],
      );
  }
};

const DIRECT = 24;

/**
 * The text of bytes from..to, which are UTF-8.
 * @param {Buffer} bytes
 */
const readText = (bytes, from, to) => {
  const count = to - from;
  if (count > DIRECT || !isAscii(bytes, from, to)) {
    return bytes.utf8Slice(from, to);
  }
  if (count <= 8) return eight(bytes, from, count);
  let text = eight(bytes, from, 8);
  for (let i = from + 8; i < to; i += 8) {
    text += eight(bytes, i, Math.min(8, to - i));
  }
  return text;
};

/** Writes a text of at most SHORT characters of ASCII: the end; -1 for any other. */
const writeShort = (bytes, at, text) => {
  const { length } = text;
  if (length > SHORT) return -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return -1;
    bytes[at + i] = code;
  }
  return at + length;
};

/**
 * Writes the text as UTF-8 where there are 3 bytes for each of its UTF-16 units.
 * @param {Buffer} bytes
 * @returns {number} the end; -1 for a text with a surrogate that is alone
 */
const writeText = (bytes, at, text) => {
  const end = writeShort(bytes, at, text);
  if (end >= 0) return end;
  const written = bytes.utf8Write(text, at);
  // Only a text that is not ASCII can have surrogates.
  if (written !== text.length && !isWellFormed(text)) return -1;
  return at + written;
};

const allocate = (bytes) => Buffer.from(new ArrayBuffer(bytes));

module.exports = { SHORT, readText, writeShort, writeText, isWellFormed, allocate };
