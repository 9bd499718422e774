#!/bin/sh
# usage: run-check.sh <build folder> <test or ""> : CTest for the targets check and <test>.check. ARGS goes to CTest; CK_RUN_SUITE,
# CK_RUN_CASE and CK_DEFAULT_TIMEOUT, known from the Check framework, choose a suite, a test of it, and the seconds for each program.
set -eu
build=$1
test=${2:-}
if [ -n "${CK_RUN_SUITE:-}${CK_RUN_CASE:-}" ]; then
  GTEST_FILTER="${CK_RUN_SUITE:-*}.${CK_RUN_CASE:-*}"
  export GTEST_FILTER
fi
export GST_DEBUG_NO_COLOR="${GST_DEBUG_NO_COLOR:-1}" GTEST_COLOR=no
cd "$build"
# shellcheck disable=SC2086 # ARGS is a list of words
exec ctest --output-on-failure --no-tests=error ${test:+-R "^$test\$"} ${CK_DEFAULT_TIMEOUT:+--timeout "$CK_DEFAULT_TIMEOUT"} ${ARGS:-}
