# Steps with a name, a time and a log. Sourced by ./run; POSIX sh.

LOG=build/run.log
LOG_TAIL_LINES=20
LOG_ERROR_LINES=20
STEPS_FAILED=0

start_log() {
  mkdir -p build
  : >"$LOG"
}

now() {
  date +%s
}

# One job for each processor, but not more than one for each GiB of memory: a compiler needs about
# that much.
jobs_count() {
  processors=$(nproc 2>/dev/null || echo 2)
  gigabytes=$(awk '/^MemTotal:/ { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null || echo 4)
  [ "$gigabytes" -lt 1 ] && gigabytes=1
  if [ "$processors" -gt "$gigabytes" ]; then echo "$gigabytes"; else echo "$processors"; fi
}
JOBS=$(jobs_count)

# try_step NAME COMMAND...   Runs the command with its output in the log; prints one line. Returns
# the command's status and counts failures; shows the end of the log when it fails.
try_step() {
  step_name=$1
  shift
  printf '  %-44s' "$step_name"
  printf '\n=== %s\n' "$step_name" >>"$LOG"
  step_line=$(($(wc -l <"$LOG") + 1))
  step_from=$(now)
  step_status=0
  ("$@") >>"$LOG" 2>&1 </dev/null || step_status=$?
  step_seconds=$(($(now) - step_from))
  if [ "$step_status" -eq 0 ]; then
    printf ' ok      %4d s\n' "$step_seconds"
  else
    printf ' FAILED  %4d s\n' "$step_seconds"
    STEPS_FAILED=$((STEPS_FAILED + 1))
    show_failure
  fi
  return "$step_status"
}

# Of the failed step's output: what looks like errors, and how it ended.
show_failure() {
  step_output="tail -n +$step_line $LOG"
  errors=$($step_output | grep -E '(error|Error|ERROR|FAILED|\*\*\*Failed|undefined ref)[: e]' |
    head -n "$LOG_ERROR_LINES") || true
  if [ -n "$errors" ]; then
    echo "  --- errors (all of it is in $LOG):"
    echo "$errors" | cut -c 1-300 | sed 's/^/  | /'
  fi
  echo "  --- the last lines of $LOG (exit status $step_status):"
  $step_output | tail -n "$LOG_TAIL_LINES" | cut -c 1-300 | sed 's/^/  | /'
}

# The same for what the rest cannot do without.
step() {
  try_step "$@" || exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    echo "needs root or sudo: $*" >&2
    return 1
  fi
}
