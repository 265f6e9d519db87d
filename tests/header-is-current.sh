#!/usr/bin/env bash
# Whether include/ipmon.h is what the build makes of src/ffi.
set -eu
cd "$(dirname "$0")/.."
before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp include/ipmon.h "$before"
# Has the build script run again, whatever was built before.
touch cbindgen.toml
cargo build --quiet
if cmp -s include/ipmon.h "$before"; then
    exit 0
fi
echo "include/ipmon.h was stale; the build has written it anew: commit it" >&2
diff -u "$before" include/ipmon.h >&2 || true
exit 1
