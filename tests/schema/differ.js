'use strict';

// Runs requests through differ.cc and through Metaschema, and finds where they differ.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { createRequire } = require('node:module');

const { Oracle } = require('./oracle.js');

const ROOT = path.resolve(__dirname, '../..');
const PROGRAM = process.env.SCHEMA_DIFFER || path.join(ROOT, 'build/dev/tests/schema/schema_differ');
const PACKAGES = process.env.SCHEMA_PACKAGES || path.join(ROOT, 'build/npm-schema');
const OUTPUT_BYTES_MAX = 1024 * 1024 * 1024;

const requirePackage = createRequire(path.join(PACKAGES, 'package.json'));

/** What is installed for this comparison; the error says how, when it is not. */
const load = (name) => {
  try {
    return requirePackage(name);
  } catch (error) {
    const how = 'run `./run test` once, or `npm ci` with tests/schema/package.json in that folder';
    throw new Error(`${name} is not in ${PACKAGES}: ${how}`, { cause: error });
  }
};

/** Answers of our program, one for each request. */
const ours = (requests) => {
  const input = requests.map((request) => JSON.stringify(request) + '\n').join('');
  const result = spawnSync(PROGRAM, { input, maxBuffer: OUTPUT_BYTES_MAX, encoding: 'utf8' });
  if (result.error) throw result.error;
  const lines = result.stdout.split('\n').filter(Boolean);
  const answers = lines.map((line) => JSON.parse(line));
  if (result.status === 0 && answers.length === requests.length) return answers;
  const request = JSON.stringify(requests[answers.length]);
  throw new Error(`schema_differ ended by ${result.signal ?? result.status} at ${request}`);
};

// What we refuse and Metaschema does not: docs/SCHEMA.md, "Differences".
const isRefused = (answer) =>
  answer.refused !== undefined || String(answer.thrown).startsWith('Error: Unsupported definition');

/** Path and both sides of the first difference; null when there is none. */
const difference = (a, b, place = '') => {
  if (Object.is(a, b)) return null;
  const comparable = typeof a === 'object' && typeof b === 'object' && a !== null && b !== null;
  if (!comparable) return { place, ours: a, theirs: b };
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[key], b[key], `${place}/${key}`);
    if (found) return found;
  }
  return null;
};

/** Plain data as UTF-8 has it: halves of surrogate pairs, which JSON escapes, become U+FFFD. */
const utf8 = (data) => JSON.parse(JSON.stringify(data).replace(/\\ud[0-9a-f]{3}/g, '\ufffd'));

class Differ {
  constructor() {
    this.oracle = new Oracle(load('metaschema'));
  }

  /** For each request: null, 'refused', or the difference. */
  run(requests) {
    const answers = ours(requests);
    return requests.map((request, i) => {
      if (isRefused(answers[i])) return 'refused';
      const theirs = utf8(this.oracle.answer(request));
      return difference(answers[i], theirs);
    });
  }

  /** The request without whatever can be left out of it while it still differs. */
  shrink(request) {
    const differs = (candidate) => {
      if (!isWhole(candidate)) return false;
      const [found] = this.run([candidate]);
      return found !== null && found !== 'refused';
    };
    let smallest = request;
    for (let again = true; again; ) {
      again = false;
      for (const candidate of smaller(smallest)) {
        if (!differs(candidate)) continue;
        smallest = candidate;
        again = true;
        break;
      }
    }
    return smallest;
  }
}

/** Whether each schema that is embedded was made before. */
const isWhole = ([form, , embedded, definition]) => {
  if (form !== 'schema') return true;
  const pieces = [...embedded.map(([, piece]) => piece), definition];
  return pieces.every((piece, made) =>
    [...JSON.stringify(piece).matchAll(/\["I",(\d+)\]/g)].every(([, index]) => index < made),
  );
};

/** Every tagged tree that lacks one part of this one. */
function* smaller(tree) {
  if (!Array.isArray(tree)) return;
  const step = tree[0] === 'o' || tree[0] === 'M' ? 2 : 1;
  const named = typeof tree[0] === 'string' && tree[0].length === 1;
  const isRequest = tree[0] === 'schema' || tree[0] === 'model';
  const removable = named ? 'oMaS'.includes(tree[0]) : !isRequest && tree.every(Array.isArray);
  for (let i = named ? 1 : 0; removable && i < tree.length; i += step) {
    yield [...tree.slice(0, i), ...tree.slice(i + step)];
  }
  for (let i = 0; i < tree.length; i++) {
    for (const part of smaller(tree[i])) yield [...tree.slice(0, i), part, ...tree.slice(i + 1)];
  }
}

load.resolve = (name) => requirePackage.resolve(name);

module.exports = { Differ, load, ours, difference };
