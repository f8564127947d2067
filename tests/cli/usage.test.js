'use strict';

// The command line itself: help, versions, usage errors, and standard streams.

const { test } = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const { Place, run, errorOf, EXIT, PROGRAM } = require('./gstore.js');

const COMMANDS = [
  'init', 'insert', 'get', 'set', 'update', 'delete', 'swap', 'scan', 'import', 'export', 'log',
  'show', 'verify', 'proof', 'verify-proof', 'erase', 'digest', 'stats', 'compact', 'backup',
  'restore', 'bench', 'blob', 'history', 'help', 'completion', 'find', 'count',
  'schema', 'types', 'shell', 'conflicts', 'resolve', 'blame', 'diff', 'tag', 'branch', 'clone', 'bundle', 'shallow',
  'counter', 'elements', 'text', 'revert', 'undo', 'redo',
];

test('a word that is no command is named, also before one', () => {
  for (const words of [['schem', 'show'], ['foo', 'count', 'City'], ['-d', 'x', 'fnd', 'City']]) {
    const { code, err } = run(words);
    assert.strictEqual(code, EXIT.usage);
    assert.match(err, new RegExp(`unknown command '${words.find((word) => /^(schem|foo|fnd)$/.test(word))}'`));
  }
});

test('help names every command, and every command shows examples', () => {
  const { code, out, err } = run(['--help']);
  assert.deepStrictEqual([code, err], [EXIT.ok, '']);
  for (const command of COMMANDS) {
    assert.match(out, new RegExp(`^  ${command} `, 'm'));
    const help = run([command, '--help']);
    assert.strictEqual(help.code, EXIT.ok);
    assert.match(help.out, new RegExp(`Examples:\n.*gstore[^\n]* ${command}`, 's'), command);
  }
  assert.match(run(['blob', 'put', '--help']).out, /gstore blob put/);
});

test('the command help prints what the option --help prints', () => {
  for (const words of [[], ['get'], ['blob'], ['blob', 'put'], ['help']]) {
    const { code, out, err } = run(['help', ...words]);
    assert.deepStrictEqual([code, err], [EXIT.ok, ''], words.join(' '));
    assert.strictEqual(out, run([...words, '--help']).out);
  }
});

// `gstore help` was an unknown command, and nothing said what a mistyped one should have been.
test('a mistyped command or option is told what it may have meant', () => {
  const cases = [
    [['inesrt', '{}'], "unknown command 'inesrt'. Did you mean 'insert'?"],
    [['schema', 'aply', '.'], "unknown command 'aply'. Did you mean 'apply'?"],
    [['blob', 'gett'], "unknown command 'gett'. Did you mean 'get'?"],
    [['help', 'veriffy'], "unknown command 'veriffy'. Did you mean 'verify'?"],
    [['help', 'blob', 'pt'], "unknown command 'pt'. Did you mean 'put'?"],
    [['scan', '--limits', '3'], "unknown option '--limits'. Did you mean '--limit'?"],
    [['scan', '--form=3'], "unknown option '--form=3'. Did you mean '--from'?"],
    [['scan', '--dir', 'x'], "unknown option '--dir'. Did you mean '--directory'?"],
    [['blob', 'put', '-', '--jsno'], "unknown option '--jsno'. Did you mean '--json'?"],
    [['--jsn', 'scan'], "unknown option '--jsn'. Did you mean '--json'?"],
    [['help', 'nonsense'], "unknown command 'nonsense'."],
    [['get', 'a', '--batch', '1'], "unknown option '--batch'."], // of import only
  ];
  for (const [args, problem] of cases) {
    const { code, out, err } = run(args);
    assert.deepStrictEqual([code, out], [EXIT.usage, ''], `${args.join(' ')}: ${err}`);
    const help = err.slice(`gstore: ${problem}`.length);
    assert.strictEqual(err, `gstore: ${problem}${help}`);
    assert.match(help, /^ Run `gstore[a-z ]* --help` for the usage\.\n$/);
    // The help of help would not tell more.
    if (args[0] === 'help') assert.strictEqual(err, run(args.slice(1)).err);
  }
});

