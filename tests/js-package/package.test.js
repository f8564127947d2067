'use strict';

// Goal: who installs the package has all that it takes, without a compiler, a network or scripts,
// and can require, import and bundle it.
// Method: both tarballs in an empty project; one small program, loaded in every way, which has to
// print the same.

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT, PLATFORM, theProject, packageFile, newerNode } = require('./project.js');

const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'js/package.json'), 'utf8'));

const PROGRAM = `
const run = async () => {
  const db = await open({ path: process.argv[1] + '.gs' });
  const { id } = await db.collection('City').insert({ name: 'Kyiv', n: 5 });
  await db.collection('City').update(id, { n: 6 });
  const rows = await db.collection('City').where({ n: { $gte: 6 } }).all();
  console.log(rows[0].name, (await db.get(id)).n, db instanceof Storage, (await db.verify()).ok);
  await db.close();
};
run();
`;
const EXPECTED = 'Kyiv 6 true true';
const COMMONJS = `const { open, Storage } = require('globalstorage');\n${PROGRAM}`;
const ESM = `import { open, Storage } from 'globalstorage';\n${PROGRAM}`;

test('the tarballs have what belongs there, and no scripts', () => {
  const project = theProject();
  const addonName = `@globalstorage/${PLATFORM}`;
  for (const name of ['globalstorage', addonName]) {
    const installed = JSON.parse(project.read(`node_modules/${name}/package.json`));
    assert.strictEqual(installed.version, manifest.version, name);
    assert.strictEqual(installed.scripts, undefined, name);
    assert.strictEqual(installed.dependencies, undefined, name);
    assert.match(project.read(`node_modules/${name}/LICENSE`), /MIT License/);
    assert.match(project.read(`node_modules/${name}/README.md`), /globalstorage/);
  }
  const names = fs.readdirSync(project.path('node_modules/globalstorage')).sort();
  const known = ['LICENSE', 'README.md', 'package.json', ...manifest.files];
  for (const name of names) {
    assert.ok(known.includes(name) || known.includes(`${name}/`), `${name} does not belong there`);
  }
  const { optionalDependencies } = manifest;
  assert.deepStrictEqual(optionalDependencies, { [addonName]: manifest.version });
  const licenses = fs.readdirSync(project.addon('licenses')).sort();
  const libraries = ['libsodium', 'libstdc++', 'openssl', 'quickjs', 'zstd'];
  assert.deepStrictEqual(
    licenses,
    libraries.map((name) => `${name}.txt`),
  );
});

