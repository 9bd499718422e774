#!/bin/sh
# usage: run-valgrind.sh <suppressions> <program>...: each test program under Valgrind's memcheck. An error or a definite leak
# fails. ARGS goes to Valgrind; CK_RUN_SUITE and CK_RUN_CASE choose a suite and a test of it. Each program has an hour's patience
# for what takes milliseconds otherwise.
set -eu
suppressions=$1
shift
if [ -n "${CK_RUN_SUITE:-}${CK_RUN_CASE:-}" ]; then
  GTEST_FILTER="${CK_RUN_SUITE:-*}.${CK_RUN_CASE:-*}"
  export GTEST_FILTER
fi
command -v valgrind >/dev/null || { echo "valgrind is not installed: apt-get install valgrind libc6-dbg" >&2; exit 127; }
# GLib's own allocator would hide what is lost.
export G_SLICE=always-malloc G_DEBUG=gc-friendly GST_DEBUG_NO_COLOR=1 GST_REGISTRY_FORK=no
status=0
for program in "$@"; do
  echo "valgrind: ${program##*/}"
  # shellcheck disable=SC2086 # ARGS is a list of words
  valgrind --tool=memcheck --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --num-callers=20 --error-exitcode=99 --suppressions="$suppressions" ${ARGS:-} "$program" || status=$?
done
exit "$status"
