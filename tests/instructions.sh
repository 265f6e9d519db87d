#!/usr/bin/env bash
# How many instructions the library takes for a packet, counted by callgrind: no
# more than what tests/instructions.txt says, and 3 % for what a compiler decides
# otherwise. Counts are exact, whatever else the machine does; they are those of one
# compiler, and under another one nothing is compared.
#
# usage: instructions.sh [write]   (write: takes the counts of now as the bounds)
set -eu
cd "$(dirname "$0")/.."
bounds=tests/instructions.txt

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

here="$(rustc --version), $(rustc -vV | sed -n 's/^host: //p'), $(rustc --print cfg |
    sed -n 's/^target_feature="\(.*\)"$/\1/p' | paste -sd ' ')"
there=$(sed -n 's/^compiler: //p' "$bounds")
skip=
command -v valgrind >/dev/null || skip="there is no valgrind"
[ -z "${RUSTFLAGS-}" ] || skip="the library is built with RUSTFLAGS"
[ "$here" = "$there" ] || [ "${1-}" = write ] || skip="the bounds are of another compiler ($there)"

tests/tools/build.sh instructions "$work/instructions"
python3 tests/tools/instructions.py write "$work"

# name, capture, text, access, pull
workloads='small-packets ipv4 0 0 0
small-packets-with-text ipv4 1 0 0
small-packets-in-blocks blocks 0 0 0
small-packets-mapped ipv4 0 1 0
small-packets-pulled ipv4 0 0 1
small-packets-pulled-with-text ipv4 1 0 1
ipv6-with-text ipv6 1 0 0
vlan vlan 0 0 0'

passed=0 failed=0 skipped=0
[ "${1-}" != write ] || { sed -n '/^#/p' "$bounds"; echo "compiler: $here"; } >"$work/bounds"
while read -r name capture text access pull; do
    if [ -n "$skip" ]; then
        echo "skip $name: $skip"
        skipped=$((skipped + 1))
        continue
    fi
    for count in 1000 3000; do
        valgrind --quiet --tool=callgrind --callgrind-out-file="$work/out.$count" \
            "$work/instructions" "$work/$capture.$count" "$text" "$access" "$pull"
    done
    found=$(python3 tests/tools/instructions.py count "$work/out.1000" "$work/out.3000")
    if [ "${1-}" = write ]; then
        echo "$name $found" | tee -a "$work/bounds"
        continue
    fi
    bound=$(awk -v name="$name" '$1 == name { print $2 }' "$bounds")
    if awk -v found="$found" -v bound="${bound:-0}" 'BEGIN { exit !(found <= bound * 1.03) }'; then
        passed=$((passed + 1))
        echo "ok $name: $found instructions a packet, the bound is $bound"
    else
        failed=$((failed + 1))
        echo "not ok $name: $found instructions a packet, the bound is ${bound:-missing}"
    fi
done <<<"$workloads"

[ "${1-}" != write ] || { cp "$work/bounds" "$bounds"; exit 0; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ $((passed + skipped)) -gt 0 ]
