#!/usr/bin/env bash
# The readers that `make bench` compares all read the same from small forms of its captures:
# the sums of every field, of the payloads' bytes and of the addresses' text. Nothing is
# timed. What the readers need is installed first; one that is not to be had is a skip.
set -eu
cd "$(dirname "$0")/.."
benches/setup.sh
exec benches/run.py --check
