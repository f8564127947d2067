'use strict';

// As in bench/peers, but for one thing: a transaction of many edits takes it time that grows with
// their square, so each edit is one of its own.

module.exports = { ...require('../../peers/yjs.js'), isSlowInOne: true };
