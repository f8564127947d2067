#!/usr/bin/env python3
"""./run refuses what it does not know, works alone, says what it does, passes on what it is told.

Goal: a newcomer is never left without a word. Method: ./run in an empty tree on a machine whose
apt, cmake and benchmarks are small scripts that write down how they were called.
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import unittest

from machine import BareMachine

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What ./run may use of a fresh Debian 12: essential packages only. sudo is not among them.
ESSENTIAL = ('awk', 'basename', 'cat', 'cmp', 'cut', 'date', 'dirname', 'env', 'find', 'flock',
             'grep', 'head', 'mkdir', 'nproc', 'rm', 'sed', 'sh', 'sleep', 'sort', 'tail', 'tee',
             'touch', 'wc')
LIMIT_SECONDS = 60  # for what comes at once when all is well
ROWS = 'insert\ninsert-keyed\nget\n'


class Machine(BareMachine):
    """A tree with ./run and nothing else, a user who is root, all packages installed."""

    ESSENTIAL = ESSENTIAL

    def setUp(self):
        super().setUp()
        shutil.copy(os.path.join(ROOT, 'run'), self.root)
        shutil.copytree(os.path.join(ROOT, 'tools/run'), os.path.join(self.root, 'tools/run'))
        self.program('machine/id', 'echo 0')
        self.program('machine/dpkg-query', 'echo installed')
        self.program('machine/apt-get', 'echo "$*" >>apt.txt')
        self.program('machine/cmake', 'echo "cmake $1"')
        self.program('build/bin/gstore', ':')
        self.program('build/bin/gstore-bench',
                     f'[ "$1" = --list ] && {{ printf "{ROWS}"; exit; }}; echo "rows: $*"'
                     .replace('\n', '\\n'))
        self.program('build/release/gs/storage/log/gs_log_bench', 'echo "log: $*"')
        for path in ('bindings/node/package-lock.json', 'build/npm-addon/installed.json'):
            self.program(path, 'the same: headers of Node-API are there')

    def program(self, path, body):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\n{body}\n')
        os.chmod(full, 0o755)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as file:
            return file.read()

    def run_it(self, *args, **variables):
        """Status and output, both streams together. The output is also in out.txt meanwhile."""
        with open(os.path.join(self.root, 'out.txt'), 'w', encoding='utf-8') as out:
            done = subprocess.run(['./run', *args], cwd=self.root,
                                  env={'PATH': self.bin, **variables},
                                  stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                  check=False)
        return done.returncode, self.read('out.txt')


class Arguments(Machine):
    def test_what_a_command_does_not_know_is_an_error_before_anything_is_done(self):
        shutil.rmtree(os.path.join(self.root, 'build'))
        for args in (['--nothing'], ['nothing'], ['build', '--nothing'], ['build', 'x'],
                     ['test', '--quickly'], ['check', '--al'], ['format', 'x'], ['help', 'x'],
                     ['fuzz', '0'], ['fuzz', '1', '2'], ['sim', 'x'], ['sim', '1', '0'],
                     # so many that they are none, or less than none, for a program
                     ['fuzz', '100000000'], ['sim', '10000000000'], ['sim', '1', '1' + 18 * '0'],
                     ['sim', '1', '2', '3'], ['--exit', '--nothing']):
            with self.subTest(args=args):
                status, out = self.run_it(*args)
                self.assertEqual(status, 2, out)
                self.assertTrue(out.startswith('run: '), out)
                self.assertIn('usage: ./run', out)
                self.assertFalse(os.path.exists(os.path.join(self.root, 'build')))

    def test_help_does_nothing_else(self):
        status, out = self.run_it('help')
        self.assertEqual(status, 0)
        self.assertTrue(out.startswith('usage: ./run'), out)
        self.assertEqual(self.run_it('--help'), (0, out))


class Steps(Machine):
    def test_a_step_is_named_when_it_begins_and_timed_when_it_ends(self):
        self.program('machine/cmake', 'cat out.txt >seen.txt')
        status, out = self.run_it('build')
        self.assertEqual(status, 0, out)
        self.assertEqual(self.read('seen.txt'), '  build the product (release) ...\n')
        self.assertRegex(out, r'\n  build the product \(release\) +ok +\d+ s\n$')

    def test_a_terminal_sees_how_far_a_step_is(self):
        # The step ends when the terminal has shown it; only a failure waits for the limit.
        os.mkfifo(os.path.join(self.root, 'go'))
        self.program('machine/cmake', '[ "$1" = --preset ] || { echo "[3/7] x"; cat go; }')
        mine, theirs = pty.openpty()
        run = subprocess.Popen(['./run', 'build'], cwd=self.root, env={'PATH': self.bin},
                               stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
        os.close(theirs)
        seen = b''
        while b'[3/7]' not in seen and select.select([mine], [], [], LIMIT_SECONDS)[0]:
            seen += os.read(mine, 1000)
        with open(os.path.join(self.root, 'go'), 'wb'):
            pass
        self.assertEqual(run.wait(), 0)
        while select.select([mine], [], [], LIMIT_SECONDS)[0]:
            try:
                seen += os.read(mine, 1000)
            except OSError:  # the other side is closed
                break
        os.close(mine)
        self.assertIn(b'[3/7]', seen)
        self.assertRegex(seen, rb'\r  build the product \(release\) +ok +\d+ s\r\n$')

    def test_a_pipe_sees_now_and_then_how_far_a_step_is(self):
        # Each phase ends when the line that it is to have was seen; only a failure takes long.
        self.program('machine/cmake', f'''
            await() {{
              for i in $(seq {10 * LIMIT_SECONDS}); do
                grep -q "$1" out.txt && return; sleep 0.1
              done
            }}
            [ "$1" = --preset ] && {{ await '(release) * 1 s [.][.][.]$'; exit; }}
            echo "[3/7] x"; await '[[]3/7[]]'
            echo "      Start 1: y"; echo " 1/12 Test #1: y ... Passed"; await '[[]1/12[]]' ''')
        os.symlink(shutil.which('seq'), os.path.join(self.bin, 'seq'))
        status, out = self.run_it('build', GS_PROGRESS_SECONDS='1')
        self.assertEqual(status, 0, out)
        name = r'  build the product \(release\) +'
        for far in ('', r'\[3/7\] +', r'\[1/12\] +'):
            self.assertRegex(out, rf'\n{name}{far}\d+ s \.\.\.\n')
        self.assertRegex(out, rf'\n{name}ok +\d+ s\n$')

    def test_a_step_does_not_tell_how_far_the_one_before_was(self):
        self.program('machine/cmake', 'mkdir -p build/dev; touch build/dev/CTestTestfile.cmake; '
                                      'echo "[7/7] x"')
        self.program('machine/ctest', 'sleep 3')
        _, out = self.run_it('test', '--quick', GS_PROGRESS_SECONDS='1')
        self.assertRegex(out, r'\n  test   dev +\d+ s \.\.\.\n')
        self.assertNotIn('[7/7]', out)

    def test_the_output_of_steps_is_logged_and_shown_with_verbose(self):
        self.assertNotIn('cmake --preset', self.run_it('build')[1])
        self.assertIn('cmake --preset', self.read('build/run.log'))
        for args in (['build', '--verbose'], ['--verbose', 'build']):
            status, out = self.run_it(*args)
            self.assertEqual(status, 0, out)
            self.assertIn('cmake --preset', out)
            self.assertIn('cmake --preset', self.read('build/run.log'))

    def test_a_failed_step_ends_the_run_and_shows_why(self):
        self.program('machine/cmake', 'echo "x.cc: error: no semicolon"; exit 3')
        for args in (['build'], ['build', '--verbose']):
            status, out = self.run_it(*args)
            self.assertEqual(status, 1, out)
            self.assertIn('FAILED', out)
            self.assertIn('no semicolon', out)

    def test_a_build_folder_of_somebody_else_is_named(self):
        shutil.rmtree(os.path.join(self.root, 'build'))
        with open(os.path.join(self.root, 'build'), 'wb'):  # not even root can make a folder here
            pass
        status, out = self.run_it('build')
        self.assertEqual(status, 1, out)
        self.assertIn('run: cannot write into build/', out)


class Lock(Machine):
    def test_a_second_run_in_the_same_clone_is_refused_and_names_the_first(self):
        self.program('machine/cmake', '[ -e second.txt ] && exit; '
                     './run test --quick >second.txt 2>&1; echo $? >>second.txt')
        status, out = self.run_it('build')
        self.assertEqual(status, 0, out)
        self.assertRegex(self.read('second.txt'),
                         r"^run: another one works in this clone, 'build' as process \d+,.*\n1\n$")
        self.assertIn('=== build the product', self.read('build/run.log'))

    def test_the_lock_ends_with_its_run(self):
        self.program('machine/cmake', 'exit 3')
        self.assertEqual(self.run_it('build')[0], 1)
        self.program('machine/cmake', ':')
        self.assertEqual(self.run_it('build')[0], 0)


class Install(Machine):
    def test_root_installs_all_that_is_missing_at_once(self):
        self.program('machine/dpkg-query', 'case "$*" in *ninja*|*cmake*) exit 1;; esac; '
                                           'echo installed')
        status, out = self.run_it('build')
        self.assertEqual(status, 0, out)
        self.assertIn('install 2 Debian packages', out)
        self.assertEqual(self.read('apt.txt'),
                         'update\ninstall -y --no-install-recommends cmake ninja-build\n')

    def test_a_user_without_sudo_learns_what_root_has_to_install(self):
        self.program('machine/id', 'echo 1000')
        self.assertEqual(self.run_it('build')[0], 0)  # nothing is missing
        self.program('machine/dpkg-query', 'case "$*" in *ninja*|*cmake*) exit 1;; esac; '
                                           'echo installed')
        status, out = self.run_it('build')
        self.assertEqual(status, 1, out)
        self.assertIn('apt-get install --no-install-recommends cmake ninja-build\n', out)
        self.assertFalse(os.path.exists(os.path.join(self.root, 'apt.txt')))

    def test_a_user_with_sudo_uses_it(self):
        self.program('machine/id', 'echo 1000')
        self.program('machine/sudo', 'echo sudo >>apt.txt; "$@"')
        self.program('machine/dpkg-query', 'case "$*" in *ninja*) exit 1;; esac; echo installed')
        status, out = self.run_it('build')
        self.assertEqual(status, 0, out)
        self.assertEqual(self.read('apt.txt'), 'sudo\nupdate\nsudo\n'
                         'install -y --no-install-recommends ninja-build\n')

    def test_whoever_configures_needs_node(self):
        self.program('machine/dpkg-query', 'case "$*" in *nodejs*) exit 1;; esac; echo installed')
        for args in (['build'], ['test', '--quick'], ['test'], ['check'], ['sim', '1']):
            with self.subTest(args=args):
                self.run_it(*args)
                self.assertTrue(self.read('apt.txt').endswith('nodejs\n'))
                os.remove(os.path.join(self.root, 'apt.txt'))

    def test_elsewhere_than_on_debian_the_packages_are_named(self):
        os.remove(os.path.join(self.bin, 'apt-get'))
        os.remove(os.path.join(self.bin, 'dpkg-query'))
        status, out = self.run_it('build')
        self.assertEqual(status, 1, out)
        self.assertIn('no Debian', out)
        self.assertIn('ninja-build', out)


class Tests(Machine):
    def test_a_preset_without_tests_fails(self):
        self.program('machine/python3', f'exec {sys.executable} "$@"')
        shutil.copy(os.path.join(ROOT, 'tools/count_tests.py'), os.path.join(self.root, 'tools'))
        self.program('machine/cmake', 'mkdir -p build/dev; touch build/dev/CTestTestfile.cmake')
        self.program('machine/ctest', 'echo "$*" >ctest.txt; '
                     'echo "<testsuite/>" >build/dev/junit.xml')
        status, out = self.run_it('test', '--quick')
        self.assertEqual(status, 1, out)
        self.assertTrue(out.endswith('0 passed, 1 failed\n'), out)
        self.assertIn('--no-tests=error', self.read('ctest.txt'))


class Format(Machine):
    def setUp(self):
        super().setUp()
        os.symlink(shutil.which('xargs'), os.path.join(self.bin, 'xargs'))
        self.program('machine/clang-format', 'echo "$*" >formatted.txt')

    def test_every_source_is_formatted(self):
        self.program('machine/git', 'printf "a.cc\\0b c.h\\0"')
        status, out = self.run_it('format')
        self.assertEqual(status, 0, out)
        self.assertEqual(self.read('formatted.txt'), '-i a.cc b c.h\n')

    def test_no_source_is_a_failure(self):
        for body in (':', 'exit 128', 'printf "a.cc\\0"; exit 128'):
            with self.subTest(git=body):
                self.program('machine/git', body)
                status, out = self.run_it('format')
                self.assertEqual(status, 1, out)
                self.assertFalse(os.path.exists(os.path.join(self.root, 'formatted.txt')))


class Bench(Machine):
    def last_line(self, *args):
        status, out = self.run_it('bench', *args)
        self.assertEqual(status, 0, out)
        return out.splitlines()[-1]

    def test_rows_and_options_are_passed_on(self):
        self.assertEqual(self.last_line(), 'rows: ')
        self.assertEqual(self.last_line('insert', 'get', '--records', '2000'),
                         'rows: insert get --records 2000')
        self.assertEqual(self.last_line('--smoke'), 'rows: --smoke')

    def with_lock_file(self):
        self.program('bench/peers/package.json', '')
        self.program('bench/peers/package-lock.json', 'one')

    def test_packages_to_compare_with_are_installed_once_and_anew_when_others_are_wanted(self):
        os.symlink(shutil.which('cp'), os.path.join(self.bin, 'cp'))
        self.program('machine/npm', 'echo "$*" >>../../npm.txt')
        self.with_lock_file()
        for _ in range(2):
            self.assertEqual(self.last_line('get'), 'rows: get')
        self.assertEqual(self.read('npm.txt').count('ci --ignore-scripts'), 1)
        self.program('bench/peers/package-lock.json', 'two')
        self.last_line('get')
        self.assertEqual(self.read('npm.txt').count('ci --ignore-scripts'), 2)

    def test_packages_that_cannot_be_installed_do_not_stop_the_other_rows(self):
        os.symlink(shutil.which('cp'), os.path.join(self.bin, 'cp'))
        self.program('machine/npm', 'echo "no network"; exit 1')
        self.with_lock_file()
        status, out = self.run_it('bench', 'get')
        self.assertEqual(status, 0, out)
        self.assertIn('no network', out)
        self.assertIn('run: going on without them', out)
        self.assertEqual(out.splitlines()[-1], 'rows: get')

    def test_standard_output_has_nothing_but_what_was_measured(self):
        out = subprocess.run(['./run', 'bench', '--json'], cwd=self.root, env={'PATH': self.bin},
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
        self.assertEqual(out, b'rows: --json\n')

    def test_a_micro_benchmark_is_run_by_its_name(self):
        for name in ('log', 'log_bench', 'gs_log', 'gs_log_bench'):
            self.assertEqual(self.last_line(name, '--benchmark_filter=x'),
                             'log: --benchmark_filter=x')

    def test_an_unknown_name_lists_both_kinds(self):
        status, out = self.run_it('bench', 'lo')
        self.assertEqual(status, 2, out)
        self.assertIn("'lo'", out)
        self.assertIn('\n  insert-keyed\n', out)
        self.assertIn('\n  log\n', out)


if __name__ == '__main__':
    unittest.main()
