#!/bin/sh
# Tests of examples-c/sniff.c on interfaces, as a user sees it.
#
#     [SNIFF=./target/sniff] tests/sniff-live.sh
#
# They need root for network namespaces, and libpcap for a filter; what cannot run is a
# named skip.
set -u
. "$(dirname "$0")/sniff-checks.sh"

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

count_checks
