# Checks that are not tests: format, lint, layers, links, generated files. Sourced by ./run;
# POSIX sh.

SOURCES=build/sources

# Everything that clang-format owns. Long lists: xargs. A list that git could not make, or an empty
# one, is no list of files that are right; a pipe would not tell.
each_source() {
  git -c 'safe.directory=*' ls-files -z --cached --others --exclude-standard \
    -- '*.cc' '*.h' '*.c' >"$SOURCES" || return 1
  if [ ! -s "$SOURCES" ]; then
    echo 'git names no source file' >&2
    return 1
  fi
  xargs -0 "$@" <"$SOURCES"
}

check_format() {
  each_source clang-format --dry-run -Werror
}

check_shell() {
  for script in run tools/run/*.sh; do
    sh -n "$script" || return 1
  done
}

lint() {
  configure lint && python3 tools/lint.py --build build/lint --jobs "$JOBS" "$@"
}

run_check() {
  for argument in "$@"; do
    [ "$argument" = --all ] || no_arguments "$argument"
  done
  begin
  install_for check
  CHECKS=0
  one_check() {
    CHECKS=$((CHECKS + 1))
    try_step "$@" || true
  }
  one_check 'layers' python3 tools/check_layers.py
  one_check 'tidy: calls, lines, paths, links' python3 tools/tidy.py
  one_check 'generated files are fresh' python3 tools/generate_errors.py --check
  one_check 'scripts parse' check_shell
  one_check 'format (clang-format)' check_format
  one_check 'lint finds what is planted' python3 tests/tools/lint_test.py
  one_check 'lint (clang-tidy)' lint "$@"
  echo "$((CHECKS - STEPS_FAILED)) passed, $STEPS_FAILED failed"
  [ "$STEPS_FAILED" -eq 0 ]
}

run_format() {
  no_arguments "$@"
  begin
  install_for format
  step 'format' each_source clang-format -i
}
