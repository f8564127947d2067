// A program with types that `gstore types` made of schemas/: all of it compiles, and every wrong
// line is refused. It is compiled, not run.

import { open, BlobRef, GsError, Collection, Storage } from 'globalstorage';
import type { Change, Code, Draft, Fields, Named, Page, Row, Transaction } from 'globalstorage';
import './schema.js';

const db = await open({ path: 'gs', schema: './schemas', durability: 'sync' });

// --- rows ---

const city = await db.City.get('kyiv');
if (city === null) throw new Error('none');
const name: string = city.name;
const population: number | null | undefined = city.population;
const status: 'draft' | 'live' = city.status;
const country: string = city.country;
const lat: number = city.at.lat;
const tag: string | undefined = city.tags[0];
const seen: ReadonlySet<number> | null | undefined = city.seen;
const big: bigint | null | undefined = city.big;
const size: [number, (string | null)?] | undefined = city.size ? [...city.size] : undefined;
const id: string = city.id;
const type: string | undefined = city.$type;
const plain: Fields<'City'> = city.toObject();
plain.tags.push('mine');
const many: Array<Row<Fields<'City'>> | null> = await db.City.getMany([id, city, 'kyiv', 5]);
// @ts-expect-error a row may be missing
(await db.City.get('x')).name;
// @ts-expect-error no such field
city.nmae;
// @ts-expect-error a row cannot be changed
city.name = 'x';
// @ts-expect-error nor what is in it
city.tags.push('x');
// @ts-expect-error nor deeper
city.at.lat = 5;
// @ts-expect-error an optional field may be missing
const sum: number = city.population;
// @ts-expect-error no such collection
db.Town;

// --- what is written ---

const ann = await db.Person.insert({ name: 'Ann' });
const kyiv = await db.City.insert(
  { name: 'Kyiv', country: 'UA', at: { lat: 50.45, lng: 30.52 }, tags: ['capital'] },
  { key: 'kyiv', durability: 'lazy' },
);
await db.City.insert({
  name: 'Lviv',
  country: await db.Country.insert({ name: 'Ukraine' }),
  mayor: ann,
  sisters: [kyiv, 'odesa', city],
  at: { lat: 1, lng: 2 },
  tags: [],
  status: 'live',
  seen: new Set([1, 2]),
  big: 5n,
  founded: null,
  size: [5],
  names: new Map([['uk', 'Київ']]),
  extra: { anything: [new Date()] },
});
const draft: Draft<Fields<'City'>, 'status'> = {
  name: 'x',
  country: 'UA',
  at: { lat: 1, lng: 2 },
  tags: [],
};
const { count, ids } = await db.City.insertMany([draft], { key: 'name', onProgress: (n) => n });
await db.City.insertMany(
  (async function* () {
    yield draft;
  })(),
  { key: (row) => row.name },
);
await db.City.upsert('kyiv', draft);
await db.City.update(kyiv, { population: 5, mayor: undefined, country: 'UA' });
const swapped: boolean = await db.City.swap(id, { population: 6 }, { population: 5 });
const deleted: boolean = await db.City.delete(city);
// @ts-expect-error a required field is missing
await db.City.insert({ name: 'x', at: { lat: 1, lng: 2 }, tags: [] });
// @ts-expect-error no such field
await db.City.insert({ ...draft, nmae: 'x' });
// @ts-expect-error another type
await db.City.insert({ ...draft, name: 5 });
// @ts-expect-error none of the enumeration
await db.City.insert({ ...draft, status: 'gone' });
// @ts-expect-error no number is a relation
await db.City.insert({ ...draft, country: 5 });
// @ts-expect-error nor is any object
await db.City.insert({ ...draft, country: { id: 'x' } });
// @ts-expect-error a member of a structure is missing
await db.City.insert({ ...draft, at: { lat: 1 } });
// @ts-expect-error another type inside of a list
await db.City.insert({ ...draft, tags: [5] });
// @ts-expect-error a list is no set
await db.City.insert({ ...draft, seen: [1] });
// @ts-expect-error another type
await db.City.update(id, { population: '5' });
// @ts-expect-error no such field
await db.City.update(id, { nmae: 'x' });
// @ts-expect-error no such durability
await db.City.insert(draft, { durability: 'never' });
// @ts-expect-error no such field
await db.City.insertMany([draft], { key: 'nmae' });

