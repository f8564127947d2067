#!/usr/bin/env python3
"""The linter finds what is planted, and tells where it is.

Goal: joining files and bounding the analyzer must not make it blind, or point elsewhere. Method:
two sources and a header with a mistake of each kind, checked as tools/lint.py checks a folder.
Needs clang-tidy, so it is part of ./run check.
"""

import os
import shutil
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tools'))
sys.dont_write_bytecode = True
import lint  # noqa: E402

TREE = 'build/lint/planted/gs'
HEADER = '#pragma once\nnamespace gs {\nint %s(int a);\n}  // namespace gs\n'
FIRST = f'''#include "{TREE}/x.h"
namespace gs {{
int %s(int a) {{ return a; }}
}}  // namespace gs
'''
SECOND = f'''#include "{TREE}/x.h"
namespace gs {{
int second(bool there, int* other) {{
  int* p = there ? other : nullptr;
  return there ? 0 : *p;
}}
}}  // namespace gs
'''
HARMLESS = SECOND.replace('*p', '1 + (p != other)')


class Lint(unittest.TestCase):
    def setUp(self):
        os.makedirs(os.path.join(ROOT, TREE), exist_ok=True)
        self.addCleanup(shutil.rmtree, os.path.join(ROOT, TREE))

    def found(self, header='good', first='good', second=HARMLESS):
        texts = {'x.h': HEADER % header, 'a.cc': FIRST % first, 'b.cc': second}
        for name, text in texts.items():
            with open(os.path.join(ROOT, TREE, name), 'w', encoding='utf-8') as file:
                file.write(text)
        return lint.lint(os.path.join(ROOT, 'build/lint'), [f'{TREE}/a.cc', f'{TREE}/b.cc'],
                         ('-std=c++20', f'-I{ROOT}'))

    def assert_found(self, found, place, check):
        bad, output = found
        self.assertNotEqual(bad, [])
        lines = [line for line in output.splitlines() if f'{TREE}/{place}:' in line]
        self.assertTrue(any(check in line for line in lines), output)

    def test_good_code_is_left_alone(self):
        self.assertEqual(self.found(), ([], ''))

    def test_a_wrong_name_in_a_header(self):
        self.assert_found(self.found(header='WrongName'), 'x.h:3', 'identifier-naming')

    def test_a_wrong_name_in_the_first_source(self):
        self.assert_found(self.found(first='WrongName'), 'a.cc:3', 'identifier-naming')

    def test_a_name_of_the_compilers_in_a_header_and_in_a_source(self):
        self.assert_found(self.found(header='__reserved'), 'x.h:3', 'reserved-identifier')
        self.assert_found(self.found(first='__reserved'), 'a.cc:3', 'reserved-identifier')

    def test_a_null_pointer_in_the_last_source(self):
        self.assert_found(self.found(second=SECOND), 'b.cc:5', 'core.NullDereference')

    def test_sources_that_clash_are_checked_alone(self):
        clash = 'namespace gs {\nint good(int a) { return a; }\n}  // namespace gs\n'
        self.assertEqual(self.found(second=clash), ([], ''))
        wrong = clash + SECOND
        bad, _ = found = self.found(second=wrong)
        self.assertEqual(bad, [f'{TREE}/b.cc'])
        self.assert_found(found, 'b.cc:8', 'core.NullDereference')


if __name__ == '__main__':
    unittest.main()
