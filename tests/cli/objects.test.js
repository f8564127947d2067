'use strict';

// Objects that several writers give members to: `gstore patch`, and what conflicts and resolve say
// of members.

const { test } = require('node:test');
const assert = require('node:assert');
const { Place, run, EXIT } = require('./gstore.js');

const UNKNOWN = '01936c1e-1f7a-7abc-8def-0123456789ab';
const PERSON = '{"name":"A","at":{"city":"Kyiv","zip":1,"geo":{"lat":1,"lon":2}}}';

test('patch gives members and keeps the others', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Person', PERSON]).trim();
  assert.strictEqual(place.ok(['patch', id, '{"at":{"city":"Lviv","geo":{"lat":{"$unset":true}}}}']), '');
  assert.deepStrictEqual(place.json(['get', id]).data, {
    name: 'A',
    at: { city: 'Lviv', zip: 1, geo: { lon: 2 } },
  });
  assert.deepStrictEqual(place.json(['patch', id, '{"name":{"$unset":true},"job":{"title":"baker"}}']), { id });
  const [patched, update] = place.lines(['history', id, '-n', '2', '--json']);
  assert.strictEqual(patched.kind, 'patch');
  assert.deepStrictEqual(patched.data, { job: { $patch: { title: 'baker' } } });
  assert.deepStrictEqual(update.data, { name: { $unset: true } });
  place.ok(['undo']);
  assert.deepStrictEqual(place.json(['get', id]).data.at, { city: 'Lviv', zip: 1, geo: { lon: 2 } });
  assert.strictEqual(place.json(['get', id]).data.job, undefined);
});

test('patch says what is wrong', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Person', PERSON]).trim();
  place.fails(EXIT.failure, ['patch', id, '{"at":{"tags":[{"$unset":true}]}}'], /only fields and members/);
  place.fails(EXIT.failure, ['patch', id, '[1]'], /JSON object/);
  place.fails(EXIT.failure, ['patch', id, '{"at":'], /JSON/);
  place.fails(EXIT.notFound, ['patch', UNKNOWN, '{"at":{"x":1}}']);
  place.fails(EXIT.usage, ['patch', id], /JSON/);
});

test('two writers keep what each gave, and decide about one member', (t) => {
  const place = new Place(t);
  const id = place.ok(['insert', 'Person', PERSON]).trim();
  const other = place.path('other');
  const bundle = place.path('changes.gsb');
  assert.strictEqual(run(['clone', place.directory, other]).code, EXIT.ok);
  const there = (...words) => {
    const { code, out, err } = run(['-d', other, ...words]);
    assert.strictEqual(code, EXIT.ok, err);
    return out;
  };
  place.ok(['patch', id, '{"at":{"city":"Lviv","zip":2}}']);
  there('patch', id, '{"at":{"city":"Odesa","house":7}}');
  place.ok(['bundle', 'create', bundle]);
  there('bundle', 'apply', bundle);
  const merged = JSON.parse(there('get', id));
  const { zip, house, geo } = merged.at;
  assert.deepStrictEqual([zip, house, geo], [2, 7, { lat: 1, lon: 2 }]);
  const conflict = JSON.parse(there('conflicts', id, '--json'));
  assert.strictEqual(conflict.hidden.length, 1);
  const [hidden] = conflict.hidden;
  assert.strictEqual(hidden.field, 'at.city');
  assert.deepStrictEqual(hidden.path, ['at', 'city']);
  assert.strictEqual(hidden.shown, merged.at.city);
  there('resolve', id, 'at.city', '--take', '1');
  assert.strictEqual(JSON.parse(there('get', id)).at.city, hidden.value);
  assert.strictEqual(JSON.parse(there('get', id)).at.house, 7);
  assert.strictEqual(there('conflicts', id), '');
});

test('the shell patches objects', (t) => {
  const place = new Place(t);
  place.ok(['set', '-c', 'Person', 'one', PERSON]);
  const script = `db.Person.patch('one', { at: { zip: undefined, geo: { lat: new Date(0) } }, name: undefined });
    JSON.stringify(db.Person.get('one').at)`;
  assert.match(place.ok(['shell', '-e', script]), /"lon":2/);
  const { data } = place.json(['get', '-c', 'Person', 'one']);
  assert.strictEqual(data.name, undefined);
  assert.strictEqual(data.at.zip, undefined);
  assert.deepStrictEqual(data.at.geo, { lat: { $date: '1970-01-01T00:00:00.000Z' }, lon: 2 });
  place.fails(EXIT.notFound, ['shell', '-e', `db.Person.patch('two', { at: { x: 1 } })`], /not in this storage/);
});
