#!/usr/bin/env bash
# make deb: the packages install, a program is built with them and runs, it runs on with the
# runtime package alone, and what is uninstalled is gone.
#
# It happens on this machine's own files, seen through an overlay in a mount namespace:
# what is written goes to memory, and ends with the script.
set -u
cd "$(dirname "$0")/.."

if [[ ${1-} != inside ]]; then
    missing=
    for tool in dpkg-deb dpkg-shlibdeps; do command -v "$tool" >/dev/null || missing=$tool; done
    [[ $(id -u) == 0 ]] && unshare --mount true 2>/dev/null || missing="root and a mount namespace"
    if [[ -n $missing ]]; then
        echo "skip deb: it takes $missing"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
    exec unshare --mount --propagation private "$0" inside
fi
. tests/checks.sh

debs=$PWD/target/deb
root=$work/memory/root
makes_them() { make deb && ls "$debs"/libipmon0.1_*.deb "$debs"/libipmon-dev_*.deb; }
overlay() {
    mkdir "$work/memory" && mount -t tmpfs memory "$work/memory" &&
        mkdir "$work/memory"/{upper,work,root} &&
        mount -t overlay overlay -o "lowerdir=/,upperdir=$work/memory/upper,workdir=$work/memory/work" "$root" &&
        rm -f "$root"/usr/local/lib/libipmon* && mount --bind /dev "$root/dev" && mount -t proc proc "$root/proc" && mkdir -p "$root/tests" &&
        cp "$debs"/*.deb tests/data/sample.pcap "$root/tests/" &&
        awk '/^```c$/ { inside = 1; next } /^```$/ { exit } inside' README.md >"$root/tests/program.c"
}
within() { # COMMAND: a line of shell, in the overlay's folder /tests
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 sh -euc "cd /tests; $1"
}
runs='./program sample.pcap | grep -c " protocol 17, "'

papers() {
    local deb
    for deb in "$debs"/*.deb; do
        dpkg-deb --info "$deb" >"$work/info" && dpkg-deb --contents "$deb" >"$work/contents" &&
            grep -q '/copyright$' "$work/contents" && grep -q '/changelog.gz$' "$work/contents" || return
    done
    dpkg-deb --field "$debs"/libipmon0.1_*.deb Depends | grep 'libc6 (>= ' &&
        dpkg-deb --field "$debs"/libipmon0.1_*.deb Recommends | grep libpcap &&
        dpkg-deb --fsys-tarfile "$debs"/libipmon0.1_*.deb | tar -xO ./usr/share/doc/libipmon0.1/copyright |
        grep 'Meta Platforms'
}
lintian_is_content() {
    command -v lintian >/dev/null || { echo "there is no lintian"; return 77; }
    ! lintian --allow-root --fail-on none "$debs"/*.deb | grep '^[EW]:'
}
installs() {
    ! within 'ldconfig -p | grep libipmon' && within 'dpkg -i *.deb' && within 'ldconfig -p | grep "libipmon.so.0.1 "'
}
builds() {
    within "cc -Wall -Werror program.c -o program \$(pkg-config --cflags --libs ipmon) && $runs" &&
        within 'man -w ipmon' &&
        within 'dpkg-query -S /usr/include/ipmon.h && dpkg --verify libipmon0.1 libipmon-dev'
}
statically() {
    within "cc -Wall program.c -o program \$(pkg-config --static --libs ipmon | sed s/-lipmon/-l:libipmon.a/) && $runs" &&
        ! within 'readelf -d program | grep libipmon'
}
by_cmake() {
    within 'printf "cmake_minimum_required(VERSION 3.14)\nproject(user LANGUAGES C)\nfind_package(ipmon 0.1 REQUIRED)\nadd_executable(program program.c)\ntarget_link_libraries(program ipmon::ipmon)\n" >CMakeLists.txt
        cmake -S . -B build >/dev/null && cmake --build build && cp build/program program' && within "$runs"
}
runs_alone() {
    ! within 'dpkg -r libipmon0.1' && within 'dpkg -P libipmon-dev' && within "$runs" &&
        ! within 'test -e /usr/include/ipmon.h'
}
leaves_nothing() {
    within 'dpkg -P libipmon0.1' && ! within 'ldconfig -p | grep libipmon' && ! within "$runs" &&
        ! find "$root"/{usr,etc,var/lib} -name '*ipmon*' | grep .
}

check "make deb" makes_them
check "their papers" papers
check "lintian" lintian_is_content
check "an overlay to install them in" overlay
check "they install, and the loader knows the library" installs
check "a program is built with pkg-config, and runs" builds
check "a program that has the library inside" statically
check "a program is built with CMake" by_cmake
check "without -dev the program runs on" runs_alone
check "what is uninstalled is gone" leaves_nothing
umount -R "$root" "$work/memory" 2>/dev/null
count_checks
