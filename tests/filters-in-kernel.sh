#!/usr/bin/env bash
# The filter that a live capture puts in the kernel is the one that libpcap puts there,
# instruction by instruction: on an Ethernet interface, on loopback, and on all of them,
# where the packets have no link-layer header when they are filtered.
#
# The interfaces are in a network namespace that ends with this script.
set -u
cd "$(dirname "$0")/.."

skip() {
    echo "skip filters-in-kernel: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

if [ "${1-}" != inside ]; then
    if [ "$(id -u)" != 0 ] || ! unshare --net ip link add v0 type veth peer name v1 2>/dev/null; then
        skip "it takes root, a network namespace and veth"
    fi
    exec unshare --net "$0" inside
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CC:-cc}" -std=c99 -O2 -Wall -Wextra -Werror -D_DEFAULT_SOURCE -Iinclude \
    tests/tools/attached.c -o "$work/attached" -Ltarget/release -lipmon -ldl \
    -Wl,-rpath,"$PWD/target/release" || exit 1
ip link add v0 type veth peer name v1
for interface in lo v0 v1; do ip link set "$interface" up; done

everywhere=(
    "tcp" "udp port 53" "host 10.0.0.1" "net 10.0.0.0/8" "ip6 and tcp port 443"
    "icmp or icmp6" "portrange 1000-2000" "not tcp" "arp" "ether proto 0x88cc" "proto 17"
    "greater 100" "less 60 and udp" "len > 3 and len < 60" "tcp[tcpflags] & tcp-syn != 0"
    "ip[6:2] & 0x1fff != 0" "ip[2:2] - ((ip[0] & 0xf) << 2) > 20" "udp[ip[8]] = 7"
    "ip multicast or ip6 multicast" "ip broadcast" "inbound" "outbound and tcp" "ifindex 1"
    "pppoes" "pppoes and ip" "geneve and tcp" "vlan" "vlan 5 and ip" "vlan and vlan and tcp"
    "mpls and ip" "broadcast" "ether multicast" "ether host 00:00:00:00:00:01" "llc"
    "link[0:2] = 0x800" "link[4:4] = 1" "link[10] = 4" "link[12:4] = 1" "ip6 protochain 6"
)
once="not (outbound and ifindex 1)"

{
    "$work/attached" v0 "" "${everywhere[@]}" "link[2:2] = 1" "link[ip[8]] = 7" ||
        [ $? = 1 ] || echo "not ok v0: the comparison ended early"
    "$work/attached" lo inbound "${everywhere[@]}" ||
        [ $? = 1 ] || echo "not ok lo: the comparison ended early"
    # libpcap has X added to the place of a note where a field of the header is meant:
    # refused is right.
    "$work/attached" any "$once" "${everywhere[@]}" "link[2:2] = 1" ||
        [ $? = 1 ] || echo "not ok any: the comparison ended early"
    # The type of the device: the kernel has it (SKF_AD_HATYPE), libpcap does not ask it.
    if "$work/attached" any "$once" "link[8:2] = 1" | grep -qF "(28 0 0 fffff01c)"; then
        echo "ok any: link[8:2] = 1 (asked of the kernel)"
    else
        echo "not ok any: link[8:2] = 1 is not asked of the kernel"
    fi
    for refused in "geneve and tcp" "link[12:4] = 1" "ip6 protochain 6"; do
        if "$work/attached" any "$once" "$refused" | grep -qF "# ipmon: $refused: "; then
            echo "ok any: $refused (refused)"
        else
            echo "not ok any: $refused is taken"
        fi
    done
    if "$work/attached" any "$once" "link[ip[8]] = 7" | grep -q "^# ipmon:.*does not have"; then
        echo "ok any: link[ip[8]] = 7 (refused)"
    else
        echo "not ok any: link[ip[8]] = 7 is taken"
    fi
} >"$work/out" 2>"$work/err"
status=0
if grep -q '^not ok' "$work/out"; then
    status=1
    # With each failure, its two programs.
    grep -A 2 '^not ok' "$work/out"
    cat "$work/err"
fi
same=$(grep -c '^ok.*(the same filter)$' "$work/out")
echo "filters in the kernel: $same the same as libpcap's, $(grep -c '^ok' "$work/out") judged"
# Were all refused, they would all be alike too.
[ "$same" -ge 90 ] || status=1
echo "$(grep -c '^ok' "$work/out") passed, $(grep -c '^not ok' "$work/out") failed, 0 skipped"
exit "$status"
