'use strict';

// The npm package `globalstorage`: what `require` of it gives.

const { Storage } = require('./lib/storage.js');
const { GsError } = require('./lib/errors.js');
const { crud } = require('./plugins/crud.js');
const { BlobRef } = require('./lib/values/types.js');

const open = (options) => new Storage(options);

// Impress writes their texts in the place of these functions.
const plugins = { crud };

module.exports = { open, Storage, GsError, BlobRef, plugins };
