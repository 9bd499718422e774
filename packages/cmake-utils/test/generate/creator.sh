#!/bin/sh
# usage: creator.sh -r <folder> -it <templates> -c <output>: a header with the number of lines of the KMDs.
set -eu
[ "$1 $3 $4 $5" = "-r -it server-cpp -c" ]
printf '#pragma once\n\nconstexpr int kLines = %s;\n' "$(cat "$2"/*.kmd.json | wc -l)" >"$6/lines.hpp"
