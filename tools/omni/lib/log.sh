# Messages of ./kms: steps on standard output, problems on standard error. Sourced.

log_step() { printf '\n\033[1m%s\033[0m\n' "==> $*"; }
log_note() { printf '    %s\n' "$*"; }

# die <what went wrong> <what to do>...
die() {
  printf '\n\033[1;31mkms: %s\033[0m\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '     %s\n' "$@" >&2
  exit 1
}

# quietly <name> <what to do when it fails> <command>...: output goes to a log file, with a sign of life every ten seconds.
# On failure the end of the log and the advice are shown.
quietly() {
  local name=$1 advice=$2 log
  shift 2
  mkdir -p "$KMS_STATE/log"
  log="$KMS_STATE/log/$name.log"
  "$@" >"$log" 2>&1 &
  local pid=$! waited=0
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1
    waited=$((waited + 1))
    [ $((waited % 10)) -ne 0 ] || log_note "$name: ${waited} s, $(tail -n 1 "$log" | cut -c1-90)"
  done
  wait "$pid" && return
  tail -n 30 "$log" >&2
  die "$name failed; the whole output is in ${log#"$KMS_ROOT"/}" "$advice"
}
