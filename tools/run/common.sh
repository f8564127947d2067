# Steps with a name, a time and a log; one run at a time. Sourced by ./run; POSIX sh.

COMMAND=''  # set by ./run
VERBOSE=no
LOG=build/run.log
LOCK=build/lock
STATUS=build/step-status
LOG_TAIL_LINES=20
LOG_ERROR_LINES=20
# Between two lines about a step that goes on, where nobody watches a terminal.
PROGRESS_SECONDS=${GS_PROGRESS_SECONDS:-20}
STEPS_FAILED=0

usage_error() {
  echo "run: $1" >&2
  usage >&2
  exit 2
}

# For commands that take none, and for what is left when a command has taken its own.
no_arguments() {
  [ $# -eq 0 ] || usage_error "$COMMAND: no option or argument '$1'"
}

# To be called when the arguments are known to be good, before anything is done.
begin() {
  if ! mkdir -p build || ! touch "$LOCK" "$LOG"; then
    echo "run: cannot write into build/; if an earlier run was root's, let root remove it" >&2
    exit 1
  fi
  take_lock
  : >"$LOG"
}

# Two runs would build the same files at once and write the same log. What a run has started holds
# the lock with it, and the system frees it when the last of them ends, however that happens.
take_lock() {
  exec 9>>"$LOCK"
  if ! flock --nonblock 9; then
    echo "run: another one works in this clone, $(cat "$LOCK"), or what it started; wait for it" >&2
    exit 1
  fi
  echo "'$COMMAND' as process $$" >"$LOCK"
}

now() {
  date +%s
}

# One job for each processor, but not more than one for each GiB of memory: a compiler needs about
# that much, and twice as much for the largest module when all of it is one.
jobs_count() {
  processors=$(nproc 2>/dev/null || echo 2)
  gigabytes=$(awk '/^MemTotal:/ { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null || echo 4)
  [ "$gigabytes" -lt 1 ] && gigabytes=1
  if [ "$processors" -gt "$gigabytes" ]; then echo "$gigabytes"; else echo "$processors"; fi
}
JOBS=$(jobs_count)

# try_step NAME COMMAND...   Runs the command with its output in the log, with --verbose also on the
# terminal. Tells its name when it begins and its time when it ends. Returns the command's status
# and counts failures; shows the end of the log when it fails.
try_step() {
  step_name=$1
  shift
  tell_begin "$step_name"
  printf '\n=== %s\n' "$step_name" >>"$LOG"
  step_line=$(($(wc -l <"$LOG") + 1))
  step_from=$(now)
  step_status=0
  if [ "$VERBOSE" = yes ]; then
    # The status of a pipe is that of its last part: the first part's goes through a file.
    { ("$@") 2>&1 </dev/null || step_status=$?; echo "$step_status" >"$STATUS"; } | tee -a "$LOG"
    step_status=$(cat "$STATUS")
  else
    tell_progress "$step_name" 9>&- &
    progress=$!
    ("$@") >>"$LOG" 2>&1 </dev/null || step_status=$?
    end_progress
  fi
  step_seconds=$(($(now) - step_from))
  if [ "$step_status" -eq 0 ]; then
    tell_end "$step_name" ok "$step_seconds"
  else
    tell_end "$step_name" FAILED "$step_seconds"
    STEPS_FAILED=$((STEPS_FAILED + 1))
    [ "$VERBOSE" = yes ] || show_failure
  fi
  return "$step_status"
}

# Where a line stays open, its end is added to it. A reader of a pipe sees whole lines only, and
# --verbose puts others in between: there a step has two lines.
line_stays_open() {
  [ -t 1 ] && [ "$VERBOSE" = no ]
}

tell_begin() {
  if line_stays_open; then printf '  %-44s ' "$1"; else echo "  $1 ..."; fi
}

tell_end() {
  if line_stays_open; then printf '\r'; fi
  printf '  %-44s %-11s %4d s\n' "$1" "$2" "$3"
}

# Says how long a step takes by now, and how far Ninja or CTest is: each second at the end of the
# open line, or now and then in a line of its own. It does not hold the lock, and ends with this run
# even if nobody ends it.
tell_progress() {
  told=0
  while sleep 1 >/dev/null 2>&1 && kill -0 "$$" 2>/dev/null; do
    seconds=$(($(now) - step_from))
    if line_stays_open; then
      printf '\r  %-44s %-11s %4d s' "$1" "$(how_far)" "$seconds"
    elif [ $((seconds - told)) -ge "$PROGRESS_SECONDS" ]; then
      told=$seconds
      printf '  %-44s %-11s %4d s ...\n' "$1" "$(how_far)" "$seconds"
    fi
  done
}

# What the step that is running has told in the log last: [120/349], of files or of tests; nothing
# as long as it tells none.
how_far() {
  tail -c 2000 "$LOG" | awk '
    /^=== / { far = "" }
    match($0, /^\[[0-9]+\/[0-9]+\]/) { far = substr($0, 1, RLENGTH) }
    /^ *[0-9]+\/[0-9]+ Test / { far = "[" $1 "]" }
    END { print far }'
}

end_progress() {
  kill "$progress" 2>/dev/null || true
  wait "$progress" 2>/dev/null || true
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

# Whether as_root can work at all.
can_be_root() {
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}
