#!/usr/bin/env python3
"""Writes what is made from the one list of error codes, include/globalstorage/code.def.

    tools/generate_errors.py           writes docs/ERRORS.md, include/globalstorage/codes.h and
                                       js/lib/codes.js and codes.d.ts
    tools/generate_errors.py --check   exit 1 when a file is not what it would write
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIST = 'include/globalstorage/code.def'
ENTRY = re.compile(r'^GS_CODE\(\s*(\w+)\s*,\s*(\d+)\s*,\s*(\w+)\s*,\s*"([^"]*)"\s*\)')

ADVICE = {
    'retry': 'the same call may succeed later',
    'reopen': 'close the storage and open it again',
    'repair': 'bytes are damaged: fetch them again from a backup',
    'none': 'the call or its input has to change',
}

# What a caller in JavaScript may do next, told with each error that says nothing nearer.
HINTS = {
    'not_found': 'Check the id or the path; has() tells whether something is there.',
    'conflict': 'Read the current value and try again.',
    'invalid': 'Change the argument as the message says.',
    'too_large': 'Split the value, or store it as a blob.',
    'broken_chain': 'Restore the directory from a backup; verify it before use.',
    'damaged': 'Restore the file from a backup.',
    'bad_signature': 'Fetch the change again from its writer.',
    'io': 'Look at the disk and its mount, then open the storage again.',
    'no_space': 'Free space on the disk and try again.',
    'read_only': 'Give this process the right to write there, or open for reading only.',
    'locked': 'Wait until the other process is done, or close the storage there.',
    'newer_format': 'Update the package globalstorage.',
    'exists': 'Use what is there, or choose another name.',
    'failed': 'Close the storage and open it again.',
    'erased': 'The value is gone on purpose; only its proof can be read.',
    'unsupported': 'See the manual for what this build and platform can do.',
    'not_a_storage': 'Check the path, or create a storage there.',
    'unreachable': 'Check the address and the network, then try again.',
    'closed': 'Open the storage again.',
    'dropped': 'Ask a storage that keeps the whole history.',
}


def read_codes():
    codes = []
    with open(os.path.join(ROOT, LIST), encoding='utf-8') as lines:
        for line in lines:
            if not line.startswith('GS_CODE('):
                continue
            match = ENTRY.match(line)
            if not match:
                sys.exit(f'{LIST}: cannot read: {line.strip()}')
            name, number, advice, meaning = match.groups()
            codes.append((name, int(number), advice, meaning))
    numbers = [number for _, number, _, _ in codes]
    names = [name for name, _, _, _ in codes]
    if numbers != list(range(1, len(codes) + 1)):
        sys.exit(f'{LIST}: numbers must be 1, 2, 3, ... without gaps: append, never renumber')
    if len(set(names)) != len(names):
        sys.exit(f'{LIST}: a name stands there twice')
    unknown = [advice for _, _, advice, _ in codes if advice not in ADVICE]
    if unknown:
        sys.exit(f'{LIST}: unknown advice {unknown[0]}')
    if sorted(names) != sorted(HINTS) or not all(HINTS.values()):
        sys.exit(f'{LIST}: tools/generate_errors.py needs one hint for each code')
    return codes


def errors_md(codes):
    lines = [
        '# Error codes',
        '',
        'Made from [code.def](../include/globalstorage/code.def) by `tools/generate_errors.py`;',
        'change the list, not this page. Numbers are part of the formats and of the wire: they are',
        'appended, never changed and never used again. 0 is `ok`.',
        '',
        'Every error carries a code and a message that says what failed, where, and what to do',
        'next. The code is for programs, the message for people; do not compare messages.',
        '',
        '| number | code | meaning | advice |',
        '| ---: | --- | --- | --- |',
    ]
    lines += [f'| {number} | `{name}` | {meaning} | {advice} |'
              for name, number, advice, meaning in codes]
    lines += ['', '## Advice', '', 'What a caller may sensibly do next.', '',
              '| advice | meaning |', '| --- | --- |']
    lines += [f'| {advice} | {meaning} |' for advice, meaning in ADVICE.items()]
    return '\n'.join(lines) + '\n'


def codes_h(codes):
    width = max(len(name) for name, _, _, _ in codes) + len('GS_')
    lines = [
        '/* Error codes for C. Made from code.def by tools/generate_errors.py: change the list,',
        ' * not this file.',
        ' *',
        ' * Numbers are appended, never changed and never used again.',
        ' */',
        '#pragma once',
        '',
        '/* clang-format off */',
        '',
        '#ifdef __cplusplus',
        'extern "C" {',
        '#endif',
        '',
        'typedef enum gs_code {  // NOLINT(readability-identifier-naming): the custom of C',
        f'  {"GS_OK".ljust(width)} = 0,  /* success */',
    ]
    last = codes[-1][0]
    for name, number, _, meaning in codes:
        comma = ' ' if name == last else ','
        lines.append(f'  {("GS_" + name.upper()).ljust(width)} = {number}{comma} '
                     f'{"" if number > 9 else " "}/* {meaning} */')
    lines += ['} gs_code;', '', '#ifdef __cplusplus', '}', '#endif']
    return '\n'.join(lines) + '\n'


def codes_js(codes):
    lines = [
        "'use strict';",
        '',
        '// Error codes for JavaScript. Made from code.def by tools/generate_errors.py: change the',
        '// list, not this file.',
        '',
        'const CODES = {',
    ]
    for name, number, advice, meaning in codes:
        lines += [f'  GS_{name.upper()}: {{',
                  f'    number: {number},',
                  f"    advice: '{advice}',",
                  f"    meaning: '{meaning}',",
                  f"    hint: '{HINTS[name]}',",
                  '  },']
    lines += ['};', '', 'module.exports = { CODES };']
    return '\n'.join(lines) + '\n'


def codes_d_ts(codes):
    lines = [
        '// Error codes for TypeScript. Made from code.def by tools/generate_errors.py: change the',
        '// list, not this file.',
        '',
        'export type Code =',
    ]
    lines += [f"  | 'GS_{name.upper()}'" for name, _, _, _ in codes]
    return '\n'.join(lines) + ';\n'


def main():
    check = '--check' in sys.argv[1:]
    codes = read_codes()
    stale = []
    for path, text in (('docs/ERRORS.md', errors_md(codes)),
                       ('include/globalstorage/codes.h', codes_h(codes)),
                       ('js/lib/codes.js', codes_js(codes)),
                       ('js/lib/codes.d.ts', codes_d_ts(codes))):
        full = os.path.join(ROOT, path)
        current = open(full, encoding='utf-8').read() if os.path.exists(full) else ''
        if current == text:
            continue
        stale.append(path)
        if not check:
            with open(full, 'w', encoding='utf-8') as file:
                file.write(text)
    for path in stale:
        print(f'{path}: ' + (f'not what {LIST} says; run tools/generate_errors.py' if check
                             else 'written'))
    return 1 if check and stale else 0


if __name__ == '__main__':
    sys.exit(main())
