'use strict';

// The same data under a schema: relations are ids, a query follows them, what
// does not fit is refused with every reason, and the schema can grow.

const fs = require('node:fs');
const path = require('node:path');
const { gstore, succeed, watch, parseLines, EXIT } = require('../gstore.js');

const SCHEMA = path.join(__dirname, '../schema');
const CODE = 'UA';

const importAll = async ({ table, sources }, storage) => {
  const { countries, cities } = sources;
  await succeed(storage, ['init', '--schema', SCHEMA]);
  await succeed(storage, ['import', 'Country', countries.file, '--key', 'cca2']);
  const { out, ms } = await succeed(storage, ['import', 'City', cities.file, '--json']);
  const { rows } = parseLines(out).at(-1);
  table.add('schema: every city fits and is stored', cities.expectedCount, rows);
  const speed = Math.round((rows / ms) * 1000);
  table.measured('schema: import of cities, each checked', `${speed.toLocaleString('en')} rows/s`);
};

const queryCities = async ({ table, sources }, storage) => {
  const here = sources.cities.records.filter(({ country }) => country === CODE);
  const { out } = await succeed(storage, ['get', '-c', 'Country', CODE, '--json']);
  const filter = JSON.stringify({ country: JSON.parse(out).id });
  const counted = await succeed(storage, ['count', 'City', filter]);
  table.add(`cities of ${CODE}, counted by a query`, here.length, counted.out.trim());

  const north = JSON.stringify({ country: JSON.parse(out).id, name: { $like: 'K%' } });
  const options = ['--sort', 'name', '--limit', '3', '--select', 'name'];
  const found = await succeed(storage, ['find', 'City', north, ...options, '--json']);
  const names = here.map(({ name }) => name).filter((name) => name.startsWith('K'));
  const expected = names.sort().slice(0, 3).join(', ');
  const rows = parseLines(found.out).filter(({ data }) => data !== undefined);
  table.add('the first three by name', expected, rows.map(({ data }) => data.name).join(', '));
  const include = ['--limit', '1', '--include', 'country'];
  const included = await succeed(storage, ['find', 'City', north, ...include]);
  const { country } = parseLines(included.out)[0];
  table.add('the country stands in its city', 'UKR', country.cca3);
};

// Which index a query took, and how many records it looked at.
const explain = async (storage, words) => {
  const { out } = await succeed(storage, ['find', 'City', ...words, '--explain']);
  const { index, examined } = JSON.parse(out);
  return `${index}: ${examined}`;
};

// Indexes lead to few records: what is looked at is what is found.
const useIndexes = async ({ table, sources }, storage) => {
  const here = sources.cities.records.filter(({ country }) => country === CODE);
  const { out } = await succeed(storage, ['get', '-c', 'Country', CODE, '--json']);
  const country = JSON.parse(out).id;
  const [{ name }] = here;
  const same = here.filter((city) => city.name === name).length;
  const byName = await explain(storage, [JSON.stringify({ country, name })]);
  table.add('a city by country and name, by an index', `City(country, name): ${same}`, byName);
  const range = JSON.stringify({ country, lat: { $gte: '50', $lt: '50.5' } });
  const between = here.filter(({ lat }) => lat >= '50' && lat < '50.5').length;
  const byLatitude = await explain(storage, [range]);
  table.add('cities between two latitudes', `City(country, lat): ${between}`, byLatitude);
  const counted = await succeed(storage, ['count', 'City', range]);
  table.add('and counted', between, counted.out.trim());
  const words = ['--sort', 'name', '--limit', '5', JSON.stringify({ country })];
  table.add('the first five by name', 'City(country, name): 5', await explain(storage, words));
  const again = JSON.stringify({ ...sources.countries.records[0], cca3: 'ZZZ' });
  const { code, err } = await gstore(storage, ['insert', 'Country', again]);
  table.add('a second country with the same code is refused', EXIT.failure, code);
  table.add('and told why', true, err.includes('Country(cca2) is unique'));
};

// Another process watches a query while this one writes.
const follow = async ({ table, sources }, storage) => {
  const isWatched = ({ name, country }) => country === CODE && name.startsWith('K');
  const watched = sources.cities.records.filter(isWatched);
  const { out } = await succeed(storage, ['get', '-c', 'Country', CODE, '--json']);
  const filter = JSON.stringify({ country: JSON.parse(out).id, name: { $like: 'K%' } });
  const query = ['City', filter, '--sort', 'name', '--select', 'name'];
  const watching = watch(storage, query);
  await watching.lines(watched.length);
  const name = 'Kyiv of today';
  const at = watched.filter((city) => city.name < name).length;
  const city = JSON.stringify({ ...watched[0], name });
  const id = (await succeed(storage, ['insert', 'City', city])).out.trim();
  const expected = JSON.stringify({ added: { name }, id, at });
  const told = await watching.lines(1);
  table.add('a live query tells one insert as one change', true, told.join(' ') === expected);
  await succeed(storage, ['delete', id]);
  const rest = await watching.end();
  const removed = JSON.stringify({ removed: id, at });
  table.add('and then its deletion, and nothing else', true, rest.join(' ') === removed);
};

