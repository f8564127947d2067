#!/usr/bin/env python3
"""Goal: the sessions that README.md, docs/QUERY.md and docs/SCHEMA.md show are what a newcomer gets
who types them.

Method: every line after a `$` is given to a shell in an empty directory, where the files of the
page are; the rest must be what it prints, but for digests, which depend on keys and clock.

    tests/docs/session_test.py GSTORE
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIGEST = re.compile(r'\b[0-9a-f]{64}\b')
GSTORE = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else 'gstore'


def session(page):
    """Pairs of a command and what the page says that it prints, and the page's files by name."""
    with open(os.path.join(ROOT, page), encoding='utf-8') as file:
        text = file.read()
    blocks = ''.join(re.findall(r'```\n(\$ .*?)```', text, re.DOTALL))
    commands = [part.partition('\n')[::2] for part in re.split(r'^\$ ', blocks, flags=re.MULTILINE)]
    return commands[1:], dict(re.findall(r'```(\w+\.\w+)\n(.*?)```', text, re.DOTALL))


class Session(unittest.TestCase):
    def check(self, page, commands_min):
        shown, files = session(page)
        self.assertGreater(len(shown), commands_min)
        path = os.path.dirname(GSTORE) + os.pathsep + os.environ['PATH']
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                    file.write(content)
            for command, output in shown:
                done = subprocess.run(['sh', '-c', command], cwd=folder, text=True, check=False,
                                      env={**os.environ, 'PATH': path}, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
                self.assertEqual(DIGEST.sub('DIGEST', done.stdout), DIGEST.sub('DIGEST', output),
                                 command)
                failed = output.startswith('gstore: ')
                self.assertEqual(done.returncode != 0, failed, command)

    def test_each_command_of_the_readme_prints_what_is_shown(self):
        self.check('README.md', 28)

    def test_each_command_of_the_query_page_prints_what_is_shown(self):
        self.check('docs/QUERY.md', 8)

    def test_each_command_of_the_schema_page_prints_what_is_shown(self):
        self.check('docs/SCHEMA.md', 5)


if __name__ == '__main__':
    unittest.main()