// --- queries ---

const rows = await db.City.where({ country: 'UA' }).all();
const first: string | undefined = rows[0]?.name;
await db.City.where({ country, mayor: ann, name: { $like: 'K%', $ne: null } }).all();
await db.City.where({ population: { $gte: 1e6, $lt: 1e7 }, 'at.lat': { $gt: 50 } }).count();
await db.City.where({
  $or: [{ status: 'live' }, { $not: { tags: { $contains: 'sea' } } }],
}).first();
await db.City.where({ sisters: { $contains: kyiv }, seen: { $exists: true }, founded: null }).all();
await db.City.where({ status: { $in: ['live', 'draft'] }, 'tags.0': 'a' }).all();
await db.City.where({ 'names.uk': 'Київ', 'extra.deep.down': 5 }).all();
await db.City.orderBy('at.lat', 'desc').orderBy('name').limit(10).offset(5).after(null).all();
const page: Page<Row<Fields<'City'>>> = await db.City.limit(10).page();
const next: Row<Fields<'City'>> | null = await db.City.after(page.cursor).first();
const { cursor } = await db.City.page();
const { examined } = await db.City.offset(5).explain();
await db.City.explain();
for await (const row of db.City) row.name.toUpperCase();
for await (const row of db.City.where({ name: 'x' })) row.at.lat.toFixed();
// @ts-expect-error no such field
db.City.where({ nmae: 'x' });
// @ts-expect-error another type
db.City.where({ name: 5 });
// @ts-expect-error no such operator
db.City.where({ population: { $gtt: 5 } });
// @ts-expect-error another type behind an operator
db.City.where({ population: { $gte: '5' } });
// @ts-expect-error no such path
db.City.where({ 'at.height': 5 });
// @ts-expect-error another type at a path
db.City.where({ 'at.lat': 'x' });
// @ts-expect-error none of the enumeration
db.City.where({ status: 'gone' });
// @ts-expect-error no number is like a pattern
db.City.where({ population: { $like: '5%' } });
// @ts-expect-error another type of elements
db.City.where({ tags: { $contains: 5 } });
// @ts-expect-error deep inside
db.City.where({ $or: [{ $and: [{ nmae: 'x' }] }] });
// @ts-expect-error no such field
db.City.orderBy('nmae');
// @ts-expect-error no such order
db.City.orderBy('name', 'down');

const selected = await db.City.select('name', 'at.lat').all();
const selectedName: string = selected[0].name;
const selectedLat: number = selected[0]['at.lat'];
// @ts-expect-error it was not selected
selected[0].population;
// @ts-expect-error no such field
db.City.select('nmae');

const included = await db.City.include('country', 'sisters').all();
const countryName: string | undefined = included[0].country?.name;
const sisterName: string | undefined = included[0].sisters?.[0].name;
const own: string = included[0].name;
const both = await db.City.select('name').include('mayor').first();
const mayorName: string | undefined = both?.mayor?.name;
await db.City.include({ country: { select: ['name'] } }).all();
// @ts-expect-error null when there is no such record
included[0].country.name;
// @ts-expect-error no relation
db.City.include('name');

const groups = await db.City.groupBy('country', {
  n: { $count: true },
  people: { $sum: 'population' },
  mean: { $avg: 'population' },
  last: { $max: 'name' },
}).all();
const n: number = groups[0].n;
const mean: number | null = groups[0].mean;
const last: string | null = groups[0].last;
const of: string = groups[0].country;
const counted: number = (await db.City.groupBy(['status', 'country']).all())[0].count;
// @ts-expect-error no such field
db.City.groupBy('country', { people: { $sum: 'peple' } });

const end = db.City.where({ country: 'UA' }).live(
  ({ rows, changes }) => {
    const name: string = rows[0].name;
    const change: Change<Row<Fields<'City'>>> = changes[0];
    if (change.row) change.row.name.length;
  },
  { onError: (error) => error.code },
);
await end();
{
  using subscription = db.City.live(() => {});
}
for await (const changes of db.City.watch({ signal: undefined })) changes[0].id;

