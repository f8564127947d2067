// The npm package `globalstorage` for `import`: the same objects as those of `require`.

import globalstorage from './globalstorage.js';

export const { open, Storage, Collection, Record, GsError, BlobRef } = globalstorage;
export default globalstorage;
