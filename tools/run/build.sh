# Configuring and building presets. Sourced by ./run; POSIX sh.

# What is not in the cache is not given to the preprocessor first: a twentieth of the time.
export CCACHE_DEPEND=1

# Who builds everything once may say how many files are one for the compiler: whole modules take
# less time than parts of them, of which daily work compiles one again (decision 13).
configure() {
  cmake --preset "$1" ${GS_UNIT_FILES:+"-DCMAKE_UNITY_BUILD_BATCH_SIZE=$GS_UNIT_FILES"}
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
