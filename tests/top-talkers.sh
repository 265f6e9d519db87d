#!/usr/bin/env bash
# examples-c/top_talkers.c, as a person uses it: the busiest pair comes first with the rate
# that it has, more pairs than there is room for cost no memory, and Ctrl-C ends it.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
if [[ ${1:-} != inside ]]; then
    if ! unshare -n true 2>/dev/null; then
        echo "skip top_talkers: needs root: network namespaces"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
    exec unshare -n "$0" inside
fi
. tests/checks.sh

compiles() {
    for compiler in gcc clang; do
        "$compiler" -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -Iinclude examples-c/top_talkers.c \
            -o "$work/top_talkers" -Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release" -pthread || return
    done
}
resident() { awk '/VmRSS/ { print $2 }' "/proc/$pid/status"; }

check "it compiles with gcc and clang" compiles
ip link set lo up
"$work/top_talkers" lo udp >"$work/out" 2>"$work/errors" </dev/null &
pid=$!
sleep 0.5
# 100 kB/s to one address, 20 kB/s from another; then 60,000 pairs that are seen once.
python3 - >"$work/sender" 2>&1 <<'PY' &
import socket, time
def udp(source):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((source, 0))
    return s
busy, calm, many = udp("127.0.1.1"), udp("127.0.2.1"), udp("127.0.3.1")
start, sent, others = time.monotonic(), 0, 0
while sent < 900:
    busy.sendto(bytes(958), ("127.0.1.2", 9))
    if sent % 5 == 0:
        calm.sendto(bytes(958), ("127.0.2.2", 9))
    while others < (sent - 500) * 150:
        many.sendto(b"", (f"127.{1 + others // 65536}.{others // 256 % 256}.{others % 256}", 9))
        others += 1
    sent += 1
    time.sleep(max(0, start + sent / 100 - time.monotonic()))
print(others)
PY
sender=$!
sleep 4.8
before=$(resident)
cp "$work/out" "$work/calm"
wait "$sender"
after=$(resident)
kill -INT "$pid"
wait "$pid"
status=$?

# The newest table: from its first line on.
table() { tac "$1" | sed '/ lost$/q' | tac; }
the_busiest_first() {
    table "$work/calm" && [ "$(table "$work/calm" | sed -n 's/.*%  //p' | head -n 2 | tr '\n' ';')" = \
        "127.0.1.1 - 127.0.1.2;127.0.2.1 - 127.0.2.2;" ]
}
with_its_rate() {
    table "$work/calm" | awk '/127.0.1.1/ { rate = $1; packets = $3 }
        END { print rate, packets; exit !(rate > 80 && rate < 110 && packets > 80 && packets < 110) }'
}
stays_in_its_memory() {
    echo "$before KiB, then $after KiB; $(cat "$work/sender") pairs"
    [ "$(cat "$work/sender")" -gt 50000 ] && [ "$((after - before))" -le 1024 ]
}
keeps_the_busiest() { table "$work/out" | sed -n 2p | grep -F '127.0.1.1 - 127.0.1.2'; }
loses_nothing() { table "$work/out" | head -n 1 | grep -E ', 0 lost$'; }
ends_quietly() { [ "$status" = 0 ] && [ ! -s "$work/errors" ]; }
says_what_is_wrong() {
    ! "$work/top_talkers" nosuch9 2>"$work/errors" && grep -q '^no interface is named nosuch9 (there are' "$work/errors"
}
check "the busiest pair comes first" the_busiest_first
check "it has the rate that was sent" with_its_rate
check "60,000 pairs more take no memory" stays_in_its_memory
check "the busiest pair is still first" keeps_the_busiest
check "nothing is lost" loses_nothing
check "Ctrl-C ends it, with status 0" ends_quietly
check "a wrong interface is named" says_what_is_wrong
count_checks
