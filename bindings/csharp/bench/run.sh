#!/usr/bin/env bash
# Measures the binding beside the C programs: whole programs by wall time, interleaved.
#
# usage: bindings/csharp/bench/run.sh CAPTURE [ROUNDS]
#
# CAPTURE is made by benches/captures.c: `captures 64 4000000 FILE`. Prints the median of
# each in milliseconds, and its ratio to the C program with a callback.
set -eu
cd "$(dirname "$0")/../../.."
capture=$(realpath "$1")
out=target/bench
mkdir -p $out
for reader in ipmon pull; do
    cc -std=c11 -O2 benches/readers/$reader.c benches/readers/sums.c -Ibenches/readers -Iinclude \
        -o $out/$reader -Ltarget/release -lipmon -Wl,-rpath,"$PWD/target/release"
done
bindings/csharp/build.sh conform
IPMON_LIBRARY=$PWD/target/release/libipmon.so python3 - "$capture" "${2:-9}" <<'PYTHON'
import statistics, subprocess, sys, time
capture, rounds = sys.argv[1], int(sys.argv[2])
programs = {"C callback": ["target/bench/ipmon", "bytes", capture],
            "C pull": ["target/bench/pull", "bytes", capture]}
for runtime, program, modes in ((".NET 8", "csharp", ("pull", "push", "async")),
                                ("mono", "csharp-mono", ("pull", "push"))):
    for mode in modes:
        programs[f"{runtime} {mode}"] = [f"target/conform/{program}", "sum", mode, capture]
    programs[f"{runtime} start alone"] = [f"target/conform/{program}", "sum", "pull", "tests/data/sample.pcap"]
times = {name: [] for name in programs}
for turn in range(rounds + 1):
    for name, command in programs.items():
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        if turn:  # The first brings the files into memory.
            times[name].append(time.monotonic() - start)
base = statistics.median(times["C callback"])
for name, all_of_it in times.items():
    median = statistics.median(all_of_it)
    print(f"{name:20} {median * 1e3:7.0f} ms  {median / base:5.2f} x")
PYTHON
