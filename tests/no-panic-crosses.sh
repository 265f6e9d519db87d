#!/usr/bin/env bash
# A panic inside any exported function comes back as its documented failure value,
# and the library works on. The functions are those that the library exports, so
# that a new one is not forgotten.
#
# The panics are ordered in a build of their own (--cfg ipmon_faults), which no
# released library is.
#
#   IPMON_LIB_DIR  folder of the libipmon.so that says which functions there are
#                  (target/release)
set -eu
cd "$(dirname "$0")/.."
lib=${IPMON_LIB_DIR:-target/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

RUSTFLAGS="--cfg ipmon_faults" cargo build --quiet --lib --target-dir target/faults
faults=$PWD/target/faults/debug

# Those are the only names that are ours to export.
exported() { nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort; }
exported "$lib/libipmon.so" >"$work/names"
exported "$faults/libipmon.so" | grep -vx ipmon_fault >"$work/faults"
if ! diff "$work/names" "$work/faults"; then
    echo "$lib is not built from this source" >&2
    exit 1
fi
tests/tools/calls.py include/ipmon.h <"$work/names" >"$work/calls.c"
"${CC:-cc}" -std=c99 -D_DEFAULT_SOURCE -g -Wall -Wextra -Werror -Iinclude tests/tools/panics.c \
    "$work/calls.c" -o "$work/panics" -L"$faults" -lipmon -Wl,-rpath,"$faults"

passed=0 failed=0
while read -r name; do
    # A panic that crosses ends the program: Rust aborts at the boundary.
    if result=$("$work/panics" "$name" tests/data/sample.pcap 2>"$work/messages" </dev/null); then
        passed=$((passed + 1))
        echo "ok $name ($result)"
    else
        failed=$((failed + 1))
        echo "not ok $name: ${result:-the program died}"
        tail -n 5 "$work/messages" | sed 's/^/    /'
    fi
done <"$work/names"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