// `rebase` was taken for `erase`.
test('a command of git is told what there is in its place', () => {
  const cases = {
    add: 'nothing is staged', commit: 'gstore tag', push: 'gstore bundle create', pull: 'gstore bundle apply',
    fetch: 'gstore bundle apply', rebase: 'gstore merge', 'cherry-pick': 'gstore merge VERSION', reset: 'gstore revert',
    stash: 'gstore checkout -b NAME', switch: 'gstore checkout', status: 'gstore stats', rm: 'gstore delete',
  };
  for (const [word, instead] of Object.entries(cases)) {
    for (const args of [[word], [word, '-m', 'x'], [word, 'draft'], ['help', word]]) {
      const { code, err } = run(args);
      assert.strictEqual(code, EXIT.usage);
      assert.ok(err.startsWith(`gstore: unknown command '${word}': here `), err);
      assert.ok(err.includes(instead) && !err.includes('Did you mean'), err);
    }
  }
});

// -c was an unknown option where the collection is a word, and no message said so.
test('a collection is taken as a word or behind -c', (t) => {
  const place = new Place(t);
  const rows = place.file('rows.ndjson', '{"a":2}\n');
  place.ok(['insert', '-c', 'City', '{"a":1}']);
  place.ok(['insert', '--collection', 'City', 'City', '{"a":1}']); // twice the same
  place.ok(['import', '-c', 'City', rows]);
  place.ok(['import', 'City', rows, '-c', 'City']);
  place.ok(['insert', '{"a":3}']); // in none
  assert.strictEqual(place.lines(['scan', 'City']).length, 4);
  for (const [word, option] of [['scan', 'City'], ['export', 'City', '--ids']].map((args) =>
    [args, args.flatMap((arg) => (arg === 'City' ? ['-c', arg] : [arg]))])) {
    assert.strictEqual(place.ok(option), place.ok(word));
  }
  const cases = [
    ['insert', 'City', '{"a":4}'], ['scan', 'City'], ['export', 'City'], ['import', 'City', rows],
  ];
  for (const args of cases) {
    const { err } = place.fails(EXIT.usage, [...args, '-c', 'Town']);
    assert.match(err, /--collection: 'Town' and the COLLECTION 'City' are two; give one of them\./);
  }
  place.fails(EXIT.usage, ['import', rows], /COLLECTION and FILE are required/);
  place.fails(EXIT.usage, ['import', '-c', 'City'], /FILE is required/);
  place.fails(EXIT.usage, ['insert', '-c', 'City'], /JSON is required/);
  assert.strictEqual(place.lines(['scan']).length, 5);
});

test('version', () => {
  for (const option of ['-v', '--version']) {
    const { code, out } = run([option]);
    assert.strictEqual(code, EXIT.ok);
    assert.match(out, /^gstore \d+\.\d+\.\d+\n$/);
  }
});

test('usage errors exit with 2 and say where the help is', () => {
  const lines = [
    [], ['nonsense'], ['get'], ['get', 'a', 'b'], ['get', '--nonsense'], ['insert'], ['set', 'a'],
    ['swap', 'a', '--if', '{}'], ['scan', '--limit', 'x'], ['scan', '--limit', '-1'], ['log', '-n', '1.5'],
    ['import', 'City'], ['import', 'City', '-', '--format', 'xml'], ['import', 'City', '-', '--batch', '0'],
    ['blob'], ['blob', 'put'], ['restore', 'a'], ['completion', 'fish'], ['-d'], ['show'], ['--json'],
  ];
  for (const args of lines) {
    const { code, out, err } = run(args);
    assert.strictEqual(code, EXIT.usage, `${args.join(' ')}: ${code} ${err}`);
    assert.strictEqual(out, '', args.join(' '));
    const text = args.includes('--json') ? JSON.parse(err).error.message : err;
    assert.match(text, /Run `gstore.* --help`/, args.join(' '));
  }
  const error = errorOf(run(['get', '--json']));
  assert.strictEqual(error.code, 'usage');
});

