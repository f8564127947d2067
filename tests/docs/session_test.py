#!/usr/bin/env python3
"""Goal: the session that README.md shows is what a newcomer gets who types it.

Method: every line after a `$` is given to a shell in an empty directory; the rest must be what it
prints, but for digests, which depend on keys and clock.

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


def session():
    """Pairs of a command and what README.md says that it prints."""
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as file:
        block = re.search(r'```\n(\$ gstore .*?)```', file.read(), re.DOTALL)[1]
    return [part.partition('\n')[::2] for part in block.split('$ ')[1:]]


class Session(unittest.TestCase):
    def test_each_command_prints_what_is_shown(self):
        shown = session()
        self.assertGreater(len(shown), 5)
        path = os.path.dirname(GSTORE) + os.pathsep + os.environ['PATH']
        with tempfile.TemporaryDirectory() as folder:
            for command, output in shown:
                done = subprocess.run(['sh', '-c', command], cwd=folder, text=True, check=False,
                                      env={**os.environ, 'PATH': path}, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT)
                self.assertEqual(DIGEST.sub('DIGEST', done.stdout), DIGEST.sub('DIGEST', output),
                                 command)
                self.assertEqual(done.returncode, 0, command)


if __name__ == '__main__':
    unittest.main()
