'use strict';

// An application of Impress with GlobalStorage:
//
//   npm i && npm i ../../build/pack/*.tgz && node server.js
//
// `./run pack` makes these; what npm has by the name globalstorage today is another program.
//
// tests/impress runs it.

require('impress');
