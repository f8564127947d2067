'use strict';

// A recorded session of two people who edit one text, typed into two replicas
// that hear of each other by files, when the people of the session did.

const fs = require('node:fs');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');
const { PROGRAM } = require('../gstore.js');

const BENCH = process.env.GSTORE_BENCH || path.join(path.dirname(PROGRAM), 'gstore-bench');
const EDITS = 26078; // of the session: all
const MEMORY = '/dev/shm'; // thousands of small files that nobody needs afterwards

module.exports = async ({ table, folder }) => {
  const home = fs.existsSync(MEMORY) ? MEMORY : folder;
  const directory = fs.mkdtempSync(path.join(home, 'gs-session-'));
  try {
    const words = ['text-session', '--records', String(EDITS), '--rounds', '1'];
    const args = [...words, '--directory', directory, '--json'];
    const { stdout } = await promisify(execFile)(BENCH, args);
    const { rows } = JSON.parse(stdout);
    const told = rows.some(({ note = '' }) => note.includes('the published text, digests equal'));
    table.add('26,078 edits of two, heard late, end as published', 'yes', told ? 'yes' : 'no');
    const { ours } = rows.find(({ row }) => row === 'text-session');
    table.measured('typed and heard, with history', `${Math.round(ours)} /s`);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
};
