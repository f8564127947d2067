#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build, in parallel, remembering what was clean.

    tools/lint.py --build DIRECTORY [--jobs N] [--seconds LIMIT] [--all] [FILE...]

A file is skipped when it, every header of ours and the configuration are the same as when it was
last found clean (build/lint holds the marks). Tests, fuzzers and benchmarks are compiled with
warnings as errors but not linted: GoogleTest's macros would drown what matters. After LIMIT
seconds no further file is begun; files left out are named and make the run fail.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOT_LINTED = re.compile(r'(_(test|fuzz|bench)\.cc$)|((^|/)test_[^/]*\.cc$)|^tests/')
TOOLS = ('clang-tidy-14', 'clang-tidy')


def digest_of(paths):
    digest = hashlib.sha256()
    for path in sorted(paths):
        with open(path, 'rb') as file:
            digest.update(path.encode() + b'\0' + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def our_headers():
    found = []
    for top in ('gs', 'include', 'cmd', 'bench'):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            found += [os.path.join(folder, name) for name in names
                      if name.endswith(('.h', '.def'))]
    return found


def sources(build):
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
        entries = json.load(file)
    found = {os.path.relpath(entry['file'], ROOT) for entry in entries}
    return sorted(path for path in found
                  if not path.startswith('..') and not NOT_LINTED.search(path)
                  and not path.startswith('build/') and path.endswith('.cc'))


def find_tool():
    for tool in TOOLS:
        if subprocess.run(['which', tool], capture_output=True).returncode == 0:
            return tool
    sys.exit('clang-tidy is not installed')


def lint(tool, build, path):
    # The build may be g++'s, some of whose warning options clang does not know.
    command = [tool, '--quiet', '--extra-arg=-Wno-unknown-warning-option', '-p', build, path]
    run = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    return run.returncode, run.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--build', required=True)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--seconds', type=int, default=1500)
    parser.add_argument('--all', action='store_true')
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()

    build = os.path.abspath(options.build)
    marks = os.path.join(ROOT, 'build', 'lint')
    os.makedirs(marks, exist_ok=True)
    tool = find_tool()
    common = digest_of(our_headers() + [os.path.join(ROOT, '.clang-tidy')])
    wanted, known = [], 0
    for path in options.files or sources(build):
        mark = os.path.join(marks, hashlib.sha256(
            (common + digest_of([os.path.join(ROOT, path)])).encode()).hexdigest())
        if os.path.exists(mark) and not options.all:
            known += 1
        else:
            wanted.append((path, mark))

    deadline = time.monotonic() + options.seconds
    bad, late = [], []

    def work(item):
        path, mark = item
        if time.monotonic() > deadline:
            late.append(path)
            return
        status, output = lint(tool, build, path)
        if status == 0:
            open(mark, 'w', encoding='utf-8').close()
        else:
            bad.append(path)
            print(output, flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(work, wanted))
    for path in late:
        print(f'{path}: not reached within {options.seconds} s')
    print(f'lint: {len(wanted) - len(late)} files checked, {known} known to be clean, '
          f'{len(bad)} bad, {len(late)} not reached')
    return 1 if bad or late else 0


if __name__ == '__main__':
    sys.exit(main())
