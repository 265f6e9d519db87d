"""Live captures beside tcpdump's own reading of the same traffic.

Over a veth pair go 802.1Q and QinQ tags, fragments, ICMP, UDP and TCP whose checksums
are left to the card, and TCP of up to 64 KiB that is left to the card to cut. What ipmon
says of each packet is what `tcpdump -v -e` says of it.

The tagged frames are made here, so that no kernel has to know of VLANs; the one that
receives them takes the outer tag out, as it does for a real card.
"""

import collections
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

NOT_READY, OFFLOADED = 1 << 8, 1 << 7
results = collections.Counter()


def check(name, holds, *why):
    results[bool(holds)] += 1
    print("ok" if holds else "not ok", name)
    if not holds:
        for line in why:
            print("   ", line)


def ip(*words):
    subprocess.run(["ip", *" ".join(words).split()], check=True)


def network(peer):
    """v0 here and v1 there."""
    ip("link set lo up")
    ip(f"link add v0 type veth peer name v1 netns {peer}")
    for n, end in ((1, []), (2, ["-n", peer])):
        dev = f"v{n - 1}"
        ip(*end, f"link set {dev} up")
        ip(*end, f"addr add 10.1.0.{n}/24 dev {dev}")
        ip(*end, f"addr add fd00:1::{n}/64 dev {dev} nodad")
    time.sleep(0.5)


def tagged():
    """Frames with no tag, one, and two: UDP over IPv4 and IPv6."""
    def sum16(data):
        data += bytes(len(data) % 2)
        total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        return total ^ 0xFFFF

    def udp(pseudo, data):
        head = struct.pack(">HHH", 40001, 9, 8 + len(data))
        whole = pseudo + struct.pack(">HH", 17, 8 + len(data)) + head + bytes(2) + data
        return head + struct.pack(">H", sum16(whole) or 0xFFFF) + data

    for number, tags in enumerate(((), (0x8100, 42), (0x88A8, 7, 0x8100, 99), (0x8100, 5, 0x8100, 6))):
        link = bytes.fromhex("02000000000102000000000a")
        link += b"".join(t.to_bytes(2, "big") for t in tags)
        for size in (0, 1, 200, 1400):
            addresses = bytes((10, 9, 0, number, 10, 9, 0, 200))
            body = udp(addresses, os.urandom(size))
            head = struct.pack(">BBHHHBB", 0x45, 0x28, 20 + len(body), 7 * size + 1, 0x4000, 9, 17)
            head += struct.pack(">H", sum16(head + bytes(2) + addresses)) + addresses
            yield link + b"\x08\x00" + head + body
            addresses = bytes.fromhex("fd000009" + "00" * 11 + f"{number:02x}" + "fd000009" + "00" * 11 + "c8")
            body = udp(addresses, os.urandom(size))
            yield (link + b"\x86\xdd" + struct.pack(">IHBB", 0x61200000, len(body), 17, 9)
                   + addresses + body)


ADDRESSES = ("10.1.0.2", "fd00:1::2")


