"""Capture files that the tests make, and the one of the repository."""

import os
import struct
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
SAMPLE = os.path.join(ROOT, "tests", "data", "sample.pcap")
SAMPLE_PACKETS = 96


def udp4(number, payload=b"payload"):
    """An Ethernet frame: 10.0.0.1:1000 + number > 10.0.0.2:53, UDP."""
    udp = struct.pack(">HHHH", 1000 + number, 53, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 4, 20 + len(udp), number, 0x4000, 63, 17, 0xABCD,
                     bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    return bytes(12) + b"\x08\x00" + ip + udp


def udp6(number, payload=b"payload"):
    """An Ethernet frame: [2001:db8::1]:1000 + number > [2001:db8::2]:53, UDP."""
    udp = struct.pack(">HHHH", 1000 + number, 53, 8 + len(payload), 0) + payload
    ip = struct.pack(">IHBB", 6 << 28, len(udp), 17, 64)
    addresses = bytes.fromhex("20010db8" + "00" * 11 + "01" + "20010db8" + "00" * 11 + "02")
    return bytes(12) + b"\x86\xdd" + ip + addresses + udp


def pcap(frames, seconds=1_700_000_000):
    """A pcap file with nanoseconds; a frame each second, at 123,456,789 ns."""
    parts = [struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)]
    for number, frame in enumerate(frames):
        parts.append(struct.pack("<IIII", seconds + number, 123456789, len(frame), len(frame)))
        parts.append(frame)
    return b"".join(parts)


def pcapng(link_types, frames):
    """A pcapng file with an interface for each link type; frames are (interface, bytes)."""

    def block(kind, body):
        length = 12 + len(body)
        return struct.pack("<II", kind, length) + body + struct.pack("<I", length)

    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    parts += [block(1, struct.pack("<HHI", kind, 0, 0)) for kind in link_types]
    for interface, frame in frames:
        padded = frame + bytes(-len(frame) % 4)
        head = struct.pack("<IIIII", interface, 0, 0, len(frame), len(frame))
        parts.append(block(6, head + padded))
    return b"".join(parts)


class Files:
    """A folder with a test's files."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="ipmon-python-")

    def write(self, data, name="x.pcap"):
        path = os.path.join(self._folder.name, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def fifo(self):
        path = os.path.join(self._folder.name, "fifo")
        os.mkfifo(path)
        return path

    def clean(self):
        self._folder.cleanup()
