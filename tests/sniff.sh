#!/bin/sh
# Tests of examples-c/sniff.c, as a user sees it: output, messages, exit status; of files,
# pipes, signals and terminals. tests/sniff-live.sh has those of interfaces.
#
#     [SNIFF=./target/sniff] tests/sniff.sh
set -u
. "$(dirname "$0")/sniff-checks.sh"
python=$(command -v python3 || :)

# ---- The command line ----

check help 0 "$sniff" --help
and "no usage" has out '^usage: sniff '
and "something on standard error" empty err
done_

check version 0 "$sniff" --version
and "no version" has out '^sniff [0-9]+\.[0-9]+\.[0-9]+, with ipmon [0-9]+\.[0-9]+\.[0-9]+$'
done_

usage() {
    check "usage: $*" 2 "$sniff" "$@"
    and "not one line of error: $(cat "$work/err")" one_error
    and "something on standard output" empty out
    done_
}
usage --nonsense
usage -x
usage -r
usage -c 0 -r "$sample"
usage -c -1 -r "$sample"
usage -c 3x -r "$sample"
usage -c 99999999999999999999 -r "$sample"
usage --format xml -r "$sample"
usage --formats tsv -r "$sample"
usage -i lo -r "$sample"

check list 0 "$sniff" --list
and "no loopback" has out '^lo  .*loopback'
and "no address of it" has out '^    127\.0\.0\.1/8$'
done_

