#!/usr/bin/env python3
"""Goal: at a terminal the shell completes names, keeps its history, and Ctrl-C gives up what runs.

Method: a pseudo terminal in place of a person, who waits for what the shell shows.

    tests/cli/terminal_test.py GSTORE
"""

import os
import pty
import re
import select
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest

GSTORE = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else 'gstore'
WAIT_SECONDS = 30
ESCAPES = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r')
PROMPT = 'gstore> '


class Person:
    """A shell at a terminal of 80 columns, which is ended at the end of the test."""

    def __init__(self, test, home, storage):
        self.test = test
        self.text = ''
        environment = {'PATH': os.environ['PATH'], 'HOME': home, 'TERM': 'vt100', 'COLUMNS': '80',
                       'LSAN_OPTIONS': os.environ.get('LSAN_OPTIONS', '')}
        child, self.terminal = pty.fork()
        if child == 0:
            os.execve(GSTORE, ['gstore', 'shell', storage], environment)
        self.child = child
        self.status = None
        test.addCleanup(self.end)

    def types(self, keys):
        os.write(self.terminal, keys.encode())

    def sees(self, wanted):
        """Waits for a text behind what was seen before; returns what came before it."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            at = self.text.find(wanted)
            if at >= 0:
                before, self.text = self.text[:at], self.text[at + len(wanted):]
                return before
            left = end - time.monotonic()
            self.test.assertGreater(left, 0, f'no {wanted!r} in {self.text!r}')
            if select.select([self.terminal], [], [], left)[0]:
                try:
                    data = os.read(self.terminal, 65536)
                except OSError:
                    data = b''
                self.test.assertTrue(data, f'ended without {wanted!r}: {self.text!r}')
                self.text += ESCAPES.sub('', data.decode('utf-8', 'replace'))

    def leaves(self):
        """The exit status of a shell that ends by itself."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
            if select.select([self.terminal], [], [], 0.05)[0]:
                try:
                    os.read(self.terminal, 65536)
                except OSError:
                    pass
        self.test.fail('the shell does not end')
        return None

    def end(self):
        if self.status is None:
            os.kill(self.child, 9)
            os.waitpid(self.child, 0)
        os.close(self.terminal)


class Terminal(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix='gstore-terminal-')
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.storage = os.path.join(self.home, 'gs')
        schema = os.path.join(self.home, 'schemas')
        os.mkdir(schema)
        with open(os.path.join(schema, 'City.js'), 'w', encoding='utf-8') as file:
            file.write("({ name: 'string', population: '?number' })")
        subprocess.run([GSTORE, '-d', self.storage, 'init', '--schema', schema], check=True,
                       stdout=subprocess.DEVNULL)

    def person(self):
        person = Person(self, self.home, self.storage)
        person.sees(PROMPT)
        return person

    def history(self):
        return os.path.join(self.home, '.local/state/gstore/history')

    def test_names_are_completed(self):
        person = self.person()
        person.types("db.Ci\t.ins\t({ na\t: 'Ky\u0457v', popu\t: 7 })\r")
        person.sees('\n')
        person.sees('-7')  # the new id
        person.sees(PROMPT)
        person.types('db.City.find().first().name\r')
        person.sees("'Ky\u0457v'")
        person.sees(PROMPT)
        person.types('db.co\t\t')
        shown = person.sees(PROMPT)
        for word in ['collection', 'collections', 'count']:
            self.assertIn(word, shown)
        person.types('unt("City")\r')
        person.sees('\n1\n')

    def test_lines_are_remembered_for_the_next_session(self):
        person = self.person()
        person.types('40 + 2\r')
        person.sees('\n42\n')
        person.sees(PROMPT)
        person.types('\x04')  # Ctrl-D
        self.assertEqual(person.leaves(), 0)
        self.assertEqual(stat.S_IMODE(os.stat(self.history()).st_mode), 0o600)
        again = self.person()
        again.types('\x1b[A\r')  # up
        again.sees('40 + 2')
        again.sees('\n42\n')
        again.sees(PROMPT)
        again.types('.exit\r')
        self.assertEqual(again.leaves(), 0)

    def test_the_history_is_bounded(self):
        os.makedirs(os.path.dirname(self.history()))
        with open(self.history(), 'w', encoding='utf-8') as file:
            file.writelines(f'{i}\n' for i in range(5000))
        person = self.person()
        person.types('\x1b[A\r')
        person.sees('\n4999\n')
        with open(self.history(), encoding='utf-8') as file:
            lines = file.read().split('\n')
        self.assertLessEqual(len(lines), 1002)
        self.assertEqual(lines[0], '4000')

    def test_an_interrupt_stops_what_runs_and_no_more(self):
        person = self.person()
        person.types('print("going"); for (;;) ;\r')
        person.sees('\ngoing\n')
        person.types('\x03')  # Ctrl-C
        person.sees('gstore: it was stopped')
        person.sees(PROMPT)
        person.types('half a li\x03')
        person.sees(PROMPT)
        person.types('f({\r')
        person.sees('...> ')
        person.types('\x03')
        person.sees(PROMPT)
        person.types('1 + 1\r')
        person.sees('\n2\n')

    def test_an_error_is_told_and_it_goes_on(self):
        person = self.person()
        person.types('foo\r')
        person.sees("ReferenceError: 'foo' is not defined")
        person.sees(PROMPT)
        person.types('db.City.insert({ name: 5 })\r')
        person.sees('gstore: ')
        person.sees(PROMPT)
        person.types('3 * 3\r')
        person.sees('\n9\n')

    def test_settings_are_read_and_tables_fit(self):
        with open(os.path.join(self.home, '.gstorerc'), 'w', encoding='utf-8') as file:
            file.write('.mode js\nvar helper = (x) => x * 2;\n')
        person = self.person()
        person.types('helper(21)\r')
        person.sees('\n42\n')
        person.types('.mode table\r')
        person.sees(PROMPT)
        person.types("[{ a: 'x'.repeat(200), b: 1 }]\r")
        person.sees('\na ')
        table = person.sees('(1 row)')
        for line in table.split('\n'):
            self.assertLessEqual(len(line), 80)


if __name__ == '__main__':
    unittest.main()
