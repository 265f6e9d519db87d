#!/usr/bin/env bash
# Measures whole programs over one capture, beside each other: the Go binding, the C
# programs of benches/readers, and gopacket; its reader in Go, and its handle on libpcap
# where the headers are installed. Every program has to come to its sums.
#
# usage: bindings/go/bench/run.sh CAPTURE [ROUNDS]     (Ethernet, IP without options)
#
# Prints the medians of interleaved runs, and their ratios. After `make build`.
set -eu
capture=$(realpath "$1") rounds=${2:-9}
cd "$(dirname "$0")/../../.."
out=target/bench
mkdir -p $out
for reader in ipmon pull; do
    cc -std=c11 -O2 -Iinclude "benches/readers/$reader.c" benches/readers/sums.c -o "$out/$reader" \
        -Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release"
done
tags=
echo '#include <pcap.h>' | cc -E - >/dev/null 2>&1 && tags=libpcap
(cd bindings/go && go build -tags ipmon_checkout,ipmon_conform -o ../../$out/go ./conform)
(cd bindings/go/bench && go build -tags "$tags" -o ../../../$out/gopacket .)
exec python3 - "$capture" "$rounds" "$tags" <<'PYTHON'
import os, statistics, subprocess, sys, tempfile, time

capture, rounds, tags = sys.argv[1], int(sys.argv[2]), sys.argv[3]
programs = {
    "C callback": ["target/bench/ipmon", "bytes"],
    "C pull": ["target/bench/pull", "bytes"],
    "Go Packets": ["target/bench/go", "sum", "pull"],
    "Go Batches": ["target/bench/go", "sum", "batches"],
    "gopacket, pcapgo": ["target/bench/gopacket", "pcapgo"],
}
if "libpcap" in tags:
    programs["gopacket, libpcap"] = ["target/bench/gopacket", "libpcap"]
times = {name: [] for name in programs}
sums = set()
for turn in range(-1, rounds):
    for name, command in programs.items():
        with tempfile.TemporaryFile("w+") as printed:
            start = time.monotonic()
            child = subprocess.Popen([*command, capture], stdout=printed)
            _, status, used = os.wait4(child.pid, 0)
            wall = time.monotonic() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                sys.exit(f"{' '.join(command)} failed ({child.returncode})")
            printed.seek(0)
            if not name.startswith("C "):  # Those sum in their own way.
                sums.add(printed.read())
        if turn >= 0:  # The first brings the file into the page cache.
            times[name].append((wall, used.ru_utime + used.ru_stime))
if len(sums) != 1:
    sys.exit(f"they do not read the same: {sums}")
medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in times.items()}
print(f"{'':18}  wall ms   cpu ms   of C callback's wall   cpu")
for name, (wall, cpu) in medians.items():
    base = medians["C callback"]
    print(f"{name:18} {wall * 1e3:8.0f} {cpu * 1e3:8.0f} {wall / base[0]:22.2f} {cpu / base[1]:5.2f}")
rivals = [medians[name] for name in medians if name.startswith("gopacket")]
for column, kind in enumerate(("wall", "cpu")):
    fastest = min(rival[column] for rival in rivals)
    print(f"gopacket's fastest takes {fastest / medians['Go Packets'][column]:.2f} times the {kind} of Go Packets")
PYTHON
