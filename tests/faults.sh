#!/usr/bin/env bash
# What the system refuses, one thing after the other: every system call on the way to a
# start, through a capture, to a stop and through a file fails in turn (by strace), file
# descriptors and threads run out. Each time there is an error with a text, or all works;
# nothing stays behind, and the next start works: on our own ring, and on libpcap.
# tests/tools/faults.c says more.
#
#   IPMON_ONLY  the cases of one part and call: "stop poll"
#   IPMON_ALL   1: with a line for each case, not only for those that fail
set -u
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${CC:-cc}" -std=c11 -g -O1 -Wall -Wextra -Wpedantic -Werror -Iinclude tests/tools/faults.c \
    -o "$work/faults" -Ltarget/release -lipmon -Wl,-rpath,"$PWD/target/release" -lpthread || {
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}
# The watchdogs are inside; this one is for strace.
passed=0 failed=0 skipped=0 status=0
for live in ring libpcap; do
    IPMON_LIVE=$live timeout 300 "$work/faults" "$work" ${IPMON_ONLY:+"$IPMON_ONLY"} >"$work/cases"
    ended=$?
    sed -i "\$!s/^\(not ok\|ok\|skip\) /&$live: /" "$work/cases"
    if [ "${IPMON_ALL-}" = 1 ]; then sed '$d' "$work/cases"; else grep -v '^ok ' "$work/cases" | sed '$d'; fi
    if ! read -r p _ f _ s _ < <(tail -n 1 "$work/cases" | grep ' skipped$'); then
        echo "not ok faults: exit status $ended"
        p=0 f=1 s=0
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    [ "$ended" = 0 ] || status=1
done
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
