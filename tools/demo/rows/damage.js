'use strict';

// One flipped bit in a copy of the storage: verify fails with its own exit
// status and names the segment and the change's place.

const fs = require('node:fs');
const path = require('node:path');
const { gstore, succeed, parseLines, EXIT } = require('../gstore.js');

const FRAME_HEAD_BYTES = 24; // a place may be that of the change or of its frame

const segmentFile = (directory, segment) => {
  const folder = path.join(directory, 'log');
  const number = (name) => Number.parseInt(name.replace(/^\D*/, ''), 10);
  const name = fs.readdirSync(folder).find((file) => /\d/.test(file) && number(file) === segment);
  if (name === undefined) throw new Error(`no file of segment ${segment} in ${folder}`);
  return path.join(folder, name);
};

const flipBit = (file, offset) => {
  const handle = fs.openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(handle, byte, 0, 1, offset);
  byte[0] ^= 0x10;
  fs.writeSync(handle, byte, 0, 1, offset);
  fs.closeSync(handle);
};

// Every "segment N ... offset M" of the report, whether in fields or in words.
const placesIn = (text) => {
  const pattern = /segment\W{1,4}(\d+)\D{1,40}?offset\W{1,4}(\d+)/g;
  return [...text.matchAll(pattern)].map((found) => ({
    segment: Number(found[1]),
    offset: Number(found[2]),
  }));
};

module.exports = async ({ table, world, folder }) => {
  const { out } = await succeed(world, ['log', '-n', '1000000', '--json']);
  const changes = parseLines(out).flat();
  const change = changes[Math.floor(changes.length / 2)];
  const { segment, offset, bytes } = change;
  const at = offset + Math.floor(bytes / 2);

  const copy = path.join(folder, 'flipped');
  fs.cpSync(world, copy, { recursive: true });
  flipBit(segmentFile(copy, segment), at);

  const result = await gstore(copy, ['verify', '--full', '--json']);
  table.add('one flipped bit: exit status of verify', EXIT.unverified, result.code);
  const places = placesIn(result.out + result.err);
  const begin = offset - FRAME_HEAD_BYTES;
  const right = places.find(
    (place) => place.segment === segment && place.offset >= begin && place.offset <= at,
  );
  const got = right || places[0];
  table.add(
    'one flipped bit: place named by verify',
    `segment ${segment} offset ${begin}..${at}`,
    got ? `segment ${got.segment} offset ${got.offset}` : 'no place',
    right !== undefined,
  );
  fs.rmSync(copy, { recursive: true });
};