const refuse = async ({ table }, storage) => {
  const wrong = JSON.stringify({ name: '', country: 5, lat: 'north', lng: '1.5', admin1: '' });
  const { code, err } = await gstore(storage, ['insert', 'City', wrong]);
  table.add('a record that does not fit is refused', EXIT.failure, code);
  const wanted = ['name', 'country', 'lat', 'admin2'];
  const told = wanted.filter((name) => err.includes(`\n  ${name}: expected`));
  table.add('and told with every path', wanted.join(' '), told.join(' '));
};

// The same schema with one field more.
const writeNext = (folder) => {
  const next = path.join(folder, 'schema-next');
  fs.cpSync(SCHEMA, next, { recursive: true });
  const city = path.join(next, 'City.js');
  const field = "population: { type: 'number', min: 0, required: false },";
  const text = fs.readFileSync(city, 'utf8');
  fs.writeFileSync(city, text.replace("admin2: 'string',", `admin2: 'string',\n  ${field}`));
  return next;
};

const grow = async ({ table, sources, folder }, storage) => {
  const next = writeNext(folder);
  const back = await gstore(storage, ['schema', 'diff', next, '--json']);
  const differences = parseLines(back.out).flat();
  table.add('a new optional field is safe', 'safe', differences.map(({ risk }) => risk).join(' '));
  await succeed(storage, ['schema', 'apply', next]);
  const sized = await succeed(storage, [
    'insert', 'City',
    JSON.stringify({ ...sources.cities.records[0], population: 300 }),
  ]);
  const read = await succeed(storage, ['get', sized.out.trim()]);
  table.add('a record of the new schema', 300, JSON.parse(read.out).population);
  const all = await succeed(storage, ['count', 'City', '{"population":{"$exists":false}}']);
  table.add('records of the old one are still there', sources.cities.expectedCount, all.out.trim());
  const unsafe = await gstore(storage, ['schema', 'apply', SCHEMA]);
  table.add('a schema that forgets a field is refused', EXIT.conflict, unsafe.code);
};

// A field gets another name, two become numbers: no record is written again.
const evolve = async ({ table, sources, folder }, storage) => {
  const next = path.join(folder, 'schema-evolved');
  fs.cpSync(path.join(folder, 'schema-next'), next, { recursive: true });
  const file = path.join(next, 'City.js');
  const number = (name) => `${name}: { type: 'number', convert: Number }`;
  const text = fs.readFileSync(file, 'utf8')
    .replace("admin1: 'string'", "region: { type: 'string', was: 'admin1' }")
    .replace(/lat: \{.*\}/, number('lat'))
    .replace(/lng: \{.*\}/, number('lng'));
  fs.writeFileSync(file, text);
  const { out } = await succeed(storage, ['schema', 'diff', next, '--json']);
  const risks = new Set(parseLines(out).flat().map(({ risk }) => risk));
  table.add('a rename and two conversions are migrations', 'migrated', [...risks].join(' '));
  const changes = async () => {
    const stats = await succeed(storage, ['stats', '--json']);
    return JSON.parse(stats.out).changes;
  };
  const before = await changes();
  await succeed(storage, ['schema', 'apply', next]);
  table.add('which write the schema and no record', before + 1, await changes());
  const inNorth = sources.cities.records.filter(({ lat }) => Number(lat) > 60);
  const north = await succeed(storage, ['count', 'City', '{"lat":{"$gt":60}}']);
  // One more was inserted above, the first of them once again.
  const again = Number(sources.cities.records[0].lat) > 60 ? 1 : 0;
  table.add('old records are compared as numbers', inNorth.length + again, north.out.trim());
  const { admin1 } = sources.cities.records[0];
  const filter = JSON.stringify({ region: admin1, admin1: { $exists: false } });
  const count = sources.cities.records.filter((city) => city.admin1 === admin1).length + 1;
  const named = await succeed(storage, ['count', 'City', filter]);
  table.add('and found under the new name', count, named.out.trim());
};

module.exports = async (context) => {
  const storage = path.join(context.folder, 'schema');
  await importAll(context, storage);
  await queryCities(context, storage);
  await useIndexes(context, storage);
  await follow(context, storage);
  await refuse(context, storage);
  await grow(context, storage);
  await evolve(context, storage);
};
