#!/usr/bin/env bash
# Builds a program of tests/tools against the public header.
#
# usage: build.sh NAME PROGRAM
set -eu
cd "$(dirname "$0")/../.."
exec "${CC:-cc}" -std=c99 -pedantic -O2 -Wall -Wextra -Werror -Iinclude "tests/tools/$1.c" \
    -o "$2" -Ltarget/release -lipmon -Wl,-rpath,"$PWD/target/release"
