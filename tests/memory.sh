#!/usr/bin/env bash
# Captures that ask for much memory get little: at most 16 MiB above an idle
# monitor, whatever a file inflates to or claims, and no descriptor stays open.
# All are generated here; those of 4 GiB are never there as a whole.
set -eu
cd "$(dirname "$0")/.."
LIMIT_KIB=16384

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests/tools/build.sh footprint "$work/footprint"
mkdir "$work/captures"
python3 tests/tools/hostile.py "$work/captures" >"$work/expected"
(cd "$work/captures" && "$work/footprint" $(cut -f 1 "$work/expected")) >"$work/measured" || true

passed=0 failed=0
while IFS=$'\t' read -r name status frames words; do
    line=$(awk -F '\t' -v name="$name" '$1 == name' "$work/measured")
    IFS=$'\t' read -r _ code peak open_after_parse open_after_free seconds received _ text \
        <<<"$line" || true
    case ${code:-none} in
        0) found=OK ;;
        -21) found=TRUNCATED ;;
        -22) found=MALFORMED ;;
        -23) found=UNSUPPORTED ;;
        *) found="status ${code:-none}" ;;
    esac
    wrong=
    [ "$found" = "$status" ] || wrong="$wrong; $found, expected $status"
    [ "${received:-none}" = "$frames" ] ||
        wrong="$wrong; ${received:-no} frames, expected $frames"
    [ "${peak:-999999}" -le $LIMIT_KIB ] || wrong="$wrong; a peak of $peak KiB"
    [ "${open_after_parse:-1}${open_after_free:-1}" = 00 ] || wrong="$wrong; descriptors stay open"
    [[ "${text-}" == *"$words"* ]] || wrong="$wrong; the text is: ${text-}"
    if [ -z "$wrong" ]; then
        passed=$((passed + 1))
        echo "ok $name: $found, $received frames, $peak KiB, $seconds s"
    else
        failed=$((failed + 1))
        echo "not ok $name$wrong"
    fi
done <"$work/expected"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
