#!/bin/sh
# usage: installed.sh <build folder> <program.cpp>: what is installed is enough for a program that knows only pkg-config, and
# it bears no path of the build.
set -eu
cd "$1"
rm -rf prefix
cmake --install . --prefix "$PWD/prefix" >/dev/null
file=$(find prefix -name kmscore.pc)
! grep "$PWD" "$file" || { echo "$file has paths of the build" >&2; exit 1; }
# The prefix in it is that of the configuration, /usr/local; --define-variable=prefix would change that of other files, too.
sed -i "s|^prefix=.*|prefix=$PWD/prefix|" "$file"
flags=$(PKG_CONFIG_PATH=$(dirname "$file") pkg-config --cflags --libs kmscore)
# shellcheck disable=SC2086 # flags are a list of words
gcc -o installed-program "$2" $flags
LD_LIBRARY_PATH=$(dirname "$(find prefix -name 'libkmscore.so.0')") ./installed-program
test -f "$(find prefix -name kmscoreConfig.cmake)"
