// A CommonJS program without types of a schema: rows and records are of any form, and what the
// package itself says is checked as ever.

import gs = require('globalstorage');

const run = async (): Promise<void> => {
  const db = await gs.open({ path: 'gs', schema: { files: { 'City.js': '({})' } } });
  const cities: gs.Collection = db.collection('City');
  const city = await cities.insert({ name: 'Kyiv', at: { lat: 50 } });
  city.name = 'x';
  await city.save();
  const row = await cities.get(city);
  if (row === null) return;
  const id: string = row.id;
  row.at.lat.toFixed();
  await cities
    .where({ 'at.lat': { $gt: 5 }, anything: true })
    .orderBy('at.lat')
    .all();
  await cities.groupBy('country', { n: { $count: true } }).first();
  const rows = await cities.include('country').select('name', 'country').all();
  rows[0].country.name;
  for await (const one of db.find({ collection: 'City', filter: { name: 'x' } })) one.name;
  await db.transact((tx) => tx.update(id, { n: tx.get(id)?.n + 1 }));
  // @ts-expect-error without types no collection is known by name
  db.City;
  // @ts-expect-error no such method
  cities.fnid();
  // @ts-expect-error a path is a text
  cities.orderBy(5);
  // @ts-expect-error an id is no truth
  await db.get(true);
  await db.close();
};

export = run;