test('the addon asks of the system what the README says', () => {
  const project = theProject();
  const addon = fs.readFileSync(project.addon('globalstorage.node'), 'latin1');
  const versions = [...addon.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  const [, said] = /glibc 2\.(\d+) or newer/.exec(
    project.read('node_modules/globalstorage/README.md'),
  );
  assert.ok(Math.max(...versions) <= Number(said), `it needs glibc 2.${Math.max(...versions)}`);
  assert.ok(!addon.includes('.debug_info'), 'it is stripped');
});

test('require', () => {
  const project = theProject();
  assert.strictEqual(project.node(project.write('required.js', COMMONJS)), EXPECTED);
});

test('import', () => {
  const project = theProject();
  assert.strictEqual(project.node(project.write('imported.mjs', ESM)), EXPECTED);
});

test('what is imported is what is required, by name', () => {
  const project = theProject();
  const program = `
    import { createRequire } from 'node:module';
    import * as imported from 'globalstorage';
    const required = createRequire(import.meta.url)('globalstorage');
    const { default: whole, ...named } = imported;
    const names = Object.keys(required).sort();
    const same = names.every((name) => named[name] === required[name]) && whole === required;
    console.log(JSON.stringify(Object.keys(named).sort()) === JSON.stringify(names), same);
  `;
  assert.strictEqual(project.node(project.write('names.mjs', program)), 'true true');
});

test('a platform without an engine is told so', () => {
  const project = theProject();
  const copy = project.beside('without/node_modules/globalstorage');
  fs.cpSync(project.path('node_modules/globalstorage'), copy, { recursive: true });
  const program = project.beside('without/program.js');
  fs.writeFileSync(
    program,
    `require('globalstorage').open({ path: 'x' }).catch(({ code, message, hint }) => {
       console.log(code, message, hint);
     });`,
  );
  const said = /^GS_UNSUPPORTED no engine for \S+ Install the package again with its optional/;
  assert.match(project.node(program), said);
  const env = { GLOBALSTORAGE_ADDON: project.addon('globalstorage.node') };
  assert.strictEqual(project.node(program, env), '');
});

test('the program of the README', () => {
  const project = theProject();
  const [, program] = /```js\n(.*?)```/s.exec(project.read('node_modules/globalstorage/README.md'));
  project.write('schemas/Author.js', "({ Entity: {}, name: 'string' })");
  const post = "({ Entity: {}, title: 'string', author: 'Author', tags: { array: 'string' } })";
  project.write('schemas/Post.js', post);
  const said = project.node(project.write('readme.mjs', program));
  const shown = said.replace(/\s+/g, ' ').match(/title: '\w+', author: \{ name: 'Ann' \}/g);
  assert.match(shown.at(-1), /'Hello'/, 'what was updated before end()');
  assert.match(said, /^true$/m);
});

// --- bundlers ---

const esbuild = (project, name, options) => {
  const outfile = project.path(`bundled/${name}.js`);
  require(packageFile('esbuild')).buildSync({
    entryPoints: [project.write(`${name}.js`, ESM)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    ...options,
  });
  return outfile;
};

const vite = (project, name, options) => {
  project.write(`${name}.js`, ESM);
  const build = { ssr: `${name}.js`, outDir: `bundled/${name}`, ...options.build };
  const config = { ...options, build };
  const file = project.write(`${name}.config.mjs`, `export default ${JSON.stringify(config)};`);
  const program = packageFile('vite/bin/vite.js');
  project.run(newerNode(), [program, 'build', '--config', file, '--logLevel', 'error']);
  const [made] = fs.readdirSync(project.path(`bundled/${name}`));
  return project.path(`bundled/${name}`, made);
};

// Runs a bundle where nothing is but the addon.
const alone = (project, bundle) => {
  const folder = project.beside(path.basename(bundle, '.js'));
  fs.mkdirSync(folder);
  const file = path.join(folder, path.basename(bundle));
  fs.copyFileSync(bundle, file);
  fs.copyFileSync(project.addon('globalstorage.node'), path.join(folder, 'globalstorage.node'));
  return project.node(file);
};

test('esbuild leaves the package out', () => {
  const project = theProject();
  const bundle = esbuild(project, 'left-out', { external: ['globalstorage'] });
  assert.strictEqual(project.node(bundle), EXPECTED);
  assert.ok(fs.statSync(bundle).size < 4096, 'it is not in the bundle');
});

test('esbuild bundles the package, and the addon lies beside it', () => {
  const project = theProject();
  const bundle = esbuild(project, 'bundled-by-esbuild', { minify: true });
  assert.strictEqual(alone(project, bundle), EXPECTED);
});

test('Vite leaves the package out', () => {
  const project = theProject();
  const bundle = vite(project, 'left-out-by-vite', {});
  assert.strictEqual(project.node(bundle), EXPECTED);
  const ssr = { noExternal: true, external: ['globalstorage'] };
  const other = vite(project, 'left-out-of-all', { ssr });
  assert.strictEqual(project.node(other), EXPECTED);
  assert.ok(fs.statSync(other).size < 4096, 'it is not in the bundle');
});

test('Vite bundles the package, and the addon lies beside it', () => {
  const project = theProject();
  const ssr = { noExternal: true };
  const rollupOptions = { output: { format: 'cjs' } };
  const bundle = vite(project, 'bundled-by-vite', { ssr, build: { rollupOptions } });
  assert.strictEqual(alone(project, bundle), EXPECTED);
});