test('every argument that cannot be understood is a usage error, and is named briefly', () => {
  const long = '9'.repeat(300);
  const import_ = ['import', 'City', '-'];
  const cases = [
    [['nonsense', 'a'], /unknown command 'nonsense'/],
    [['blob', 'nonsense'], /unknown command 'nonsense'/],
    [['get', 'a', '--nonsense'], /unknown option '--nonsense'/],
    [['get', 'a', 'b', 'c'], /too many arguments: 'b' 'c'/],
    [['get', 'a', long], /too many arguments: '9+\.\.'/],
    [[...import_, '--batch', long], /--batch: '9+\.\.' is not a whole number from 1 to 1,000,000/],
    [[...import_, '--first', '0'], /from 1 to/],
    [[...import_, '--format', 'xml'], /'xml' is unknown; known: ndjson, json, csv/],
    [[...import_, '--type', 'a:colour'], /'a:colour' is not FIELD:TYPE/],
    [[...import_, '--type', 'colour'], /FIELD:TYPE/],
    [[...import_, '--delimiter', 'ab'], /--delimiter: 'ab'/],
    [['scan', '--limit', '99999999999999999999'], /whole number/],
    [['scan', '--from', 'x'], /is no id/],
    [['log', '-n', '0x10'], /whole number/],
    [['show', 'xyz'], /names no change/],
    [['verify-proof', '-', '--root', 'x'], /is no digest/],
    [['blob', 'get', 'x'], /names no blob/],
    [['swap', 'a', '--if', '-', '--set', '-'], /both from standard input/],
    [[], /^gstore: a command is required\. /],
    [['-d', 'a', '-d', 'b', 'scan'], /^gstore: --directory is given more than once\. /],
    [['get', 'a', '-c'], /^gstore: --collection needs a value\. /],
    [['get', ''], /'' names no record: give its UUID, or a foreign key/],
    [['erase', '', '-c', 'City'], /'' names no record/],
    [['-d', '', 'scan'], /--directory: '' is no directory: give its path/],
    [['backup', ''], /DIR: '' is no directory/],
    [['restore', 'a', ''], /NEWDIR: '' is no directory/],
    [['clone', 'a', ''], /NEWDIR: '' is no directory/],
    [['bundle', 'apply', '-'], /FILE: '-' is no file: give the path of a bundle/],
    [['bundle', 'create', 'x', '--since', ''], /--since: '' is no version/],
    [['get', 'x', '--at', ''], /--at: '' is no version: give a change, a tag, a branch, a time or main/],
    [['tag', '--move'], /NAME/],
    [['import', 'City', ''], /FILE: '' is no file/],
    [[...import_, '--type', 'a:date', '--type', 'a:json'], /--type: 'a' has two types/],
    [['export', '--columns', 'a'], /--columns: only --format csv has columns/],
    [['bench', '--records', '5'], /from 1,000 to 100,000,000/],
  ];
  for (const [args, pattern] of cases) {
    const { code, out, err } = run(args);
    assert.deepStrictEqual([code, out], [EXIT.usage, ''], `${args.join(' ')}: ${err}`);
    assert.match(err, pattern);
    assert.match(err, /\. Run `gstore[a-z -]* --help` for the usage\.\n$/);
    assert.ok(err.length < 300, err);
    assert.strictEqual(errorOf(run(['--json', ...args])).code, 'usage');
  }
});

test('a limit is written the same everywhere, and 010 is ten', (t) => {
  const place = new Place(t);
  for (let i = 0; i < 12; i++) place.ok(['insert', `{"i":${i}}`]);
  for (const option of ['-n', '--limit']) {
    for (const command of ['scan', 'log']) {
      assert.strictEqual(place.ok([command, option, '010']).trim().split('\n').length, 10);
      assert.match(run([command, '--help']).out, /-n,--limit N/);
    }
  }
});

