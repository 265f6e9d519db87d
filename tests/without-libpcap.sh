#!/usr/bin/env bash
# Where libpcap is not installed, files are parsed, adapters are listed, interfaces are
# captured on, and what needs libpcap says which package to install.
#
# The library is hidden, not removed: empty files over it, in a mount namespace
# that ends with this script, as the network namespace does in which it captures.
set -u
cd "$(dirname "$0")/.."
SNIFF=${SNIFF:-$PWD/target/sniff}

if [ "${1-}" != hidden ]; then
    if [ "$(id -u)" != 0 ] || ! unshare --mount --net true 2>/dev/null; then
        echo "skip without-libpcap: hiding libpcap takes root, a mount and a network namespace"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
    exec unshare --mount --net --propagation private "$0" hidden
fi

find -L /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib -name 'libpcap.so*' 2>/dev/null |
    while read -r file; do
        mount --bind /dev/null "$file" 2>/dev/null
    done

source tests/checks.sh

refused() { # PATTERN COMMAND...: fails with one line that matches
    pattern=$1
    shift
    ! message=$("$@" 2>&1 >/dev/null </dev/null) || return 1
    echo "$message"
    [ "$(printf '%s\n' "$message" | wc -l)" = 1 ] && printf '%s' "$message" | grep -qE "$pattern"
}

libpcap_is_hidden() { ! tcpdump --version; }
a_file_is_parsed() { [ "$("$SNIFF" -r tests/data/sample.pcap | wc -l)" -gt 10 ]; }
adapters_are_listed() { "$SNIFF" --list | grep -q '^lo\b\|[[:space:]]lo\b'; }

# Loopback, with a datagram to nobody each tenth of a second: on `any` and loopback.
packets_are_captured() {
    for interface in lo any; do
        timeout 10 "$SNIFF" -i "$interface" -c 3 >"$work/captured" &
        sniff=$!
        for _ in $(seq 50); do
            sleep 0.1
            kill -0 "$sniff" 2>/dev/null || break
            (echo x >/dev/udp/127.0.0.1/9) 2>/dev/null
        done
        wait "$sniff" && [ "$(grep -c '127\.0\.0\.1' "$work/captured")" = 3 ] || return 1
    done
}

ip link set lo up

check libpcap_is_hidden libpcap_is_hidden
check a_file_is_parsed_without_libpcap a_file_is_parsed
check adapters_are_listed_without_libpcap adapters_are_listed
check an_interface_is_captured_on_without_libpcap packets_are_captured
check a_capture_with_a_filter_names_the_package_to_install refused 'install.*libpcap' \
    "$SNIFF" -i lo tcp
export IPMON_LIVE=libpcap
check a_capture_that_asks_for_libpcap_names_the_package refused 'install.*libpcap' "$SNIFF" -i lo
unset IPMON_LIVE
check a_filter_names_the_package_to_install refused 'install.*libpcap' \
    "$SNIFF" -r tests/data/sample.pcap tcp

count_checks
