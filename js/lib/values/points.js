'use strict';

// Texts of JavaScript, which count UTF-16 units, as the engine counts them: by code points. A
// character behind the first 65,536 is one code point and a pair of units, called surrogates.
// Texts have no half pairs: the encoder refuses these.

const SURROGATES = /[\ud800-\udfff]/;

// Up to here a loop is faster than the expression.
const SHORT = 16;

/** Whether any character of the text has two units; else units are code points. */
const hasPairs = (text) => {
  if (text.length > SHORT) return SURROGATES.test(text);
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xf800) === 0xd800) return true;
  return false;
};

/** How many code points are in front of a position, which may be in a pair or behind the end. */
const pointsBefore = (text, position) => {
  const end = Math.min(position, text.length);
  let pairs = 0;
  for (let i = 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xdc00 && code < 0xe000) pairs++;
  }
  return position - pairs;
};

/** How many code points a text has. */
const pointsOf = (text) => pointsBefore(text, text.length);

module.exports = { hasPairs, pointsBefore, pointsOf };
