#!/bin/sh
# Records tests/data/sample.pcap: programs that talk over a cable between two network
# namespaces, which this script makes and takes away again. No packet leaves them.
#
#     sudo tests/record-sample.sh [OUTPUT.pcap]
#
# Needs Linux, root, ip (iproute2), tcpdump, curl, ping and python3; ethtool too, or the
# frames would be larger than a real cable carries.
#
# VLAN tags are put on by a small relay between a tap device and the cable, because a
# kernel without 8021q has no VLAN interfaces; what the cable carries is the same.
set -eu

output=${1:-$(dirname "$0")/data/sample.pcap}
[ "$(id -u)" = 0 ] || { echo "record-sample.sh: run it as root" >&2; exit 1; }
for tool in ip tcpdump curl ping python3 ethtool; do
    command -v "$tool" >/dev/null || { echo "record-sample.sh: install $tool" >&2; exit 1; }
done

a=ipmon-a-$$
b=ipmon-b-$$
work=$(mktemp -d)
cleanup() {
    trap - EXIT INT TERM
    # Only what was started in these two namespaces can be listed there.
    for ns in "$a" "$b"; do
        for pid in $(ip netns pids "$ns" 2>/dev/null); do kill "$pid" 2>/dev/null || :; done
        ip netns del "$ns" 2>/dev/null || :
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

in_a() { ip netns exec "$a" "$@"; }
in_b() { ip netns exec "$b" "$@"; }

# Repeats a command until it succeeds; nothing here takes longer than a moment.
until_ok() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { echo "record-sample.sh: gave up: $*" >&2; exit 1; }
        sleep 0.1
    done
}

cat >"$work/relay.py" <<'PYTHON'
"""relay.py CABLE TAP TAG: what comes out of TAP gets TAG (hex) and goes into CABLE, and
the other way round. TAG may be several tags, the outermost first."""
import contextlib, fcntl, os, select, socket, struct, sys

cable_name, tap_name, tag = sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3])
tap = os.open("/dev/net/tun", os.O_RDWR)
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", tap_name.encode(), IFF_TAP | IFF_NO_PI))
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
cable = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
cable.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
cable.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
cable.bind((cable_name, 3))  # ETH_P_ALL
while True:
    for ready in select.select([tap, cable], [], [])[0]:
        if ready == tap:
            frame = os.read(tap, 65536)
            cable.send(frame[:12] + tag + frame[12:])
            continue
        frame, extra, _, _ = cable.recvmsg(65536, 256)
        # The kernel takes the outermost tag off and tells it beside the frame.
        for level, kind, data in extra:
            if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                tci, tpid = struct.unpack("16xHH", data)
                if tpid:
                    frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        if frame[12:12 + len(tag)] == tag:
            with contextlib.suppress(OSError):  # The tap is not up yet.
                os.write(tap, frame[:12] + frame[12 + len(tag):])
PYTHON

cat >"$work/dns.py" <<'PYTHON'
"""dns.py serve ADDRESS | ask ADDRESS NAME TYPE PORT: just enough of DNS (RFC 1035) for a
question and its answer."""
import ipaddress, socket, struct, sys

ANSWERS = {("www.example.test", 1): "192.0.2.2", ("www.example.test", 28): "2001:db8::2"}

def udp(address):
    return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)

s = udp(sys.argv[2])
if sys.argv[1] == "serve":
    s.bind((sys.argv[2], 53))
    while True:
        query, peer = s.recvfrom(512)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack_from("!H", query, at + 1)[0]
        answer = ANSWERS.get((".".join(labels), kind))
        reply = query[:2] + struct.pack("!5H", 0x8580 if answer else 0x8583, 1, bool(answer), 0, 0)
        reply += query[12:at + 5]
        if answer:
            data = ipaddress.ip_address(answer).packed
            reply += struct.pack("!HHHIH", 0xC00C, kind, 1, 300, len(data)) + data
        s.sendto(reply, peer)
name, kind, port = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
s.bind(("", port))
s.settimeout(5)
question = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
s.sendto(struct.pack("!6H", port, 0x0100, 1, 0, 0, 0) + question + struct.pack("!HH", kind, 1),
         (sys.argv[2], 53))
s.recv(512)
PYTHON

cat >"$work/datagram.py" <<'PYTHON'
"""datagram.py ADDRESS BYTES: sends one UDP datagram of that size from port 40000 to 9000."""
import socket, sys

s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 40000))
s.sendto(bytes(i & 255 for i in range(int(sys.argv[2]))), (sys.argv[1], 9000))
PYTHON

ip netns add "$a"
ip netns add "$b"
for ns in "$a" "$b"; do
    # Addresses are there at once, and nobody asks for a router.
    for what in all default; do
        ip netns exec "$ns" sysctl -qw "net.ipv6.conf.$what.accept_dad=0" \
            "net.ipv6.conf.$what.router_solicitations=0"
    done
