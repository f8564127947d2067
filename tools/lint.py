#!/usr/bin/env python3
"""Runs clang-tidy over the sources of a build, in parallel, remembering what was clean.

    tools/lint.py --build DIRECTORY [--jobs N] [--seconds LIMIT] [--all] [FILE...]

Sources that are compiled with the same options are put one behind the other into a file of
build/lint and checked as one: most of the time goes into the headers that they share. What is found
is told with the places in the sources. They are not included, because the static analyzer looks
only at the file it is given. Where sources do not compile together, as two names clash, each half
of them is tried; that costs the time of one more pass, so it is told.

A file is skipped when it, every header of ours and the configuration are the same as when it was
last found clean (build/lint holds the marks). Tests, fuzzers and benchmarks are compiled with
warnings as errors but not linted: GoogleTest's macros would drown what matters. After LIMIT
seconds no further group is begun; files left out are named and make the run fail.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOT_LINTED = re.compile(r'(_(test|fuzz|bench)\.cc$)|((^|/)test_[^/]*\.cc$)|^tests/')
TOOLS = ('clang-tidy-14', 'clang-tidy')
# About so many in a group: many groups repeat the headers, few leave processors without work at the
# end.
GROUP_LINES = 9000
# Steps on paths through one function. With the analyzer's own bound of 225,000 a few long functions
# take three quarters of the time; docs/decisions/0013 has what was measured. They go through our
# code, not through that of the standard library.
ANALYZER = ('max-nodes=3000', 'c++-stdlib-inlining=false')
# Of names that belong to the compiler; its own warning costs nothing, the check of clang-tidy
# (bugprone-reserved-identifier) looks at each name in each header.
WARNINGS = ('-Wreserved-identifier',)
BROKEN = '[clang-diagnostic-error'


def digest_of(paths):
    digest = hashlib.sha256()
    for path in sorted(paths):
        with open(path, 'rb') as file:
            digest.update(path.encode() + b'\0' + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def our_headers():
    found = []
    for top in ('gs', 'include', 'cmd', 'bench', 'bindings'):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            found += [os.path.join(folder, name) for name in names
                      if name.endswith(('.h', '.def'))]
    return found


def options_of(command):
    """What the compiler is told in every case: without its own name, input and output."""
    words = shlex.split(command)[1:]
    at = words.index('-o')
    del words[at:at + 2]
    return tuple(words[:words.index('-c')])


def sources(build):
    """Each source with its compiler's options."""
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as file:
        entries = json.load(file)
    found = {os.path.relpath(entry['file'], ROOT): options_of(entry['command'])
             for entry in entries}
    return {path: found[path] for path in sorted(found) if path.endswith('.cc')}


def is_linted(path):
    return not (path.startswith(('..', 'build/')) or NOT_LINTED.search(path))


def lines_of(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read().splitlines()


def groups_of(paths, options):
    """Files of the same options, groups of equal length; a program is alone.

    The base is apart: the analyzer, which sees its bodies then, takes an error that is returned for
    memory that is lost.
    """
    alike = {}
    for path in paths:
        lines = lines_of(path)
        has_main = any(line.startswith('int main(') for line in lines)
        key = (options[path], path.startswith('gs/base/'), path if has_main else None)
        alike.setdefault(key, []).append((path, len(lines)))
    return [group for files in alike.values() for group in split(files)]


def split(files):
    """Groups of these paths, each with its lines: as many as make about GROUP_LINES each."""
    total = sum(lines for _, lines in files)
    count = max(1, round(total / GROUP_LINES))
    groups, before = [[] for _ in range(count)], 0
    for path, lines in files:
        groups[before * count // total].append(path)
        before += lines
    return [group for group in groups if group]


class Joined:
    """Files one behind the other in one file; knows where each line came from."""

    def __init__(self, folder, paths):
        self.places, text = [], []
        for path in paths:
            for number, line in enumerate(lines_of(path), 1):
                self.places.append((path, number))
                text.append(line)
        name = hashlib.sha256('\n'.join(paths).encode()).hexdigest()[:16]
        self.path = os.path.join(folder, f'{name}.cc')
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(text) + '\n')

    def translate(self, output):
        def place(match):
            path, number = self.places[int(match.group(1)) - 1]
            return f'{os.path.join(ROOT, path)}:{number}:'
        return re.sub(re.escape(self.path) + r':(\d+):', place, output)


def find_tool():
    for tool in TOOLS:
        if shutil.which(tool):
            return tool
    sys.exit('clang-tidy is not installed')


def tidy(path, options):
    command = [find_tool(), '--quiet', path, '--', *options]
    # The build may be g++'s, some of whose warning options clang does not know.
    command += ['-Wno-unknown-warning-option', *WARNINGS]
    for setting in ANALYZER:
        command += ['-Xclang', '-analyzer-config', '-Xclang', setting]
    run = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    return run.returncode, run.stdout


def lint(folder, paths, options):
    """The files that are not clean, and what was found."""
    if len(paths) == 1:
        status, output = tidy(os.path.join(ROOT, paths[0]), options)
        return (paths if status else []), output
    joined = Joined(folder, paths)
    status, output = tidy(joined.path, options)
    if status == 0 or BROKEN not in output:
        return (paths if status else []), joined.translate(output)
    clash = next(line for line in joined.translate(output).splitlines() if BROKEN in line)
    print(f'{len(paths)} files do not compile together: {clash}', flush=True)
    middle = len(paths) // 2
    halves = [lint(folder, half, options) for half in (paths[:middle], paths[middle:])]
    return [path for bad, _ in halves for path in bad], ''.join(output for _, output in halves)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--build', required=True)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--seconds', type=int, default=1500)
    parser.add_argument('--all', action='store_true')
    parser.add_argument('files', nargs='*')
    arguments = parser.parse_args()

    folder = os.path.join(ROOT, 'build', 'lint')
    os.makedirs(folder, exist_ok=True)
    options = sources(os.path.abspath(arguments.build))
    common = digest_of(our_headers() + [os.path.join(ROOT, '.clang-tidy'), __file__])

    def mark_of(path):
        own = digest_of([os.path.join(ROOT, path)])
        return os.path.join(folder, hashlib.sha256((common + own).encode()).hexdigest())

    asked = arguments.files or [path for path in options if is_linted(path)]
    unknown = [path for path in asked if path not in options]
    if unknown:
        sys.exit(f'not compiled in this build: {" ".join(unknown)}')
    wanted = [path for path in asked if arguments.all or not os.path.exists(mark_of(path))]

    deadline = time.monotonic() + arguments.seconds
    bad, late = [], []

    def work(paths):
        if time.monotonic() > deadline:
            late.extend(paths)
            return
        found, output = lint(folder, paths, options[paths[0]])
        bad.extend(found)
        for path in set(paths) - set(found):
            open(mark_of(path), 'w', encoding='utf-8').close()
        if found:
            print(output, flush=True)

    # The longest first, so that none of them is begun at the end.
    groups = sorted(groups_of(wanted, options), reverse=True,
                    key=lambda paths: sum(len(lines_of(path)) for path in paths))
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(work, groups))
    for path in late:
        print(f'{path}: not reached within {arguments.seconds} s')
    print(f'lint: {len(wanted) - len(late)} files checked, {len(asked) - len(wanted)} known to be '
          f'clean, {len(bad)} not clean, {len(late)} not reached')
    return 1 if bad or late else 0


if __name__ == '__main__':
    sys.exit(main())
