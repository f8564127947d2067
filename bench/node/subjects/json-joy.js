'use strict';

// As in bench/peers.

module.exports = require('../../peers/json-joy.js');
