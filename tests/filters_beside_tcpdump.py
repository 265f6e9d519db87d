#!/usr/bin/env python3
"""Holds what docs/filters.md says, on captures that are made here.

usage: filters_beside_tcpdump.py FILTERED REFERENCE

Each test makes a capture and says which of its frames pass in the library and in libpcap:
the same ones, or where the two differ, both."""

import gzip
import os
import shutil
import struct
import subprocess
import sys
import tempfile

FILTERED, REFERENCE = sys.argv[1:]
FOLDER = tempfile.mkdtemp()

ETHERNET, RAW, NULL, PPP, SLL2, LOOP = 1, 101, 0, 9, 276, 108
NOT_APPLICABLE = "not applicable"


# ---- Packets ----


def ip(payload=b"", protocol=6, source="10.0.0.1", target="10.0.0.2", fragment=0, total=None):
    addresses = b"".join(bytes(map(int, a.split("."))) for a in (source, target))
    total = 20 + len(payload) if total is None else total
    return struct.pack(">BBHHHBBH", 0x45, 0, total, 7, fragment, 64, protocol, 0) + addresses + payload


def ip6(payload=b"", following=6):
    head = struct.pack(">IHBB", 6 << 28, len(payload), following, 64)
    return head + bytes(15) + b"\x01" + bytes(15) + b"\x02" + payload


def tcp(source=1024, target=80, data=b""):
    return struct.pack(">HHIIBBHHH", source, target, 0, 0, 0x50, 2, 0, 0, 0) + data


def ethernet(payload, kind=0x0800, target=b"\2\0\0\0\0\2"):
    return target + b"\2\0\0\0\0\1" + struct.pack(">H", kind) + payload


def tagged(payload, vlan=5, kind=0x0800):
    return ethernet(struct.pack(">HH", vlan, kind) + payload, 0x8100)


# ---- Files ----


