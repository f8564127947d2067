#!/usr/bin/env python3
"""Checks the tree for what compilers and formatters do not see.

    tools/tidy.py [ROOT]      exit 0: clean; 1: each finding is printed as path:line: what

- calls that are banned in our C and C++, each with what to use instead;
- unfinished work left in the text; lines over the limit; trailing blanks and tabs;
- source files that do not say at their top what they are for; files too large for the repository;
- addresses of package registries and of machines, and absolute paths of some developer's machine;
- links in Markdown to files that are not there.
"""

import os
import re
import subprocess
import sys

LINE_COLUMNS_MAX = 100
# A larger file is data; data lives outside, or is listed here with its reason.
FILE_BYTES_MAX = 300 * 1024
LARGE_FILES = {
    # What tests replay and what speeds are promised for, as published.
    'tests/data/traces/automerge-paper.json.gz': 902 * 1024,
}

CODE = ('.cc', '.h', '.c', '.def')
SCRIPTS = ('.js', '.py', '.sh')
# Test files may call what production code may not.
TEST_FILE = re.compile(r'(_(test|fuzz|bench)\.(cc|h)$)|((^|/)test_[^/]*\.(cc|h)$)|^tests/')

BANNED = [
    (r'\b(strcpy|strcat|sprintf|vsprintf|gets)\s*\(', 'writes without a bound; use std::string'),
    (r'\b(atoi|atol|atoll|atof)\s*\(', 'cannot report an error; use std::from_chars'),
    (r'\b(rand|srand)\s*\(', 'take randomness as an argument'),
    (r'\bstd::random_device\b', 'take randomness as an argument (gs/platform/environment.h)'),
    (r'\b(assert)\s*\(', 'gone in release builds; use GS_CHECK'),
    (r'\bsetjmp|longjmp\b', 'skips destructors'),
    (r'\bsystem\s*\(', 'starts a shell'),
    (r'\b(mktemp|tmpnam|tempnam)\s*\(', 'races; use mkstemp or mkdtemp'),
    (r'\bthrow\b(?!\s*\()', 'errors are values: return Error'),
    (r'\b(catch\s*\(|dynamic_cast\s*<|dynamic_pointer_cast\s*<|typeid\s*\()',
     'the library is also compiled without exceptions and run-time types'),
    (r'\bstd::(cout|cerr|clog)\b', 'the library prints nothing'),
    (r'\b(printf|puts|putchar)\s*\(', 'the library prints nothing'),
    (r'\bgetenv\s*\(', 'the library reads no environment'),
    (r'\bstd::(format|expected|jthread)\b', 'not in every compiler that we support'),
    (r'\bconst_cast\s*<', 'hides a broken promise'),
    (r'\busing\s+namespace\s+(?!.*literals)', 'names would clash in a user\'s file'),
]
BANNED = [(re.compile(pattern), why) for pattern, why in BANNED]
# Programs print, read their environment and use libraries that throw; check.cc prints before it
# stops the program.
PROGRAMS = ('cmd/', 'bench/', 'gs/base/check', 'examples/')
OF_THE_LIBRARY = {why for _, why in BANNED if why.startswith('the library ')}

# Put together here so that this file does not find itself.
UNFINISHED = re.compile(r'\b(' + '|'.join(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'])
                        + r')\b')
OUTSIDE = [
    (re.compile(r'registry\.' + r'[a-z0-9-]+\.[a-z]{2,}'), 'names a package registry'),
    (re.compile(r'"resol' + r'ved"\s*:'), 'the lock file names where a package came from'),
    (re.compile(r'(?<![\w.])(?:10|127|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.])'),
     'names the address of a machine'),
    (re.compile(r'(?<![\w./])/(?:wo' + r'rk|home|ro' + r'ot|Users)/'),
     'names a path of some machine'),
]
LOOPBACK = '127.0.0.1'

TEXT = re.compile(r'["\'`]')
LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)\)')


