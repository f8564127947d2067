'use strict';

// An application of Impress with GlobalStorage:
//
//   npm i && node server.js
//
// Here `globalstorage` is what `./run build` of the repository has made; what npm has by that name
// today is another program. tests/impress runs it.

require('impress');
