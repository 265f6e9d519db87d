#!/usr/bin/env bash
# Installs the readers to compare with that this machine lacks. What no package manager
# has is left out of the tables by name.
set -eu

say() { echo "setup: $*" >&2; }

missing=
for tool in cc c++ python3 tcpdump tshark gzip zstd; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
for header in pcap.h tins/tins.h; do
    echo "#include <$header>" | c++ -x c++ -E - >/dev/null 2>&1 || missing="$missing $header"
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
say "installing what is missing:$missing"
if command -v apt-get >/dev/null; then
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get update -qq &&
        apt-get install -y -qq --no-install-recommends \
            gcc g++ libc6-dev python3 tcpdump tshark gzip zstd libpcap-dev libtins-dev \
            >/dev/null' </dev/null || say "some could not be installed"
elif command -v dnf >/dev/null; then
    $as_root dnf install -y -q gcc gcc-c++ python3 tcpdump wireshark-cli gzip zstd \
        libpcap-devel libtins-devel </dev/null || say "some could not be installed"
elif command -v pacman >/dev/null; then
    $as_root pacman -S --needed --noconfirm gcc python tcpdump wireshark-cli gzip zstd \
        libpcap libtins </dev/null || say "some could not be installed"
else
    say "no package manager that this script knows (apt, dnf, pacman)"
fi
