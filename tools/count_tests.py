#!/usr/bin/env python3
"""Counts what a test run ran, from the reports that ctest and the test programs left.

    tools/count_tests.py BUILD_DIRECTORY...      prints "PASSED FAILED SKIPPED"

ctest's junit.xml knows programs, reports/<program>.xml of GoogleTest knows single tests. A program
with a report counts as many tests as it has; any other entry of ctest counts as one. A program that
was not built, or failed without saying which test, because it crashed or a sanitizer stopped it, is
one failed test. So is a program or a directory in which no test ran at all.
"""

import os
import sys
import xml.etree.ElementTree as ElementTree


def count_program(report):
    """Passed, failed, skipped of a GoogleTest report; None when the program did not finish it."""
    try:
        tests = list(ElementTree.parse(report).getroot().iter('testcase'))
    except (OSError, ElementTree.ParseError):
        return None
    failed = sum(1 for test in tests if test.find('failure') is not None)
    skipped = sum(1 for test in tests if test.find('skipped') is not None
                  or test.get('status') == 'notrun')
    return len(tests) - failed - skipped, failed, skipped


def count_build(directory):
    passed = failed = skipped = 0
    try:
        root = ElementTree.parse(os.path.join(directory, 'junit.xml')).getroot()
    except (OSError, ElementTree.ParseError):
        print(f'{directory}: ctest left no report', file=sys.stderr)
        return 0, 1, 0
    for entry in root.iter('testcase'):
        ok = entry.get('status') == 'run'
        if entry.get('status') == 'disabled':
            skipped += 1
            continue
        report = os.path.join(directory, 'reports', entry.get('name') + '.xml')
        counted = count_program(report)
        if counted is None:
            counted = (1, 0, 0) if ok else (0, 1, 0)
        elif not ok and counted[1] == 0:
            counted = (counted[0], 1, counted[2])
        elif not any(counted):
            print(f'{directory}: {entry.get("name")} has no test', file=sys.stderr)
            counted = (0, 1, 0)
        passed, failed, skipped = (a + b for a, b in zip((passed, failed, skipped), counted))
    if passed + failed == 0:
        print(f'{directory}: no test ran', file=sys.stderr)
        failed = 1
    return passed, failed, skipped


def main():
    totals = [count_build(directory) for directory in sys.argv[1:]]
    print(*[sum(column) for column in zip(*totals)] or (0, 0, 0))


if __name__ == '__main__':
    main()
