'use strict';

// An application of Impress with GlobalStorage:
//
//   npm i && node server.js
//
// tests/impress runs it.

require('impress');
