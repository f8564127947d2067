'use strict';

// The bytes that show one edit of a text session to others (docs/FORMAT.md, "Text edits": the live
// form, writer 0), made here: a call of the engine for each key would cost more than the edit.

const ERASE = 1; // of types of edits; to insert is 0

const sizeOf = (number) => {
  if (number < 0x80) return 1;
  if (number < 0x4000) return 2;
  if (number < 0x200000) return 3;
  return number < 0x10000000 ? 4 : 5;
};

/** Writes a varint of 32 bits. Gives where it ends. */
const put = (bytes, at, number) => {
  while (number >= 0x80) {
    bytes[at++] = (number & 0x7f) | 0x80;
    number >>>= 7;
  }
  bytes[at++] = number;
  return at;
};

const isAscii = (text) => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
};

/**
 * @param {boolean} isFirst it stands on the text that is shown, not on the edit before
 * @param {number} position in a text without characters of two units; nor are there in `inserted`
 * @param {number} deleted
 * @param {string} inserted one of both is something
 * @returns {Uint8Array}
 */
const sessionUpdate = (isFirst, position, deleted, inserted) => {
  const count = inserted.length;
  const utf8 = isAscii(inserted) ? null : Buffer.from(inserted);
  const size = utf8 === null ? count : utf8.length;
  const erase = deleted === 0 ? -1 : (deleted - 1) * 3 + ERASE;
  const insert = count === 0 ? -1 : (count - 1) * 3;
  const heads = (erase < 0 ? 0 : sizeOf(erase)) + (insert < 0 ? 0 : sizeOf(insert));
  const place = position * 2; // folded, as distances are
  const places = sizeOf(place) + (erase >= 0 && insert >= 0 ? 1 : 0);
  const parents = isFirst ? 1 : 0;
  const bytes = new Uint8Array(2 + parents + 1 + heads + 1 + places + sizeOf(size) + size);
  bytes[0] = parents; // writer 0, and whether parents follow
  let at = 2 + parents; // the seq that is expected, and no parents
  bytes[at++] = heads;
  if (erase >= 0) at = put(bytes, at, erase);
  if (insert >= 0) at = put(bytes, at, insert);
  bytes[at++] = places;
  at = put(bytes, at, place);
  if (erase >= 0 && insert >= 0) at++; // where the deletion was
  at = put(bytes, at, size);
  if (utf8 !== null) bytes.set(utf8, at);
  else for (let i = 0; i < size; i++) bytes[at + i] = inserted.charCodeAt(i);
  return bytes;
};

module.exports = { sessionUpdate };
