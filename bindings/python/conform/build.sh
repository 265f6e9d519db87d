#!/usr/bin/env bash
# Makes target/conform/python: conform with the environment of target/venv.
set -eu
cd "$(dirname "$0")/../../.."
tests/venv.sh numpy
mkdir -p target/conform
cat >target/conform/python <<'END'
#!/bin/sh
root=${0%/*}/../..
: "${IPMON_LIBRARY:=$root/target/release/libipmon.so}"
export IPMON_LIBRARY PYTHONPATH="$root/bindings/python" PYTHONPYCACHEPREFIX="$root/target/pycache"
exec "$root/target/venv/bin/python" "$root/bindings/python/conform/conform.py" "$@"
END
chmod +x target/conform/python
