#!/usr/bin/env python3
"""Compares what filters let through, in the library and in libpcap.

usage: filters_like_tcpdump.py FILTERED REFERENCE FOLDER EVERY

FILTERED and REFERENCE are the programs of tests/tools. Every EVERY-th file of FOLDER is
read with all expressions; EVERY 1 is all of them.

For each capture and expression these must be equal, over the frames that libpcap reads:
which frames are delivered (those that pass and that are IP events without a filter); how
many frames had passed before each of them; and, where libpcap reads the whole file, how
many frames pass in all. What is left open is which of several frames that are no events
passed between two events."""

import collections
import concurrent.futures
import itertools
import os
import shutil
import subprocess
import sys
import tempfile

# {host} and {port} stand in the middle of the capture.
EXPRESSIONS = """
host {host}
not host {host}
src host {host}
port {port}
dst port {port}
net 10.0.0.0/8
src net 192.168.0.0/16 or dst net 172.16.0.0/12
net 2001:db8::/32 or ip6 net fe80::/10
host 224.0.0.251 or host ff02::fb
tcp
udp port 53
tcp port 80 or tcp port 443
portrange 1000-5000
src portrange 32768-65535
sctp or proto 132
ip
ip6
icmp
icmp6
arp
ip proto 47 or ip6 proto 41
greater 200
less 100
len > 64 and len <= 128
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp[13] = 0x12
ip[6:2] & 0x1fff != 0
ip[0] & 0xf > 5
ip[2:2] - ((ip[0] & 0xf) << 2) > 100
udp[4:2] > 100
ip6[6] = 58
icmp[icmptype] = icmp-echo
ether host 00:00:00:00:00:00
ether[0] & 1 = 1
ether proto 0x0800
broadcast
ip broadcast
multicast
ip multicast or ip6 multicast
vlan
vlan and ip
vlan and tcp port 80
vlan 100
vlan and vlan and ip
mpls
mpls and ip
pppoes
pppoes and ip
pppoed
not ip and not ip6
ip6 protochain 6
ip and not (tcp or udp or icmp)
llc
geneve
link[0] = 0 or len < 0
wlan type data
inbound
""".strip().splitlines()

# Of so many pairs of a capture and an expression, one is also given to tcpdump itself.
SAMPLE = 61

BOOLEANS = bytes(i != ord("0") for i in range(256))


class Failed(Exception):
    pass


def run(*command, statuses=(0,)):
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if done.returncode not in statuses:
        raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()}")
    return done.returncode, done.stdout


def plain(path, folder):
    """The file as libpcap needs it, which reads no compressed ones."""
    for magic, tool in ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd")):
        with open(path, "rb") as file:
            if file.read(len(magic)) != magic:
                continue
        copy = os.path.join(folder, os.path.basename(path) + ".plain")
        with open(copy, "wb") as out:
            # A damaged one yields what comes before the damage.
            subprocess.run([tool, "-dc", path], stdout=out, stderr=subprocess.DEVNULL, check=False)
        return copy
    return path


def both(verdicts, events):
    """Where both texts of 0 and 1 have a 1; ASCII digits have it in their lowest bit."""
    length = min(len(verdicts), len(events))
    a, b = (int.from_bytes(t[:length], "big") for t in (verdicts, events))
    return (a & b).to_bytes(length, "big")


def first_difference(a, b):
    return next((i for i, (x, y) in enumerate(itertools.zip_longest(a, b)) if x != y), -1) + 1


def compare(theirs, ours, frames, whole, events):
    """What differs between a line of the reference and one of ours, or None."""
    status, received, passed, told, delivered, order = ours
    if status.startswith(b"refused"):
        return f"refused ({status.decode()}) but not by libpcap"
    if theirs.startswith(b"refused"):
        if frames and not int(told):
            return f"libpcap refuses it ({theirs.decode()}) and there is no notice"
        if b"1" in delivered[:frames] or (whole and int(passed)):
            return "libpcap refuses it and something passes"
        return None
    if int(told) and whole:
        return "told to be not applicable, but libpcap has it"
    want = both(theirs, events).rstrip(b"0")
    got = delivered[:frames].rstrip(b"0")
    if want != got:
        return f"frame {first_difference(want, got)} is delivered by one of the two only"
    events = events[:frames].ljust(frames, b"0")
    want = bytes(itertools.compress(events, theirs.translate(BOOLEANS)))
    got = order[: len(want)].ljust(len(want), b"0")
    if want != got:
        return f"{first_difference(want, got)}. passing frame: the two count differently before it"
    if whole and int(passed) != theirs.count(b"1"):
        return f"{int(passed)} frames pass, and {theirs.count(b'1')} in libpcap"
    return None


