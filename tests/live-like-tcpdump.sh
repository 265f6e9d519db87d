#!/usr/bin/env bash
# What is captured live is what tcpdump reads in the same traffic (live_like_tcpdump.py).
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
if ! unshare -n true 2>/dev/null; then
    echo "skip: needs root: network namespaces"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tests/tools/build.sh live_events "$work/live_events" &&
    timeout 120 unshare -n python3 tests/live_like_tcpdump.py "$work/live_events"
