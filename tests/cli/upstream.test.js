'use strict';

// Goal: `gstore import --upstream` brings every record of a directory of upstream into the storage,
// as the package for JavaScript does; of a directory that is not whole nothing is, unless told.
// Method: directories byte by byte as upstream writes them; changed, cut, forked, without keys.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Place, EXIT, errorOf, parseLines } = require('./gstore.js');
const { Upstream } = require('../../js/test/support/upstream.js');

const numbered = (count) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, { i }]));

// A storage and an old directory beside it.
const made = (t, fill = () => {}) => {
  const place = new Place(t);
  const old = new Upstream(place.path('old'));
  fill(old);
  return { place, old, from: ['import', '--upstream', old.directory] };
};

// The report of an import, which comes also with a failure.
const imported = (place, args, code = EXIT.ok) => {
  const result = place.run([...args, '--json']);
  assert.strictEqual(result.code, code, result.err);
  const [report, ...more] = parseLines(result.out);
  assert.deepStrictEqual(more, []);
  return report;
};

const refused = (place, args) => {
  const report = imported(place, args, EXIT.unverified);
  const { code, message } = errorOf(place.run([...args, '--json']));
  assert.strictEqual(code, 'damaged');
  assert.match(message, /nothing was imported/);
  assert.strictEqual(place.json(['stats']).records, 0);
  return report;
};

const get = (place, id, ...more) => place.json(['get', id, ...more]).data;

test('values of every kind, and the directory is not changed', (t) => {
  const values = {
    object: { n: 1, deep: { list: [1, { a: null }] }, ключ: 'ж' },
    empty: {},
    forms: { a: { $int: '5' }, b: { $literal: { $set: [1] } }, c: { $int: '5', more: 1 } },
  };
  const { place, old, from } = made(t, (upstream) => {
    for (const [id, value] of Object.entries(values)) upstream.save(id, value);
    upstream.save('list', [1, 'a', { $date: 'no date' }]);
    upstream.save('null', null);
    upstream.save('value', { $value: 5 });
  });
  assert.deepStrictEqual(imported(place, from), {
    records: 6,
    encrypted: 0,
    imported: 6,
    blocks: 7,
    tail: old.tail,
    unreachable: 0,
    bad: 0,
    findings: [],
  });
  assert.deepStrictEqual(get(place, 'object'), values.object);
  assert.deepStrictEqual(get(place, 'empty'), {});
  assert.deepStrictEqual(get(place, 'forms'), {
    a: { $literal: { $int: '5' } },
    b: { $literal: { $literal: { $literal: { $set: [1] } } } },
    c: { $int: '5', more: 1 },
  });
  assert.deepStrictEqual(get(place, 'list'), {
    $value: [1, 'a', { $literal: { $date: 'no date' } }],
  });
  assert.deepStrictEqual(get(place, 'null'), { $value: null });
  assert.deepStrictEqual(get(place, 'value'), { $value: { $value: 5 } });
});

test('1,000 records, and again', (t) => {
  const { place, from } = made(t, (upstream) => upstream.saveAll(numbered(1000)));
  for (let times = 0; times < 2; times++) {
    const { code, out, err } = place.run(from);
    assert.strictEqual(code, EXIT.ok, err);
    assert.match(out, /^blocks {7}1,001 verified\ntail {9}[0-9a-f]{64}\n/);
    assert.match(err, /^import: 1,000 records of \S+\.\n$/);
  }
  assert.strictEqual(place.json(['stats']).records, 1000);
  assert.deepStrictEqual(get(place, 'r999'), { i: 999 });
  place.ok(['verify', '--full']);
});

test('$type names the collection', (t) => {
  const { place, from } = made(t, (upstream) => {
    upstream.save('first', { $type: 'City', name: 'Kyiv' });
    upstream.save('last', { name: 'Lviv', $type: 'City' });
    upstream.save('only', { $type: 'City' });
    upstream.save('odd', { $type: 5, n: 1 });
  });
  assert.strictEqual(imported(place, from).imported, 4);
  assert.deepStrictEqual(get(place, 'first', '-c', 'City'), { name: 'Kyiv' });
  assert.deepStrictEqual(get(place, 'last', '-c', 'City'), { name: 'Lviv' });
  assert.deepStrictEqual(get(place, 'only', '-c', 'City'), {});
  assert.deepStrictEqual(get(place, 'odd'), { $type: 5, n: 1 });
});

test('encrypted values stay so with their pair, or become plain', (t) => {
  const { place, old, from } = made(t, (upstream) => {
    upstream.encrypt('node', { secret: 'swordfish' });
    upstream.encrypt('browser', [1], { browser: true });
  });
  assert.strictEqual(imported(place, from).encrypted, 2);
  assert.deepStrictEqual(Object.keys(get(place, 'node')), ['$encrypted']);
  const file = place.path('gs/keys/private.pem');
  assert.strictEqual(fs.readFileSync(file, 'utf8'), old.pair.privateKey);
  assert.strictEqual(fs.readFileSync(place.path('gs/keys/public.pem'), 'utf8'), old.pair.publicKey);
  assert.strictEqual(fs.statSync(file).mode & 0o077, 0);
  assert.strictEqual(imported(place, [...from, '--decrypt']).imported, 2);
  assert.deepStrictEqual(get(place, 'node'), { secret: 'swordfish' });
  assert.deepStrictEqual(get(place, 'browser'), { $value: [1] });
  old.makeKeys();
  old.encrypt('other', 1);
  const { findings } = imported(place, from, EXIT.unverified);
  assert.strictEqual(findings.length, 2);
  assert.match(findings[0].reason, /cannot be decrypted/);
  place.fails(EXIT.conflict, [...from, '--skip-bad'], /of another pair/);
});

