#!/usr/bin/env bash
# Keeps the interface of a header for good, without its prose, as tests/abi/headers/NAME.h.
# A release does it with its version: tests/abi/freeze.sh 0.1.0 [HEADER]
set -eu
cd "$(dirname "$0")/../.."
kept=tests/abi/headers/${1:?a name}.h
[ ! -e "$kept" ] || { echo "$kept is there, and does not change" >&2; exit 1; }
# The compiler takes out comments and leaves directives; blank lines go.
cc -w -fpreprocessed -dD -E -P -x c "${2:-include/ipmon.h}" | grep -v '^$' >"$kept"
