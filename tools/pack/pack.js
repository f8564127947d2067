'use strict';

// Makes the tarballs of the npm package, `globalstorage` and the addon for this platform:
//
//   node tools/pack/pack.js ADDON DIRECTORY      DIRECTORY is made anew; prints the tarballs
//
// js/package.json is the one place that has the version. The addon is a package of its own, which
// npm leaves out where it cannot run; neither has an install script, so nothing is ever compiled
// or fetched where they are installed. `./run pack` calls this with what it has built.

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const ROOT = path.resolve(__dirname, '../..');
const ADDON = 'globalstorage.node';

// What is inside of the addon besides our code, with the text of its license.
const LICENSES = {
  openssl: ['/usr/share/doc/libssl-dev/copyright', '/usr/share/common-licenses/Apache-2.0'],
  libsodium: ['/usr/share/doc/libsodium-dev/copyright'],
  zstd: ['/usr/share/doc/libzstd-dev/copyright'],
  quickjs: [path.join(ROOT, 'build/deps/quickjs/LICENSE')],
  'libstdc++': ['/usr/share/doc/libstdc++6/copyright'],
};

const manifest = JSON.parse(fs.readFileSync(path.join(ROOT, 'js/package.json'), 'utf8'));
const platform = `${process.platform}-${process.arch}`;
const addonName = `@globalstorage/${platform}`;

/** All addons that the package asks for have its own version, and that of this platform is one. */
const checkVersions = () => {
  const { version, optionalDependencies } = manifest;
  for (const [name, wanted] of Object.entries(optionalDependencies)) {
    if (wanted === version) continue;
    throw new Error(`js/package.json: ${name} has version ${wanted}, the package ${version}`);
  }
  if (!(addonName in optionalDependencies)) {
    throw new Error(`js/package.json: ${addonName} is none of its optionalDependencies`);
  }
};

const writeJson = (file, value) => fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

const addLicense = (folder) =>
  fs.copyFileSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE'));

const makePackage = (folder) => {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'README.md', ...manifest.files]) {
    const from = path.join(ROOT, 'js', name);
    if (fs.existsSync(from)) fs.cpSync(from, path.join(folder, name), { recursive: true });
  }
  addLicense(folder);
};

const README = `# ${addonName}

The engine of the npm package [globalstorage](https://www.npmjs.com/package/globalstorage) for
${platform}. Install that package; it asks for this one. \`licenses/\` has the licenses of the
libraries that are inside.
`;

const makeAddon = (folder, addon) => {
  const { version, license, engines } = manifest;
  fs.mkdirSync(path.join(folder, 'licenses'), { recursive: true });
  writeJson(path.join(folder, 'package.json'), {
    name: addonName,
    version,
    description: `The engine of globalstorage for ${platform}`,
    license,
    main: ADDON,
    files: [ADDON, 'licenses/'],
    os: [process.platform],
    cpu: [process.arch],
    libc: ['glibc'],
    engines,
  });
  fs.writeFileSync(path.join(folder, 'README.md'), README);
  addLicense(folder);
  for (const [name, files] of Object.entries(LICENSES)) {
    const texts = files.map((file) => fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(path.join(folder, 'licenses', `${name}.txt`), texts.join('\n'));
  }
  execFileSync('strip', ['--strip-unneeded', '-o', path.join(folder, ADDON), addon]);
};

const pack = (folder, directory) => {
  const options = ['--json', '--ignore-scripts', '--pack-destination', directory];
  const output = execFileSync('npm', ['pack', ...options], { cwd: folder, encoding: 'utf8' });
  const [{ filename, size, unpackedSize }] = JSON.parse(output);
  return { file: path.join(directory, filename), size, unpackedSize };
};

const main = ([addon, directory]) => {
  if (!addon || !directory) throw new Error('usage: node tools/pack/pack.js ADDON DIRECTORY');
  checkVersions();
  const place = path.resolve(directory);
  fs.rmSync(place, { recursive: true, force: true });
  const folders = [path.join(place, 'globalstorage'), path.join(place, platform)];
  makePackage(folders[0]);
  makeAddon(folders[1], path.resolve(addon));
  for (const folder of folders) {
    const { file, size, unpackedSize } = pack(folder, place);
    console.log(`${file}  ${size} bytes, unpacked ${unpackedSize}`);
  }
};

main(process.argv.slice(2));
