#!/usr/bin/env bash
# Runs the mutants with the library under the address sanitizer, on any stable
# compiler. Shows first that the sanitizer is on: it has to find a planted bug.
set -eu
cd "$(dirname "$0")/.."
target=$(rustc -vV | sed -n 's/^host: //p')

# Build scripts stay as they are: --target keeps the flags from them.
asan() {
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Cforce-frame-pointers=yes" \
        cargo test --quiet --target "$target" --target-dir target/asan --test mutants -- "$@"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if asan --ignored planted >"$log" 2>&1 ||
    ! grep -q 'AddressSanitizer: heap-use-after-free' "$log" ||
    ! grep -q 'in ipmon::address::format' "$log"; then
    tail -40 "$log"
    echo "asan-mutants: the planted bug was not found: is the sanitizer on?"
    exit 1
fi
echo "asan-mutants: the planted bug was found, in the library's own code"

if ! asan --nocapture >"$log" 2>&1; then
    tail -60 "$log"
    echo "0 passed, 1 failed"
    exit 1
fi
grep ' mutants of ' "$log"
echo "asan-mutants: nothing found"
echo "1 passed, 0 failed"