class Totals:
    def __init__(self):
        self.counts = collections.Counter()
        self.lines = []


def tcpdump_agrees(reference, path, expression, verdicts, folder):
    """Whether the tcpdump program writes the same packets as the reference does."""
    names = [os.path.join(folder, f"{os.path.basename(path)}.{who}") for who in ("t", "r")]
    root = ["-Z", "root"] if os.geteuid() == 0 else []
    # It ends with 1 where the file is damaged, after everything before the damage.
    status, _ = run("tcpdump", *root, "-r", path, "-w", names[0], expression, statuses=(0, 1))
    if verdicts.startswith(b"refused"):
        return status == 1
    run(reference, "-w", names[1], path, expression)
    contents = [open(name, "rb").read() for name in names]
    for name in names:
        os.unlink(name)
    return contents[0] == contents[1]


def one(index, path, filtered, reference, folder):
    """The totals of one capture."""
    totals = Totals()
    counts = totals.counts
    name = os.path.basename(path)
    host, port = run(filtered, path)[1].decode().split()
    expressions = [e.format(host=host, port=port) for e in EXPRESSIONS]
    readable = plain(path, folder)
    status, output = run(reference, readable, *expressions, statuses=(0, 3))
    if status == 3:
        counts["unreadable"] += 1
        reason = output.decode(errors="replace").strip()
        totals.lines.append(f"# {name}: libpcap does not open it: {reason}")
        return totals
    lines = output.split(b"\n")
    frames, link_type, end = lines[0].split(b"\t", 2)
    frames = int(frames)
    ours = [line.split(b"\t") for line in run(filtered, path, "", *expressions)[1].split(b"\n")]
    received, events = int(ours[0][1]), ours[0][4]
    whole = received == frames
    counts["captures"] += 1
    counts["frames"] += frames
    if not whole:
        counts["part"] += 1
        totals.lines.append(f"# {name}: libpcap reads {frames} of {received} frames: {end.decode()}")
    for at, expression in enumerate(expressions):
        theirs = lines[at + 1]
        difference = compare(theirs, ours[at + 1], frames, whole, events)
        counts["verdicts"] += len(theirs) if not theirs.startswith(b"refused") else 0
        counts["passing"] += theirs.count(b"1") if not theirs.startswith(b"refused") else 0
        counts["refused"] += theirs.startswith(b"refused")
        if (index * len(expressions) + at) % SAMPLE == 0:
            counts["sampled"] += 1
            if not tcpdump_agrees(reference, readable, expression, theirs, folder):
                difference = difference or "tcpdump and the reference differ"
        counts["failed" if difference else "passed"] += 1
        if difference:
            about = f"{name} ({link_type.decode()}) '{expression}'"
            totals.lines.append(f"not ok {about}: {difference}")
    return totals


def main():
    filtered, reference, captures, every = sys.argv[1:]
    paths = sorted(entry.path for entry in os.scandir(captures))[:: int(every)]
    counts = collections.Counter()
    folder = tempfile.mkdtemp()
    try:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(one, i, p, filtered, reference, folder) for i, p in enumerate(paths)]
            for path, job in zip(paths, jobs):
                try:
                    totals = job.result()
                except (Failed, subprocess.TimeoutExpired) as error:
                    counts["failed"] += 1
                    print(f"not ok {os.path.basename(path)}: {error}")
                    continue
                counts.update(totals.counts)
                for line in totals.lines:
                    print(line)
    finally:
        shutil.rmtree(folder)
    print(
        f"filters: {counts['captures']} captures x {len(EXPRESSIONS)} expressions, "
        f"{counts['verdicts']} verdicts of which {counts['passing']} pass; {counts['refused']} pairs "
        f"that the link type cannot express; {counts['part']} captures read in part and "
        f"{counts['unreadable']} not at all by libpcap; {counts['sampled']} pairs checked with tcpdump"
    )
    # A file that libpcap does not open has nothing to be compared with.
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
