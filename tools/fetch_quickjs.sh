#!/bin/sh
# Fetches the source of QuickJS into build/deps/quickjs, where cmake/gs_quickjs.cmake compiles it.
#
# It is the source of Debian's own package, fetched and verified by apt. Debian 12 has none, so it
# is that of the release after it. Runs once; then it sees the stamp and returns at once. Needs
# apt, dpkg-dev.
#
#   tools/fetch_quickjs.sh [DIRECTORY]     default: build/deps
#
# To build without a network, put an unpacked QuickJS source tree of that version into
# DIRECTORY/quickjs-source first.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/fetch_source.sh"
deps=${1:-$root/build/deps}
out=$deps/quickjs
source=$deps/quickjs-source
version=2025-04-26
stamp=$(cksum <"$0")

if [ -f "$out/stamp" ] && [ "$(cat "$out/stamp")" = "$stamp" ]; then
  exit 0
fi
mkdir -p "$deps"
if [ ! -f "$source/quickjs.c" ]; then
  rm -rf "$source"
  fetch_source quickjs dpkg trixie "$source"
fi
if [ "$(cat "$source/VERSION")" != "$version" ]; then
  echo "fetch_quickjs: $source has version $(cat "$source/VERSION") instead of $version." >&2
  exit 1
fi

rm -rf "$out"
mkdir -p "$out"
for file in cutils dtoa libregexp libunicode quickjs; do
  cp "$source/$file.c" "$source/$file.h" "$out/"
done
for file in libregexp-opcode.h libunicode-table.h list.h quickjs-atom.h quickjs-opcode.h LICENSE; do
  cp "$source/$file" "$out/"
done

# Replaces one line of a file; it must be there exactly once.
replace() {
  if [ "$(grep -cxF -- "$2" "$out/$1")" != 1 ]; then
    echo "fetch_quickjs: $1 does not have this line once: $2" >&2
    exit 1
  fi
  awk -v old="$2" -v new="$3" '{ print $0 == old ? new : $0 }' "$out/$1" >"$out/$1.new"
  mv "$out/$1.new" "$out/$1"
}
# Scripts are interrupted by counts, not by time (gs/engine/script/sandbox.h): fine enough that what
# runs between two counts is short, and no single operation on big integers takes long.
replace quickjs.c '#define JS_INTERRUPT_COUNTER_INIT 10000' '#define JS_INTERRUPT_COUNTER_INIT 100'
replace libregexp.c '#define INTERRUPT_COUNTER_INIT 10000' '#define INTERRUPT_COUNTER_INIT 100'
replace quickjs.c \
  '#define JS_BIGINT_MAX_SIZE ((1024 * 1024) / JS_LIMB_BITS) /* in limbs */' \
  '#define JS_BIGINT_MAX_SIZE ((128 * 1024) / JS_LIMB_BITS) /* in limbs */'
# Nothing here calls it, and WebAssembly has none.
replace dtoa.c '#include <setjmp.h>' ''
echo "$stamp" >"$out/stamp"
