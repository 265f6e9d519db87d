#!/usr/bin/env python3
"""Writes the captures of the cases into a folder, byte for byte the same each time.

They are small, and between them have each kind of packet and of file that a binding could
get wrong on its way from the C struct to its own: numbers with the highest bit set, 64-bit
times, texts of both kinds of addresses, empty and long payloads, damage, and more packets
than a batch holds. That the library reads captures right is tested elsewhere.
"""

import gzip
import pathlib
import struct
import sys

MAC = bytes.fromhex("020000000002020000000001")
HOST_A = bytes([10, 0, 0, 1])
HOST_B = bytes([203, 0, 113, 254])
V6_A = bytes.fromhex("20010db8000000000000000000000001")
V6_B = bytes.fromhex("fe8000000000000000005efffe00ff00")


def udp(source, destination, data):
    return struct.pack(">HHHH", source, destination, 8 + len(data), 0) + data


def tcp(source, destination, data):
    return struct.pack(">HHIIBBHHH", source, destination, 1, 2, 0x50, 0x18, 512, 0xBEEF, 0) + data


def ipv4(protocol, data, *, tos=0, ident=7, flags=2, offset=0, ttl=64, checksum=0x1234,
         source=HOST_A, destination=HOST_B, options=b"", length=None):
    header = 20 + len(options)
    return struct.pack(
        ">BBHHHBBH4s4s", 0x40 | header // 4, tos, len(data) + header if length is None else length,
        ident, flags << 13 | offset, ttl, protocol, checksum, source, destination) + options + data


def ipv6(protocol, data, *, tos=0, flow=0, hops=64, source=V6_A, destination=V6_B):
    return struct.pack(">IHBB16s16s", 6 << 28 | tos << 20 | flow, len(data), protocol, hops,
                       source, destination) + data


def ethernet(packet, tags=()):
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return MAC + b"".join(struct.pack(">HH", *tag) for tag in tags) + struct.pack(">H", kind) + packet


def pcap(records, *, link_type=1, order="<", nanoseconds=False, snap_length=262144):
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap_length, link_type)
    for seconds, fraction, frame in records:
        kept = frame[:snap_length]
        out += struct.pack(order + "IIII", seconds, fraction, len(kept), len(frame)) + kept
    return out