def answering():
    """The peer: takes TCP and UDP, and sends both back; and tagged frames on demand."""
    tcp = socket.create_server(("::", 40002), family=socket.AF_INET6, dualstack_ipv6=True)
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.bind(("::", 40001))

    def datagrams():
        while True:
            data, sender = udp.recvfrom(65536)
            udp.sendto(data[: len(data) // 2], sender)

    def frames():
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        raw.bind(("v1", 0))
        for _ in sys.stdin:
            for frame in tagged():
                raw.send(frame)
            print("sent", flush=True)

    threading.Thread(target=datagrams, daemon=True).start()
    threading.Thread(target=frames, daemon=True).start()
    print("ready", flush=True)
    while True:
        connection, _ = tcp.accept()
        with connection:
            size = 0
            while data := connection.recv(1 << 20):
                size += len(data)
            connection.sendall(bytes(size // 2))


def traffic(answer):
    answer.stdin.write("tags\n")
    answer.stdin.flush()
    assert answer.stdout.readline() == "sent\n"
    for address in ADDRESSES:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.settimeout(5)
            for size in (0, 1, 100, 1400, 4000):
                if family == socket.AF_INET:
                    udp.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, size % 200 & 0xFC)
                udp.sendto(os.urandom(size), (address, 40001))
                udp.recv(65536)
        with socket.create_connection((address, 40002), timeout=5) as tcp:
            tcp.sendall(bytes(400_000))
            tcp.shutdown(socket.SHUT_WR)
            while tcp.recv(1 << 20):
                pass
        subprocess.run(["ping", "-c", "2", "-i", "0.01", "-s", "56", "-q", address], check=True,
                       stdout=subprocess.DEVNULL)


HEAD4 = re.compile(
    r"\(tos 0x(\w+)(?:,\w+)?, ttl (\d+), id (\d+), offset (\d+), flags \[(.*?)\], "
    r"proto .*? \((\d+)\), length (\d+)(?:, options .*)?\)$")
HEAD6 = re.compile(
    r"\((?:class 0x(\w+), )?(?:flowlabel 0x\w+, )?hlim (\d+), next-header .*? \((\d+)\) "
    r"payload length: (\d+)\) (.*)$")
FLAGS = {"none": 0, "DF": 2, "+": 1, "+, DF": 3}


def ends(text, with_ports):
    """`a.b.c.d.port > ...:` as addresses and ports."""
    source, destination = re.match(r"(\S+) > (\S+?):(?: |$)", text).groups()
    split = [e.rsplit(".", 1) if with_ports else (e, 0) for e in (source, destination)]
    return split[0][0], int(split[0][1]), split[1][0], int(split[1][1])


def as_tcpdump_reads(path):
    """What tcpdump prints of a capture, packet by packet: the fields, whether it finds the
    checksum of UDP or TCP wrong, and the tags."""
    text = subprocess.run(["tcpdump", "-nn", "-t", "-v", "-e", "-r", path], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    packets = re.split(r"\n(?=\S)", text.rstrip("\n"))
    for packet in packets:
        first, _, rest = packet.partition("\n")
        tags = [int(v) for v in re.findall(r"vlan (\d+), p", first)]
        wrong = "bad udp cksum" in packet or bool(re.search(r"cksum 0x\w+ \(incorrect", packet))
        if match := HEAD4.search(first):
            tos, ttl, number, offset, flags, protocol, length = match.groups()
            offset = int(offset)
            ported = protocol in ("6", "17") and offset == 0
            yield (4, *ends(rest.strip(), ported), int(tos, 16), int(number), FLAGS[flags],
                   offset // 8, int(ttl), int(protocol), int(length) - 20), wrong, tags
        elif match := HEAD6.search(first):
            tos, ttl, protocol, length, rest = match.groups()
            number = offset = flags = 0
            protocol, length = int(protocol), int(length)
            if protocol == 44:
                # "frag (0xID:OFFSET|LENGTH)"; the first has the ports behind it.
                number, offset, length, rest = re.search(
                    r"frag \(0x(\w+):(\d+)\|(\d+)\)(.*)", rest).groups()
                number, offset, length = int(number, 16), int(offset), int(length)
                yield (6, "fragment", number, offset // 8, length), wrong, tags
                continue
            yield (6, *ends(rest, protocol in (6, 17)), int(tos or "0", 16), number, flags, offset,
                   int(ttl), protocol, length), wrong, tags
        elif "ARP" not in first:
            yield ("not understood", first), wrong, tags


def as_ipmon_reads(lines):
    for line in lines:
        words = line.split()
        (version, source, sport, destination, dport, tos, number, flags, offset, ttl, _, protocol,
         length, notes, link_type) = (w if i in (1, 3) else int(w) for i, w in enumerate(words[:-1]))
        frame = bytes.fromhex(words[-1])
        at, tags = 12, []
        while link_type == 1 and int.from_bytes(frame[at:at + 2], "big") in (0x8100, 0x88A8):
            tags.append(int.from_bytes(frame[at + 2:at + 4], "big") & 0xFFF)
            at += 4
        if version == 6 and (flags or offset):
            yield (6, "fragment", number, offset, length), notes, tags
        else:
            yield (version, source, sport, destination, dport, tos, number, flags, offset, ttl,
                   protocol, length), notes, tags


class Ipmon:
    def __init__(self, program, interface):
        self.run = subprocess.Popen([program, interface], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True)
        assert self.run.stdout.readline() == "captures\n"

    def lines(self):
        out, _ = self.run.communicate("")
        assert self.run.returncode == 0, "ipmon lost packets"
        return out.splitlines()


class Tcpdump:
    def __init__(self, interface, path):
        self.run = subprocess.Popen(["tcpdump", "-i", interface, "-B", "32768", "-U", "-w", path],
                                    stderr=subprocess.PIPE, text=True)
        self.path = path
        self.said = ""
        while "listening on" not in self.said:
            self.said = self.run.stderr.readline()
            assert self.said, "tcpdump does not start"

    def stop(self):
        self.run.send_signal(signal.SIGINT)
        said = self.run.communicate()[1]
        assert "\n0 packets dropped by kernel" in said, said


def compare(what, live, read):
    """As collections: the two captures may see processors in another order."""
    ours = collections.Counter(fields for fields, *_ in live)
    theirs = collections.Counter(fields for fields, *_ in read)
    check(f"{what}: {len(live)} packets, field by field", live and ours == theirs,
          *[f"only ipmon: {p}" for p in list(ours - theirs)[:5]],
          *[f"only tcpdump: {p}" for p in list(theirs - ours)[:5]])


def main(program):
    peer = f"ipmon-{os.getpid()}"
    ip(f"netns add {peer}")
    try:
        network(peer)
        answer = subprocess.Popen(["ip", "netns", "exec", peer, sys.executable, __file__, "answer"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert answer.stdout.readline() == "ready\n"
        with tempfile.TemporaryDirectory() as folder:
            dumps = [Tcpdump(i, f"{folder}/{i}.pcap") for i in ("v0", "any")]
            ours = [Ipmon(program, i) for i in ("v0", "any")]
            traffic(answer)
            # At its end tcpdump loses what the kernel has not handed over yet.
            time.sleep(1.5)
            live = [list(as_ipmon_reads(o.lines())) for o in ours]
            for dump in dumps:
                dump.stop()
            read = [list(as_tcpdump_reads(d.path)) for d in dumps]
        answer.kill()
        answer.wait()
    finally:
        ip(f"netns del {peer}")

    # What the network itself says to its groups begins and ends when it likes.
    of_us = lambda f: f[0] == "not understood" or not str(f[3]).startswith("ff02:")
    live, read = ([[p for p in packets if of_us(p[0])] for packets in both] for both in (live, read))
    # On "any" libpcap takes tags out and reads what is behind them wrongly.
    made_here = [f for f, *_ in live[1] if str(f[1]).startswith(("10.9.0.", "fd00:9::"))]
    check(f"any: {len(made_here)} packets with and without tags",
          len(made_here) == len(list(tagged())) and
          collections.Counter(made_here) == collections.Counter(
              f for f, *_ in live[0] if str(f[1]).startswith(("10.9.0.", "fd00:9::"))))
    live[1] = [p for p in live[1] if p[0] not in made_here]
    read[1] = [p for p in read[1] if p[0] not in made_here and p[0][0] != "not understood"]
    for what, l, r in (("v0", live[0], read[0]), ("any", live[1], read[1])):
        compare(what, l, r)
        # The same packets: those whose checksum tcpdump finds wrong were not filled in.
        unready = collections.Counter(f for f, notes, _ in l if notes & NOT_READY and "fragment" not in f)
        wrong = collections.Counter(f for f, bad, _ in r if bad and "fragment" not in f)
        check(f"{what}: {sum(unready.values())} checksums that are not filled in",
              unready and not wrong - unready,
              *[f"only ipmon: {p}" for p in list(unready - wrong)[:5]],
              *[f"only tcpdump: {p}" for p in list(wrong - unready)[:5]])
    tags = [collections.Counter((f, tuple(t)) for f, _, t in x) for x in (live[0], read[0])]
    kinds = {t for _, t in tags[0]}
    check(f"v0: the tags of each packet ({sorted(kinds)})",
          tags[0] == tags[1] and kinds == {(), (42,), (7, 99), (5, 6)},
          *list(tags[0] - tags[1])[:5], *list(tags[1] - tags[0])[:5])
    large = [(f, notes) for f, notes, _ in live[0] if f[-1] > 1500 and f[-2] == 6]
    longest = max((f[-1] for f, _ in large), default=0)
    check(f"v0: {len(large)} packets that the card would cut, of up to {longest} bytes",
          longest > 60000 and all(notes & OFFLOADED for _, notes in large))
    print(f"{results[True]} passed, {results[False]} failed, 0 skipped")
    return 1 if results[False] else 0


if __name__ == "__main__":
    if sys.argv[1] == "answer":
        answering()
    sys.exit(main(sys.argv[1]))
