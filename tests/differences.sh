#!/usr/bin/env bash
# Where this library and libpcap read a file differently, as docs/formats.md says:
# each file is read by both.
set -u
cd "$(dirname "$0")/.."
SNIFF=${SNIFF:-$PWD/target/sniff}
. tests/checks.sh

PYTHONDONTWRITEBYTECODE=1 python3 - "$work" <<'PYTHON' || exit 1
import os, struct, sys
sys.path.insert(0, "tests/tools")
from hostile import PACKET, RECORD, SECTION, block, enhanced, pcap_header

def write(name, *pieces):
    with open(os.path.join(sys.argv[1], name), "wb") as f:
        f.writelines(pieces)

def interface(link_type, snap):
    return block(1, struct.pack("<HHI", link_type, 0, snap))

def record(seconds):
    return struct.pack("<IIII", seconds, 0, len(PACKET), len(PACKET)) + PACKET

one, two = enhanced(0, PACKET), enhanced(1, PACKET)
big = struct.pack(">IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
big += struct.pack(">IIHHII", 1, 20, 1, 0, 0, 20)
padded = PACKET + bytes(-len(PACKET) % 4)
total = 32 + len(padded)
big += struct.pack(">IIIIIII", 6, total, 0, 0, 1, len(PACKET), len(PACKET)) + padded
big += struct.pack(">I", total)
write("link-types", SECTION, interface(1, 0), interface(101, 0), one, enhanced(1, PACKET[14:]))
write("snap-lengths", SECTION, interface(1, 96), interface(1, 128), one, two)
write("byte-orders", SECTION, interface(1, 0), one, big)
write("versions", struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 5, 0, 0, 65535, 1), RECORD)
write("snap-length", pcap_header(30), RECORD)
write("time", pcap_header(), record(0x7FFFFFFF), record(0x80000000), record(0xFFFFFFFF))
write("custom", SECTION, interface(1, 0), one, block(0xBAD, b"\1\0\0\0data"), one)
PYTHON

column() { # FILE NUMBER: a column of the events, in one line
    "$SNIFF" --format tsv -r "$work/$1" | tail -n +2 | cut -f "$2" | paste -sd ' '
}

both_packets_here_and_refused_there() {
    [ "$(column "$1" 1)" = "1 2" ] && ! tcpdump -n -r "$work/$1" -w /dev/null
}
read_here_and_refused_there() {
    [ "$(column "$1" 1)" = 1 ] && ! tcpdump -n -r "$work/$1" -w /dev/null
}
whole_here_and_cut_there() {
    # The payload with its UDP header; and what tcpdump writes again: 40 bytes of headers and 30.
    [ "$(column snap-length 15)" = 9 ] &&
        [ "$(tcpdump -n -r "$work/snap-length" -w - 2>/dev/null | wc -c)" = 70 ]
}
later_than_2038_here_and_not_there() {
    [ "$(column time 2)" = "2147483647000000000 2147483648000000000 4294967295000000000" ] &&
        ! tcpdump -tt -n -r "$work/time" | grep -qE '^(2147483648|4294967295)\.'
}
custom_blocks_have_no_number() {
    [ "$(column custom 1)" = "1 2" ] && [ "$(tcpdump -n -r "$work/custom" | wc -l)" = 2 ]
}

check link_types_may_differ both_packets_here_and_refused_there link-types
check snap_lengths_may_differ both_packets_here_and_refused_there snap-lengths
check byte_orders_may_differ both_packets_here_and_refused_there byte-orders
check the_version_is_not_judged read_here_and_refused_there versions
check the_snap_length_cuts_nothing whole_here_and_cut_there
check times_go_on_after_2038 later_than_2038_here_and_not_there
check custom_blocks_are_no_frames custom_blocks_have_no_number

count_checks
