'use strict';

// Random definitions, mostly sensible, some odd, a few hostile; in the tagged form.

const { sample, oddity } = require('./values.js');

const FIELD_NAMES = [
  'a', 'b', 'c', 'd', 'e', 'f', 'g', 'name', 'age', 'title', 'a?', 'b?', 'e?', '1', '10', '2', '3?', '_x', 'їжак', '',
  '?', 'type', 'schema', 'array', 'json', 'value', 'key', 'required', 'Upper', 'one', 'many',
  'length', 'root', 'enum', 'check', 'string', 'label', 'Entity',
];
const PLAIN_NAMES = ['a', 'b', 'c', 'd', 'name', 'city?'];
const SCALARS = ['string', 'number', 'bigint', 'boolean'];
const ENTITIES = ['Address', 'Account', 'City', 'Identifier', '.hidden', 'Log'];
const KINDS = [
  'Struct', 'Scalar', 'Form', 'Entity', 'Registry', 'Dictionary', 'Journal', 'Details', 'Relation',
  'View', 'Projection', 'Custom', 'X',
];
const EXTRAS = [
  'default', 'note', 'min', 'max', 'pattern', 'unique', 'index', 'primary', 'comment', 'many', '7',
  'name', 'key', 'value', 'kind', 'type', 'root', 'enum', 'scope',
];
const FUNCTIONS = 13; // the first of the table, as validators

const objectOf = (pairs) => {
  const seen = new Map(pairs);
  return ['o', ...[...seen].flat()];
};

class Generator {
  /** `odd`: percent of pieces that no sensible person writes. */
  constructor(random, { odd = 4, custom = [], embedded = 0 } = {}) {
    this.random = random;
    this.odd = odd;
    this.custom = custom;
    this.embedded = embedded;
  }

  scalar() {
    const { random } = this;
    const type = random.pick([...SCALARS, ...SCALARS, 'json', 'string', ...this.custom]);
    return random.chance(25) ? `?${type}` : type;
  }

  typeName() {
    const { random } = this;
    if (random.chance(80)) return this.scalar();
    if (random.chance(80)) return random.pick(['', '?']) + random.pick(ENTITIES);
    return random.pick(['unknown', '?', 'enum', 'tuple', 'array', 'schema', 'reference', '?many']);
  }

  length() {
    const { random } = this;
    const bound = () => random.below(6);
    const min = bound();
    const max = random.chance(10) ? '3' : min + bound();
    return random.pick([
      bound(),
      ['a', min, max],
      ['o', 'min', min, 'max', max],
      ['o', 'max', max],
      ['a', min],
      random.chance(20) ? oddity(random) : max,
    ]);
  }

  validate() {
    const { random } = this;
    return random.chance(95) ? ['f', random.below(FUNCTIONS)] : oddity(random);
  }

  /** Options beside the type, as pairs. */
  options() {
    const { random } = this;
    const pairs = [];
    if (random.chance(25)) pairs.push(['required', random.chance(90) ? random.chance(40) : oddity(random)]);
    if (random.chance(25)) pairs.push(['length', this.length()]);
    if (random.chance(20)) pairs.push(['validate', this.validate()]);
    while (random.chance(20)) {
      const name = random.pick(EXTRAS);
      const plain = random.pick([true, 'text', 5, ['a', 'x', 'y'], ['o', 'root', 1, 'z', ['d', 0]]]);
      pairs.push([name, random.chance(85) ? plain : oddity(random)]);
    }
    return pairs;
  }

  long(depth) {
    const { random } = this;
    const form = random.below(10);
    const options = this.options();
    let pairs = [['type', this.typeName()]];
    if (form === 0) pairs = [['type', random.pick(['array', 'set'])], ['value', this.piece(depth - 1)]];
    if (form === 1) {
      pairs = [
        ['type', random.pick(['object', '?map', 'map'])],
        ['key', random.pick(['string', 'string', 'number'])],
        ['value', this.piece(depth - 1)],
      ];
    }
    if (form === 2) pairs = [['type', 'enum'], ['enum', this.words()]];
    if (form === 3) pairs = [['type', 'tuple'], ['value', this.tuple()]];
    if (form === 4) pairs = [['type', 'schema'], ['schema', this.struct(depth - 1)]];
    return objectOf(random.chance(80) ? [...pairs, ...options] : [...options, ...pairs]);
  }

  words() {
    const { random } = this;
    if (random.chance(8)) return oddity(random);
    const words = ['a'];
    for (let i = random.below(4); i >= 0; i--) words.push(random.pick(['x', 'y', 'z', 1, 2, null, true]));
    return words;
  }

  tuple() {
    const { random } = this;
    const elements = ['a'];
    for (let i = random.below(3); i >= 0; i--) {
      const type = random.chance(95) ? this.scalar() : this.piece(1);
      elements.push(random.chance(40) ? ['o', random.pick(['lat', 'lon', '1', 'name']), type] : type);
    }
    return elements;
  }

  short(depth) {
    const { random } = this;
    const q = random.chance(10) ? '?' : '';
    const [name, value] = random.pick([
      () => ['array', this.piece(depth - 1)],
      () => ['set', this.piece(depth - 1)],
      () => ['object', ['o', random.pick(['string', 'string', 'number']), this.piece(depth - 1)]],
      () => ['map', ['o', random.pick(['string', 'number', 'object']), this.piece(depth - 1)]],
      () => ['enum', this.words()],
      () => ['tuple', this.tuple()],
      () => ['schema', this.struct(depth - 1)],
      () => ['many', random.pick(ENTITIES)],
      () => ['one', random.pick(ENTITIES)],
      () => [random.pick(['reference', 'string', 'json']), 'x'],
    ])();
    // Maps have a method `set`, arrays one called `map`: docs/SCHEMA.md, "Differences".
    const optional = name === 'set' || name === 'map' ? '' : q;
    return objectOf([[name + optional, value], ...this.options()]);
  }

