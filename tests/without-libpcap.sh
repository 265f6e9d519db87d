#!/usr/bin/env bash
# Where libpcap is not installed, files are parsed, adapters are listed, and
# what needs libpcap says which package to install.
#
# The library is hidden, not removed: empty files over it, in a mount namespace
# that ends with this script.
set -u
cd "$(dirname "$0")/.."
SNIFF=${SNIFF:-$PWD/target/sniff}

if [ "${1-}" != hidden ]; then
    if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
        echo "skip without-libpcap: hiding libpcap takes root and a mount namespace"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
    exec unshare --mount --propagation private "$0" hidden
fi

find -L /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib -name 'libpcap.so*' 2>/dev/null |
    while read -r file; do
        mount --bind /dev/null "$file" 2>/dev/null
    done

passed=0 failed=0
check() {
    name=$1
    shift
    if out=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok $name"
    else
        failed=$((failed + 1))
        echo "not ok $name"
        printf '%s\n' "$out" | head -5
    fi
}

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

check libpcap_is_hidden libpcap_is_hidden
check a_file_is_parsed_without_libpcap a_file_is_parsed
check adapters_are_listed_without_libpcap adapters_are_listed
check a_capture_names_the_package_to_install refused 'install.*libpcap' "$SNIFF" -i lo tcp
check a_filter_names_the_package_to_install refused 'install.*libpcap' \
    "$SNIFF" -r tests/data/sample.pcap tcp

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
