'use strict';

// Values for a definition: right ones, nearly right ones, and anything at all; in the tagged form.

const ODDITIES = [
  ['u'], null, 0, 1, -1.5, 1e21, ['n', 'NaN'], ['n', '-0'], ['n', 'Infinity'], true, false, '', 'x',
  'text', '12', ['b', '0'], ['b', '12'], ['y', 'sym'], ['f', 0], ['a'], ['a', 1, 'x', null], ['o'],
  ['o', 'a', 1], ['o', 'length', 9], ['S'], ['S', 1, 'x'], ['M'], ['M', 'a', 1], ['M', 5, 'y'],
  ['d', 86400000], ['d', 'NaN'], ['r', 'a+', 'g'], ['o', 'a', ['o', 'b', 'c']], 'їжак 😀',
  ['M', ['y', 's'], 'y'], ['a', ['a', ['a']]],
];

// No definitions: names that every object has are types of Metaschema, and none of ours.
const STRANGE = [...ODDITIES, ['o', 'toString', 1, 'z', 2], ['o', 'constructor', 'x']];

const oddity = (random) => random.pick(ODDITIES);
const strange = (random) => random.pick(STRANGE);

const scalarFor = (random, type) => {
  if (type === 'string') return random.pick(['x', 'some text', '', 'y', 'abcde']);
  if (type === 'number') return random.pick([0, 1, 5, -3, 2.5]);
  if (type === 'bigint') return random.pick([['b', '1'], ['b', '12345678901234567890']]);
  if (type === 'boolean') return random.chance(50);
  if (type === 'json') return random.pick([['o', 'k', 1], ['a', 1]]);
  if (type === 'datetime' || type === 'point') return 'now';
  return strange(random);
};

const pairsOf = (tagged) => {
  const pairs = [];
  for (let i = 1; i + 1 < tagged.length; i += 2) pairs.push([tagged[i], tagged[i + 1]]);
  return pairs;
};

const isTagged = (value, tag) => Array.isArray(value) && value[0] === tag;

const structValue = (random, pairs) => {
  const out = new Map();
  for (const [key, piece] of pairs) {
    if (random.chance(6)) continue;
    const name = key.endsWith('?') ? key.slice(0, -1) : key;
    if (/^[A-Z]/.test(key) && isTagged(piece, 'o') && out.size === 0) continue;
    if (isTagged(piece, 'f')) continue;
    if (key.endsWith('?') && random.chance(40)) continue;
    out.set(name, sample(random, piece));
  }
  if (random.chance(6)) out.set(random.pick(['extra', 'z', '5', 'toString']), 1);
  const entries = [...out];
  if (random.chance(10)) entries.reverse();
  return ['o', ...entries.flat()];
};

const repeat = (random, make) => {
  const items = [];
  for (let i = random.below(4); i > 0; i--) items.push(make());
  return items;
};

/** As a Set has them: each once, and no -0. */
const unique = (items) => {
  const plain = items.map((item) => (JSON.stringify(item) === '["n","-0"]' ? 0 : item));
  return [...new Map(plain.map((item) => [JSON.stringify(item), item])).values()];
};

const keyFor = (random, type) => (type === 'number' ? random.below(9) : random.pick(['k', 'l', 'm1']));

const entriesValue = (random, tag, key, piece) => {
  const seen = new Map(repeat(random, () => [keyFor(random, key), 0]));
  const pairs = [...seen.keys()].map((name) => [
    tag === 'o' ? String(name) : name,
    sample(random, piece),
  ]);
  return [tag, ...pairs.flat()];
};

const longValue = (random, type, get, short) => {
  const value = short ?? get('value');
  if (type === 'array') return ['a', ...repeat(random, () => sample(random, value))];
  if (type === 'set') return ['S', ...unique(repeat(random, () => sample(random, value)))];
  if (type === 'object' || type === 'map') {
    const [[key, piece]] = isTagged(short, 'o') ? pairsOf(short) : [[get('key'), get('value')]];
    return entriesValue(random, type === 'map' ? 'M' : 'o', key, piece);
  }
  if (type === 'enum') {
    const words = short ?? get('enum');
    return isTagged(words, 'a') && words.length > 1 ? random.pick(words.slice(1)) : strange(random);
  }
  if (type === 'tuple') return tupleValue(random, value);
  if (type === 'schema') return sample(random, short ?? get('schema'));
  if (type === 'many') return ['a', ...repeat(random, () => strange(random))];
  return scalarFor(random, type);
};

const tupleValue = (random, elements) => {
  if (!isTagged(elements, 'a')) return strange(random);
  const scalars = elements.slice(1).map((el) => (isTagged(el, 'o') ? el[2] : el));
  const values = scalars.map((type) => sample(random, type));
  if (random.chance(10)) values.push(1);
  if (random.chance(10)) values.pop();
  return ['a', ...values];
};

const SHORT = ['array', 'set', 'object', 'map', 'enum', 'tuple', 'schema', 'many', 'string', 'json'];

/** A value that a definition might accept. */
function sample(random, definition) {
  if (random.chance(4)) return strange(random);
  if (typeof definition === 'string') {
    if (definition.startsWith('?') && random.chance(30)) return random.pick([null, ['u']]);
    return scalarFor(random, definition.replace('?', ''));
  }
  if (isTagged(definition, 'a')) return tupleValue(random, definition);
  if (!isTagged(definition, 'o')) return random.chance(50) ? ['o', 'a', 'x'] : strange(random);
  const pairs = pairsOf(definition);
  const get = (name) => pairs.find(([key]) => key === name)?.[1];
  const type = get('type');
  const [first] = pairs.map(([key]) => key).filter((key) => /^[A-Za-z]/.test(key));
  if (first && /^[A-Z]/.test(first)) return structValue(random, pairs);
  if (typeof type === 'string') return longValue(random, type.replace('?', ''), get);
  const name = first?.replace('?', '');
  if (SHORT.includes(name)) return longValue(random, name, get, get(first));
  return structValue(random, pairs);
}

module.exports = { sample, oddity };