test('an encrypted value that looks like a form of the engine is none', (t) => {
  const { place, from } = made(t, (upstream) => {
    upstream.encrypt('date', { $date: 'no date' });
    upstream.encrypt('list', [{ $int: 'x' }]);
  });
  assert.strictEqual(imported(place, [...from, '--decrypt']).imported, 2);
  assert.deepStrictEqual(get(place, 'date'), { $date: 'no date' });
  assert.deepStrictEqual(get(place, 'list'), { $value: [{ $literal: { $int: 'x' } }] });
});

test('envelopes of the package, in keys of either form of PEM', async (t) => {
  const { place, old, from } = made(t, (upstream) => upstream.makeKeys());
  const { encrypt } = require('../../js/lib/compatible/crypto.js');
  const secret = { secret: 'x'.repeat(5000) };
  const text = encrypt(secret, old.pair.publicKey);
  old.save('a', text, true);
  const body = old.pair.privateKey.split('\n').slice(1, -2).join('');
  const url = body.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  old.put('keys/private.pem', `-----BEGIN PRIVATE KEY-----\n${url}\n-----END PRIVATE KEY-----`);
  assert.strictEqual(imported(place, [...from, '--decrypt']).imported, 1);
  assert.deepStrictEqual(get(place, 'a'), secret);
  const bytes = Buffer.from(text, 'base64url');
  for (const at of [3, 8, 20, 100, 400, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1;
    old.save('a', changed.toString('base64url'), true);
    assert.strictEqual(imported(place, [...from, '--dry-run'], EXIT.unverified).bad, 1, at);
  }
  old.save('a', bytes.subarray(0, 40).toString('base64url'), true);
  assert.strictEqual(imported(place, [...from, '--dry-run'], EXIT.unverified).bad, 1);
});

test('without its key an encrypted value is bad', (t) => {
  const { place, old, from } = made(t, (upstream) => {
    upstream.encrypt('a', 1);
    upstream.save('b', 2);
  });
  fs.rmSync(old.path('keys'), { recursive: true });
  assert.match(refused(place, from).findings[0].reason, /private\.pem is missing/);
  old.put('keys/private.pem', 'none');
  assert.match(refused(place, from).findings[0].reason, /no private key/);
  const { imported: count, bad } = imported(place, [...from, '--skip-bad']);
  assert.deepStrictEqual([count, bad], [1, 1]);
});

test('removed records and interrupted writes count as the chain says', (t) => {
  const { place, old, from } = made(t, (upstream) => upstream.save('a', 1));
  const block = old.save('b', 2);
  fs.renameSync(old.path('data/b.json'), old.path('blockchain/.record.new'));
  fs.renameSync(old.path(`blockchain/${block}.json`), old.path('blockchain/.block.new'));
  assert.strictEqual(imported(place, from).imported, 2);
  fs.renameSync(old.path('blockchain/.block.new'), old.path(`blockchain/${block}.json`));
  fs.renameSync(old.path('blockchain/.record.new'), old.path('data/b.json'));
  old.name(old.block(old.tail, { id: 'b', deleted: true }));
  const [finding] = imported(place, from, EXIT.unverified).findings;
  assert.match(finding.reason, /was deleted/);
  fs.rmSync(place.directory, { recursive: true });
  place.ok(['init']);
  assert.strictEqual(imported(place, [...from, '--skip-bad']).imported, 1);
  fs.rmSync(old.path('data/b.json'));
  assert.strictEqual(imported(place, from).imported, 1);
});

test('blocks beside the chain are told; their records are imported with --skip-bad', (t) => {
  const { place, from } = made(t, (upstream) => {
    const { tail } = upstream;
    for (let i = 0; i < 5; i++) {
      upstream.data(`fork${i}`, { i }, upstream.blockOf(tail, `fork${i}`, { i }));
    }
    upstream.save('main', 1);
  });
  const { unreachable, bad } = refused(place, from);
  assert.deepStrictEqual([unreachable, bad], [5, 0]);
  assert.strictEqual(imported(place, [...from, '--skip-bad']).imported, 6);
  assert.deepStrictEqual(get(place, 'fork4'), { i: 4 });
});

test('a changed byte in a data file or in a block, and a missing block', async (t) => {
  const changes = {
    'data file': (old) => old.change('data/b.json', '22', '23'),
    'id of a data file': (old) => fs.renameSync(old.path('data/b.json'), old.path('data/x.json')),
    'cut data file': (old) => old.put('data/b.json', '{"data":'),
    'empty data file': (old) => old.put('data/b.json', ''),
    'two values of one name': (old) => old.change('data/b.json', '{"data"', '{"data":1,"data"'),
    'link in the place of a file': (old) => {
      fs.renameSync(old.path('data/b.json'), old.path('b'));
      fs.symlinkSync(old.path('b'), old.path('data/b.json'));
    },
    block: (old, hash) => old.change(`blockchain/${hash}.json`, '"id":"b"', '"id":"x"'),
    'time of a block': (old, hash) => old.change(`blockchain/${hash}.json`, 'stamp":1', 'stamp":2'),
    'missing block': (old, hash) => fs.rmSync(old.path(`blockchain/${hash}.json`)),
    'file without a block': (old) => old.data('b', 22, 'f'.repeat(64)),
  };
  for (const [what, change] of Object.entries(changes)) {
    await t.test(what, (inner) => {
      const { place, from } = made(inner, (upstream) => {
        upstream.save('a', 11);
        const hash = upstream.save('b', 22);
        upstream.save('c', 33);
        change(upstream, hash);
      });
      const { findings } = refused(place, from);
      assert.ok(findings.length >= 1 && findings.every(({ reason }) => reason !== ''));
      assert.strictEqual(imported(place, [...from, '--skip-bad']).imported, 2);
      assert.deepStrictEqual(get(place, 'a'), { $value: 11 });
      place.fails(EXIT.notFound, ['get', 'b']);
    });
  }
});

test('blanks between tokens change nothing, and are no part of what is hashed', (t) => {
  const { place, old, from } = made(t, (upstream) => upstream.save('a', { text: 'b  c' }));
  for (const name of ['data/a.json', `blockchain/${old.tail}.json`]) {
    old.put(name, JSON.stringify(JSON.parse(fs.readFileSync(old.path(name))), null, 2));
  }
  assert.strictEqual(imported(place, from).imported, 1);
  assert.deepStrictEqual(get(place, 'a'), { text: 'b  c' });
});

test('a tail of somebody else leads nowhere, and one that is none is refused', (t) => {
  const { place, old, from } = made(t, (upstream) => upstream.save('a', 1));
  old.name('e'.repeat(64));
  const { blocks, unreachable, findings } = refused(place, from);
  assert.deepStrictEqual([blocks, unreachable], [0, 2]);
  assert.match(findings[0].reason, /Block not found: eee/);
  old.put('blockchain/.blockchain.json', '{"tailHash":"../../evil"}');
  place.fails(EXIT.unverified, from, /names no block/);
  fs.rmSync(old.path('blockchain/.blockchain.json'));
  place.fails(EXIT.unverified, from, /is missing/);
});

test('what the schema refuses is bad before anything is written', (t) => {
  const { place, from } = made(t, (upstream) => {
    upstream.save('good', { $type: 'City', name: 'Kyiv' });
    upstream.save('bad', { $type: 'City', name: 5 });
  });
  fs.mkdirSync(place.path('schemas'));
  place.file('schemas/City.js', "({ name: { type: 'string', unique: true } })");
  place.ok(['schema', 'apply', place.path('schemas')]);
  assert.strictEqual(refused(place, from).findings[0].file, 'data/bad.json');
  assert.strictEqual(imported(place, [...from, '--skip-bad']).imported, 1);
});

test('what a unique index has already', (t) => {
  const { place, from } = made(t, (upstream) => {
    for (const id of ['a', 'b', 'c']) upstream.save(id, { $type: 'City', name: `${id !== 'b'}` });
  });
  fs.mkdirSync(place.path('schemas'));
  place.file('schemas/City.js', "({ name: { type: 'string', unique: true } })");
  place.ok(['schema', 'apply', place.path('schemas')]);
  place.fails(EXIT.failure, from, /data\/c\.json/);
  const { imported: count, bad } = imported(place, [...from, '--skip-bad']);
  assert.deepStrictEqual([count, bad], [2, 1]);
});

test('--dry-run writes nothing', (t) => {
  const { place, from } = made(t, (upstream) => upstream.encrypt('a', 1));
  const log = () => place.json(['stats']).changes;
  const before = log();
  const { records, imported: count } = imported(place, [...from, '--dry-run']);
  assert.deepStrictEqual([records, count, log()], [1, 0, before]);
  assert.ok(!fs.existsSync(place.path('gs/keys/private.pem')));
});

test('what is no directory of upstream, and options that do not go together', (t) => {
  const { place, old, from } = made(t);
  fs.mkdirSync(place.path('empty'));
  place.fails(EXIT.notFound, ['import', '--upstream', place.path('empty')], /no directory of/);
  place.fails(EXIT.notFound, ['import', '--upstream', place.path('none')], /no directory of/);
  for (const more of [['City'], ['City', 'file'], ['--key', 'id'], ['-c', 'City']]) {
    place.fails(EXIT.usage, [...from, ...more]);
  }
  place.fails(EXIT.usage, ['import', 'City', old.path('data'), '--dry-run']);
  place.fails(EXIT.usage, ['import', 'City', old.path('data'), '--decrypt']);
});
