#!/usr/bin/env bash
# Runs every fuzz target for FUZZ_SECONDS (60), under the address sanitizer, from
# captures that the tests make and from what earlier runs found.
#
# usage: fuzz.sh [TARGET...]
set -eu
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}
[ $# -gt 0 ] || set -- packet file filter

if ! command -v cargo-fuzz >/dev/null && [ ! -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo-fuzz" ]; then
    echo "fuzz: installing cargo-fuzz, once; about two minutes" >&2
    cargo install cargo-fuzz --locked --quiet
fi

IPMON_CORPUS=$PWD/fuzz/corpus cargo test --quiet --test corpus -- --ignored >/dev/null

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for target in "$@"; do
    # -rss_limit_mb: a file needs 16 MiB, the sanitizer's shadow and libFuzzer
    # the rest. -timeout: 1 s is the bar; the sanitizer and other programs on
    # the machine slow this.
    if RUSTC_BOOTSTRAP=1 cargo fuzz run "$target" -- -max_total_time="$seconds" \
        -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
        echo "fuzz $target: ${runs:-0} inputs in $seconds s, ${coverage:-no coverage}, nothing found"
        [ "${runs:-0}" -gt 0 ] || failed=$((failed + 1))
    else
        echo "fuzz $target: FAILED"
        grep -E 'panicked at|^ *(left|right):|ERROR: |SUMMARY: ' "$log" || true
        tail -30 "$log"
        failed=$((failed + 1))
    fi
done
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
