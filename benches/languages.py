#!/usr/bin/env python3
"""Measures what each language pays for a packet, side by side in one run.

usage: languages.py    measures, and writes docs/languages.md

Whole programs (target/conform/LANGUAGE sum MODE FILE), from their start to their end, over one
capture of 64-byte packets: every field is read and summed, and all sums have to be the same.
The unit is the C program that is called back. BENCH_PACKETS and BENCH_ROUNDS change the size.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from readers import CC, OUT, ROOT, must, write_capture

PACKETS = int(os.environ.get("BENCH_PACKETS", 10_000_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 7))
PROGRAMS = ROOT / "target" / "conform"
UNIT = ("c", "push")
# Language, mode, what the page calls it, and how many times the unit it may take.
WAYS = [
    ("c", "push", "C, callback", None),
    ("c", "pull", "C, pulled batches", 1.15),
    ("cpp", "push", "C++, lambda", None),
    ("cpp", "pull", "C++, range", None),
    ("go", "pull", "Go, iterator", 2.5),
    ("csharp", "pull", "C# on .NET 8, batches", 2.5),
    ("csharp", "push", "C# on .NET 8, event", None),
    ("csharp-mono", "pull", "C# on Mono, batches", None),
    ("node", "pull", "Node.js, typed batches", 4),
    ("python", "columns", "Python, numpy batches of columns", 2),
    ("python", "numpy", "Python, numpy batches of records", None),
]
PAGE = """# What each language pays

Whole programs over one capture of {packets:,} packets of 64 bytes (IPv4, 1,000 flows, page cache
warm): each reads every field of every packet and sums it, and all came to the same sum. Medians of
{rounds} interleaved rounds; the unit is the C program that is called back, on the same machine in
the same run. The start of a runtime is in it: of Python's, the import of numpy is the most.
`make bench-languages` repeats it.

| program | times C's callback | spread | goal |
|---|---|---|---|
{rows}

## Beside what each language has of its own

The programs are in `bindings/LANGUAGE/bench`; each compares itself with a common reader of its
language, interleaved, over a capture of the same kind.

{rivals}
"""


def once(language, mode, file):
    begin = time.perf_counter()
    done = subprocess.run([str(PROGRAMS / language), "sum", mode, str(file)], cwd=ROOT,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, "IPMON_LIBRARY": str(ROOT / "target/release/libipmon.so")})
    if done.returncode:
        sys.exit(f"bench: {language} {mode}: {done.stderr[-500:]}")
    return time.perf_counter() - begin, done.stdout.strip()


def measure(ways, file):
    times = {way: [] for way in ways}
    sums = {}
    for way in ways:
        sums[way] = once(*way, file)[1]
    differ = {way: got for way, got in sums.items() if got != sums[UNIT]}
    if differ:
        sys.exit(f"bench: the sums differ from {sums[UNIT]}: {differ}")
    for i in range(ROUNDS):
        for way in ways[i % len(ways):] + ways[:i % len(ways)]:
            times[way].append(once(*way, file)[0])
    return times


def rivals(file):
    """What the benchmarks of the bindings print."""
    for script in sorted(ROOT.glob("bindings/*/bench/run.sh")):
        name = script.parent.parent.name
        done = subprocess.run([str(script), str(file)], cwd=ROOT, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL)
        print(done.stdout, done.stderr[-500:] if done.returncode else "")
        if done.returncode == 0:
            yield f"### {name}\n\n```\n{done.stdout.strip()}\n```\n"


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    must(CC, "-std=c11", "-O2", "benches/captures.c", "benches/readers/sums.c", "-o", OUT / "captures")
    file = OUT / "languages.pcap"
    write_capture("64", PACKETS, file)
    ways = [(language, mode) for language, mode, *_ in WAYS if (PROGRAMS / language).exists()]
    times = measure(ways, file)
    unit = median(times[UNIT])
    rows = []
    for language, mode, title, goal in WAYS:
        if (language, mode) not in times:
            rows.append(f"| {title} | not there | | |")
            continue
        spread = sorted(times[language, mode])
        met = "" if goal is None else f"at most {goal}: {'met' if median(spread) / unit <= goal else 'not met'}"
        rows.append(f"| {title} | {median(spread) / unit:.2f} | {spread[0] / unit:.2f} to "
                    f"{spread[-1] / unit:.2f} | {met} |")
        print(rows[-1])
    page = PAGE.format(packets=PACKETS, rounds=ROUNDS, rows="\n".join(rows), rivals="\n".join(rivals(file)))
    Path(ROOT / "docs/languages.md").write_text(page)
    file.unlink()


if __name__ == "__main__":
    main()