done
ip -n "$a" link add cable address 02:00:00:00:00:01 type veth \
    peer name cable address 02:00:00:00:00:02 netns "$b"
# The kernel would hand over segments and checksums that a network card finishes.
for ns in "$a" "$b"; do
    ip netns exec "$ns" ethtool -K cable rx off tx off tso off gso off gro off >/dev/null
    ip -n "$ns" link set lo up
    ip -n "$ns" link set cable up
done
ip -n "$a" address add 192.0.2.1/24 dev cable
ip -n "$b" address add 192.0.2.2/24 dev cable
ip -n "$a" address add 2001:db8::1/64 dev cable nodad
ip -n "$b" address add 2001:db8::2/64 dev cable nodad

# vlan100 has one tag; qinq has two, the outer one of a provider (802.1ad).
ip netns exec "$a" python3 "$work/relay.py" cable vlan100 81000064 &
ip netns exec "$b" python3 "$work/relay.py" cable vlan100 81000064 &
ip netns exec "$a" python3 "$work/relay.py" cable qinq 88a800c88100012c &
ip netns exec "$b" python3 "$work/relay.py" cable qinq 88a800c88100012c &
number=0
for device in vlan100 qinq; do
    number=$((number + 1))
    for end in 1 2; do
        ns=$a
        [ $end = 1 ] || ns=$b
        until_ok ip -n "$ns" link show "$device"
        ip netns exec "$ns" sysctl -qw "net.ipv6.conf.$device.disable_ipv6=$((number - 1))"
        # Room for the tags on a cable of 1500.
        ip -n "$ns" link set "$device" address "02:00:00:00:0$number:0$end" mtu 1492 up
    done
done
ip -n "$a" address add 198.51.100.1/24 dev vlan100
ip -n "$b" address add 198.51.100.2/24 dev vlan100
ip -n "$a" address add 2001:db8:100::1/64 dev vlan100 nodad
ip -n "$b" address add 2001:db8:100::2/64 dev vlan100 nodad
ip -n "$a" address add 203.0.113.1/24 dev qinq
ip -n "$b" address add 203.0.113.2/24 dev qinq

mkdir "$work/www"
awk 'BEGIN { for (i = 1; i <= 80; i++) printf "line %2d of a page that fills more than one packet\n", i }' \
    >"$work/www/index.html"
touch -d '2024-01-01 00:00:00 UTC' "$work/www/index.html"
for address in 192.0.2.2 2001:db8::2 198.51.100.2; do
    ip netns exec "$b" python3 -m http.server --bind "$address" --directory "$work/www" 80 >/dev/null 2>&1 &
    ip netns exec "$b" python3 "$work/dns.py" serve "$address" &
done
for address in 192.0.2.2 '[2001:db8::2]' 198.51.100.2; do
    until_ok in_b curl -sg "http://$address/"
done
sleep 2 # What IPv6 says when an interface comes up is over by now.

ip netns exec "$a" tcpdump -i cable -p -U -n --immediate-mode --time-stamp-precision=nano \
    -w "$work/sample.pcap" 2>"$work/tcpdump.log" &
until_ok grep -q 'listening on' "$work/tcpdump.log"

quiet_ping() { in_a ping -n -c 2 -i 0.2 "$@" >/dev/null; }
get() { in_a curl -sg --local-port "$1" -o /dev/null -A sample "http://$2/"; }
ask() { in_a python3 "$work/dns.py" ask "$@"; }

quiet_ping 192.0.2.2
quiet_ping 2001:db8::2
quiet_ping -s 0 -t 1 192.0.2.2
quiet_ping -R -Q 0x28 192.0.2.2                     # IPv4 options and a type of service.
ask 192.0.2.2 www.example.test 1 40053
ask 192.0.2.2 nothing.example.test 1 40054
ask 2001:db8::2 www.example.test 28 40055
get 40080 192.0.2.2
get 40081 '[2001:db8::2]'
get 40082 '192.0.2.2:81' || :                       # Nobody is there: a reset.
in_a python3 "$work/datagram.py" 192.0.2.2 4000     # Three fragments and an ICMP error.
in_a python3 "$work/datagram.py" 2001:db8::2 4000
quiet_ping 198.51.100.2                             # From here on in a VLAN.
quiet_ping 2001:db8:100::2
ask 198.51.100.2 www.example.test 1 40056
get 40083 198.51.100.2
quiet_ping 203.0.113.2                              # In a VLAN in a VLAN.
sleep 0.5

# tcpdump ends on SIGINT, which a shell makes its background jobs ignore.
for pid in $(ip netns pids "$a"); do
    case $(cat "/proc/$pid/comm") in tcpdump) kill -TERM "$pid" ;; esac
done
until_ok grep -q 'packets captured' "$work/tcpdump.log"
mkdir -p "$(dirname "$output")"
# tcpdump may have given its files to a user of its own.
cat "$work/sample.pcap" >"$output"
echo "$output: $(tcpdump -r "$output" 2>/dev/null | wc -l) frames, $(wc -c <"$output") bytes"
