'use strict';

// Ids between their text, 36 lower-case characters, and 16 bytes.

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const isId = (text) => typeof text === 'string' && text.length === 36 && PATTERN.test(text);

/** @param {Uint8Array} b 16 bytes from `i` on */
const readId = (b, i) =>
  `${HEX[b[i]]}${HEX[b[i + 1]]}${HEX[b[i + 2]]}${HEX[b[i + 3]]}-` +
  `${HEX[b[i + 4]]}${HEX[b[i + 5]]}-${HEX[b[i + 6]]}${HEX[b[i + 7]]}-` +
  `${HEX[b[i + 8]]}${HEX[b[i + 9]]}-` +
  `${HEX[b[i + 10]]}${HEX[b[i + 11]]}${HEX[b[i + 12]]}` +
  `${HEX[b[i + 13]]}${HEX[b[i + 14]]}${HEX[b[i + 15]]}`;

// Of a character of hexadecimal; 255 for no digit.
const DIGITS = new Uint8Array(128).fill(255);
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
