#!/usr/bin/env python3
"""hostile.py FOLDER

Writes captures that ask for much memory, and prints for each, separated by tabs: its
name, the status that it must give, how many frames it must give first, and words that
the error text must hold."""

import os
import struct
import sys
import zlib

GIB = 1 << 30
MIB = 1 << 20


# ---- pcap and pcapng ----


def pcap_header(snap=262144):
    return struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, 1)


def ethernet_udp(data):
    """An Ethernet frame with IPv4 and UDP."""
    udp = struct.pack(">HHHH", 53, 4660, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, b"\n\0\0\1", b"\n\0\0\2")
    return b"\2" * 12 + b"\x08\x00" + ip + udp


def record(frame):
    return struct.pack("<IIII", 1, 2, len(frame), len(frame)) + frame


def block(kind, body):
    body += bytes(-len(body) % 4)
    total = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + total + body + total


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(snap=0, options=b""):
    return block(1, struct.pack("<HHI", 1, 0, snap) + options)


def enhanced(number, frame):
    return block(6, struct.pack("<IIIII", number, 0, 1, len(frame), len(frame)) + frame)


PACKET = ethernet_udp(b"x")
RECORD = record(PACKET)
# The longest block that is kept: its overhead and fixed part are 32 bytes.
LONGEST = enhanced(0, PACKET + bytes(4 * MIB - 32 - len(PACKET)))


# ---- gzip and zstd, written by hand so that gigabytes take no time ----


def gzip(head, chunk, times):
    """One member: head, then the chunk so many times. A full flush leaves the
    compressor at a byte and without a memory, so that its output can be repeated."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed_head = deflate.compress(head) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed = deflate.compress(chunk) + deflate.flush(zlib.Z_FULL_FLUSH)
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(chunk, crc)
    length = len(head) + len(chunk) * times
    yield b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed_head
    for _ in range(times):
        yield packed
    yield deflate.flush() + struct.pack("<II", crc, length & 0xFFFFFFFF)


def zstd(pieces, exponent, mantissa=0):
    """One frame of a stream, with a window of 2^(10 + exponent) * (1 + mantissa / 8)
    bytes. A piece is bytes, or a pair of one byte and how often it comes."""
    yield b"\x28\xb5\x2f\xfd\0" + bytes([exponent << 3 | mantissa])
    for piece in pieces:
        kind, length = (1, piece[1]) if isinstance(piece, tuple) else (0, len(piece))
        for at in range(0, length, 128 << 10):
            size = min(length - at, 128 << 10)
            header = struct.pack("<I", size << 3 | kind << 1)[:3]
            yield header + (piece[0] if kind else piece[at : at + size])
    yield b"\1\0\0"  # the last block, which is empty


WINDOW_8_MIB = 13

# ---- The captures ----


def captures():
    """Name, pieces, status, frames, words."""
    mixed = b"".join(record(ethernet_udp(bytes(n % 1400))) for n in range(0, 60000, 37))
    times = 4 * GIB // len(mixed) + 1
    count = len(range(0, 60000, 37)) * times
    yield "4-gib-of-zeros.pcap.gz", gzip(pcap_header(), bytes(MIB), 4096), "OK", 4 * GIB // 16, ""
    yield "4-gib-of-packets.pcap.gz", gzip(pcap_header(), mixed, times), "OK", count, ""
    zeros = zstd([pcap_header(), (b"\0", 4 * GIB)], WINDOW_8_MIB)
    yield "4-gib-of-zeros.pcap.zst", zeros, "OK", 4 * GIB // 16, ""
    endless = [b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"] + [b"n" * MIB] * 32
    yield "gzip-with-an-endless-name.gz", endless, "TRUNCATED", 0, "gzip file ends"
    empty = b"".join(gzip(b"", b"", 0))
    many = [*gzip(pcap_header(), RECORD, 1), empty * 500_000, *gzip(RECORD, b"", 0)]
    yield "half-a-million-empty-members.pcap.gz", many, "OK", 2, ""

    million = SECTION + interface() * 1_000_000
    text = "more than the 65536 of a section"
    yield "a-million-interfaces.pcapng", [million], "UNSUPPORTED", 0, text
    yield "a-million-interfaces.pcapng.gz", gzip(million, b"", 0), "UNSUPPORTED", 0, text
    most = SECTION + interface() * 65536
    yield "65536-interfaces.pcapng", [most, enhanced(65535, PACKET)], "OK", 1, ""
    yield "65537-interfaces.pcapng", [most, enhanced(0, PACKET), interface()], "UNSUPPORTED", 1, text
    named = interface(options=struct.pack("<HH", 2, 65532) + b"n" * 65532)
    yield "interfaces-with-long-names.pcapng", [SECTION, *[named] * 500, enhanced(499, PACKET)], "OK", 1, ""

    yield "snap-length-2-gib.pcap", [pcap_header(1 << 31), RECORD * 100], "OK", 100, ""
    start = SECTION + interface(1 << 31)
    yield "snap-length-2-gib.pcapng", [start, enhanced(0, PACKET) * 100], "OK", 100, ""
    start = SECTION + interface() + enhanced(0, PACKET)
    yield "longest-block.pcapng", [start, LONGEST, LONGEST], "OK", 3, ""
    yield "16-mib-packet.pcapng", [start, enhanced(0, bytes(16 * MIB))], "UNSUPPORTED", 1, "4194304"
    passes = [start, block(77, bytes(16 * MIB)), enhanced(0, PACKET)]
    yield "16-mib-block-of-another-type.pcapng", passes, "OK", 2, ""
    lie = struct.pack("<II", 6, 0xFFFFFFFC) + bytes(100)
    yield "4-gib-block-that-is-not-there.pcapng", [start, lie], "TRUNCATED", 1, "4294967292 bytes announced"
    lie = struct.pack("<IIII", 1, 2, 0x7FFFFFFF, 0x7FFFFFFF)
    yield "2-gib-record.pcap", [pcap_header(), RECORD, lie], "MALFORMED", 1, "2147483647"

    text = "window is larger than 8388608 bytes"
    content = [pcap_header(), RECORD, (b"\0", 32 * MIB)]
    frames = 1 + 32 * MIB // 16
    yield "window-8-mib.pcap.zst", zstd(content, WINDOW_8_MIB), "OK", frames, ""
    yield "window-9-mib.pcap.zst", zstd(content, WINDOW_8_MIB, 1), "UNSUPPORTED", 0, text
    yield "window-2-gib.pcap.zst", zstd(content, 21), "UNSUPPORTED", 0, text
    skipped = [b"\x50\x2a\x4d\x18" + struct.pack("<I", 0xFFFFFFF0)] + [b"s" * MIB] * 16
    yield "zstd-with-a-4-gib-frame-to-skip.zst", skipped, "TRUNCATED", 0, "zstd file ends"
    # All limits at once: the window, the interfaces, the longest blocks.
    all_at_once = zstd([most, *[LONGEST] * 6], WINDOW_8_MIB)
    yield "all-limits-at-once.pcapng.zst", all_at_once, "OK", 6, ""


def main(folder):
    for name, pieces, status, frames, words in captures():
        with open(os.path.join(folder, name), "wb") as f:
            f.writelines(pieces)
        print(name, status, frames, words, sep="\t")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