def write(name, content):
    path = os.path.join(FOLDER, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


def pcap(link_type, *frames, order="<", snap=262144):
    """Frames are bytes, or bytes and their length on the wire."""
    content = struct.pack(order + "IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, link_type)
    for frame in frames:
        frame, wire = frame if isinstance(frame, tuple) else (frame, len(frame))
        content += struct.pack(order + "IIII", 1, 0, len(frame), wire) + frame
    return content


def pcapng(*frames):
    """Frames are a link type and bytes; each link type is an interface of its own."""

    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    content = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    types = []
    for link_type, frame in frames:
        if link_type not in types:
            types.append(link_type)
            content += block(1, struct.pack("<HHI", link_type, 0, 262144))
        at = types.index(link_type)
        content += block(6, struct.pack("<IIIII", at, 0, 0, len(frame), len(frame)) + frame)
    return content


# ---- What passes ----


def ours(path, expression):
    """How many frames pass, those delivered, and how often it was told not applicable."""
    done = subprocess.run([FILTERED, path, expression], capture_output=True, check=True)
    status, _, passed, told, delivered, _ = done.stdout.decode().rstrip("\n").split("\t")
    if status.startswith("refused"):
        return status
    numbers = [i + 1 for i, c in enumerate(delivered) if c == "1"]
    return int(passed), numbers, int(told)


def theirs(path, expression):
    done = subprocess.run([REFERENCE, path, expression], capture_output=True, check=False)
    lines = done.stdout.decode().splitlines()
    if done.returncode == 3:
        return "unreadable"
    if lines[1].startswith("refused"):
        return "refused"
    return [i + 1 for i, c in enumerate(lines[1]) if c == "1"]


class Wrong(Exception):
    pass


def expect(content, expression, frames, libpcap=None, delivered=None, told=0):
    """`frames` pass, and with libpcap the same or `libpcap`; all of them are delivered, or
    `delivered`."""
    path = write("capture", content)
    got = ours(path, expression)
    delivered = frames if delivered is None else delivered
    if got != (len(frames), delivered, told):
        raise Wrong(f"'{expression}': {(len(frames), delivered, told)} expected, {got} got")
    got = theirs(path, expression)
    if got != (frames if libpcap is None else libpcap):
        raise Wrong(f"'{expression}': libpcap has {got}")


def expect_refused(expression, reason, link_type=ETHERNET):
    got = ours(write("capture", pcap(link_type, ethernet(ip(tcp())))), expression)
    if not str(got).startswith("refused") or reason not in got:
        raise Wrong(f"'{expression[:60]}': to be refused with '{reason}', {got} got")


# ---- The tests; the names are those in docs/filters.md ----

TESTS = []


def test(function):
    TESTS.append(function)
    return function


@test
def frames_are_filtered_before_they_are_decoded():
    # All four are delivered without a filter: the decoder knows VLANs and tunnels.
    plain, vlan = ethernet(ip(tcp())), tagged(ip(tcp()))
    tunnel = ethernet(ip(ip(tcp(), source="192.0.2.1"), protocol=4))
    arp = ethernet(bytes(28), 0x0806)
    file = pcap(ETHERNET, plain, vlan, tunnel, arp)
    expect(file, "", [1, 2, 3, 4], delivered=[1, 2, 3])
    expect(file, "tcp", [1])
    expect(file, "vlan and tcp", [2])
    expect(file, "vlan 5", [2])
    expect(file, "tcp or (vlan and tcp)", [1, 2])
    expect(file, "host 10.0.0.1", [1, 3])
    expect(file, "host 192.0.2.1", [])
    expect(file, "arp or tcp", [1, 4], delivered=[1])


@test
def words_after_vlan_look_behind_the_tag():
    plain, vlan = ethernet(ip(tcp())), tagged(ip(tcp()))
    expect(pcap(ETHERNET, plain, vlan), "vlan or tcp", [2])
    expect(pcap(ETHERNET, plain, vlan), "tcp or vlan", [1, 2])


@test
def lengths_are_those_on_the_wire():
    long, short = ethernet(ip(tcp(), total=1486)), ethernet(ip(tcp()))
    file = pcap(ETHERNET, (long, 1500), short)
    expect(file, "greater 1000", [1])
    expect(file, "less 100", [2])
    expect(file, "len = 1500 and tcp port 80", [1])


@test
def a_byte_that_was_not_captured_ends_the_filter():
    whole = ethernet(ip(tcp(data=bytes(64))))
    file = pcap(ETHERNET, whole, (whole[:40], len(whole)))
    expect(file, "tcp[30] = 0", [1])
    expect(file, "not tcp[30] = 0", [])
    expect(file, "tcp[30] = 1 or ip[8] = 64", [1])


@test
def later_fragments_have_no_ports():
    first, later = ip(tcp(), fragment=0x2000), ip(tcp(), fragment=0x0003)
    file = pcap(RAW, first, later)
    expect(file, "port 80", [1])
    expect(file, "tcp", [1, 2])
    expect(file, "ip[6:2] & 0x1fff != 0", [2])


@test
def ipv6_extension_headers_are_not_walked_over_but_by_protochain():
    plain = ip6(tcp())
    options = ip6(bytes([6, 0, 0, 0, 0, 0, 0, 0]) + tcp(), following=60)
    expect(pcap(RAW, plain, options), "tcp", [1])
    expect(pcap(RAW, plain, options), "ip6 protochain 6", [1, 2])


@test
def protochain_ends_after_256_headers():
    def chain(headers):
        options = bytes([60, 0, 0, 0, 0, 0, 0, 0])
        return ip6(options * (headers - 1) + bytes([6]) + options[1:] + tcp(), following=60)

    expect(pcap(RAW, chain(200), chain(300)), "ip6 protochain 6", [1], libpcap=[1, 2])


@test
def every_link_type_of_a_file_is_filtered():
    file = pcapng((ETHERNET, ethernet(ip(tcp()))), (RAW, ip(tcp())), (RAW, ip(b"", 17)))
    # libpcap stops where the second link type appears.
    expect(file, "tcp port 80", [1, 2], libpcap=[1])


@test
def what_a_link_type_cannot_express_is_told_once():
    one = ethernet(ip(tcp()))
    file = pcapng((RAW, ip(tcp())), (ETHERNET, one), (RAW, ip(tcp())), (ETHERNET, one))
    expect(file, "ether host 02:00:00:00:00:01", [2, 4], libpcap="refused", told=1)
    expect(file, "not ether host 02:00:00:00:00:09", [2, 4], libpcap="refused", told=1)
    expect(pcap(RAW, ip(tcp())), "vlan", [], libpcap="refused", told=1)
    expect(pcap(65000, ip(tcp())), "tcp", [], libpcap="refused", told=1)
    expect(pcap(ETHERNET), "inbound", [], libpcap="refused")
    expect(pcap(ETHERNET, one), "inbound", [], libpcap="refused", told=1)


@test
def directions_are_known_in_cooked_captures():
    def cooked(kind):
        return struct.pack(">HHIHBB8s", 0x0800, 0, 3, 1, kind, 6, bytes(8)) + ip(tcp())

    file = pcap(SLL2, cooked(0), cooked(4))
    expect(file, "inbound", [1])
    expect(file, "outbound and tcp", [2])
    expect(file, "ifindex 3", [1, 2])


@test
def the_family_of_bsd_loopback_is_taken_in_either_byte_order():
    frames = [struct.pack(order + "I", 2) + ip(tcp()) for order in "<>"]
    # libpcap goes by the byte order of the file's header.
    expect(pcap(NULL, *frames), "tcp", [1, 2], libpcap=[1])
    expect(pcap(NULL, *frames, order=">"), "tcp", [1, 2], libpcap=[2])
    six = [struct.pack("<I", family) + ip6(tcp()) for family in (10, 24, 28, 30)]
    expect(pcap(NULL, *six), "ip6 and tcp", [2, 3, 4], delivered=[2, 3, 4])
    expect(pcap(LOOP, *frames), "tcp", [2])


@test
def frames_longer_than_the_snap_length_are_filtered_whole():
    frame = ethernet(ip(tcp(data=b"\0" * 50 + b"\1")))
    # libpcap cuts them to the snap length of the file's header.
    expect(pcap(ETHERNET, frame, snap=80), "tcp[70] = 1", [1], libpcap=[])


@test
def compressed_and_damaged_files_are_filtered():
    file = pcap(ETHERNET, ethernet(ip(tcp())), ethernet(ip(b"", 17)), ethernet(ip(tcp())))
    expect(gzip.compress(file), "tcp", [1, 3], libpcap="unreadable")
    got = ours(write("cut", file[:-1]), "tcp")
    if got != (1, [1], 0):
        raise Wrong(f"cut file: {got}")


@test
def broadcast_of_ip_is_without_a_netmask():
    targets = ("255.255.255.255", "10.0.0.255", "0.0.0.0")
    file = pcap(ETHERNET, *(ethernet(ip(b"", 17, target=t)) for t in targets))
    expect(file, "ip broadcast", [1, 3])


@test
def names_of_hosts_are_not_looked_up():
    for name in ("host localhost", "localhost", "net loopback", "gateway localhost"):
        expect_refused(name, "write the address")
    expect(pcap(ETHERNET, ethernet(ip(tcp()))), r"port http and ip proto \tcp", [1])


@test
def words_of_later_libpcaps_are_names():
    expect_refused("vxlan", "write the address")


@test
def limits_are_refused_as_such():
    expect_refused("tcp or " * 150 + "tcp", "longer than 1024 bytes")
    expect_refused("tcp port", "syntax error")


def main():
    failed = 0
    for test in TESTS:
        try:
            test()
            print(f"ok {test.__name__}")
        except (Wrong, subprocess.CalledProcessError) as error:
            failed += 1
            print(f"not ok {test.__name__}: {error}")
    print(f"{len(TESTS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not TESTS else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(FOLDER)
