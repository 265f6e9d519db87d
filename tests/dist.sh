#!/usr/bin/env bash
# make dist: the tarball asks for nothing above glibc 2.17, works where it is unpacked in
# every form, and runs in an old userland without libpcap.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh
sample=$PWD/tests/data/sample.pcap
[[ $(uname -m) == x86_64 ]] || { echo "skip dist: it is made on x86-64"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }

makes_it() {
    make dist && mkdir "$work/here" && tar -xzf target/dist/ipmon-*-x86_64-linux-gnu.tar.gz -C "$work/here" &&
        mv "$work"/here/ipmon-* "$work/unpacked"
}
here=$work/unpacked
old=$work/old

versions() {
    readelf -W --dyn-syms "$here/lib/libipmon.so" | grep -oE '@+[A-Z]+_[0-9.]+' | tr -d @ | sort -uV >"$work/versions"
    cat "$work/versions"
    grep -q GLIBC_2.2.5 "$work/versions" && ! grep -v GLIBC_ "$work/versions" &&
        [[ $(printf '%s\n' GLIBC_2.17 | cat "$work/versions" - | sort -V | tail -n 1) == GLIBC_2.17 ]]
}
# libgcc_s and libpcap are not there.
needs() {
    readelf -dW "$here/lib/libipmon.so" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' >"$work/needed"
    cat "$work/needed"
    grep -q '^libc.so.6$' "$work/needed" &&
        ! grep -vxE 'libc\.so\.6|ld-linux-x86-64\.so\.2|libpthread\.so\.0|libdl\.so\.2|libm\.so\.6|librt\.so\.1' "$work/needed" &&
        readelf -dW "$here/lib/libipmon.so" | grep -F '[libipmon.so.0.1]' &&
        readelf -dW "$here/lib/libipmon.so" | grep NODELETE
}
exports() {
    nm -D --defined-only "$here/lib/libipmon.so" | awk '{ print $3 }' | diff <(sort tests/abi/symbols.txt) -
}
no_foreign_paths() { ! strings -a "$here/lib/libipmon.so.0.1" "$here/lib/libipmon.a" | grep -F -e "$PWD" -e "$HOME/"; }

awk '/^```c$/ { inside = 1; next } /^```$/ { exit } inside' README.md >"$work/program.c"
runs() { # PROGRAM...: prints what the README's program prints of the sample
    "$@" >"$work/out" && [[ $(grep -c ' protocol 17, ' "$work/out") -gt 10 ]]
}
pc() { PKG_CONFIG_PATH=$here/lib/pkgconfig pkg-config "$@" ipmon; }
by_pkg_config() {
    # shellcheck disable=SC2046 # options, not one word
    cc "$work/program.c" -o "$work/program" $(pc --cflags --libs) && LD_LIBRARY_PATH=$here/lib runs "$work/program" "$sample" &&
        cc "$work/program.c" -o "$work/program" $(pc --cflags) $(pc --static --libs | sed 's/-lipmon/-l:libipmon.a/') &&
        runs "$work/program" "$sample"
}
by_cmake() { # TARGET
    rm -rf "$work/cmake" && mkdir "$work/cmake" && cp "$work/program.c" "$work/cmake" && cat >"$work/cmake/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.14)
project(user LANGUAGES C)
find_package(ipmon 0.1 REQUIRED)
add_executable(program program.c)
target_link_libraries(program PRIVATE ipmon::$1)
CMAKE
    cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$here" >/dev/null &&
        cmake --build "$work/cmake/build" && runs "$work/cmake/build/program" "$sample"
}
as_its_readme_says() {
    block "$here/README.md" PREFIX | grep '^cc' | sed "s|PREFIX|$here|g; s|program.c|$work/program.c -o $work/program|" >"$work/commands"
    [[ $(wc -l <"$work/commands") == 2 ]] || return
    while read -r command; do
        rm -f "$work/program"
        sh -c "$command" && runs "$work/program" "$sample" || return
    done <"$work/commands"
}

# The functions of each glibc, as zig has them written down: what 2.17 lacks is not linked.
zig() { PYTHONNOUSERSITE=1 target/venv/bin/python -m ziglang cc -target x86_64-linux-gnu.2.17 -O1 "$@"; }
with_the_functions_of_2_17() {
    local private
    private=$(sed -n 's/^Libs.private: //p' "$here/lib/pkgconfig/ipmon.pc")
    # shellcheck disable=SC2086 # options, not one word
    zig -I"$here/include" "$work/program.c" -o "$work/shared" "$here/lib/libipmon.so" -Wl,-rpath,/lib -Wl,--no-allow-shlib-undefined &&
        zig -I"$here/include" "$work/program.c" -o "$work/static" "$here/lib/libipmon.a" $private &&
        ! readelf -dW "$work/static" | grep -E 'NEEDED.*(ipmon|pcap|gcc_s)' &&
        LD_LIBRARY_PATH=$here/lib runs "$work/shared" "$sample" && runs "$work/static" "$sample"
}

old_userland() {
    [[ $(id -u) == 0 ]] || { echo "chroot takes root"; return 77; }
    tests/old-userland.sh "$old" 2>&1 | tee "$work/userland"
    [[ ${PIPESTATUS[0]} == 0 ]] || return "${PIPESTATUS[0]}"
    cat >"$work/filter.c" <<'C'
#include <ipmon.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    char text[300] = "";
    ipmon_t *m = ipmon_new();
    ipmon_status status = ipmon_set_filter(m, "udp");
    if (status == IPMON_STATUS_OK)
        status = ipmon_parse_pcap_file(m, argv[argc - 1]);
    ipmon_last_error(m, text, sizeof text, NULL);
    printf("%s\n", text);
    return status != IPMON_STATUS_NO_LIBPCAP || ipmon_free(m) != IPMON_STATUS_OK;
}
C
    zig -I"$here/include" "$work/filter.c" -o "$work/filter" "$here/lib/libipmon.so" -Wl,-rpath,/lib &&
        cp "$here"/lib/libipmon.so.0.1 "$old/lib/" && cp "$work"/{shared,static,filter} "$sample" "$old/" &&
        ! find "$old" -name 'libpcap*' -o -name 'libgcc_s*' | grep .
}
there() { # COMMAND...: in the old userland
    [[ -x $old/filter ]] || { tail -n 1 "$work/userland"; return 77; }
    "$@"
}

check "make dist" makes_it
check "no symbol is of a glibc above 2.17" versions
check "it needs the C library alone" needs
check "it exports what the header has" exports
check "it has no path of the machine that made it" no_foreign_paths
check "pkg-config, shared and static" by_pkg_config
check "CMake, shared" by_cmake ipmon
check "CMake, static" by_cmake static
check "the commands of its README" as_its_readme_says
check "a program is linked, shared and static, with the functions of glibc 2.17 alone" with_the_functions_of_2_17
check "an old userland without libpcap" old_userland
check "there, a program reads the sample ($(grep glibc "$work/userland" 2>/dev/null))" there runs chroot "$old" /shared /sample.pcap
check "there, one with the library inside too" there runs chroot "$old" /static /sample.pcap
check "there, a filter names the package to install" there eval 'chroot "$old" /filter /sample.pcap | grep -E "install.*libpcap"'
count_checks