test('standard output that cannot be written is a failure', (t) => {
  if (!fs.existsSync('/dev/full')) return t.skip('no /dev/full');
  const place = new Place(t);
  place.ok(['insert', '{"a":1}']);
  for (const args of [['scan'], ['stats'], ['export'], ['--help']]) {
    const full = fs.openSync('/dev/full', 'w');
    const { code, err } = place.run(args, { stdio: ['ignore', full, 'pipe'] });
    fs.closeSync(full);
    assert.strictEqual(code, EXIT.failure, args.join(' '));
    assert.match(err, /standard output/);
  }
});

test('a reader that goes away is no failure', (t) => {
  const place = new Place(t);
  const rows = Array.from({ length: 50000 }, (_, i) => `{"i":${i}}\n`).join('');
  place.ok(['import', 'City', '-'], { input: rows });
  const script = `"${PROGRAM}" -d "${place.directory}" scan | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  const [first, status] = stdout.trim().split('\n');
  assert.deepStrictEqual(JSON.parse(first).data, { i: 0 });
  assert.strictEqual(status, '0');
  assert.strictEqual(stderr, '');
});

// The next file to be opened took the number of the closed stream: results went into the lock file.
test('a closed standard stream is a failure, and never a file of the storage', (t) => {
  const place = new Place(t);
  const lock = () => fs.readFileSync(`${place.directory}/lock`, 'utf8');
  const shell = (redirection, input) => {
    const script = `"${PROGRAM}" -d "${place.directory}" import City - --json ${redirection}`;
    return spawnSync('bash', ['-c', script], { encoding: 'utf8', input });
  };
  const out = shell('>&-', '{"a":1}\n');
  assert.strictEqual(out.status, EXIT.failure);
  assert.match(errorOf({ err: out.stderr }).message, /cannot write to standard output/);
  assert.match(lock(), /^\d+ \S+\n$/);
  const input = shell('<&-');
  assert.strictEqual(input.status, EXIT.failure);
  assert.match(errorOf({ err: input.stderr }).message, /cannot read standard input/);
  assert.strictEqual(shell('2>&-', '{"a":\n').status, EXIT.failure);
  assert.match(lock(), /^\d+ \S+\n$/);
  assert.strictEqual(place.json(['stats']).records, 1);
});

// A bar is for people: on a terminal, for every command that may take long, and gone at its end.
test('long commands show a bar on a terminal', (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('no script(1)');
  const place = new Place(t);
  const row = JSON.stringify({ text: 'x'.repeat(200) });
  const file = place.file('rows.ndjson', `${row}\n`.repeat(8000));
  const onTerminal = (args) => {
    const words = [PROGRAM, '-d', place.directory, ...args].map((word) => `'${word}'`).join(' ');
    const { stdout } = spawnSync('script', ['-qec', words, '/dev/null'], { encoding: 'utf8', input: '' });
    return stdout;
  };
  const bar = (label) => new RegExp(`\r  ${label}  \\[[#.]+\\] +\\d+ %`);
  assert.match(onTerminal(['import', 'City', file]), bar('import'));
  const [{ id }] = place.lines(['scan', '-n', '1']);
  assert.match(onTerminal(['verify']), bar('verify'));
  assert.match(onTerminal(['backup', place.path('b')]), bar('backup'));
  assert.match(onTerminal(['restore', place.path('b'), place.path('r')]), bar('restore'));
  assert.match(onTerminal(['compact']), bar('compact'));
  assert.match(onTerminal(['erase', id]), bar('erase'));
  assert.match(onTerminal(['verify']), /\r\x1b\[K {2}frames/); // the bar is gone before the report
  for (const args of [['verify', '--json'], ['backup', place.path('c'), '--json']]) {
    assert.doesNotMatch(onTerminal(args), /\x1b/);
  }
});

test('nothing but text outside a terminal: no bars, no colours', (t) => {
  const place = new Place(t);
  const env = { ...process.env, NO_COLOR: '' };
  const results = [
    place.run(['import', 'City', '-'], { input: '{"a":1}\n'.repeat(5000), env }),
    place.run(['verify', '--full'], { env }),
    place.run(['get', 'nobody'], { env }),
  ];
  for (const { out, err } of results) assert.doesNotMatch(out + err, /[\x1b\r]/);
});
