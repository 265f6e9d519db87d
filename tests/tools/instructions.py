#!/usr/bin/env python3
"""Small captures whose packets are alike, and what callgrind counted of them.

usage: instructions.py write FOLDER     a capture of each kind in two lengths
       instructions.py count FILE FILE  instructions of the library for each packet
                                        more that the second run had
"""
import random
import struct
import sys

PACKETS = (1000, 3000)


def ipv4(rng, payload):
    source, destination = (bytes(rng.choices(range(256), k=4)) for _ in range(2))
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), rng.randrange(65536), 0x4000, 64,
                       rng.choice((6, 17)), 0) + source + destination + payload


def ipv6(rng, payload):
    # Few hosts: their texts are remembered.
    hosts = [b"\x20\x01\x0d\xb8" + bytes([n] * 12) for n in range(10)]
    return struct.pack(">IHBB", 6 << 28, len(payload), rng.choice((6, 17)), 64) + \
        rng.choice(hosts) + rng.choice(hosts) + payload


def frames(kind, count):
    rng = random.Random(kind)
    for _ in range(count):
        ports = struct.pack(">HH", rng.randrange(65536), rng.randrange(65536))
        if kind == "ipv6":
            yield bytes(12) + b"\x86\xdd" + ipv6(rng, ports + bytes(20))
        elif kind == "vlan":
            yield bytes(12) + b"\x81\x00\x00\x64\x08\x00" + ipv4(rng, ports + bytes(26))
        else:
            yield bytes(12) + b"\x08\x00" + ipv4(rng, ports + bytes(26))


def pcap(kind, count):
    yield struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for n, frame in enumerate(frames(kind, count)):
        yield struct.pack("<IIII", 1700000000, n, len(frame), len(frame)) + frame


def pcapng(kind, count):
    yield struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    yield struct.pack("<IIHHII", 1, 20, 1, 0, 262144, 20)
    for n, frame in enumerate(frames(kind, count)):
        ticks = 1700000000 * 1000000 + n
        size = 32 + len(frame)
        yield struct.pack("<IIIIIII", 6, size, 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame),
                          len(frame)) + frame + struct.pack("<I", size)


def write(folder):
    for name, make, kind in (("ipv4", pcap, "ipv4"), ("ipv6", pcap, "ipv6"),
                             ("vlan", pcap, "vlan"), ("blocks", pcapng, "ipv4")):
        for count in PACKETS:
            with open(f"{folder}/{name}.{count}", "wb") as file:
                file.write(b"".join(make(kind, count)))


def in_library(path):
    """The sum of what callgrind counted in libipmon.so, of each function itself."""
    total, inside, called, names = 0, False, False, {}
    for line in open(path):
        if line.startswith("ob="):
            number, _, name = line[3:].strip().partition(" ")
            name = names.setdefault(number, name)
            inside = "libipmon.so" in name
        elif line.startswith("calls="):
            called = True
        elif line[:1] in "0123456789+-*":
            # The line behind a call is what the callee cost.
            if inside and not called:
                total += int(line.split()[1])
            called = False
        elif line.startswith("cob="):
            number, _, name = line[4:].strip().partition(" ")
            names.setdefault(number, name)
    return total


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    fewer, more = (in_library(path) for path in sys.argv[2:])
    print(f"{(more - fewer) / (PACKETS[1] - PACKETS[0]):.1f}")
