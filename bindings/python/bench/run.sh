#!/usr/bin/env bash
# Measures this binding beside C and dpkt. usage: bench/run.sh CAPTURE (an old pcap file of
# Ethernet; benches/captures.c makes them)
set -eu
capture=$(realpath "$1")
cd "$(dirname "$0")/../../.."
tests/venv.sh numpy duckdb dpkt
out=target/bench-python
mkdir -p $out
for reader in ipmon pull; do
    cc -std=c11 -O2 -Iinclude benches/readers/$reader.c benches/readers/sums.c -o $out/$reader \
        -Ltarget/release -lipmon -Wl,-rpath,"$PWD/target/release"
done
bindings/python/conform/build.sh
cat "$capture" >/dev/null
# numpy's linear algebra has no work here, and needs no threads.
export OPENBLAS_NUM_THREADS=1 PYTHONPATH=$PWD/target/conform/python.d
export IPMON_LIBRARY=${IPMON_LIBRARY:-$PWD/target/release/libipmon.so}
exec target/venv/bin/python bindings/python/bench/run.py $out "$capture"
