# Commands that run what was built: demonstration, benchmarks, fuzzers, simulation. Sourced by
# ./run; POSIX sh.

FUZZ_SECONDS=20
SIM_SECONDS=60

run_demo() {
  for argument in "$@"; do
    # Nothing keeps running after the table, so --exit has nothing to leave out.
    [ "$argument" = --exit ] || no_arguments "$argument"
  done
  begin
  install_for demo
  build_product
  echo
  node tools/demo/demo.js
}

# Three years and the largest number of 18 digits: every program can count as far.
SECONDS_DIGITS_MAX=8
SEED_DIGITS_MAX=18

# is_number TEXT DIGITS_MAX   A decimal number, not 0, that no program would read otherwise.
is_number() {
  case $1 in
    '' | 0* | *[!0-9]*) return 1 ;;
  esac
  [ "${#1}" -le "$2" ]
}

check_seconds() {
  is_number "$1" "$SECONDS_DIGITS_MAX" || usage_error "'$1' is no number of seconds: 1 to 99999999"
}

micro_benchmarks() {
  find build/release -type f -name '*_bench' -perm -u+x | sort
}

# find_micro_benchmark NAME   The program: `log`, `log_bench` and `gs_log_bench` name the same.
find_micro_benchmark() {
  for program in $(micro_benchmarks); do
    case $(basename "$program") in
      "$1" | "$1_bench" | "gs_$1" | "gs_$1_bench") echo "$program"; return 0 ;;
    esac
  done
  return 1
}

# The npm package beside others of npm, in the Node.js that is installed with them.
run_bench_node() {
  begin
  { install_for bench_node; build_product; } >&2
  exec node bench/node/main.js "$@"
}

run_bench() {
  if [ "${1:-}" = node ]; then
    shift
    run_bench_node "$@"
  fi
  begin
  # What is measured has standard output for itself: ./run bench --json >result.json
  { install_for bench; build_product; } >&2
  bench=build/bin/gstore-bench
  [ -x "$bench" ] || { echo "run: $bench was not built" >&2; exit 1; }
  case ${1:-} in
    '' | -*) exec "$bench" "$@" ;;
  esac
  if "$bench" --list | grep -Fxq -e "$1"; then exec "$bench" "$@"; fi
  if program=$(find_micro_benchmark "$1"); then
    shift
    exec "$program" "$@"
  fi
  {
    echo "run: no row and no micro-benchmark '$1'; there are these rows:"
    "$bench" --list | sed 's/^/  /'
    echo 'and these micro-benchmarks:'
    micro_benchmarks | sed 's|.*/\(gs_\)\{0,1\}|  |; s|_bench$||'
  } >&2
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
  [ $# -eq 0 ] || shift
  no_arguments "$@"
  check_seconds "$seconds"
  begin
  install_for fuzz
  step 'build the fuzzers' configure_and_build fuzz
  for program in $(find build/fuzz -type f -name '*_fuzz' -perm -u+x | sort); do
    try_step "fuzz $(basename "$program") for $seconds s" fuzz_one "$program" "$seconds" || true
  done
  [ "$STEPS_FAILED" -eq 0 ]
}

run_sim() {
  seconds=${1:-$SIM_SECONDS}
  [ $# -eq 0 ] || shift
  seed=${1:-$(now)}
  [ $# -eq 0 ] || shift
  no_arguments "$@"
  check_seconds "$seconds"
  is_number "$seed" "$SEED_DIGITS_MAX" ||
    usage_error "'$seed' is no seed: a number from 1 on, of at most $SEED_DIGITS_MAX digits"
  begin
  install_for quick
  step 'build the simulation' configure_and_build dev --target gs_simulation
  program=$(find build/dev -type f -name gs_simulation -perm -u+x)
  echo "  simulate for $seconds s from seed $seed"
  "$program" --seconds "$seconds" --seed "$seed"
}
