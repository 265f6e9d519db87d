#!/usr/bin/env bash
# The programs of tests/c under the address sanitizer, with the library instrumented
# too, and under the undefined behaviour sanitizer on the side of C; then programs
# with one planted error of each kind, which prove that the instruments are on.
#
#   IPMON_ONLY  a pattern: only the programs whose names match it
#   IPMON_SLOW  0 for as many rounds as without instruments (1: fewer)
#   IPMON_FULL  1 for the full counts of the promises (tests/c/check.h)
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
only=${IPMON_ONLY:-}
export IPMON_SLOW=${IPMON_SLOW:-1}
[[ ${IPMON_FULL:-0} == 0 ]] && patience=300 || patience=3000
. tests/checks.sh

# The instrumentation is part of every stable compiler; only its flag is not stable.
# With --target, build scripts stay as they are.
target=$(rustc -vV | sed -n 's/^host: //p')
RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Cforce-frame-pointers=yes" cargo build \
    --quiet --lib --target "$target" --target-dir target/asan || exit 1
lib=$PWD/target/asan/$target/debug

export ASAN_OPTIONS=exitcode=99:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1

# What these promise has to hold with this instrument watching, and often.
often=" stop_means_stopped "

# The sanitizer opens libraries in the program's stead: the path to ours has to be one
# that is inherited (--disable-new-dtags).
compile() { # OUTPUT SOURCE...
    gcc -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -Iinclude \
        -fsanitize=address,undefined -fno-sanitize-recover=undefined \
        "${@:2}" -o "$1" -L"$lib" -Wl,--as-needed -lipmon \
        -Wl,--disable-new-dtags,-rpath,"$lib" -lpthread
}

for source in tests/c/*.c; do
    name=$(basename "$source" .c)
    [[ $name != *_b && (-z $only || $name =~ $only) ]] || continue
    # An instrument needs memory of its own, which this one takes away.
    [[ $name != an_arrow_stream_says_that_memory_is_short ]] || continue
    second=()
    [[ $name == *_a && -f tests/c/${name%_a}_b.c ]] && second=("tests/c/${name%_a}_b.c")
    [[ $often == *" $name "* ]] && tenth=1 || tenth=0
    compile "$work/$name" "$source" "${second[@]}" >"$work/log" 2>&1 &&
        IPMON_TENTH=$tenth timeout "$patience" "$work/$name" >"$work/log" 2>&1 </dev/null
    status=$?
    # Children, whose status a program may not pass on, report into the log as well.
    if grep -qE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$work/log"; then status=99; fi
    judge $status "$name"
done

# finds KIND REPORT [FUNCTION]: the planted error is reported, inside that function.
finds() {
    "$work/planted" "$1" tests/data/sample.pcap >"$work/log" 2>&1 </dev/null
    local status=$?
    echo "(the report should say: $2 ${3-})" >>"$work/log"
    [[ $status != 0 ]] && grep -q -- "$2" "$work/log" && grep -q -- "in ${3-}" "$work/log"
    judge $? "planted: $1"
}
compile "$work/planted" tests/tools/planted_memory.c || exit 1
"$work/planted" nothing tests/data/sample.pcap >"$work/log" 2>&1
judge $? "planted: nothing"
finds a-kept-packet heap-use-after-free main
# Only a library that is instrumented itself finds these.
finds a-freed-output heap-use-after-free ipmon_get_active
finds a-short-output heap-buffer-overflow ipmon_get_active
finds a-short-array stack-buffer-overflow ipmon_format_address
finds a-double-free double-free main
finds a-leak 'detected memory leaks' main
finds an-overflow 'signed integer overflow' main

count_checks
