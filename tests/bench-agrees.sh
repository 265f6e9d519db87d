#!/usr/bin/env bash
# The readers that `make bench` compares all read the same from small forms of its captures:
# the sums of every field, of the payloads' bytes and of the addresses' text. Nothing is
# timed. A reader whose packages are not installed is a skip; benches/setup.sh installs them.
set -eu
cd "$(dirname "$0")/.."
exec benches/run.py --check
