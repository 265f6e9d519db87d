#!/usr/bin/env bash
# The ABI stays: what a header once had is in every later one; programs of then run with
# the library of now, and programs of later ones with it too (docs/abi.md). And each way
# to break it turns a check red: they are planted here, one by one.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh
lib=$PWD/target/release
sample=$PWD/tests/data/sample.pcap

# --- What is promised, as text and as numbers -------------------------------

# surface HEADER: everything that can be said of a header without the library.
surface() {
    local old include=$work/include
    mkdir -p "$include"
    cmp -s "$1" "$include/ipmon.h" || cp "$1" "$include/ipmon.h"
    for old in tests/abi/headers/*.h; do
        tests/abi/surface.py keeps "$old" "$1" || return
    done
    tests/abi/surface.py listed "$1" tests/abi/layout.c &&
        gcc -std=c11 -Wall -Werror -fsyntax-only -I"$include" tests/abi/layout.c &&
        sed -n 's/^.*\b\(ipmon_[a-z_]*\)(.*$/\1/p' <(grep -A1 '^IPMON_API' "$1") |
        diff tests/abi/symbols.txt - >&2
}
is_as_it_was() { surface include/ipmon.h; }

# planted CHANGE TEST...: a header with the change turns the test red.
planted() {
    perl -0pe "$1" include/ipmon.h >"$work/planted.h"
    ! cmp -s "$work/planted.h" include/ipmon.h || { echo "nothing was planted"; return 1; }
    ! "${@:2}" || { echo "nothing was found"; return 1; }
}
red() { planted "$1" surface "$work/planted.h"; }
# What the compiler finds by itself, in a layout that no older header knows.
layout_is_red() {
    mkdir -p "$work/alone"
    planted "$1" eval 'cp "$work/planted.h" "$work/alone/ipmon.h"; gcc -std=c11 -fsyntax-only -I"$work/alone" tests/abi/layout.c'
}

# --- Older programs, newer programs -----------------------------------------

# program SOURCE HEADER LIBRARY OUTPUT
program() {
    mkdir -p "$work/$4.include"
    cp "$2" "$work/$4.include/ipmon.h"
    gcc -std=c99 -D_GNU_SOURCE -Wall -Wextra -Werror -I"$work/$4.include" "$1" -o "$work/$4" -L"$3" -lipmon
}
with() { # LIBRARY PROGRAM...
    LD_LIBRARY_PATH=$1 timeout 60 "${@:2}"
}
tomorrow=$work/tomorrow
makes_tomorrow() {
    local sources=target/tomorrow
    rm -rf "$sources" && mkdir "$sources" "$tomorrow" && tests/abi/tomorrow.py "$sources" &&
        CARGO_INCREMENTAL=0 cargo build --quiet --lib --manifest-path "$sources/Cargo.toml" --target-dir target &&
        mv target/debug/libtomorrow.so "$tomorrow/libipmon.so" && mv "$sources/include/ipmon.h" "$tomorrow/" &&
        rm target/debug/libtomorrow.* && rm -r "$sources" &&
        nm -D "$tomorrow/libipmon.so" | grep -q ' ipmon_tomorrow$'
}
# A program of each header that was kept prints the same with each library.
older() { # HEADER
    program tests/abi/first.c "$1" "$lib" older && program tests/abi/first.c include/ipmon.h "$lib" now &&
        with "$lib" "$work/now" "$sample" >"$work/expected" && grep -q ' packets, ' "$work/expected" &&
        with "$lib" "$work/older" "$sample" | diff "$work/expected" - &&
        with "$tomorrow" "$work/older" "$sample" | diff "$work/expected" -
}
# One that pulls: today's with both libraries, and tomorrow's with both.
pulls() {
    local header
    program tests/abi/pull.c include/ipmon.h "$lib" pull &&
        program tests/abi/pull.c "$tomorrow/ipmon.h" "$tomorrow" pull-later &&
        with "$lib" "$work/pull" "$sample" >"$work/pulled" || return
    for header in "$lib pull-later" "$tomorrow pull" "$tomorrow pull-later"; do
        with "${header% *}" "$work/${header#* }" "$sample" | diff "$work/pulled" - || return
    done
}
# The tests in C that look at what they get, as they were built for today's library.
tests_of_today() {
    local name
    for name in pcapng_says_more damage_is_reported_with_its_place \
        a_mapped_file_gives_the_same_packets a_file_can_be_pulled; do
        gcc -std=c11 -D_GNU_SOURCE -pthread -Iinclude "tests/c/$name.c" -o "$work/$name" -L"$lib" -lipmon &&
            with "$tomorrow" "$work/$name" || { echo "$name, with the library of tomorrow"; return 1; }
    done
}
newer() {
    program tests/abi/newer.c "$tomorrow/ipmon.h" "$tomorrow" newer &&
        with "$tomorrow" "$work/newer" "$sample" 1 && with "$lib" "$work/newer" "$sample" 0
}

check "nothing that was promised has changed" is_as_it_was
check "red: a field is inserted" red 's|^    uint64_t not_ip;|    uint64_t inserted;\n$&|m'
check "red: a field is appended, and not held" red 's|^    uint64_t bytes;|$&\n    uint64_t appended;|m'
check "red: two fields change places" red 's|(uint64_t filtered;)(.*)(uint64_t paused;)|$3$2$1|s'
check "red: a field is removed" red 's|^    uint64_t discarded;\n||m'
check "red: a field has another type" red 's|int64_t timestamp_ns;|u$&|'
check "red: a function is inserted" red 's|^.*ipmon_check_access|IPMON_API void ipmon_inserted(void);\n$&|m'
check "red: a function is removed" red 's|^IPMON_API .*ipmon_check_access.*\n||m'
check "red: two functions change places" red 's|(IPMON_API \N*ipmon_set_latency\N*)(.*)(IPMON_API \N*ipmon_get_latency\N*)|$3$2$1|s'
check "red: a function has another argument" red 's|int \*active|long *active|'
check "red: a status is inserted, and those behind it count on" red 's|^#define IPMON_STATUS_SYSTEM .*|#define IPMON_STATUS_INSERTED (-26)\n#define IPMON_STATUS_SYSTEM (-27)|m'
check "red: a status has the number of another" red 's|^#define IPMON_STATUS_IO .*|$&\n#define IPMON_STATUS_TWIN (-19)|m'
check "red: a status is removed" red 's|^#define IPMON_STATUS_IO .*\n||m'
check "red: two statuses change places" red 's|(STATUS_IO) \(-19\)(.*STATUS_NOT_A_CAPTURE) \(-20\)|$1 (-20)$2 (-19)|s'
check "red: a status is appended, and not held" red 's|^#define IPMON_STATUS_SYSTEM .*|$&\n#define IPMON_STATUS_APPENDED (-27)|m'
check "red by the compiler alone: a field is inserted" layout_is_red 's|^    uint64_t not_ip;|    uint64_t inserted;\n$&|m'
check "red by the compiler alone: a number has another value" layout_is_red 's|(STATUS_IO) \(-19\)|$1 (-20)|'
check "a library of tomorrow is made of today's" makes_tomorrow
for header in tests/abi/headers/*.h; do
    check "a program of $(basename "$header" .h) runs with the libraries of today and tomorrow" older "$header"
done
check "programs that pull run with older and newer libraries" pulls
check "tests of today run with the library of tomorrow" tests_of_today
check "a program of tomorrow asks what the library of today has" newer
count_checks
