// The package beside the types of Node.js: streams, signals, disposal.

import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { open } from 'globalstorage';

await using db = await open({ path: 'gs' });
const { signal } = new AbortController();
await db.collection('City').where({ n: 1 }).all({ signal });
await db.transact(async (tx) => tx.get('x'), { signal });
await pipeline(db.export(), createWriteStream('all.ndjson'));
db.export({ format: 'json' }).pipe(process.stdout);
const { count } = await db.import(createReadStream('all.ndjson'), { signal });
await db.collection('File').insert({ bytes: Buffer.from('x'), at: new Date(), count });
