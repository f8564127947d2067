#!/usr/bin/env python3
"""Goal: documents do not drift from the code.

Method: what a page quotes or lists is compared with the file that it comes from: the first example,
the commands of gstore, the source files and tests that are named.
"""

import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ['CONTRIBUTING.md', 'README.md', 'SECURITY.md', 'docs/ARCHITECTURE.md',
         'docs/BENCHMARKS.md', 'docs/CALLS.md', 'docs/COMMANDS.md', 'docs/FORMAT.md', 'docs/GLOSSARY.md',
         'docs/QUERY.md', 'docs/SCHEMA.md', 'docs/TESTING.md']
FOLDERS = ('bench', 'bindings', 'cmd', 'examples', 'gs', 'include', 'js', 'tests', 'tools')
# `gs/base/crc32c.h`, `gs/core/graph/`, `tests/data/v1/x.hex`; patterns with * or <> are not paths.
PATH = re.compile(r'`((?:' + '|'.join(FOLDERS) + r')/[\w./-]+)`')
# `./run sim 60 SEED`, ./run check [--all]   ...
RUN = re.compile(r'\./run((?: \[?[A-Za-z0-9-]+(?:\.\.\.)?\]?)*)')
# `Suite.PromiseInWords` of a GoogleTest.
TEST_NAME = re.compile(r'`(\w+)\.([A-Z]\w{7,})`')
TEST = re.compile(r'^TEST(?:_F|_P)?\((\w+), (\w+)\)', re.MULTILINE)


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def tests_in_code():
    found = set()
    for top in ('gs', 'cmd', 'bindings', 'tests'):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                if name.endswith(('_test.cc', '_contract.h')):
                    found.update(TEST.findall(read(os.path.join(folder, name))))
    return found


def run_usage():
    """The commands that ./run tells, each with its options and arguments."""
    text = re.search(r"<<'TEXT'\n(.*?)\n  --verbose", read('run'), re.DOTALL)[1]
    commands = {}
    for line in re.findall(r'^  (\S.*?)(?:  |$)', text, re.MULTILINE):
        command, *rest = line.split()
        commands.setdefault(command, set()).update(word.strip('[].') for word in rest)
    return commands


def methods_in_code():
    """The methods of gs/calls: of each its arguments, those that may be left out with a mark."""
    folder = os.path.join(ROOT, 'gs/calls')
    code = read('gs/calls/methods.h') + ''.join(
        read('gs/calls/' + name) for name in sorted(os.listdir(folder))
        if name.endswith('_calls.cc'))
    parameter = r'(required|optional)\("(\w+)", Kind::\w+\)'
    constants = {}
    for name, need, argument in re.findall(r'Parameter (k\w+) = ' + parameter, code):
        constants[name] = f'{need}("{argument}", Kind::text)'
    methods = {}
    for name, listed in re.findall(r'\{"(\w+)",\s*\w+,\s*\{([^{}]*)\}\}', code):
        listed = re.sub(r'\bk[A-Z]\w+', lambda match: constants[match[0]], listed)
        methods[name] = [argument + ('?' if need == 'optional' else '')
                         for need, argument in re.findall(parameter, listed)]
    return methods


