'use strict';

// Names of files that others choose: none leads out of its directory or means a device.

const { gsError } = require('../errors.js');

// File systems take 255 bytes; 21 of them are for the suffix of a replacement that is under way.
const NAME_BYTES_MAX = 234;
const UNUSABLE = /[/\\\u0000-\u001f\u007f]|\p{Surrogate}/u;
const UNUSABLE_ON_WINDOWS = /[<>:"|?*]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

const isUsable = (name) => {
  if (name === '' || name === '.' || name === '..' || UNUSABLE.test(name)) return false;
  return process.platform !== 'win32' || !UNUSABLE_ON_WINDOWS.test(name);
};

// A name as it may stand in a message.
const shown = (name) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);

/** The name itself, or a GsError; `what` is what the message calls it. */
const checkName = (name, what) => {
  if (typeof name !== 'string') throw gsError('GS_INVALID', `${what} must be a string`);
  if (name.length > NAME_BYTES_MAX || Buffer.byteLength(name) > NAME_BYTES_MAX) {
    const message = `${what} ${shown(name)} is longer than ${NAME_BYTES_MAX} bytes`;
    throw gsError('GS_TOO_LARGE', message, { hint: 'Choose a shorter one.' });
  }
  if (!isUsable(name)) {
    throw gsError('GS_INVALID', `${what} ${shown(name)} is no name of a file`, {
      hint: 'Use no slashes, no control characters and not only dots.',
    });
  }
  return name;
};

module.exports = { NAME_BYTES_MAX, checkName, shown };
