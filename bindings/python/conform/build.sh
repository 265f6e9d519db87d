#!/usr/bin/env bash
# Makes target/conform/python: the package and conform, compiled as an installation would
# be, with the environment of target/venv.
set -eu
cd "$(dirname "$0")/../../.."
tests/venv.sh numpy
root=$PWD
place=target/conform/python.d
rm -rf $place
mkdir -p $place
cp -r bindings/python/ipmon bindings/python/conform/*.py $place
target/venv/bin/python -m compileall -q $place
cat >target/conform/python <<END
#!/bin/sh
: "\${IPMON_LIBRARY:=$root/target/release/libipmon.so}"
export IPMON_LIBRARY
exec "$root/target/venv/bin/python" "$root/$place/conform.py" "\$@"
END
chmod +x target/conform/python
