# Configuring and building presets. Sourced by ./run; POSIX sh.

# What is not in the cache is not given to the preprocessor first: a twentieth of the time.
export CCACHE_DEPEND=1

configure() {
  cmake --preset "$1"
}

build_preset() {
  preset=$1
  shift
  cmake --build --preset "$preset" --parallel "$JOBS" "$@"
}

configure_and_build() {
  configure "$1" && build_preset "$@"
}

build_product() {
  step 'build the product (release)' configure_and_build release
  [ -x build/bin/gstore ] || {
    echo 'build/bin/gstore was not built' >&2
    exit 1
  }
}

run_build() {
  no_arguments "$@"
  begin
  install_for build
  build_product
}
