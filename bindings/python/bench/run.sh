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
# numpy's linear algebra has no work here, and needs no threads.
export OPENBLAS_NUM_THREADS=1 PYTHONPATH=bindings/python PYTHONPYCACHEPREFIX=target/pycache
export IPMON_LIBRARY=${IPMON_LIBRARY:-target/release/libipmon.so}
cat "$capture" >/dev/null
exec target/venv/bin/python bindings/python/bench/run.py $out "$capture"
