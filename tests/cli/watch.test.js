'use strict';

// watch: a query's rows, then what other processes change in them.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, parseLines, closed, EXIT } = require('./gstore.js');

// Lines of a process that goes on, each handed out once.
class Lines {
  constructor(stream) {
    this.text = '';
    this.waiting = null;
    stream.on('data', (chunk) => {
      this.text += String(chunk);
      if (this.waiting) this.waiting();
    });
  }

  async take(count) {
    while (this.text.split('\n').length <= count) {
      await new Promise((resolve) => { this.waiting = resolve; });
    }
    const lines = this.text.split('\n');
    this.text = lines.slice(count).join('\n');
    return parseLines(lines.slice(0, count).join('\n'));
  }
}

const put = (place, key, data) => place.ok(['set', '-c', 'City', key, JSON.stringify(data)]).trim();

test('rows come first, then what another process changes', async (t) => {
  const place = new Place(t);
  const kyiv = put(place, 'kyiv', { name: 'Kyiv', n: 3 });
  const child = place.start(['watch', 'City', '{"n":{"$gt":0}}', '--sort', 'n', '-n', '2', '--select', 'name']);
  const lines = new Lines(child.stdout);
  assert.deepStrictEqual(await lines.take(1), [{ added: { name: 'Kyiv' }, id: kyiv, at: 0 }]);

  const lviv = put(place, 'lviv', { name: 'Lviv', n: 1 });
  assert.deepStrictEqual(await lines.take(1), [{ added: { name: 'Lviv' }, id: lviv, at: 0 }]);
  place.ok(['update', '-c', 'City', 'lviv', '{"n":7}']);
  assert.deepStrictEqual(await lines.take(1), [{ moved: { name: 'Lviv' }, id: lviv, from: 0, at: 1 }]);
  place.ok(['update', '-c', 'City', 'kyiv', '{"name":"Київ"}']);
  assert.deepStrictEqual(await lines.take(1), [{ changed: { name: 'Київ' }, id: kyiv, at: 0 }]);
  const odesa = put(place, 'odesa', { name: 'Odesa', n: 5 });  // pushes Lviv out
  assert.deepStrictEqual(await lines.take(2), [
    { removed: lviv, at: 1 },
    { added: { name: 'Odesa' }, id: odesa, at: 1 },
  ]);
  put(place, 'mars', { name: 'Mars', n: 0 });  // does not pass
  place.ok(['delete', '-c', 'City', 'odesa']);
  assert.deepStrictEqual(await lines.take(2), [
    { removed: odesa, at: 1 },
    { added: { name: 'Lviv' }, id: lviv, at: 1 },
  ]);
  const done = closed(child);
  child.kill('SIGINT');
  assert.deepStrictEqual(await done, { code: EXIT.ok, signal: null });
  assert.strictEqual(lines.text, '');
});

test('with --json a row names its record, as find has it', async (t) => {
  const place = new Place(t);
  const child = place.start(['watch', 'City', '--json']);  // a collection that comes later
  const lines = new Lines(child.stdout);
  const id = put(place, 'kyiv', { name: 'Kyiv' });
  const row = { id, collection: 'City', key: 'kyiv', data: { name: 'Kyiv' } };
  assert.deepStrictEqual(await lines.take(1), [{ added: row, at: 0 }]);
  place.ok(['delete', '-c', 'City', 'kyiv']);
  assert.deepStrictEqual(await lines.take(1), [{ removed: id, at: 0 }]);
});

test('includes and groups follow what they are made of', async (t) => {
  const place = new Place(t);
  const ua = place.ok(['set', '-c', 'Country', 'UA', '{"name":"Ukraine"}']).trim();
  put(place, 'kyiv', { name: 'Kyiv', country: { $id: ua } });
  const include = new Lines(place.start(['watch', 'City', '--include', 'country']).stdout);
  const group = JSON.stringify({ by: [], fields: { n: { $count: true } } });
  const count = new Lines(place.start(['watch', 'City', '--group', group]).stdout);
  assert.deepStrictEqual((await include.take(1))[0].added.country, { name: 'Ukraine' });
  assert.deepStrictEqual(await count.take(1), [{ added: { n: 1 }, at: 0 }]);
  place.ok(['update', '-c', 'Country', 'UA', '{"name":"Україна"}']);
  const [{ changed }] = await include.take(1);
  assert.deepStrictEqual(changed.country, { name: 'Україна' });
  put(place, 'lviv', { name: 'Lviv' });
  assert.deepStrictEqual(await count.take(1), [{ changed: { n: 2 }, at: 0 }]);
});

test('it ends when nobody reads any more, also when nothing changes', async (t) => {
  const place = new Place(t);
  put(place, 'kyiv', { name: 'Kyiv' });
  const child = place.start(['watch', 'City']);
  const done = closed(child);
  await new Lines(child.stdout).take(1);
  child.stdout.destroy();
  assert.deepStrictEqual(await done, { code: EXIT.ok, signal: null });
});

test('what no live query can do is refused', (t) => {
  const place = new Place(t);
  place.fails(EXIT.failure, ['watch', 'City', '{"n":{"$gtt":1}}'], /unknown operator/);
  const deep = '{"country":{"include":{"continent":true}}}';
  place.fails(EXIT.failure, ['watch', 'City', '--include', deep], /one level/);
  place.fails(EXIT.usage, ['watch', 'City', '--cursor', 'x'], /--cursor/);
});