// --- records, relations, fields ---

const record = await db.City.record(id);
const through: string | undefined = record.country.name;
record.population = 7;
await record.save();
record.on('update', (data, delta) => [data, delta]);
const behind = await record.country.record();
behind.name = 'x';
// @ts-expect-error no such field
record.nmae;
// @ts-expect-error no such field behind the relation
record.country.nmae;

await db.City.field(id, 'population').add(1);
await db.City.field(id, 'tags').include('a', 'b');
await db.City.field(id, 'name').splice(0, 1, 'x');
await db.City.field(id, 'big').add(5n);
await db.City.field(id, 'seen').exclude(1);
await db.City.field(id, 'sisters').insertAt(0, city, 'odesa');
await db.City.field(id, 'extra').splice(0, 0, 'x');
await db.City.field(id, 'extra').createNode({ any: 'thing' });
await (await db.City.field(id, 'founded').edit()).close();
const shown: string | undefined = db.City.field(id, 'name').value;
const ofCountry: string | undefined = db.City.field(id, 'country').value;
await db.collection('Unknown').field(id, 'any').add(1);
// @ts-expect-error a text is no number
db.City.field(id, 'name').add(1);
// @ts-expect-error nor is a number a text
db.City.field(id, 'population').insertText(0, 'x');
// @ts-expect-error a set has no places
db.City.field(id, 'seen').insertAt(0, 1);
// @ts-expect-error a list is no text
db.City.field(id, 'tags').splice(0, 1);
// @ts-expect-error an enumeration has no other texts
db.City.field(id, 'status').insertText(0, 'x');
// @ts-expect-error a relation is given as a whole
db.City.field(id, 'country').insertText(0, 'x');
// @ts-expect-error and so is a tuple
db.City.field(id, 'size').insertAt(0, 1);
// @ts-expect-error and a structure
db.City.field(id, 'at').include('x');
// @ts-expect-error no such field
db.City.field(id, 'nmae');
// @ts-expect-error another type of elements
db.City.field(id, 'tags').include(5);

// --- transactions ---

const result: string = await db.transact(async (tx: Transaction) => {
  const one = tx.City.get(id);
  if (one) tx.City.update(one, { population: (one.population ?? 0) + 1 });
  const inserted = tx.Country.insert({ name: 'x' });
  tx.collection('City').delete('x');
  // @ts-expect-error no such field
  tx.City.update(id, { nmae: 1 });
  return inserted.id ?? 'none';
});

// --- the rest of a storage ---

const named: Collection<Fields<'City'>, 'status'> = db.collection('City');
const unknown = await db.collection('Unknown').insert({ any: 'thing' });
unknown.any.thing;
(
  await db
    .collection('Unknown')
    .where({ x: { y: 1 } })
    .first()
)?.whatever;
const storage: Storage = db;
const [change] = await db.log({ limit: 1 });
const time: number = change.timeMs;
const { ok, sections }: { ok: boolean; sections: object[] } = await db.verify();
const branch: string = await db.branch();
await db.branch('draft', { from: new Date() });
const { conflicts } = await db.merge('draft', { preview: true });
conflicts[0].hidden[0].field;
const past = await (await db.at('v1')).find(db.City.where({ name: 'x' }));
past[0].data.name.length;
for await (const text of db.export({ format: 'ndjson' })) text.length;
try {
  await db.close();
} catch (error) {
  if (error instanceof GsError) {
    const code: Code = error.code;
    if (error.code === 'GS_CONFLICT' && error.retryable) error.hint.length;
    // @ts-expect-error no such code
    if (error.code === 'GS_NONE') throw error;
  }
}
const blob: BlobRef = new BlobRef('00', 1);
const stands: Named = city;
// @ts-expect-error no such option
await open({ pth: 'gs' });
// @ts-expect-error no such method
db.fnid();
{
  await using disposed = await open();
}

export { name, population, status, lat, tag, seen, big, size, type, many, sum, count, ids };
export { swapped, deleted, first, page, selectedName, selectedLat, countryName, sisterName, own };
export { mayorName, n, mean, last, of, counted, through, result, named, storage, time, ok };
export { sections, branch, blob, stands, shown, ofCountry, next, cursor, examined };
