#!/usr/bin/env bash
# Runs every fuzz target for FUZZ_SECONDS (60), under the address sanitizer, two at a time:
# from the seeds in fuzz/seeds (some of what tests/corpus.rs makes), from captures and
# calls that the tests make now, and from what earlier runs found.
#
# usage: fuzz.sh [TARGET...]
#
# One line a target; the last line counts them.
set -u
cd "$(dirname "$0")/.."
export seconds=${FUZZ_SECONDS:-60}
[ $# -gt 0 ] || set -- packet file filter calls
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export work RUSTC_BOOTSTRAP=1

none() { # what there is instead of results
    echo "$1"
    echo "0 passed, $2 failed, $3 skipped"
    [ "$2" = 0 ]
    exit
}

if ! command -v cargo-fuzz >/dev/null && [ ! -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo-fuzz" ]; then
    echo "fuzz: installing cargo-fuzz, once; about two minutes" >&2
    cargo install cargo-fuzz --locked --quiet || none "skip fuzz: cargo-fuzz cannot be installed" 0 $#
fi
IPMON_CORPUS=$PWD/fuzz/corpus cargo test --quiet --test corpus -- --ignored >"$work/log" 2>&1 &&
    cargo fuzz build >"$work/log" 2>&1 || {
    tail -n 40 "$work/log"
    none "not ok fuzz: the targets are not built" $# 0
}

fuzz() { # TARGET
    local log=$work/$1 runs coverage
    # -rss_limit_mb: a file needs 16 MiB, the sanitizer's shadow and libFuzzer the rest.
    # -timeout: 1 s is the bar; the sanitizer and other programs on the machine slow this.
    if cargo fuzz run "$1" "fuzz/corpus/$1" "fuzz/seeds/$1" -- -max_total_time="$seconds" \
        -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 >"$log" 2>&1 </dev/null; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
        if [ "${runs:-0}" -gt 0 ]; then
            echo "ok fuzz $1: $runs inputs in $seconds s, ${coverage:-no coverage}, nothing found"
            touch "$log.ok"
            return
        fi
    fi
    echo "not ok fuzz $1"
    grep -E 'panicked at|^ *(left|right):|ERROR: |SUMMARY: ' "$log"
    grep -vE "^\s*\[[0-9, ]*\]$|^$|^ *[0-9]+: |^ *at " "$log" | tail -n 20 | cut -c1-300
}
export -f fuzz
printf '%s\n' "$@" | xargs -P 2 -I{} bash -c 'fuzz {}'

passed=$(find "$work" -name '*.ok' | wc -l)
echo "$passed passed, $(($# - passed)) failed, 0 skipped"
[ "$passed" = $# ]
