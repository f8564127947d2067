#!/bin/sh
# Builds the part of libsodium that the WebAssembly core needs (SHA-256 and Ed25519) into
# build/deps.
#
# The source is that of the distribution's own libsodium package, fetched and verified by apt from
# the same archive that the installed libsodium-dev came from, so its security fixes come along.
# Runs once for each version of that package; then it sees the stamp and returns at once. Needs apt,
# dpkg-dev, clang-19, an llvm-ar.
#
#   tools/build_wasm_deps.sh [DIRECTORY]     default: build/deps
#
# Makes DIRECTORY/libsodium-wasm/{include/,libsodium.a}. To build without a network, put an unpacked
# libsodium source tree into DIRECTORY/libsodium-source first; it is then used for every version.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tools/fetch_source.sh"
deps=${1:-$root/build/deps}
out=$deps/libsodium-wasm
source=$deps/libsodium-source
fetched=$deps/libsodium-fetched
# All that changes the result: what is in this script, and the version of the package.
version=$(dpkg-query -W -f '${Version}' libsodium-dev 2>/dev/null) || version=
stamp="$(cksum <"$0") $version"

if [ -f "$out/stamp" ] && [ "$(cat "$out/stamp")" = "$stamp" ]; then
  exit 0
fi
mkdir -p "$deps"
# What was fetched for another version. A tree that somebody put there is theirs.
if [ -f "$fetched" ] && [ "$(cat "$fetched")" != "$version" ]; then
  rm -rf "$source" "$fetched"
fi

fetch_libsodium() {
  if [ -z "$version" ]; then
    echo "build_wasm_deps: libsodium-dev is not installed; its source must have its version." >&2
    echo "Install it, or unpack the source of libsodium into $source." >&2
    exit 1
  fi
  rm -rf "$source"
  fetch_source "libsodium=$version" libsodium-dev '' "$source"
  echo "$version" >"$fetched"
}

if [ ! -d "$source/src/libsodium" ]; then
  fetch_libsodium
elif [ ! -f "$fetched" ]; then
  # Or an earlier form of this script fetched it, without a word about its version.
  echo "build_wasm_deps: $source is used as it is, also when libsodium-dev is updated." >&2
  echo "Remove it to have the source of the installed version fetched." >&2
fi

tree=$source/src/libsodium
work=$deps/libsodium-objects
rm -rf "$work" "$out"
mkdir -p "$work" "$out/include"
cp -r "$tree/include/sodium" "$tree/include/sodium.h" "$out/include/"
# What configure would write: the version, and nothing else that these files ask for.
sed -e 's/@VERSION@/wasm/' -e 's/@SODIUM_LIBRARY_VERSION_MAJOR@/0/' \
  -e 's/@SODIUM_LIBRARY_VERSION_MINOR@/0/' -e 's/@SODIUM_LIBRARY_MINIMAL_DEF@//' \
  "$tree/include/sodium/version.h.in" >"$out/include/sodium/version.h"

# Signing and verifying from given keys: no random numbers, no locked memory, no files. (utils.c has
# functions that raise signals; nothing calls them, so the linker drops them.)
files="
  crypto_hash/sha256/hash_sha256.c
  crypto_hash/sha256/cp/hash_sha256_cp.c
  crypto_hash/sha512/hash_sha512.c
  crypto_hash/sha512/cp/hash_sha512_cp.c
  crypto_sign/ed25519/ref10/keypair.c
  crypto_sign/ed25519/ref10/open.c
  crypto_sign/ed25519/ref10/sign.c
  crypto_core/ed25519/ref10/ed25519_ref10.c
  crypto_verify/sodium/verify.c
  sodium/utils.c
"
objects=
for file in $files; do
  object=$work/$(echo "$file" | tr / _ | sed 's/\.c$/.o/')
  clang-19 --target=wasm32-wasi -O2 -DNDEBUG -DCONFIGURED=1 -DNATIVE_LITTLE_ENDIAN=1 \
    -D_WASI_EMULATED_SIGNAL -ffunction-sections -fdata-sections -Wno-everything \
    -I"$out/include" -I"$out/include/sodium" -I"$tree/include/sodium" \
    -c "$tree/$file" -o "$object"
  objects="$objects $object"
done

archiver=
for name in llvm-ar-19 llvm-ar-14 llvm-ar; do
  if command -v "$name" >/dev/null 2>&1; then
    archiver=$name
    break
  fi
done
if [ -z "$archiver" ]; then
  echo "build_wasm_deps: no llvm-ar found; GNU ar does not understand WebAssembly." >&2
  exit 1
fi
# shellcheck disable=SC2086  # a list of names without spaces
"$archiver" rcs "$out/libsodium.a" $objects
rm -rf "$work"
echo "$stamp" >"$out/stamp"
