#!/bin/sh
# usage: fails.sh <expected output, a regular expression> <command>...: passes where the command fails, and says that.
set -u
expected=$1
shift
output=$("$@" 2>&1) && status=0 || status=$?
printf '%s\n' "$output"
[ "$status" -ne 0 ] || { echo "this should have failed"; exit 1; }
printf '%s\n' "$output" | tr '\n' ' ' | grep -Eq -- "$expected" || { echo "failed, but does not say: $expected"; exit 1; }
