#!/usr/bin/env bash
# make install: a program is built the three ways (pkg-config, CMake, static) against
# what was installed, in any folder, and runs; make uninstall leaves nothing behind.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
source tests/checks.sh

sample=$PWD/tests/data/sample.pcap
prefix=$work/prefix
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
unset DESTDIR LIBDIR
awk '/^```c$/ { inside = 1; next } /^```$/ { exit } inside' README.md >"$work/program.c"

installs() { make install PREFIX="$prefix" && [ -e "$prefix/lib/libipmon.so" ]; }
runs() { # PROGRAM...: prints what the README's program prints of the sample
    "$@" "$sample" >"$work/out" && [ "$(wc -l <"$work/out")" -gt 10 ] && grep -q ' protocol 17, ' "$work/out"
}

has_a_soname() {
    readelf -d "$prefix/lib/libipmon.so" | grep SONAME | grep -F '[libipmon.so.0.1]' &&
        [ -e "$prefix/lib/libipmon.so.0.1" ]
}
by_pkg_config() { # COMPILER...
    # shellcheck disable=SC2046 # options, not one word
    "$@" "$work/program.c" -o "$work/shared" $(pkg-config --cflags --libs ipmon) &&
        LD_LIBRARY_PATH=$prefix/lib runs "$work/shared"
}
statically() { # COMPILER...
    # shellcheck disable=SC2046
    "$@" "$work/program.c" -o "$work/static" $(pkg-config --cflags ipmon) \
        $(pkg-config --static --libs ipmon | sed "s|-lipmon|$prefix/lib/libipmon.a|") || return
    if readelf -d "$work/static" | grep NEEDED | grep -E 'ipmon|pcap'; then
        echo "it needs a library that it should contain, or not need"
        return 1
    fi
    runs "$work/static"
}
# Both libraries have functions of the same names inside, and each has to call its own.
beside_libpcap() {
    cat >"$work/both.c" <<'C'
#include <ipmon.h>
#include <stdio.h>
#include <string.h>
const char *pcap_lib_version(void);
void *pcap_open_dead(int, int);
void pcap_close(void *);
int main(int argc, char **argv)
{
    ipmon_stats stats;
    ipmon_t *m = ipmon_new();
    void *dead = pcap_open_dead(1, 96);
    int bad = !dead || !strstr(pcap_lib_version(), "libpcap");
    bad |= ipmon_set_filter(m, "udp") != IPMON_STATUS_OK;
    bad |= argc < 2 || ipmon_parse_pcap_file(m, argv[1]) != IPMON_STATUS_OK;
    bad |= ipmon_get_stats(m, &stats, sizeof stats) != IPMON_STATUS_OK;
    bad |= !stats.delivered || !stats.filtered;
    pcap_close(dead);
    puts(bad ? "not ok" : pcap_lib_version());
    return bad | (ipmon_free(m) != IPMON_STATUS_OK);
}
C
    local theirs
    theirs=$(ls /usr/lib/*/libpcap.so.* /usr/lib*/libpcap.so.* 2>/dev/null | head -n 1)
    # shellcheck disable=SC2046
    cc -Wall "$work/both.c" -o "$work/both" $(pkg-config --cflags ipmon) \
        $(pkg-config --static --libs ipmon | sed 's/-lipmon/-l:libipmon.a/') "$theirs" &&
        "$work/both" "$sample" &&
        cc -Wall "$work/both.c" -o "$work/both" $(pkg-config --cflags ipmon) "$theirs" \
            $(pkg-config --libs ipmon) && LD_LIBRARY_PATH=$prefix/lib "$work/both" "$sample"
}
# A third compiler, which brings a C library and a linker of its own.
zig() {
    [[ -x $work/zig-cc ]] || {
        tests/venv.sh ziglang || { echo "there is no zig, and the package index has none"; return 77; }
        printf '#!/bin/sh\nexec "%s/target/venv/bin/python" -m ziglang cc "$@"\n' "$PWD" >"$work/zig-cc"
        chmod +x "$work/zig-cc"
    }
    "$work/zig-cc" "$@"
}
by_cmake() { # TARGET SOURCE [COMPILER]
    command -v "${3:-cc}" >/dev/null || { echo "there is no ${3:-cc}"; return 77; }
    rm -rf "$work/cmake"
    mkdir "$work/cmake"
    cat >"$work/cmake/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.14)
project(user LANGUAGES C CXX)
find_package(ipmon 0.1 REQUIRED)
add_executable(user $2)
target_link_libraries(user PRIVATE ipmon::$1)
CMAKE
    cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$prefix" ${3:+-DCMAKE_C_COMPILER="$3"} &&
        cmake --build "$work/cmake/build" && mv "$work/cmake/build/user" "$work/$1" && runs "$work/$1"
}
another_version_is_refused() { # VERSION
    printf 'cmake_minimum_required(VERSION 3.14)\nproject(user LANGUAGES C)\nfind_package(ipmon %s REQUIRED)\n' \
        "$1" >"$work/cmake/CMakeLists.txt"
    ! cmake -S "$work/cmake" -B "$work/cmake/other" -DCMAKE_PREFIX_PATH="$prefix" &&
        grep -q 'with requested version' "$work/log"
}
# A root folder of its own that has the C library and what it came with, and no libpcap:
# programs with the library beside them and inside them.
without_libpcap() {
    [[ $(id -u) == 0 ]] || { echo "chroot takes root"; return 77; }
    local root=$work/root file form
    cat >"$work/filter.c" <<'C'
#include <ipmon.h>
#include <stdio.h>
int main(void)
{
    char text[300] = "";
    ipmon_t *m = ipmon_new();
    ipmon_status status = ipmon_set_filter(m, "udp");
    if (status == IPMON_STATUS_OK)
        status = ipmon_parse_pcap_file(m, "/sample.pcap");
    ipmon_last_error(m, text, sizeof text, NULL);
    puts(text);
    return status != IPMON_STATUS_NO_LIBPCAP || ipmon_free(m) != IPMON_STATUS_OK;
}
C
    # shellcheck disable=SC2046
    cc "$work/filter.c" -o "$work/filter-shared" $(pkg-config --cflags --libs ipmon) &&
        cc "$work/filter.c" -o "$work/filter-static" $(pkg-config --cflags ipmon) \
            $(pkg-config --static --libs ipmon | sed "s|-lipmon|$prefix/lib/libipmon.a|") &&
        by_pkg_config cc && statically cc && mkdir "$root" || return
    cp "$work"/{shared,static} "$work"/filter-* "$sample" "$prefix/lib/libipmon.so.0.1" "$root/"
    for file in $(LD_LIBRARY_PATH=$prefix/lib ldd "$work/shared" | grep -oE '/[^ ]+' | grep -v ipmon); do
        mkdir -p "$root${file%/*}" && cp "$file" "$root$file"
    done
    ! find "$root" -name '*pcap.so*' -o -name 'libdbus*' | grep . || return
    for form in shared static; do
        LD_LIBRARY_PATH=/ sample=/sample.pcap runs chroot "$root" "/$form" || return
        LD_LIBRARY_PATH=/ chroot "$root" "/filter-$form" >"$work/said" || { cat "$work/said"; return 1; }
        grep -E 'install.*libpcap' "$work/said" || { cat "$work/said"; return 1; }
    done
}
moves() { # The CMake package goes where the folder goes.
    mv "$prefix" "$work/elsewhere" && prefix=$work/elsewhere by_cmake ipmon "$work/program.c"
    local status=$?
    mv "$work/elsewhere" "$prefix"
    return $status
}
into_a_package() {
    make install PREFIX=/usr LIBDIR=/usr/lib/some-triplet DESTDIR="$work/package" &&
        grep -qx 'libdir=${prefix}/lib/some-triplet' "$work/package/usr/lib/some-triplet/pkgconfig/ipmon.pc" &&
        ! grep -r "$work" "$work/package/usr/lib/some-triplet/pkgconfig" "$work/package/usr/lib/some-triplet/cmake" &&
        make uninstall PREFIX=/usr LIBDIR=/usr/lib/some-triplet DESTDIR="$work/package" &&
        [ -z "$(find "$work/package" ! -type d)" ]
}
# Installed, without a warning of the formatter, and with every function of the header.
the_manual_page() {
    local page=$prefix/share/man/man3/ipmon.3
    command -v man >/dev/null || { echo "there is no man"; return 77; }
    ! LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >"$work/page" | grep . &&
        [ "$(grep -c '^ *ipmon_[a-z_]*()$' "$work/page")" = "$(wc -l <tests/abi/symbols.txt)" ] &&
        grep -qF 'printf("%" PRId64' "$work/page" && ! grep -q '@' "$work/page"
}
leaves_nothing() { make uninstall PREFIX="$prefix" && [ ! -e "$prefix" ]; }

block bindings/cpp/README.md 'int main' >"$work/program.cc"
sed -i 's/, protocol "/ protocol "/' "$work/program.cc"

check "make install" installs
check "the shared library has a SONAME" has_a_soname
for compiler in gcc clang zig; do
    check "$compiler, pkg-config" by_pkg_config "$compiler"
    check "$compiler, static" statically "$compiler"
done
check "beside a program's own libpcap" beside_libpcap
check "CMake, shared" by_cmake ipmon "$work/program.c"
check "CMake, static" by_cmake static "$work/program.c"
for compiler in clang "$work/zig-cc"; do
    check "CMake, shared, ${compiler##*/}" by_cmake ipmon "$work/program.c" "$compiler"
    check "CMake, static, ${compiler##*/}" by_cmake static "$work/program.c" "$compiler"
done
check "CMake, C++" by_cmake cpp "$work/program.cc"
check "CMake, a newer version is refused" another_version_is_refused 0.2
check "CMake, an older one that is not compatible too" another_version_is_refused 0.0.9
check "CMake, in a folder that was moved" moves
check "into a package, and out of it" into_a_package
check "in a root folder without libpcap, shared and static" without_libpcap
check "the manual page" the_manual_page
check "make uninstall" leaves_nothing
count_checks
