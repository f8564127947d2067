'use strict';

// Goal: positions in texts of JavaScript are counted as the engine counts them, by code points, in
// whatever mixture of characters of one unit and of two.
// Method: texts of few kinds of characters, shorter and longer than what is looked at one by one,
// beside what the iterator of strings says of each position, also in a pair and behind the end.

const test = require('node:test');
const assert = require('node:assert');

const { hasPairs, pointsBefore, pointsOf } = require('../lib/values/points.js');

const KINDS = ['a', 'ї', '\uffff', '\u{10000}', '😀'];
const LENGTHS = [0, 1, 2, 3, 15, 16, 17, 40];

// Characters of each kind in turn, each text from another one on and with other steps.
const textOf = (length, first, step) => {
  const kindAt = (_, i) => KINDS[(first + i * step) % KINDS.length];
  return Array.from({ length }, kindAt).join('');
};

const texts = LENGTHS.flatMap((length) =>
  KINDS.flatMap((_, first) => [0, 1, 2, 3].map((step) => textOf(length, first, step))),
);

test('code points of texts and in front of positions', () => {
  for (const text of texts) {
    assert.strictEqual(pointsOf(text), [...text].length, text);
    for (let position = 0; position <= text.length; position++) {
      const points = [...text.slice(0, position)].length;
      assert.strictEqual(pointsBefore(text, position), points, `${position} of ${text}`);
    }
    assert.strictEqual(pointsBefore(text, text.length + 3), pointsOf(text) + 3);
  }
});

test('which texts have characters of two units', () => {
  for (const text of texts) assert.strictEqual(hasPairs(text), pointsOf(text) !== text.length);
});
