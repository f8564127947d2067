# Commands that run what was built: demonstration, benchmarks, fuzzers, simulation. Sourced by
# ./run; POSIX sh.

FUZZ_SECONDS=20
SIM_SECONDS=60

run_demo() {
  for argument in "$@"; do
    case $argument in
      --exit) ;;  # nothing keeps running after the table yet
      *) echo "run: no option '$argument'" >&2; exit 2 ;;
    esac
  done
  install_for demo
  build_product
  echo
  node tools/demo/demo.js
}

is_number() {
  case $1 in
    '' | *[!0-9]*) return 1 ;;
  esac
}

run_bench() {
  install_for build
  build_product
  if [ $# -eq 0 ]; then
    [ -x build/bin/gstore-bench ] || { echo 'build/bin/gstore-bench was not built' >&2; exit 1; }
    exec build/bin/gstore-bench
  fi
  name=${1%_bench}
  shift
  found=$(find build/release -type f -name "*${name}*_bench" -perm -u+x | head -n 1)
  [ -n "$found" ] && exec "$found" "$@"
  echo "run bench: no benchmark '$name'; there are:" >&2
  find build/release -type f -name '*_bench' -perm -u+x -exec basename {} \; | sort >&2
  exit 2
}

# fuzz_one PROGRAM SECONDS   New inputs go to build/fuzz/corpus; the committed corpus is read only.
fuzz_one() {
  program=$1
  subject=$(basename "$program" _fuzz)
  found=build/fuzz/corpus/$subject
  mkdir -p "$found" build/fuzz/crashes
  set -- "$found" -max_total_time="$2" -artifact_prefix="build/fuzz/crashes/$subject-"
  [ -d "tests/data/corpus/$subject" ] && set -- "$@" "tests/data/corpus/$subject"
  "$program" "$@"
}

run_fuzz() {
  seconds=${1:-$FUZZ_SECONDS}
  is_number "$seconds" || { echo "run fuzz: '$seconds' is no number of seconds" >&2; exit 2; }
  install_for fuzz
  step 'build the fuzzers' configure_and_build fuzz
  for program in $(find build/fuzz -type f -name '*_fuzz' -perm -u+x | sort); do
    try_step "fuzz $(basename "$program") for $seconds s" fuzz_one "$program" "$seconds" || true
  done
  [ "$STEPS_FAILED" -eq 0 ]
}

run_sim() {
  seconds=${1:-$SIM_SECONDS}
  seed=${2:-$(now)}
  if ! is_number "$seconds" || ! is_number "$seed"; then
    echo 'usage: ./run sim [SECONDS] [SEED]' >&2
    exit 2
  fi
  install_for build
  ensure_packages libgtest-dev librapidcheck-dev
  step 'build the simulation' configure_and_build dev --target gs_simulation
  program=$(find build/dev -type f -name gs_simulation -perm -u+x)
  echo "  simulate for $seconds s from seed $seed"
  "$program" --seconds "$seconds" --seed "$seed"
}
