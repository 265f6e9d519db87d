#!/bin/sh
# Tests of examples-c/sniff.c, as a user sees it: output, messages, exit status.
#
#     [SNIFF=./target/sniff] tests/sniff.sh
#
# One line a check; the last line counts them. Live checks need root, Linux and libpcap.
set -u
LC_ALL=C
export LC_ALL

sniff=${SNIFF:-./target/sniff}
sample=$(dirname "$0")/data/sample.pcap
work=$(mktemp -d) || exit 1
namespaces=
cleanup() {
    trap - EXIT
    for ns in $namespaces; do
        for pid in $(ip netns pids "$ns" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
        ip netns del "$ns" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# A check that hangs is one that fails.
limit=
if command -v timeout >/dev/null; then limit="timeout 60"; fi
passed=0 failed=0 skipped=0
ok() { passed=$((passed + 1)); echo "ok $name"; }
not_ok() { failed=$((failed + 1)); echo "not ok $name: $*"; }
skip() { skipped=$((skipped + 1)); echo "skip $name: $*"; }

# check NAME STATUS COMMAND...: runs it with its output in out and err, and judges its
# exit status. What else must hold is told with `and`, and `done_` ends the check.
check() {
    name=$1 want=$2 why=
    shift 2
    $limit "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ "$status" = "$want" ] ||
        why="exit status $status, not $want: $(head -n 1 "$work/err")"
}
and() {
    what=$1
    shift
    [ -n "$why" ] || "$@" || why=$what
}
done_() { if [ -z "$why" ]; then ok; else not_ok "$why"; fi; }

lines() { [ "$(wc -l <"$work/$1")" -eq "$2" ]; }
empty() { [ ! -s "$work/$1" ]; }
has() { grep -Eq -e "$2" "$work/$1"; }
has_not() { ! has "$1" "$2"; }
one_error() { lines err 1 && has err '^sniff: ' && has_not err 'status|errno|NULL'; }
same() { cmp -s "$work/$1" "$work/$2"; }
prefix_of() { [ -s "$work/$1" ] && head -n "$(wc -l <"$work/$1")" "$work/$2" | cmp -s - "$work/$1"; }

# Waits until a command succeeds, up to five seconds.
soon() {
    turns=0
    until "$@"; do
        turns=$((turns + 1))
        [ $turns -lt 50 ] || return 1
        sleep 0.1
    done
}
gone() { ! kill -0 "$1" 2>/dev/null; }

[ -x "$sniff" ] || { echo "not ok sniff: there is no $sniff"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
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

# start ARGUMENT...: a sniff that goes on, as $pid; its input comes from $input.
start() {
    : >"$work/out" # Here too: the next look at them may come before the program's start.
    : >"$work/err"
    "$@" <"${input:-/dev/null}" >"$work/out" 2>"$work/err" &
    pid=$!
}
# Ends it with a signal, and judges how.
stop() {
    kill "-$1" "$pid" 2>/dev/null
    if ! soon gone "$pid"; then
        kill -KILL "$pid" 2>/dev/null
        why=${why:-"$1 does not end it"}
    fi
    wait "$pid" 2>/dev/null
    status=$?
    and "exit status $status, not 0: $(tail -n 1 "$work/err")" [ "$status" = 0 ]
}
ledger() {
    and "no ledger" has err '^ +[0-9]+ received$'
    and "nothing delivered" has err '^ +[0-9]+ delivered$'
    and "it does not add up" has_not err 'adds up'
}
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

# ---- Live ----

check "live: no such interface" 1 "$sniff" -i nosuch0
and "not one line of error: $(cat "$work/err")" one_error
done_

name="live: without permission"
if [ "$(id -u)" != 0 ]; then
    as_nobody=env
else
    as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all"
fi
if $as_nobody "$sniff" --list >/dev/null 2>&1; then
    check "$name" 1 timeout 5 $as_nobody "$sniff" -i lo -c 1
    and "not one line of error" one_error
    and "it does not say how to get it" has err 'sudo|root|setcap|[Pp]ermi'
    done_
else
    skip "cannot run sniff as another user"
fi

a=sniff-a-$$ b=sniff-b-$$
live_names="live: text and SIGINT|live: by address, tsv, -c|live: default route|live: filter|live: a reader that leaves|live: the interface goes away"
skip_live() {
    echo "$live_names" | tr '|' '\n' >"$work/names"
    while read -r name; do skip "$1"; done <"$work/names"
}
if [ "$(id -u)" != 0 ]; then
    skip_live "needs root"
elif ! ip netns add "$a" 2>"$work/err"; then
    skip_live "no network namespaces: $(head -n 1 "$work/err")"
else
    namespaces="$a $b"
    ip netns add "$b"
    ip -n "$a" link add cable type veth peer name cable netns "$b"
    for ns in "$a" "$b"; do
        ip netns exec "$ns" sysctl -qw net.ipv6.conf.cable.disable_ipv6=1
        ip -n "$ns" link set lo up
        ip -n "$ns" link set cable up
    done
    ip -n "$a" address add 192.0.2.1/24 dev cable
    ip -n "$b" address add 192.0.2.2/24 dev cable
    ip -n "$a" route add default via 192.0.2.2
    send() { ip netns exec "$b" ping -n -q -c "$1" -i 0.05 192.0.2.1 >/dev/null 2>&1; }
    send 1 # The neighbours know each other from here on.
    capturing() { has err '^sniff: capturing'; }
    count_out() { [ "$(wc -l <"$work/out")" -ge "$1" ]; }
    begin() { # NAME ARGUMENT...
        name=$1 why= input=/dev/null
        shift
        start ip netns exec "$a" "$sniff" "$@"
        and "it does not start: $(cat "$work/err")" soon capturing
    }
    ended() { # Ends by itself.
        and "it does not end" soon gone "$pid"
        [ -z "$why" ] || kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        status=$?
    }

    begin "live: text and SIGINT" -i cable
    send 5
    and "no lines before the end" soon count_out 10
    stop INT
    and "not ten lines" lines out 10
    and "no request" has out '^[0-9:]{8}\.[0-9]{6} ICMP +len +64 ttl +64  192\.0\.2\.2 +> 192\.0\.2\.1 DF$'
    and "no reply" has out ' 192\.0\.2\.1 +> 192\.0\.2\.2$'
    ledger
    and "another number" has err '^ +10 delivered$'
    done_

    begin "live: by address, tsv, -c" -i 192.0.2.1 --format tsv -c 6
    send 5
    ended
    and "exit status $status, not 0" [ "$status" = 0 ]
    and "not a header and six lines" lines out 7
    ledger
    done_

    begin "live: default route" -c 2
    send 1
    ended
    and "exit status $status, not 0" [ "$status" = 0 ]
    and "not two lines" lines out 2
    done_

    begin "live: filter" -i cable icmp and dst host 192.0.2.1
    send 3
    and "no lines" soon count_out 3
    stop TERM
    and "not three lines" lines out 3
    ledger
    and "what the kernel left out was counted" has err '^ +3 received$'
    done_

    # Nothing is sent after the first line: it has to notice by itself.
    name="live: a reader that leaves" why=
    : >"$work/err"
    { ip netns exec "$a" "$sniff" -i cable 2>"$work/err"; echo $? >"$work/rc"; } | head -n 1 >"$work/out" &
    pid=$!
    and "it does not start" soon capturing
    rm -f "$work/rc"
    send 1
    and "it does not end" soon test -s "$work/rc"
    [ -z "$why" ] || kill -KILL $(ip netns pids "$a") 2>/dev/null
    wait "$pid"
    and "not one line" lines out 1
    and "exit status $(cat "$work/rc"), not 0" [ "$(cat "$work/rc")" = 0 ]
    and "it says more than it must" lines err 1
    done_

    begin "live: the interface goes away" -i cable
    ip -n "$a" link del cable
    ended
    and "exit status $status, not 1" [ "$status" = 1 ]
    tail -n 1 "$work/err" >"$work/last"
    and "no error: $(cat "$work/last")" has last '^sniff: .*(gone|removed|went|disappeared)'
    ledger
    done_
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
