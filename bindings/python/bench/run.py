"""Runs the readers in turn, and prints ratios of medians. usage: run.py FOLDER CAPTURE

Whole programs, start and imports included, with the capture in the page cache. IPMON_ROUNDS
(7) is how often.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
DPKT_PACKETS = 100_000


def readers(folder, capture):
    python = str(ROOT / "target/venv/bin/python")
    conform = str(ROOT / "target/conform/python.d/conform.py")
    return {
        "C callback": [f"{folder}/ipmon", "bytes", capture],
        "C callback, text": [f"{folder}/ipmon", "text", capture],
        "C pull": [f"{folder}/pull", "bytes", capture],
        "numpy batches": [python, conform, "sum", "numpy", capture],
        "numpy columns": [python, conform, "sum", "columns", capture],
        "Arrow into DuckDB, source_ip": [python, f"{HERE}/duckdb_count.py", capture, "source_ip"],
        "Arrow into DuckDB, source_address":
            [python, f"{HERE}/duckdb_count.py", capture, "source_address"],
        "import numpy": [python, "-c", "import numpy"],
        "import duckdb": [python, "-c", "import duckdb"],
        "packets": [python, conform, "sum", "pull", f"{folder}/some.pcap"],
        "dpkt": [python, f"{HERE}/dpkt_sum.py", f"{folder}/some.pcap", str(DPKT_PACKETS)],
    }


def first_packets(capture, some):
    """The first of them, for readers that take long."""
    with open(capture, "rb") as source, open(some, "wb") as target:
        target.write(source.read(24))
        for _ in range(DPKT_PACKETS):
            header = source.read(16)
            if len(header) < 16:
                break
            target.write(header + source.read(int.from_bytes(header[8:12], "little")))


def run(command):
    began, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True)
    wall, after = time.perf_counter() - began, os.times()
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)}: {done.stderr}")
    cpu = sum(after[2:4]) - sum(before[2:4])
    found = re.search(r'packets"?[=:](\d+)', done.stdout)
    return wall, cpu, int(found.group(1)) if found else 0, done.stdout


def main(folder, capture):
    first_packets(capture, f"{folder}/some.pcap")
    commands = readers(folder, capture)
    walls, cpus, packets = {n: [] for n in commands}, {n: [] for n in commands}, {}
    for _ in range(int(os.environ.get("IPMON_ROUNDS", 7))):
        told = {}
        for name, command in commands.items():
            wall, cpu, packets[name], told[name] = run(command)
            walls[name].append(wall)
            cpus[name].append(cpu)
        if told["packets"] != told["dpkt"]:
            sys.exit(f"bench: dpkt read something else: {told['packets']} {told['dpkt']}")
    print(f"{'':34}{'packets':>10}{'s':>8}{'CPU s':>8}{'ns':>8}{'/ C callback':>14}")
    base = statistics.median(walls["C callback"])
    per_packet = {}
    for name in commands:
        wall, cpu, n = statistics.median(walls[name]), statistics.median(cpus[name]), packets[name]
        per_packet[name] = wall / n * 1e9 if n else 0
        ratio = per_packet[name] / per_packet["C callback"] if n else wall / base
        print(f"{name:34}{n or '':>10}{wall:8.3f}{cpu:8.2f}{per_packet[name]:8.0f}{ratio:14.2f}")
    for name in ("numpy batches", "numpy columns", "packets"):
        print(f"dpkt takes {per_packet['dpkt'] / per_packet[name]:.0f} times as long as {name}, "
              "per packet")


if __name__ == "__main__":
    main(*sys.argv[1:])
