# All tests, counted. Sourced by ./run; POSIX sh.

TESTED=''

# test_preset PRESET [CTEST ARGUMENT...]   Builds the preset and runs its tests; goes on after a
# failure, so that one run shows everything.
test_preset() {
  preset=$1
  shift
  # One broken file must not hide what the others do: build on, test what was built. A build that
  # failed counts as one failure, and so does each program that is missing.
  try_step "build  $preset" configure_and_build "$preset" -- -k 0 || true
  [ -f "build/$preset/CTestTestfile.cmake" ] || return 0
  rm -rf "build/$preset/reports" "build/$preset/junit.xml"
  mkdir -p "build/$preset/reports"
  # Failed tests are counted from the reports, not as a failed step.
  failed_before=$STEPS_FAILED
  try_step "test   $preset" run_ctest "$preset" "$@" || true
  STEPS_FAILED=$failed_before
  TESTED="$TESTED build/$preset"
}

# Prints a new directory in memory for the files of tests, most of which wait for the disk
# otherwise; nothing where there is little of it, where programs in it cannot be run, and for
# `--whole`.
memory_directory() {
  [ -z "${GS_TESTS_WHOLE-}" ] || return 0
  room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  available=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo 2>/dev/null)
  [ "${room:-0}" -ge 4194304 ] && [ "${available:-0}" -ge 8388608 ] || return 0
  made=$(mktemp -d /dev/shm/gs-tests.XXXXXX) || return 0
  chmod 755 "$made"  # some tests look from outside, as another user
  if cp /bin/true "$made/try" 2>/dev/null && "$made/try" 2>/dev/null; then
    rm "$made/try"
    printf '%s' "$made"
  else
    rm -rf "$made"
  fi
}

run_ctest() {
  ctest_preset=$1
  shift
  PATH="$PATH:/usr/lib/llvm-19/bin"  # sanitizers ask llvm-symbolizer for names
  set -- ctest --test-dir "build/$ctest_preset" --output-on-failure --no-tests=error \
    --output-junit "$PWD/build/$ctest_preset/junit.xml" -j "$JOBS" "$@"
  # The address space of a sanitized program must not be moved by newer kernels; where that cannot
  # be asked for, run as it is.
  if [ "$ctest_preset" = tsan ] && setarch "$(uname -m)" -R true 2>/dev/null; then
    set -- setarch "$(uname -m)" -R "$@"
  fi
  files=$(memory_directory)
  if [ -z "$files" ]; then
    "$@"
    return
  fi
  # One that was interrupted left its own.
  rm -rf "$(cat build/test-files 2>/dev/null)"
  printf '%s' "$files" >build/test-files
  result=0
  env TMPDIR="$files" "$@" || result=$?
  rm -rf "$files"
  return "$result"
}

run_tests() {
  quick=no
  for argument in "$@"; do
    case $argument in
      --quick) quick=yes ;;
      --whole) export GS_TESTS_WHOLE=yes ;;  # gs/base/test_share.h
      *) no_arguments "$argument" ;;
    esac
  done
  begin

  if [ "$quick" = yes ]; then
    install_for quick
    test_preset dev -L unit
  else
    install_for test
    test_preset dev
    test_preset asan -L 'unit|fuzz'
    test_preset tsan -L threads
    test_preset wasm
  fi

  # shellcheck disable=SC2086  # a list of folders
  counts=$(python3 tools/count_tests.py $TESTED 2>>"$LOG") || counts='0 1 0'
  passed=${counts%% *}
  rest=${counts#* }
  failed=$((${rest%% *} + STEPS_FAILED))
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
