#!/usr/bin/env bash
# Builds target/conform/c on top of target/release, with CC (gcc).
set -eu
cd "$(dirname "$0")/../.."
mkdir -p target/conform
"${CC:-gcc}" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
    -pthread -Iinclude conformance/c/*.c -o target/conform/c.new \
    -Ltarget/release -lipmon -Wl,-rpath,'$ORIGIN/../release'
# At once: others may be running it.
mv target/conform/c.new target/conform/c
