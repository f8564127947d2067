#!/usr/bin/env python3
"""The checkers find what they are there to find, and leave good code alone.

Goal: a checker that silently stopped checking is noticed. Method: small trees with one mistake.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, 'tools')
PURPOSE = '// A file of a test.\n'


def run(tool, *args):
    done = subprocess.run([sys.executable, os.path.join(TOOLS, tool), *args], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


class Tree(unittest.TestCase):
    """An empty tree."""

    def setUp(self):
        self.root = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as file:
            file.write(text)


class Layers(Tree):
    """Trees with the real lists of layers."""

    def setUp(self):
        super().setUp()
        for path in ('gs/LAYERS', 'include/globalstorage/words.lst'):
            with open(os.path.join(ROOT, path), encoding='utf-8') as file:
                self.write(path, file.read())

    def include(self, path, include):
        once = '#pragma once\n' if path.endswith('.h') else ''
        self.write(path, f'{PURPOSE}{once}#include {include}\n')
        return run('check_layers.py', self.root)

    def assert_good(self, path, include):
        status, out = self.include(path, include)
        self.assertEqual(status, 0, out)

    def assert_bad(self, path, include, words):
        status, out = self.include(path, include)
        self.assertEqual(status, 1, out)
        self.assertIn(f'{path}:', out)
        self.assertIn(words, out)

    def test_a_module_may_include_itself_and_those_above(self):
        self.assert_good('gs/storage/log/x.cc', '"gs/storage/log/log.h"')
        self.assert_good('gs/storage/log/x.cc', '"gs/core/graph/change.h"')
        self.assert_good('gs/engine/database/x.h', '"globalstorage/storage.h"')
        self.assert_good('gs/base/x.cc', '"globalstorage/error.h"')

    def test_a_module_may_not_include_those_below(self):
        self.assert_bad('gs/base/x.cc', '"gs/core/id/mint.h"', 'stands below')
        self.assert_bad('gs/core/record/x.cc', '"gs/core/graph/change.h"', 'stands below')
        self.assert_bad('gs/storage/log/x.h', '"gs/engine/database/database.h"', 'stands below')

    def test_only_the_words_of_the_public_headers_are_for_all(self):
        self.assert_bad('gs/storage/log/x.cc', '"globalstorage/storage.h"', 'stands below')

    def test_the_core_is_pure(self):
        self.assert_bad('gs/core/id/x.cc', '<chrono>', 'pure')
        self.assert_bad('gs/core/id/x.cc', '"gs/platform/environment.h"', 'pure')
        os.remove(os.path.join(self.root, 'gs/core/id/x.cc'))
        self.assert_good('gs/core/id/x_test.cc', '<random>')
        self.assert_good('gs/core/id/test_ids.h', '<random>')

    def test_includes_are_written_from_the_root_and_belong_to_a_module(self):
        self.assert_bad('gs/core/id/x.cc', '"mint.h"', 'from the repository root')
        self.assert_bad('gs/core/id/x.cc', '"gs/nowhere/x.h"', 'no module')

    def test_production_code_includes_no_test(self):
        self.assert_bad('gs/core/id/x.cc', '"gs/core/id/y_test.h"', 'test file')

    def test_a_header_is_read_once(self):
        self.write('gs/base/x.h', PURPOSE)
        status, out = run('check_layers.py', self.root)
        self.assertEqual(status, 1)
        self.assertIn('#pragma once', out)


class Tidy(Tree):
    def setUp(self):
        super().setUp()
        subprocess.run(['git', 'init', '-q', self.root], check=True)

    def findings(self, path, text):
        self.write(path, text)
        status, out = run('tidy.py', self.root)
        os.remove(os.path.join(self.root, path))
        return status, out

    def assert_found(self, path, text, words):
        status, out = self.findings(path, text)
        self.assertEqual(status, 1, out)
        self.assertIn(words, out)

    def test_good_code_is_left_alone(self):
        status, out = self.findings('gs/base/x.cc', PURPOSE + 'int f() { return 1; }\n')
        self.assertEqual(status, 0, out)

    def test_banned_calls(self):
        self.assert_found('gs/base/x.cc', PURPOSE + 'int f() { return atoi(a); }\n', 'atoi')
        self.assert_found('gs/base/x.cc', PURPOSE + 'void f() { throw 1; }\n', 'throw')
        self.assert_found('gs/base/x.cc', PURPOSE + 'void f() { printf("x"); }\n', 'printf')

    def test_a_banned_word_in_a_comment_or_a_text_is_no_call(self):
        text = PURPOSE + '// We never throw.\nconst char* t = "printf(";\n'
        status, out = self.findings('gs/base/x.cc', text)
        self.assertEqual(status, 0, out)

    def test_unfinished_work(self):
        self.assert_found('gs/base/x.cc', PURPOSE + '// TO' + 'DO: later\n', 'finish it')

    def test_long_lines_and_purpose(self):
        self.assert_found('gs/base/x.cc', PURPOSE + '// ' + 'x' * 100 + '\n', 'columns')
        self.assert_found('gs/base/x.cc', 'int x;\n', 'what it is for')

    def test_addresses_and_paths_of_machines(self):
        self.assert_found('docs/x.md', '# X\n\n10.1' + '.2.3\n', 'address')
        self.assert_found('docs/x.md', '# X\n\n/ho' + 'me/someone/x\n', 'path of some machine')
        self.assert_found('x.json', '{ "resol' + 'ved": "x" }\n', 'came from')

    def test_dead_links(self):
        self.assert_found('docs/x.md', '# X\n\n[y](y.md)\n', 'not there')
        self.write('docs/y.md', '# Y\n')
        status, out = self.findings('docs/x.md', '# X\n\n[y](y.md#part)\n')
        self.assertEqual(status, 0, out)


class Count(unittest.TestCase):
    def setUp(self):
        self.build = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.build)
        os.makedirs(os.path.join(self.build, 'reports'))

    def junit(self, *entries):
        cases = ''.join(f'<testcase name="{name}" status="{status}"/>' for name, status in entries)
        with open(os.path.join(self.build, 'junit.xml'), 'w', encoding='utf-8') as file:
            file.write(f'<testsuite>{cases}</testsuite>')

    def report(self, name, text):
        with open(os.path.join(self.build, 'reports', name + '.xml'), 'w',
                  encoding='utf-8') as file:
            file.write(text)

    def counted(self):
        return run('count_tests.py', self.build)[1].split()[-3:]

    def test_a_program_with_a_report_counts_its_tests(self):
        self.junit(('a', 'fail'), ('b', 'run'))
        self.report('a', '<testsuites><testsuite><testcase name="x"/>'
                         '<testcase name="y"><failure/></testcase>'
                         '<testcase name="z"><skipped/></testcase></testsuite></testsuites>')
        self.assertEqual(self.counted(), ['2', '1', '1'])

    def test_a_program_that_crashed_is_a_failed_test(self):
        self.junit(('a', 'fail'))
        self.report('a', '<testsuites><testsuite>')
        self.assertEqual(self.counted(), ['0', '1', '0'])

    def test_a_run_without_any_report_is_a_failure(self):
        self.assertEqual(self.counted(), ['0', '1', '0'])

    def test_a_run_in_which_no_test_ran_is_a_failure(self):
        self.junit()
        self.assertEqual(self.counted(), ['0', '1', '0'])
        self.junit(('a', 'disabled'))
        self.assertEqual(self.counted(), ['0', '1', '1'])

    def test_a_program_without_tests_is_a_failed_test(self):
        self.junit(('a', 'run'), ('b', 'run'))
        self.report('a', '<testsuites tests="0"/>')
        self.assertEqual(self.counted(), ['1', '1', '0'])


if __name__ == '__main__':
    unittest.main()