def listed(root):
    out = subprocess.run(['git', '-c', 'safe.directory=*', '-C', root, 'ls-files', '-z', '--cached',
                          '--others', '--exclude-standard'], check=True, capture_output=True).stdout
    return sorted(path for path in out.decode().split('\0')
                  if path and os.path.isfile(os.path.join(root, path)))


def without_comments_and_texts(line):
    """The code of a line, good enough to look for calls."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return re.sub(r'//.*', '', line)


def check_code(path, lines):
    if TEST_FILE.search(path):
        return
    in_comment = False
    for number, line in enumerate(lines, 1):
        if '/*' in line and '*/' not in line:
            in_comment = True
        code = '' if in_comment or 'NOLINT' in line else without_comments_and_texts(line)
        if '*/' in line:
            in_comment = False
        for pattern, why in BANNED:
            if pattern.search(code) and not (why in OF_THE_LIBRARY and path.startswith(PROGRAMS)):
                yield number, f'{pattern.search(code).group(0).strip(" (")}: {why}'


def check_purpose(path, lines):
    """The first lines of a source file say what it is for; of x.cc they may be those of its x.h."""
    head = [line for line in lines[:6] if line.strip()]
    if path.endswith(CODE):
        if head and head[0] == f'#include "{os.path.splitext(path)[0]}.h"':
            return True
        return bool(head) and head[0].startswith(('//', '/*'))
    if path.endswith('.py'):
        return any('"""' in line for line in head[:2])
    if path.endswith('.js'):
        return any(line.startswith(('//', '/*')) for line in head[:4])
    return any(line.startswith('# ') for line in head[:3])


def check_text(path, lines):
    table = path.endswith('.md')
    data = path.startswith('tests/data/') or path.endswith(('.json', '.svg'))
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield number, f'{UNFINISHED.search(line).group(0)}: finish it or open an issue'
        for pattern, why in OUTSIDE:
            match = pattern.search(line)
            if match and match.group(0) != LOOPBACK:
                yield number, f'{match.group(0)}: {why}'
        if data or table:
            continue
        # A text in a test and a row of the list of codes read best in one line.
        one_line = path.endswith('.def') or (TEST_FILE.search(path) and TEXT.search(line))
        if len(line) > LINE_COLUMNS_MAX and 'NOLINT' not in line and not one_line:
            yield number, f'{len(line)} columns, at most {LINE_COLUMNS_MAX}'
        if line != line.rstrip():
            yield number, 'blanks at the end'
        if '\t' in line and path.endswith(CODE + SCRIPTS):
            yield number, 'a tab'


def check_links(root, path, lines):
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith('```'):
            fenced = not fenced
        for link in [] if fenced else LINK.findall(line):
            if re.match(r'[a-z]+:', link) or link.startswith('#'):
                continue
            file = link.split('#')[0]
            if not os.path.exists(os.path.join(root, os.path.dirname(path), file)):
                yield number, f'link to {file}, which is not there'


def check(root, path):
    full = os.path.join(root, path)
    size = os.path.getsize(full)
    if size > LARGE_FILES.get(path, FILE_BYTES_MAX):
        yield 1, f'{size} bytes, at most {FILE_BYTES_MAX}'
        return
    with open(full, 'rb') as file:
        data = file.read()
    try:
        text = data.decode('utf-8')
    except UnicodeDecodeError:
        text = None
    if text is None or '\0' in text:
        if not path.startswith(('tests/', 'docs/')):
            yield 1, 'binary file outside tests/ and docs/'
        return
    lines = text.split('\n')
    yield from check_text(path, lines)
    if path.endswith(CODE):
        yield from check_code(path, lines)
    if path.endswith(CODE + SCRIPTS) and not check_purpose(path, lines):
        yield 1, 'does not say at its top what it is for'
    if path.endswith('.md'):
        yield from check_links(root, path, lines)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(
        os.path.abspath(__file__)))
    paths = listed(root)
    findings = 0
    for path in paths:
        for number, what in check(root, path):
            print(f'{path}:{number}: {what}')
            findings += 1
    print(f'tidy: {len(paths)} files, {findings} findings')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
