'use strict';

// The npm package `globalstorage`: what `require` of it gives.

const { Storage } = require('./lib/storage.js');
const { Collection } = require('./lib/collection.js');
const { Record } = require('./lib/record.js');
const { GsError } = require('./lib/errors.js');
const { BlobRef } = require('./lib/values/types.js');

const open = (options) => new Storage(options);

module.exports = { open, Storage, Collection, Record, GsError, BlobRef };