class Docs(unittest.TestCase):
    def test_readme_shows_the_first_example_word_for_word(self):
        block = '```cpp\n' + read('examples/first.cc') + '```\n'
        self.assertIn(block, read('README.md'))

    def test_readme_shows_the_first_example_in_javascript_word_for_word(self):
        block = '```js\n' + read('examples/quickstart.js') + '```\n'
        self.assertIn(block, read('README.md'))

    def test_query_page_shows_its_example_word_for_word(self):
        block = '```cpp\n' + read('examples/find.cc') + '```\n'
        self.assertIn(block, read('docs/QUERY.md'))

    def test_every_command_has_its_section_in_the_manual(self):
        declared = re.findall(r'^    \{"([a-z -]+)", \w+\},', read('cmd/gstore/commands.h'),
                              re.MULTILINE)
        self.assertGreater(len(declared), 20)
        described = re.findall(r'^### gstore ([a-z -]+)$', read('docs/COMMANDS.md'), re.MULTILINE)
        self.assertEqual(sorted(declared), sorted(described))

    def test_every_call_has_its_row_with_its_arguments(self):
        methods = methods_in_code()
        self.assertGreater(len(methods), 50)
        page = read('docs/CALLS.md')
        rows = dict(re.findall(r'^\| `(\w+)` \| (.*?) ?\| ', page[page.index('## History'):],
                               re.MULTILINE))
        self.assertEqual(sorted(methods), sorted(rows))
        for name, cell in rows.items():
            with self.subTest(method=name):
                self.assertEqual(methods[name], cell.replace('`', '').split(', ') if cell else [])

    def test_pages_tell_the_versions_of_the_engine_and_of_the_npm_package(self):
        engine = re.search(r'project\(globalstorage VERSION (\S+)', read('CMakeLists.txt'))[1]
        written = re.search(r'kEngineVersion = "(.*?)"', read('gs/engine/database/keys.h'))[1]
        package = re.search(r'"version": "(.*?)"', read('js/package.json'))[1]
        self.assertEqual(engine, written)
        for page in ('README.md', 'js/README.md', 'CHANGELOG.md'):
            for version in (engine, package):
                self.assertIn(version, read(page), page)

    def test_readme_links_every_page(self):
        readme = read('README.md')
        for name in os.listdir(os.path.join(ROOT, 'docs')):
            self.assertIn(f'](docs/{name})', readme)

    def test_every_row_of_the_benchmarks_is_described(self):
        table = re.search(r'all_rows\(\) \{(.*?)\n\}', read('bench/main.cc'), re.DOTALL)[1]
        known = re.findall(r'"([a-z-]+)"', table)
        self.assertGreater(len(known), 15)
        rows = re.search(r'\n## Rows\n(.*?)\n## ', read('docs/BENCHMARKS.md'), re.DOTALL)[1]
        named = [cell for line in re.findall(r'^\| (`.*?) \|', rows, re.MULTILINE)
                 for cell in re.findall(r'`([a-z-]+)`', line)]
        self.assertEqual(sorted(known), sorted(named))

    def test_contributing_tells_every_command_of_run(self):
        told = {'(none)', 'help'}
        for line in re.findall(r'^\./run (.*?)(?:  |$)', read('CONTRIBUTING.md'), re.MULTILINE):
            told.add('(none)' if line.startswith('-') else line.split()[0])
        self.assertEqual(sorted(told), sorted(run_usage()))

    def test_pages_name_no_command_or_option_that_run_does_not_know(self):
        usage = run_usage()
        self.assertGreater(len(usage), 8)
        for page in PAGES:
            for words in RUN.findall(read(page)):
                words = [word.strip('[].') for word in words.split()]
                command = words.pop(0) if words and words[0][0] != '-' else '(none)'
                self.assertIn(command, usage, page)
                if command == 'bench':
                    continue  # passes on what it is told
                for word in words:
                    if not word.startswith('--') and not word.isupper():
                        continue
                    with self.subTest(page=page, command=command, word=word):
                        self.assertIn(word, usage[command] | {'--verbose'})

    def test_files_that_pages_name_are_there(self):
        for page in PAGES:
            for path in PATH.findall(read(page)):
                if '/x/' in path:
                    continue  # x stands for any name
                with self.subTest(page=page, path=path):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, path)))

    def test_tests_that_pages_name_are_there(self):
        code = tests_in_code()
        self.assertGreater(len(code), 100)
        suites = {suite for suite, _ in code}
        for page in PAGES:
            for suite, name in TEST_NAME.findall(read(page)):
                if suite not in suites:
                    continue
                with self.subTest(page=page, test=f'{suite}.{name}'):
                    self.assertIn((suite, name), code)


if __name__ == '__main__':
    unittest.main()
