#!/usr/bin/env bash
# What the system refuses, one thing after the other: every system call on the way to a
# start, through a capture, to a stop, through pulls and through a file fails in turn (by
# strace), file descriptors and threads run out. Each time there is an error with a text, or
# all works; nothing stays behind, and the next start works: on our own ring, and on libpcap.
# tests/tools/faults.c and tests/tools/shortages.c say more.
#
#   IPMON_ONLY  the cases of one part and call: "stop poll"
#   IPMON_ALL   1: with a line for each case, not only for those that fail
set -u
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

programs=(faults)
[ -n "${IPMON_ONLY-}" ] || programs+=(shortages)
for program in "${programs[@]}"; do
    "${CC:-cc}" -std=c11 -g -O1 -Wall -Wextra -Wpedantic -Werror -Iinclude "tests/tools/$program.c" \
        -o "$work/$program" -Ltarget/release -lipmon -Wl,-rpath,"$PWD/target/release" -lpthread || {
        echo "0 passed, 1 failed, 0 skipped"
        exit 1
    }
done
passed=0 failed=0 skipped=0 status=0
run() { # SOURCE PROGRAM ARGUMENT...
    # The watchdogs are inside; this one is for strace.
    IPMON_LIVE=$1 timeout 300 "$work/$2" "${@:3}" >"$work/cases"
    local ended=$? p f s
    sed -i "\$!s/^\(not ok\|ok\|skip\) /&$1: /" "$work/cases"
    if [ "${IPMON_ALL-}" = 1 ]; then sed '$d' "$work/cases"; else grep -v '^ok ' "$work/cases" | sed '$d'; fi
    if ! read -r p _ f _ s _ < <(tail -n 1 "$work/cases" | grep ' skipped$'); then
        echo "not ok $2: exit status $ended"
        p=0 f=1 s=0
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    [ "$ended" = 0 ] || status=1
}
for source in ring libpcap; do
    run "$source" faults "$work" ${IPMON_ONLY:+"$IPMON_ONLY"}
    [ -n "${IPMON_ONLY-}" ] || run "$source" shortages
done
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
