'use strict';

// Keys of peers. Of records that are read: texts of 36 characters, as our ids are, in no order.

const { mix } = require('./common.js');

const hex = (word) => word.toString(16).padStart(8, '0');

const textId = (i) => {
  const [a, b, c, d] = [mix(i), mix(i + 0x10000000), mix(i + 0x20000000), i].map(hex);
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
};

/** In the order of the numbers. */
const orderedKey = (i) => String(i).padStart(8, '0');

module.exports = { textId, orderedKey };
