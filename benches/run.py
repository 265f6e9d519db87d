#!/usr/bin/env python3
"""Measures ipmon beside other readers of captures, side by side in one run.

usage: run.py            measures, and writes docs/performance.md and docs/performance.svg
       run.py --check    only looks whether all readers read the same, on few packets

BENCH_PACKETS and BENCH_ROUNDS change the size, BENCH_DOCS the folder that is written to;
docs/performance.md says what all of it means.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import readers
import report
from readers import BY_KEY, OUT, READERS, Agreement, build, pinned, run, write_capture

CAPTURES = ("64", "64-pcapng", "imix", "vlan", "ipv6-extensions", "ipv4-10", "ipv4-new",
            "ipv6-10", "ipv6-1000", "ipv6-new")
# Where only addresses differ, only readers that make text of them do.
ADDRESSES = ("ipv4-10", "ipv4-new", "ipv6-10", "ipv6-new")
ADDRESS_READERS = ("libpcap", "libpcap-text", "ipmon", "ipmon-text")
TSHARK_PACKETS = 100_000
TSHARK_FIELDS = ("frame.time_epoch", "ip.src", "ip.dst", "ip.ttl", "ip.proto", "tcp.srcport",
                 "tcp.dstport", "udp.srcport", "udp.dstport")


def present(capture):
    return [r for r in READERS if not r.absent and capture not in (r.without or {})]


def check(folder, packets):
    """Every reader on every capture, once: lines to count, and whether all is well."""
    wrong = {}
    good = {reader.key: 0 for reader in READERS}
    for capture in CAPTURES:
        file = folder / capture
        agreement = Agreement(write_capture(capture, packets, file))
        tries = [(reader, file) for reader in present(capture)]
        if capture == "64":
            tries += [(BY_KEY["ipmon"], packed) for packed in pack(file)]
        for reader, path in tries:
            for mode in sorted({reader.mode, "check"}):
                differs = agreement.hold(reader, mode, run(reader, mode, path), path.name)
                if differs:
                    wrong.setdefault(reader.key, differs)
            good[reader.key] += 1
    skipped = 0
    for reader in READERS:
        if reader.absent:
            skipped += 1
            print(f"skip bench: {reader.title}: {reader.absent}")
        elif reader.key in wrong:
            print(f"not ok bench: {wrong[reader.key]}")
        else:
            without = {}
            for name, why in (reader.without or {}).items():
                without.setdefault(why, []).append(name)
            but = "".join(f" (not {', '.join(names)}: {why})" for why, names in without.items())
            print(f"ok bench: {reader.title} reads what {good[reader.key]} captures hold{but}")
    print(f"{len(READERS) - skipped - len(wrong)} passed, {len(wrong)} failed, "
          f"{skipped} skipped")
    return not wrong


def pack(file):
    """The capture compressed, where the programs for it are there."""
    for program, suffix in (("gzip", ".gz"), ("zstd", ".zst")):
        if shutil.which(program):
            packed = file.with_name(file.name + suffix)
            with open(file, "rb") as source, open(packed, "wb") as target:
                subprocess.run([program, "-c"], stdin=source, stdout=target, check=True)
            yield packed


def rotated(items, by):
    by %= len(items)
    return items[by:] + items[:by]


def measure_capture(capture, file, packets, rounds, cpu, results):
    agreement = Agreement(write_capture(capture, packets, file))
    among = present(capture)
    for reader in among:  # Also brings the file into the page cache.
        hold(agreement, reader, "check", run(reader, "check", file), capture)
    if capture in ADDRESSES:
        among = [r for r in among if r.key in ADDRESS_READERS]
    for turn in range(rounds):
        for reader in rotated(among, turn):
            sums = run(reader, reader.mode, file, cpu)
            hold(agreement, reader, reader.mode, sums, capture)
            results.setdefault(f"{capture}/{reader.key}", []).append(sums["cpu_ns"] / packets)
    return agreement


def hold(agreement, reader, mode, sums, capture):
    differs = agreement.hold(reader, mode, sums, capture)
    if differs:
        sys.exit(f"bench: they do not read the same: {differs}")


def whole(command, cpu=None):
    """Runs a whole program: wall time and processor time, in nanoseconds."""
    start = time.monotonic_ns()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=pinned(cpu))
    _, status, used = os.wait4(child.pid, 0)
    wall = time.monotonic_ns() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"bench: {' '.join(map(str, command))} failed ({child.returncode})")
    return wall, int((used.ru_utime + used.ru_stime) * 1e9)


def measure_packed(file, agreement, packets, rounds, results):
    """Whole programs by wall time, as a pipeline uses two processors."""
    commands = {}
    for packed in pack(file):
        suffix, program = packed.suffix[1:], "gzip" if packed.suffix == ".gz" else "zstd"
        reader = BY_KEY["ipmon-text"]
        hold(agreement, reader, "check", run(reader, "check", packed), packed.name)
        commands[f"{suffix}/ipmon-text"] = reader.argv("text", packed)
        if shutil.which("tcpdump"):
            commands[f"{suffix}/tcpdump"] = [
                "sh", "-c", f'{program} -dc "$1" | tcpdump -r - -w /dev/null', "sh", packed]
    for turn in range(rounds):
        for name in rotated(list(commands), turn):
            results.setdefault(name, []).append(whole(commands[name])[0] / packets)


def measure_tools(file, folder, packets, rounds, cpu, results):
    if shutil.which("tcpdump"):
        for _ in range(rounds):
            used = whole(["tcpdump", "-r", file, "-w", "/dev/null"], cpu)[1]
            results.setdefault("64/tcpdump", []).append(used / packets)
    if shutil.which("tshark"):
        few = folder / "few"
        count = min(packets, TSHARK_PACKETS)
        write_capture("64", count, few)
        fields = [word for field in TSHARK_FIELDS for word in ("-e", field)]
        for _ in range(min(rounds, 3)):
            used = whole(["tshark", "-n", "-r", few, "-T", "fields", *fields], cpu)[1]
            results.setdefault("64/tshark", []).append(used / count)
        few.unlink()


def measure(folder, packets, rounds):
    results = {}
    cpu = max(os.sched_getaffinity(0))
    for capture in CAPTURES:
        start = time.monotonic()
        file = folder / capture
        agreement = measure_capture(capture, file, packets, rounds, cpu, results)
        if capture == "64":
            measure_packed(file, agreement, packets, rounds, results)
            measure_tools(file, folder, packets, rounds, cpu, results)
        for written in folder.iterdir():
            written.unlink()
        print(f"bench: {capture}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    return {"packets": packets, "rounds": rounds, "ns": results, "machine": report.machine(),
            "absent": {r.key: r.absent for r in READERS if r.absent}}


def main():
    only_check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not only_check:
        sys.exit(__doc__)
    packets = int(os.environ.get("BENCH_PACKETS", 20_000 if only_check else 4_000_000))
    rounds = int(os.environ.get("BENCH_ROUNDS", 7))
    docs = Path(os.environ.get("BENCH_DOCS", readers.ROOT / "docs"))
    build()
    with tempfile.TemporaryDirectory(prefix="ipmon-bench-") as folder:
        if only_check:
            sys.exit(not check(Path(folder), packets))
        measured = measure(Path(folder), packets, rounds)
    (OUT / "results.json").write_text(json.dumps(measured, indent=1))
    report.write(measured, docs)


if __name__ == "__main__":
    main()
