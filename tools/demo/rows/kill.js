'use strict';

// A process is killed with SIGKILL in the middle of an import. Every row that
// it had acknowledged is there afterwards, no row twice or torn, and the
// storage verifies and takes further writes.
//
// The rows arrive through a pipe that is never finished, so the kill always
// comes in the middle, however fast the machine is.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { isDeepStrictEqual } = require('node:util');
const { gstore, succeed, parseLines, parseOne, deferred, PROGRAM } = require('../gstore.js');

const ROUNDS = [20000, 60000, 120000]; // rows to be acknowledged before the kill
const PIECE_ROWS = 2000;

const importUntilKilled = (directory, { collection, records }, ackedRows) => {
  const { promise, resolve, reject } = deferred();
  const args = ['-d', directory, 'import', collection, '-', '--json'];
  const child = spawn(PROGRAM, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  let out = '';
  let sent = 0;
  child.stdin.on('error', () => {}); // the pipe breaks when it is killed
  child.on('error', reject);

  const send = () => {
    if (sent >= records.length || child.killed) return;
    const piece = records.slice(sent, sent + PIECE_ROWS);
    sent += piece.length;
    const text = piece.map((record) => JSON.stringify(record) + '\n').join('');
    child.stdin.write(text, () => setImmediate(send));
  };
  const acknowledged = () => {
    const lines = out.slice(0, out.lastIndexOf('\n') + 1);
    return parseLines(lines).at(-1)?.rows ?? 0;
  };
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    if (!child.killed && acknowledged() >= ackedRows) child.kill('SIGKILL');
  });
  child.on('close', (code, signal) => resolve({ signal, sent, acknowledged: acknowledged() }));
  send();
  return promise;
};

module.exports = async ({ table, folder, sources: { cities } }) => {
  for (const rows of ROUNDS) {
    const directory = path.join(folder, `killed-${rows}`);
    await succeed(directory, ['init']);
    const { signal, acknowledged } = await importUntilKilled(directory, cities, rows);
    if (signal !== 'SIGKILL') throw new Error('the import ended before it was killed');

    const reopened = await succeed(directory, ['stats', '--json']);
    const { records } = parseOne(reopened.out);
    const { out } = await succeed(directory, ['export', cities.collection, '--format', 'ndjson']);
    const found = parseLines(out);
    const same = found.filter((record, i) => isDeepStrictEqual(record, cities.records[i]));
    const { code } = await gstore(directory, ['verify', '--full', '--json']);
    const next = await gstore(directory, ['insert', cities.collection, '{"name":"After"}']);

    const name = `kill -9 after ${rows.toLocaleString('en')} rows`;
    table.add(`${name}: rows kept`, `>= ${acknowledged}`, records, records >= acknowledged);
    table.add(`${name}: they equal the source`, records, same.length);
    table.add(`${name}: verify, next write`, '0, 0', `${code}, ${next.code}`);
    table.measured(`${name}: reopen`, `${Math.round(reopened.ms)} ms`);
  }
};