  struct(depth, header = false) {
    const { random } = this;
    const pairs = [];
    if (header) pairs.push([random.pick(KINDS), this.header()]);
    for (let i = random.below(4) + (header ? 0 : 1); i > 0; i--) {
      pairs.push([this.fieldName(), this.piece(depth - 1)]);
    }
    if (random.chance(12)) {
      pairs.push([random.pick(['validate', 'parse', 'serialize', 'format', 'method']), this.validate()]);
    }
    if (random.chance(8)) {
      pairs.push(['nk', ['o', random.pick(['index', 'unique', 'primary']), ['a', 'a', 'b']]]);
    }
    return objectOf(pairs);
  }

  fieldName() {
    const { random } = this;
    return random.chance(40) ? random.pick(PLAIN_NAMES) : random.pick(FIELD_NAMES);
  }

  header() {
    const { random } = this;
    if (random.chance(5)) return oddity(random);
    const pairs = [];
    if (random.chance(30)) pairs.push(['scope', random.pick(['global', 'local', 'planet', '', 5])]);
    if (random.chance(20)) pairs.push(['store', random.pick(['memory', 'persistent', null])]);
    if (random.chance(20)) pairs.push(['allow', random.pick(['read', 'append'])]);
    if (random.chance(20)) pairs.push([random.pick(['realm', 'parent', 'kind', '3']), 'thing']);
    if (random.chance(20)) {
      const fields = ['a', random.pick(FIELD_NAMES), random.pick(['a', 'b', 'name'])];
      pairs.push(['schema', random.pick(ENTITIES)], ['fields', fields]);
    }
    return objectOf(pairs);
  }

  /** A definition of one field. */
  piece(depth) {
    const { random } = this;
    if (random.chance(this.odd)) return oddity(random);
    if (depth <= 0 || random.chance(40)) return this.typeName();
    const roll = random.below(100);
    if (this.embedded > 0 && roll < 12) {
      const schema = ['I', random.below(this.embedded)];
      return random.chance(50) ? schema : objectOf([['schema', schema], ...this.options()]);
    }
    if (roll < 35) return this.long(depth);
    if (roll < 70) return this.short(depth);
    if (roll < 78) return this.tuple();
    if (roll < 80) return ['f', random.below(FUNCTIONS)];
    return this.struct(depth, random.chance(10));
  }

  root(depth) {
    const { random } = this;
    if (random.chance(10)) return this.piece(depth);
    return this.struct(depth, random.chance(35));
  }
}

const types = (random) => {
  const pairs = [];
  const own = () =>
    random.chance(90)
      ? ['o', 'kind', random.pick(['scalar', 'struct']), 'construct', ['f', 13], 'checkType',
          ['f', random.pick([14, 15, 3, 7])]]
      : random.pick([['o', 'construct', ['f', 13]], ['o', 'construct', 1, 'checkType', 2], 'geo', null]);
  const alias = () => ['o', 'js', random.pick([...SCALARS, 'object', 'array', 'tuple', 'json', 'schema',
    'enum', 'one', 'set', 'map']), 'metadata', ['o', 'pg', 'x']];
  if (random.chance(50)) pairs.push(['datetime', random.chance(70) ? ['o', 'js', 'string'] : alias()]);
  if (random.chance(30)) pairs.push(['point', own()]);
  if (random.chance(20)) pairs.push(['dict', alias()]);
  return objectOf(pairs);
};

const schemaCase = (random) => {
  const odd = random.pick([0, 1, 3, 15]);
  const count = random.chance(20) ? 1 + random.below(2) : 0;
  const embedded = [];
  for (let i = 0; i < count; i++) {
    const generator = new Generator(random, { odd: 0, embedded: i });
    embedded.push([random.pick(['', 'Inner']), generator.struct(2, random.chance(30))]);
  }
  const definition = new Generator(random, { odd, embedded: count }).root(3);
  const name = random.pick(['', '', 'User', 'lower', 'Їжак']);
  const values = [];
  for (let i = 0; i < 8; i++) {
    const path = random.chance(10) ? random.pick(['', 'p', 'p.q']) : null;
    values.push([path, sample(random, definition)]);
  }
  return ['schema', name, embedded, definition, values];
};

/** Some fields of an entity, by their right names. */
const projectionOf = (random, [name, definition]) => {
  const keys = definition.filter((part, i) => i % 2 === 1 && typeof part === 'string');
  const names = keys.map((key) => key.replace(/\?$/, '')).filter((key) => !/^[A-Z]/.test(key));
  const fields = names.filter(() => random.chance(75));
  return ['o', 'Projection', ['o', 'schema', name, 'fields', ['a', ...fields]]];
};

const modelCase = (random) => {
  const declared = types(random);
  const custom = [];
  for (let i = 1; i < declared.length; i += 2) custom.push(declared[i]);
  const odd = random.pick([0, 0, 1, 5]);
  const generator = new Generator(random, { odd, custom });
  const entities = [];
  const values = [];
  for (let i = 1 + random.below(4); i > 0; i--) {
    const name = random.pick(ENTITIES);
    if (entities.some(([known]) => known === name)) continue;
    const definition = generator.struct(2, random.chance(50));
    entities.push([name, definition]);
    values.push([name, sample(random, definition)], [name, sample(random, definition)]);
  }
  if (random.chance(35)) entities.unshift(['Brief', projectionOf(random, random.pick(entities))]);
  return ['model', declared, entities, values];
};

/** The request of one seed. */
const generate = (random) => (random.chance(70) ? schemaCase(random) : modelCase(random));

module.exports = { generate };
