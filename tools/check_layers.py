#!/usr/bin/env python3
"""Checks that modules include only themselves and what stands above them in gs/LAYERS.

    tools/check_layers.py [ROOT]      exit 0: all is in order; 1: each wrong line is printed

Beside the order of the list:
- public headers named in include/globalstorage/words.lst are the lowest module; the other public
  headers may be included from gs/engine on;
- gs/core is pure: nothing there may include gs/platform or a header of time, files or threads;
- tests, fuzzers and benchmarks of a module may use all of gs, but production code never includes
  a test header (test_*.h, *_test.h, or a file below tests/); bench/ may, for recorded sessions;
- each header opens with #pragma once.
"""

import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
OURS = ('gs/', 'cmd/', 'bench/', 'bindings/', 'tests/', 'globalstorage/')
CHECKED = ('gs', 'include', 'cmd', 'bench', 'bindings')
TEST_FILE = re.compile(r'(_(test|fuzz|bench)\.(cc|h)$)|((^|/)test_[^/]*\.(cc|h)$)')
# What pure code gets as arguments instead.
IMPURE = {'chrono', 'ctime', 'time.h', 'fstream', 'filesystem', 'iostream', 'thread', 'random',
          'condition_variable', 'fcntl.h', 'unistd.h', 'sys/mman.h', 'sys/stat.h', 'pthread.h'}
PUBLIC = 'include/globalstorage'
FIRST_WITH_PUBLIC_API = 'gs/engine/database'


def read_list(path):
    with open(path, encoding='utf-8') as lines:
        words = [line.split('#')[0].split() for line in lines]
    return [line[0] for line in words if line]


class Layers:
    def __init__(self, root):
        self.modules = read_list(os.path.join(root, 'gs/LAYERS'))
        self.words = set(read_list(os.path.join(root, PUBLIC, 'words.lst')))

    def rank(self, path):
        """Place in the list of the module that holds `path`; None when none does."""
        folder, name = os.path.split(path)
        if folder == PUBLIC and name not in self.words:
            return self.modules.index(FIRST_WITH_PUBLIC_API)
        best = None
        for index, module in enumerate(self.modules):
            if folder == module or folder.startswith(module + '/'):
                if best is None or len(module) > len(self.modules[best]):
                    best = index
        return best


def target(include):
    return 'include/' + include if include.startswith('globalstorage/') else include


def check_include(layers, path, include, quoted):
    """What is wrong with this include in this file; None when nothing is."""
    is_test = bool(TEST_FILE.search(path))
    if path.startswith('gs/core/') and not is_test:
        if include in IMPURE:
            return f'gs/core is pure; <{include}> brings time, files, threads or chance'
        if include.startswith('gs/platform/'):
            return 'gs/core is pure; it gets what gs/platform offers as arguments'
    if not include.startswith(OURS):
        return f'"{include}": write our includes from the repository root' if quoted else None
    measures = is_test or path.startswith('bench/')
    if not measures and (TEST_FILE.search(include) or include.startswith('tests/')):
        return f'production code includes the test file {include}'
    if path.startswith('bench/') or include.startswith(('cmd/', 'bench/', 'tests/')):
        if path.startswith('gs/') and include.startswith(('cmd/', 'bench/')):
            return f'gs includes the program file {include}'
        return None
    rank, own = layers.rank(target(include)), layers.rank(path)
    if rank is None:
        return f'{include} belongs to no module of gs/LAYERS'
    if own is None:
        return 'this file belongs to no module of gs/LAYERS'
    if rank > own and not is_test:
        return (f'{include} is of {layers.modules[rank]}, which stands below '
                f'{layers.modules[own]} in gs/LAYERS')
    return None


def check_file(layers, root, path):
    with open(os.path.join(root, path), encoding='utf-8') as file:
        lines = file.read().split('\n')
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if match:
            wrong = check_include(layers, path, match.group(2), match.group(1) == '"')
            if wrong:
                yield f'{path}:{number}: {wrong}'
    # C and C++ consumers alike understand it; include guards would need names.
    if path.endswith('.h') and '#pragma once' not in lines:
        yield f'{path}:1: the header has no #pragma once'


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(
        os.path.abspath(__file__)))
    layers = Layers(root)
    files, wrong = 0, []
    for top in CHECKED:
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if name.endswith(('.h', '.cc', '.c')):
                    path = os.path.relpath(os.path.join(folder, name), root)
                    files += 1
                    wrong.extend(check_file(layers, root, path))
    for line in wrong:
        print(line)
    print(f'layers: {files} files, {len(wrong)} wrong includes')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
