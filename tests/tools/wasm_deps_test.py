#!/usr/bin/env python3
"""The libsodium of the WebAssembly core is that of the installed package, also after an update.

Goal: a security fix that apt installs is compiled in. Method: tools/build_wasm_deps.sh on a machine
whose apt, dpkg and clang are small scripts that write down how they were called.
"""

import os
import shutil
import subprocess
import unittest

from machine import BareMachine

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ESSENTIAL = ('awk', 'cat', 'cksum', 'cp', 'dirname', 'id', 'ls', 'mkdir', 'mv', 'rm', 'sed', 'sh', 'sort',
             'touch', 'tr')
TREE = 'src/libsodium/include/sodium'
MAKE_TREE = (f'mkdir -p "$tree/{TREE}"; cp version.txt "$tree/{TREE}/version.h.in"; '
             f'touch "$tree/{TREE}/../sodium.h"')


class Machine(BareMachine):
    """Debian with libsodium-dev 1."""

    ESSENTIAL = ESSENTIAL

    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.root, 'tools'))
        for name in ('build_wasm_deps.sh', 'fetch_source.sh'):
            shutil.copy(os.path.join(ROOT, 'tools', name), os.path.join(self.root, 'tools'))
        top = f'cd {self.root}; '
        self.program('dpkg-query', top + 'cat version.txt')
        self.program('apt-cache', 'echo " 500 http://debian.example stable/main amd64 Packages"')
        self.program('apt-get', f'echo "$*" >>{self.root}/apt.txt; touch libsodium_1.dsc')
        self.program('dpkg-source', 'shift 3; tree=$1; ' + top + MAKE_TREE)
        self.program('clang-19', f'echo x >>{self.root}/compiled.txt; '
                     'while [ "$1" != -o ]; do shift; done; touch "$2"')
        self.program('llvm-ar-19', 'touch "$2"')
        self.install('1')
        self.said = ''

    def program(self, name, body):
        path = os.path.join(self.bin, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\n{body}\n')
        os.chmod(path, 0o755)

    def install(self, version):
        with open(os.path.join(self.root, 'version.txt'), 'w', encoding='utf-8') as file:
            file.write(version)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as file:
            return file.read()

    def build(self):
        """Whether it compiled anything; what it said is in self.said."""
        compiled = os.path.join(self.root, 'compiled.txt')
        if os.path.exists(compiled):
            os.remove(compiled)
        done = subprocess.run(['sh', 'tools/build_wasm_deps.sh', os.path.join(self.root, 'deps')],
                              cwd=self.root, env={'PATH': self.bin}, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = done.stdout
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(os.path.exists(os.path.join(self.root, 'deps/libsodium-wasm/libsodium.a')))
        return os.path.exists(compiled)

    def built_version(self):
        return self.read('deps/libsodium-wasm/include/sodium/version.h')

    def test_it_is_built_once(self):
        self.assertTrue(self.build())
        self.assertFalse(self.build())
        self.assertEqual(self.said, '')
        self.assertIn('source --download-only libsodium=1', self.read('apt.txt'))

    def test_an_update_of_the_package_is_fetched_and_built(self):
        self.build()
        self.install('1+security')
        self.assertTrue(self.build())
        self.assertIn('libsodium=1+security', self.read('apt.txt'))
        self.assertEqual(self.built_version(), '1+security')
        self.assertFalse(self.build())

    def test_a_source_that_somebody_put_there_stays(self):
        tree = os.path.join(self.root, 'deps/libsodium-source')
        subprocess.run(['sh', '-c', MAKE_TREE], cwd=self.root, check=True,
                       env={**os.environ, 'tree': tree})
        self.install('2')
        self.assertTrue(self.build())
        self.assertIn(f'{tree} is used as it is', self.said)
        self.build()
        self.assertEqual(self.said, '')
        self.install('3')
        self.build()
        self.assertEqual(self.built_version(), '1')
        self.assertFalse(os.path.exists(os.path.join(self.root, 'apt.txt')))

    def test_without_the_package_a_source_is_enough(self):
        self.program('dpkg-query', 'exit 1')
        tree = os.path.join(self.root, 'deps/libsodium-source')
        subprocess.run(['sh', '-c', MAKE_TREE], cwd=self.root, check=True,
                       env={**os.environ, 'tree': tree})
        self.assertTrue(self.build())


if __name__ == '__main__':
    unittest.main()