def each_second(frames, fraction=123456):
    return [(1700000000 + i, fraction + i, frame) for i, frame in enumerate(frames)]


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def pcapng(packets):
    """Two interfaces: Ethernet in microseconds, and raw IP in nanoseconds."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", 1, 0, 0))
    out += block(1, struct.pack("<HHI", 101, 0, 0) + option(9, b"\x09") + option(0, b""))
    for interface, time, frame in packets:
        out += block(6, struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF,
                                    len(frame), len(frame)) + frame)
    return out


def datagrams():
    frames = [
        ethernet(ipv4(17, udp(1025, 53, b"question"))),
        ethernet(ipv4(6, tcp(65535, 443, b"\x16\x03\x01" + bytes(range(256))))),
        ethernet(ipv4(6, tcp(40000, 32768, b""), tos=0xFF, ident=0xFFFF, flags=7, ttl=255,
                      checksum=0xFFFF)),
        ethernet(ipv4(17, udp(0, 0, b""), ident=0, flags=0, ttl=0, checksum=0)),
        ethernet(ipv4(17, udp(5000, 6000, bytes(1400)), ident=0xABCD, flags=1)),
        ethernet(ipv4(17, bytes(range(200)), ident=0xABCD, flags=0, offset=176)),
        ethernet(ipv4(1, b"\x08\x00\xf7\xff\x00\x00\x00\x00ping")),
        ethernet(ipv4(47, b"\x00\x00\x08\x00tunnel", source=bytes([0, 0, 0, 0]),
                      destination=bytes([255, 255, 255, 255]))),
        ethernet(ipv4(17, udp(7, 9, b"options"), options=b"\x07\x07\x04\x00\x00\x00\x00\x00")),
        # Padding of a short frame, and no IP at all.
        ethernet(ipv4(6, tcp(22, 50000, b""))) + bytes(6),
        MAC + struct.pack(">H", 0x0806) + bytes(28),
        ethernet(ipv4(255, b"")),
        ethernet(ipv4(132, struct.pack(">HHII", 9, 38412, 1, 2) + b"sctp")),
        # More promised than there is.
        ethernet(ipv4(17, udp(1, 2, b"cut"), length=1000)),
    ]
    return pcap(each_second(frames))


def sixes():
    hop_by_hop = b"\x3c\x00\x05\x02\x00\x00\x00\x00"
    destination = b"\x06\x00\x01\x04\x00\x00\x00\x00"
    fragment = struct.pack(">BBHI", 17, 0, 185 << 3 | 1, 0xDEADBEEF)
    mapped = bytes.fromhex("00000000000000000000ffffc0000201")
    frames = [
        ethernet(ipv6(17, udp(546, 547, b"six"), tos=0xB8, flow=0xFFFFF, hops=255)),
        ethernet(ipv6(6, tcp(443, 51000, b"data"), source=bytes(16), destination=bytes(15) + b"\x01")),
        ethernet(ipv6(0, hop_by_hop + destination + tcp(80, 1024, b"behind two headers"))),
        ethernet(ipv6(44, fragment + b"the rest of a datagram")),
        ethernet(ipv6(58, b"\x80\x00\x00\x00\x00\x01\x00\x01", source=mapped)),
        ethernet(ipv6(59, b"")),
        ethernet(ipv6(17, udp(1, 1, b""), source=bytes.fromhex("20010db8000000010000000000000001"),
                      destination=bytes.fromhex("0102030405060708090a0b0c0d0e0fff"))),
    ]
    return pcap(each_second(frames), order=">")


def tagged():
    frames = [
        ethernet(ipv4(17, udp(1, 2, b"vlan")), [(0x8100, 100)]),
        ethernet(ipv6(17, udp(3, 4, b"q in q")), [(0x88A8, 200), (0x8100, 0xE12C)]),
    ]
    return pcap(each_second(frames), nanoseconds=True)


def times():
    frame = ethernet(ipv4(17, udp(1, 2, b"when")))
    moments = [(0, 0), (1, 1), (0x7FFFFFFF, 999999999), (0x80000000, 0), (0xFFFFFFFF, 999999999)]
    return pcap([(s, ns, frame) for s, ns in moments], nanoseconds=True)


def mixed():
    raw = ipv4(17, udp(4660, 22136, b"raw"))
    framed = ethernet(ipv6(6, tcp(1, 65535, b"framed")))
    now = 1700000000
    return pcapng([(0, now * 10**6 + 1, framed), (1, now * 10**9 + 2, raw),
                   (0, now * 10**6 + 3, framed), (1, now * 10**9 + 4, raw)])


def many(count):
    """More than any batch: each packet another."""
    records = []
    for i in range(count):
        data = struct.pack(">I", i) * (i % 13)
        packet = (ipv6(17, udp(i & 0xFFFF, i * 7 & 0xFFFF, data), hops=i & 0xFF,
                       source=V6_A[:12] + struct.pack(">I", i))
                  if i % 3 == 0 else
                  ipv4(17, udp(i & 0xFFFF, i * 5 & 0xFFFF, data), ident=i & 0xFFFF, ttl=i & 0xFF,
                       source=struct.pack(">I", 0x0A000000 + i)))
        records.append((1700000000 + i // 1000, i % 1000 * 1000, ethernet(packet)))
    return pcap(records)


def write_all(folder):
    folder.mkdir(parents=True, exist_ok=True)
    plain = datagrams()
    beyond = pcap(each_second([ethernet(ipv4(17, udp(1, 2, b"ok")))])) + struct.pack(
        "<IIII", 1700000001, 0, 0x7FFFFFFF, 60) + bytes(60)
    files = {
        "datagrams.pcap": plain,
        "datagrams.pcap.gz": gzip.compress(plain, mtime=0),
        "sixes.pcap": sixes(),
        "tagged.pcap": tagged(),
        "times.pcap": times(),
        "mixed.pcapng": mixed(),
        "snapped.pcap": pcap(each_second([ethernet(ipv4(6, tcp(1, 2, bytes(500))))] * 2),
                             snap_length=60),
        "cut.pcap": plain[:-5],
        "malformed.pcap": beyond,
        "header.pcap": pcap([]),
        "empty.pcap": b"",
        "many.pcap": many(10000),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write_all(pathlib.Path(sys.argv[1]))