name="list: the default"
if command -v ip >/dev/null && [ -n "$(ip -4 route show default 2>/dev/null)" ]; then
    check "$name" 0 "$sniff" --list
    device=$(ip -4 route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
    and "$device is not told as the default" has out "^$device  .*default"
    and "not exactly one default" [ "$(grep -c default "$work/out")" = 1 ]
    done_
else
    skip "no default route to compare with"
fi

# ---- Files ----

check "text" 0 "$sniff" -r "$sample"
and "something on standard error" empty err
and "no ICMP" has out ' ICMP +len +64 ttl  64  192\.0\.2\.1 +> 192\.0\.2\.2 DF$'
and "no ICMPv6" has out ' ICMPv6 +len +64 ttl  64  2001:db8::1 +> 2001:db8::2$'
and "no DNS" has out ' UDP +len +[0-9]+ ttl  64  192\.0\.2\.1:40053 +> 192\.0\.2\.2:53 DF$'
and "no HTTP" has out ' TCP +len +[0-9]+ ttl  64  192\.0\.2\.2:80 +> 192\.0\.2\.1:40080 DF$'
and "no TCP of IPv6" has out ' TCP +len +[0-9]+ ttl  64  \[2001:db8::1\]:40081 +> \[2001:db8::2\]:80$'
and "no first fragment" has out '192\.0\.2\.1:40000 +> 192\.0\.2\.2:9000 MF fragment [0-9]+ at 0$'
and "no last fragment" has out '192\.0\.2\.1 +> 192\.0\.2\.2 fragment [0-9]+ at 2960$'
and "no fragment of IPv6" has out '2001:db8::1 +> 2001:db8::2 fragment [0-9]+ at 2896$'
and "no VLAN" has out ' 198\.51\.100\.1:40083 +> 198\.51\.100\.2:80 '
and "no VLAN in a VLAN" has out ' 203\.0\.113\.1 +> 203\.0\.113\.2 '
and "a line without a time" [ "$(grep -Evc '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{6} ' "$work/out")" = 0 ]
done_
cp "$work/out" "$work/text"

check "tsv" 0 "$sniff" --format tsv -r "$sample"
and "something on standard error" empty err
printf 'frame\tts_ns\tversion\tsrc\tsport\tdst\tdport\ttos\tid\tflags\toffset\tttl\tchecksum\tproto\tpayload_len\tpayload_crc32\n' >"$work/header"
head -n 1 "$work/out" >"$work/first"
and "another header" same header first
and "not a line for every line of text" [ "$(wc -l <"$work/out")" -eq $(($(wc -l <"$work/text") + 1)) ]
done_
cp "$work/out" "$work/tsv"

# An independent reading of the sample: Ethernet, tags, IPv4, IPv6 with a fragment header.
cat >"$work/read.py" <<'PYTHON'
import ipaddress, struct, sys, zlib

data = open(sys.argv[1], "rb").read()
assert struct.unpack_from("<I", data)[0] == 0xA1B23C4D, "little-endian pcap in nanoseconds"
at, number = 24, 0
while at < len(data):
    sec, ns, size, _ = struct.unpack_from("<4I", data, at)
    frame, at, number = data[at + 16:at + 16 + size], at + 16 + size, number + 1
    kind = 12
    while frame[kind:kind + 2] in (b"\x81\x00", b"\x88\xa8"):
        kind += 4
    ip = frame[kind + 2:]
    if frame[kind:kind + 2] == b"\x08\x00":
        header = (ip[0] & 15) * 4
        _, tos, total, id, part, ttl, proto, checksum = struct.unpack_from("!BBHHHBBH", ip)
        flags, offset, payload = part >> 13, part & 0x1FFF, ip[header:total]
        version, src, dst = 4, ip[12:16], ip[16:20]
    elif frame[kind:kind + 2] == b"\x86\xdd":
        first, length, proto, ttl = struct.unpack_from("!IHBB", ip)
        tos, id, flags, offset, checksum = first >> 20 & 255, 0, 0, 0, 0
        version, src, dst, payload = 6, ip[8:24], ip[24:40], ip[40:40 + length]
        if proto == 0:
            proto, payload = payload[0], payload[8 + 8 * payload[1]:]
        if proto == 44:
            proto, _, part, id = struct.unpack_from("!BBHI", payload)
            flags, offset, payload = part & 1, part >> 3, payload[8:]
    else:
        continue
    ports = struct.unpack_from("!HH", payload) if proto in (6, 17) and offset == 0 else (0, 0)
    text = [str(ipaddress.ip_address(a)) for a in (src, dst)]
    print(number, sec * 10**9 + ns, version, text[0], ports[0], text[1], ports[1], tos, id, flags, offset,
          ttl, checksum, proto, len(payload), "%08x" % zlib.crc32(payload), sep="\t")
PYTHON
name="tsv: an independent reading agrees"
if [ -n "$python" ]; then
    check "$name" 0 "$python" "$work/read.py" "$sample"
    and "few packets" [ "$(wc -l <"$work/out")" -ge 60 ]
    tail -n +2 "$work/tsv" >"$work/rows"
    and "it differs: $(diff "$work/out" "$work/rows" | sed -n 2p)" same out rows
    done_
else
    skip "no python3"
fi

check "the options in another order" 0 "$sniff" --format=tsv "-r$sample" -c 100000
and "another output" same out tsv
done_

TZ=UTC0 "$sniff" -r "$sample" -c 1 >"$work/utc" 2>/dev/null
check "local time" 0 env TZ=XXX-03:00 "$sniff" -r "$sample" -c 1
name_hour() { sed -n '1s/^[^ ]* \([0-9][0-9]\):.*/\1/p' "$work/$1" | sed 's/^0//'; }
and "no time" [ -n "$(name_hour utc)" ]
and "not three hours later" [ "$((($(name_hour utc) + 3) % 24))" = "$(name_hour out)" ]
done_

check "standard input" 0 sh -c '"$1" -r - <"$2"' sh "$sniff" "$sample"
and "another output" same out text
done_
check "standard input that is a pipe" 0 sh -c 'cat "$2" | "$1" -r -' sh "$sniff" "$sample"
and "another output" same out text
done_

for count in 1 3; do
    check "-c $count" 0 "$sniff" -c $count -r "$sample"
    and "not $count lines" lines out $count
    and "other lines" prefix_of out text
    and "something on standard error" empty err
    done_
done

# 10,000 bytes end within a packet.
head -c 10000 "$sample" >"$work/truncated.pcap"
check "truncated" 3 "$sniff" -r "$work/truncated.pcap"
and "not one line of error" one_error
and "it does not tell where" has err '[0-9]'
and "not the packets before" prefix_of out text
and "no packets" has out ' TCP '
done_
check "truncated: the error comes last" 3 sh -c '"$1" -r "$2" 2>&1' sh "$sniff" "$work/truncated.pcap"
tail -n 1 "$work/out" >"$work/last"
and "it is not the last line" has last '^sniff: '
and "nothing before it" has out ' TCP '
done_

# Good packets, and a record that announces 2 GB.
{ cat "$sample"; printf '\0\0\0\0\0\0\0\0\377\377\377\177\377\377\377\177'; } >"$work/malformed.pcap"
check "malformed" 4 "$sniff" -r "$work/malformed.pcap"
and "not one line of error" one_error
and "not the packets before" same out text
done_

# A pcapng section of version 2.
printf '\12\15\15\12\34\0\0\0\115\74\53\32\2\0\0\0\377\377\377\377\377\377\377\377\34\0\0\0' >"$work/version2.pcapng"
check "unsupported" 5 "$sniff" -r "$work/version2.pcapng"
and "not one line of error" one_error
done_

echo "this is no capture file, but a text that is long enough" >"$work/garbage"
check "garbage" 1 "$sniff" -r "$work/garbage"
and "not one line of error" one_error
and "it prints something" empty out
done_

: >"$work/nothing"
check "an empty file" 1 "$sniff" -r "$work/nothing"
and "not one line of error" one_error
done_

check "no such file" 1 "$sniff" -r "$work/no-such-file"
and "not one line of error" one_error
and "the error does not name it" has err no-such-file
done_

check "a directory" 1 "$sniff" -r "$work"
and "not one line of error" one_error
done_

if [ -c /dev/full ]; then
    check "a full disk" 1 sh -c '"$1" -r "$2" >/dev/full' sh "$sniff" "$sample"
    and "not one line of error" one_error
    and "it does not say why" has err 'No space left'
    done_
    check "a full disk: list" 1 sh -c '"$1" --list >/dev/full' sh "$sniff"
    and "not one line of error" one_error
    done_
else
    name="a full disk"
    skip "no /dev/full"
fi

# ---- Filters ----

# One packet of raw IP (link type 101), which has no Ethernet addresses.
{
    printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\145\0\0\0'
    printf '\1\0\0\0\2\0\0\0\30\0\0\0\30\0\0\0'
    printf '\105\0\0\30\0\0\0\0\100\375\0\0\300\0\2\1\300\0\2\2abcd'
} >"$work/raw.pcap"
check "a protocol without a name" 0 "$sniff" -r "$work/raw.pcap"
and "another line: $(cat "$work/out")" has out '^1970-01-0[12] [0-9:]{8}\.000002 ip-253   len     4 ttl  64  192\.0\.2\.1             > 192\.0\.2\.2$'
done_

name=filter
if "$sniff" -r "$sample" udp 2>&1 | grep -q '^sniff: .*libpcap'; then
    skip "no libpcap"
else
    # Without "vlan" a filter means what has no tag.
    grep -E ':53( |$)' "$work/text" | grep -v 198.51 >"$work/dns"
    check "filter" 0 "$sniff" -r "$sample" udp port 53
    and "few packets" [ "$(wc -l <"$work/dns")" -ge 6 ]
    and "other packets" same out dns
    done_
    check "filter: one word, after --" 0 "$sniff" -r "$sample" -- 'udp port 53'
    and "other packets" same out dns
    done_
    check "filter: wrong" 1 "$sniff" -r "$sample" tcp and and
    and "not one line of error" one_error
    and "it prints something" empty out
    done_
    check "filter: not applicable" 0 "$sniff" -r "$work/raw.pcap" ether src 02:00:00:00:00:01
    and "not one line of notice" one_error
    and "it prints something" empty out
    done_
fi

# ---- Pipes, signals, terminals ----

i=0
{ cat "$sample"; while [ $i -lt 1000 ]; do tail -c +25 "$sample"; i=$((i + 1)); done; } >"$work/big.pcap"

quiet_end() {
    and "something on standard error: $(cat "$work/err")" empty err
    and "exit status $(cat "$work/rc"), not 0" [ "$(cat "$work/rc")" = 0 ]
    done_
}
check "| head -1" 0 sh -c '{ "$1" -r "$2"; echo $? >"$3"; } | head -n 1' sh "$sniff" "$work/big.pcap" "$work/rc"
and "not one line" lines out 1
quiet_end
check "a reader that left before the first line" 0 sh -c '{ sleep 0.5; cat "$2"; } |
    { "$1" -r -; echo $? >"$3"; } | true' sh "$sniff" "$sample" "$work/rc"
quiet_end
check "a reader that leaves while nothing comes" 0 sh -c '{ cat "$2"; sleep 8; } 2>/dev/null |
    { "$1" -r -; echo $? >"$3"; date +%s >"$4"; } | head -n 1' sh "$sniff" "$sample" "$work/rc" "$work/ended"
and "it waited for the input" [ "$(($(cat "$work/ended") + 4))" -lt "$(date +%s)" ]
quiet_end

mkfifo "$work/fifo"
for signal in INT TERM; do
    name="$signal while a file is read" why=
    { cat "$sample"; exec sleep 20; } >"$work/fifo" &
    writer=$!
    input=$work/fifo
    start "$sniff" -r -
    and "no lines before the input ends" soon prefix_of out text
    sleep 0.4
    and "not all lines" same out text
    stop $signal
    ledger
    and "another number" has err "^ +$(wc -l <"$work/text") delivered\$"
    done_
    kill "$writer" 2>/dev/null
    wait "$writer" 2>/dev/null
done

cat >"$work/terminal.py" <<'PYTHON'
"""terminal.py OUT COMMAND...: runs it with standard error on a terminal, and standard
output there too where OUT is -; prints what the terminal got."""
import os, subprocess, sys

master, slave = os.openpty()
out = slave if sys.argv[1] == "-" else open(sys.argv[1], "wb")
child = subprocess.Popen(sys.argv[2:], stdout=out, stderr=slave)
os.close(slave)
while True:
    try:
        piece = os.read(master, 65536)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece.replace(b"\r\n", b"\n"))
