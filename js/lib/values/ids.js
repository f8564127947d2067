'use strict';

// Ids between their text, 36 lower-case characters, and 16 bytes.

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const isId = (text) => typeof text === 'string' && text.length === 36 && PATTERN.test(text);

// Characters of the two digits of a byte.
const HIGH = new Uint8Array(256);
const LOW = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  HIGH[byte] = '0123456789abcdef'.charCodeAt(byte >> 4);
  LOW[byte] = '0123456789abcdef'.charCodeAt(byte & 15);
}
const DASH = 45;

// One call that makes one text: a sum of texts would make one for each part.
const { fromCharCode } = String;

/** @param {Uint8Array} b 16 bytes from `i` on */
// prettier-ignore
const readId = (b, i) => fromCharCode(
  HIGH[b[i]], LOW[b[i]], HIGH[b[i + 1]], LOW[b[i + 1]],
  HIGH[b[i + 2]], LOW[b[i + 2]], HIGH[b[i + 3]], LOW[b[i + 3]], DASH,
  HIGH[b[i + 4]], LOW[b[i + 4]], HIGH[b[i + 5]], LOW[b[i + 5]], DASH,
  HIGH[b[i + 6]], LOW[b[i + 6]], HIGH[b[i + 7]], LOW[b[i + 7]], DASH,
  HIGH[b[i + 8]], LOW[b[i + 8]], HIGH[b[i + 9]], LOW[b[i + 9]], DASH,
  HIGH[b[i + 10]], LOW[b[i + 10]], HIGH[b[i + 11]], LOW[b[i + 11]],
  HIGH[b[i + 12]], LOW[b[i + 12]], HIGH[b[i + 13]], LOW[b[i + 13]],
  HIGH[b[i + 14]], LOW[b[i + 14]], HIGH[b[i + 15]], LOW[b[i + 15]],
);

// Of a character of hexadecimal; 255 for no digit.
const DIGITS = new Uint8Array(256).fill(255);
for (let i = 0; i < 16; i++) {
  DIGITS[i.toString(16).charCodeAt(0)] = i;
  DIGITS[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}

/** @returns {boolean} false, with nothing useful written, when the text is no id */
const writeId = (bytes, at, text) => {
  if (text.length !== 36) return false;
  let bad = 0;
  for (let i = 0, c = 0; i < 16; i++, c += 2) {
    if (c === 8 || c === 13 || c === 18 || c === 23) {
      if (text.charCodeAt(c++) !== 45) return false;
    }
    const high = DIGITS[text.charCodeAt(c) & 127];
    const low = DIGITS[text.charCodeAt(c + 1) & 127];
    bad |= high | low | (text.charCodeAt(c) >> 7) | (text.charCodeAt(c + 1) >> 7);
    bytes[at + i] = (high << 4) | low;
  }
  return bad < 16;
};

module.exports = { isId, readId, writeId };
