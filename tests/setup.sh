#!/usr/bin/env bash
# Installs what the tests need and this machine lacks.
set -eu

say() { echo "setup: $*" >&2; }

if ! command -v cargo >/dev/null; then
    say "Rust 1.88 or later is needed: install it with rustup (https://rustup.rs)"
    exit 1
fi

missing=
for tool in cmake pkg-config ping cc gcc g++ clang clang++ valgrind tcpdump ip python3 zstd setpriv readelf strace \
    setcap doxygen mcs mono chromium dpkg-deb dpkg-shlibdeps debootstrap lintian man perl; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
# The name has two forms; the library looks for both.
ls /usr/lib/*/libpcap.so.* /usr/lib*/libpcap.so.* /lib/*/libpcap.so.* >/dev/null 2>&1 ||
    ldconfig -p 2>/dev/null | grep -q 'libpcap\.so' || missing="$missing libpcap"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        say "these are missing:$missing. Install them as root, or install sudo"
        exit 1
    fi
    as_root=sudo
fi

say "installing what is missing:$missing"
if command -v apt-get >/dev/null; then
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get update -qq &&
        apt-get install -y -qq --no-install-recommends \
            gcc g++ libc6-dev cmake pkg-config clang valgrind tcpdump iproute2 python3 zstd util-linux binutils libpcap0.8 strace iputils-ping \
            libcap2-bin doxygen mono-mcs mono-runtime python3-venv chromium debootstrap \
            dpkg-dev lintian man-db perl \
            >/dev/null' </dev/null
elif command -v dnf >/dev/null; then
    $as_root dnf install -y -q gcc gcc-c++ cmake pkgconf-pkg-config clang valgrind tcpdump iproute python3 zstd \
        util-linux binutils libpcap iputils strace libcap doxygen mono-core chromium debootstrap </dev/null
elif command -v pacman >/dev/null; then
    $as_root pacman -S --needed --noconfirm gcc cmake pkgconf clang valgrind tcpdump iproute2 python zstd \
        util-linux binutils libpcap iputils strace libcap doxygen mono chromium debootstrap </dev/null
else
    say "no package manager that this script knows (apt, dnf, pacman); install by hand:$missing"
    exit 1
fi