sys.exit(child.wait())
PYTHON
name="progress"
if [ -n "$python" ]; then
    # Some of it is read before the first tick; the rest, after a moment.
    check "progress of a pipe" 0 sh -c '{ cat "$3"; sleep 1; tail -c +25 "$3"; } |
        "$1" "$2" /dev/null "$4" -r -' sh "$python" "$work/terminal.py" "$sample" "$sniff"
    esc=$(printf '\033')
    and "none" has out "${esc}\[K0 MB, $(wc -l <"$work/text") packets"
    and "not erased" has out "packets.*${esc}\[K +[0-9]+ received\$"
    ticks=$(tr '\r' '\n' <"$work/out" | grep -c packets)
    and "$ticks times a second" [ "$ticks" -ge 2 -a "$ticks" -le 6 ]
    done_
    # A reader that takes its time, or there would be nothing to see.
    cat >"$work/slow.py" <<'PYTHON'
import sys, time

count = 0
while piece := sys.stdin.buffer.read1(65536):
    count += piece.count(b"\n")
    time.sleep(0.005)
print(count)
PYTHON
    "$python" "$work/slow.py" <"$work/fifo" >"$work/count" &
    check "progress of a file" 0 "$python" "$work/terminal.py" "$work/fifo" "$sniff" --format tsv -r "$work/big.pcap"
    wait $!
    and "no percent" has out "${esc}\[K[0-9]+ %, [0-9]+ packets"
    and "$(cat "$work/count") lines" [ "$(cat "$work/count")" -eq $(($(wc -l <"$work/text") * 1001 + 1)) ]
    done_
    check "no progress among lines" 0 sh -c '{ cat "$3"; sleep 1; tail -c +25 "$3"; } |
        "$1" "$2" - "$4" -r -' sh "$python" "$work/terminal.py" "$sample" "$sniff"
    and "it is there" has_not out "$esc"
    and "not all lines" [ "$(wc -l <"$work/out")" -eq $(($(wc -l <"$work/text") * 2)) ]
    done_
else
    skip "no python3"
fi

count_checks
