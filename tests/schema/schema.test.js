'use strict';

// Goal: schemas behave as those of Metaschema 2.2.2, to the last letter of each error.
// Method: thousands of random definitions and values through both. SCHEMA_CASES=n takes more cases,
// SCHEMA_SEED=n begins elsewhere; a seed repeats its case.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { Differ, load, ours, difference } = require('./differ.js');
const { generate } = require('./generate.js');
const { Oracle } = require('./oracle.js');
const { Random } = require('./random.js');
const { toTagged } = require('./tagged.js');

const CASES = Number(process.env.SCHEMA_CASES || 5000);
const SEED = Number(process.env.SCHEMA_SEED || 1);
const BATCH = 1000;

const differ = new Differ();

const report = (seed, request) => {
  const smallest = differ.shrink(request);
  const [found] = differ.run([smallest]);
  const { place, ours: mine, theirs } = found;
  return [
    `seed ${seed}, smallest case:`,
    JSON.stringify(smallest),
    `at ${place}`,
    `ours:   ${JSON.stringify(mine)}`,
    `theirs: ${JSON.stringify(theirs)}`,
  ].join('\n');
};

test(`random schemas and models, seeds ${SEED} to ${SEED + CASES - 1}`, (t) => {
  const totals = { thrown: 0, refused: 0, valid: 0, invalid: 0 };
  for (let from = SEED; from < SEED + CASES; from += BATCH) {
    const requests = [];
    for (let seed = from; seed < Math.min(from + BATCH, SEED + CASES); seed++) {
      requests.push(generate(new Random(seed)));
    }
    for (const [i, found] of differ.run(requests).entries()) {
      if (found === 'refused') totals.refused++;
      else if (found !== null) assert.fail(report(from + i, requests[i]));
    }
    for (const answer of ours(requests)) {
      if (answer.thrown) totals.thrown++;
      for (const { valid } of answer.checks?.filter(Boolean) ?? []) {
        if (valid) totals.valid++;
        else totals.invalid++;
      }
    }
  }
  t.diagnostic(JSON.stringify(totals));
  // A comparison of nothing but errors, or of what we refuse, would show little.
  assert.ok(totals.refused < CASES / 20, 'too many refusals');
  assert.ok(totals.thrown > CASES / 20 && totals.thrown < (CASES * 3) / 4, 'odd share of throws');
  assert.ok(totals.valid > CASES / 4, 'too few valid values');
  assert.ok(totals.invalid > CASES / 4, 'too few invalid values');
});

test('the model of npm xxii-schema', async () => {
  const model = await load('xxii-schema').load();
  const { loadModel } = load('metaschema');
  assert.strictEqual(typeof loadModel, 'function');
  const folder = path.join(path.dirname(load.resolve('xxii-schema')), 'schemas');
  const read = (name) => new Function(`return ${fs.readFileSync(path.join(folder, name), 'utf8')}`)();
  const files = fs.readdirSync(folder).filter((name) => !name.startsWith('.'));
  const entities = files.map((name) => [path.basename(name, '.js'), toTagged(read(name))]);
  const values = [['Node', toTagged({ name: 'n', domain: 'd', ip: '::1', ports: [1, '2'] })]];
  const request = ['model', toTagged(read('.types.js')), entities, values];
  const [answer] = ours([request]);
  const oracle = new Oracle(load('metaschema'));
  const theirs = JSON.parse(JSON.stringify(oracle.describeModel(model, values)));
  assert.deepStrictEqual(difference(answer, theirs), null);
  assert.strictEqual(answer.order.length, 9);
});
