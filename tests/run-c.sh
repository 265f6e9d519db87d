#!/usr/bin/env bash
# Tests the library as a C program sees it: compiles the programs of tests/c with
# several compilers and standards, runs them, runs them again under valgrind, and
# looks at the header and at the symbols of the library.
#
#   IPMON_LIB_DIR  folder of libipmon.so and libipmon.a     (target/release)
#   IPMON_CC       compilers for C                          (gcc clang)
#   IPMON_CXX      compilers for C++                        (g++ clang++)
#   IPMON_JOBS     checks that run at the same time         (2)
#   IPMON_ONLY     a pattern: only the checks whose names match it
#   IPMON_FULL     1 for the full counts of the promises, not a tenth (tests/c/check.h);
#                  then the programs run without valgrind, and by the first compiler
#
# One line a check, `ok NAME`, `not ok NAME` with its output, or `skip NAME`; the last
# line counts them. Exit status 0 when none failed.
set -u
cd "$(dirname "$0")/.."

lib=$(realpath "${IPMON_LIB_DIR:-target/release}")
read -ra cc <<<"${IPMON_CC:-gcc clang}"
read -ra cxx <<<"${IPMON_CXX:-g++ clang++}"
jobs=${IPMON_JOBS:-2}
only=${IPMON_ONLY:-}
full=${IPMON_FULL:-0}
[[ $full == 0 ]] && patience=150 || patience=1500
warnings="-Wall -Wextra -Wpedantic -Werror"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export lib work warnings patience

shopt -s nullglob
examples=(examples-c/*.c)
programs=()
for source in tests/c/*.c; do
    case $source in
    *_b.c) ;; # the second file of another program
    *) programs+=("$(basename "$source" .c)") ;;
    esac
done

# --- What the checks do -----------------------------------------------------

have() { command -v "$1" >/dev/null || { echo "there is no $1"; return 77; }; }

# shellcheck disable=SC2086  # $warnings is several words
syntax() { # COMPILER STANDARD FILE...
    have "$1" || return
    "$1" -std="$2" $warnings -Iinclude -fsyntax-only "${@:3}"
}

# shellcheck disable=SC2086
syntax_as_cxx() { # COMPILER STANDARD FILE
    have "$1" || return
    "$1" -x c++ -std="$2" $warnings -Iinclude -fsyntax-only "$3"
}

# shellcheck disable=SC2086
build() { # COMPILER: every program, linked with the shared library
    have "$1" || return
    local name second failed=0
    mkdir -p "$work/$1"
    for name in "${@:2}"; do
        second=tests/c/${name%_a}_b.c
        [[ $name == *_a && -f $second ]] || second=
        "$1" -std=c11 -g -O1 $warnings -Iinclude "tests/c/$name.c" $second \
            -o "$work/$1/$name" -L"$lib" -Wl,--as-needed -lipmon -Wl,-rpath,"$lib" -lpthread ||
            failed=1
    done
    return $failed
}

# shellcheck disable=SC2086
build_and_run_cxx() { # COMPILER STANDARD NAME
    have "$1" || return
    "$1" -std="$2" -O1 $warnings -Iinclude "tests/c/$3.cc" -o "$work/$3-$1-$2" \
        -L"$lib" -lipmon -Wl,-rpath,"$lib" -lpthread && timeout 150 "$work/$3-$1-$2"
}

# A program that is linked with the archive needs no library of ours when it runs.
# shellcheck disable=SC2086
static_program() { # COMPILER NAME
    have "$1" || return
    "$1" -std=c11 $warnings -Iinclude "tests/c/$2.c" -o "$work/static-$2" "$lib/libipmon.a" \
        -lpthread -ldl -lm && "$work/static-$2" || return
    if readelf -d "$work/static-$2" | grep NEEDED | grep -E 'ipmon|pcap'; then
        echo "it needs a library that it should contain, or not need"
        return 1
    fi
}

run() { # COMPILER NAME
    [[ -x $work/$1/$2 ]] || { echo "it was not built"; return 1; }
    timeout "$patience" "$work/$1/$2"
}

# As an ordinary user with CAP_NET_RAW alone; valgrind and the sanitizers run as root.
run_as_user() { IPMON_AS_USER=1 run "$@"; }
run_on_libpcap() { IPMON_LIVE=libpcap run_as_user "$@"; }

under_valgrind() { # COMPILER NAME
    have valgrind || return
    [[ -x $work/$1/$2 ]] || { echo "it was not built"; return 1; }
    local suppressions=tests/c/valgrind.supp
    [[ -f $suppressions ]] || suppressions=/dev/null
    IPMON_SLOW=1 timeout 300 valgrind -q --error-exitcode=9 --leak-check=full \
        --show-leak-kinds=definite,possible --errors-for-leak-kinds=definite,possible \
        --suppressions="$suppressions" "$work/$1/$2"
}

# planted KIND REPORT: an error that was planted on purpose is found, by that report.
planted() {
    have valgrind || return
    local log=$work/planted-$1.log
    gcc -std=c11 -g -O0 -Iinclude tests/tools/planted_memory.c -o "$work/planted-$1" -L"$lib" \
        -lipmon -Wl,-rpath,"$lib" || return
    valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$work/planted-$1" "$1" tests/data/sample.pcap \
        >"$log" 2>&1
    case $?:$2 in
    0:) ;;
    9:?*) grep -q -- "$2" "$log" ;;
    *) false ;;
    esac || { cat "$log"; return 1; }
}

# The names that programs link with: exactly the committed ones, which are those of
# the header, in its order.
exported_symbols() {
    nm -D --defined-only "$lib/libipmon.so" | awk '{ sub(/@.*/, "", $3); print $3 }' \
        | sort | diff -u <(sort tests/abi/symbols.txt) - || return
    awk '/^[ \t]*\/\*/ { comment = 1 }
         !comment && match($0, /ipmon_[a-z_]+\(/) { print substr($0, RSTART, RLENGTH - 1) }
         /\*\/ *$/ { comment = 0 }' include/ipmon.h | diff -u tests/abi/symbols.txt -
}

# libpcap is loaded when it is needed, and the library is never unloaded.
dynamic_section() {
    local section
    section=$(readelf -dW "$lib/libipmon.so") || return
    if grep NEEDED <<<"$section" | grep pcap; then
        echo "it must not need libpcap to be loaded"
        return 1
    fi
    grep -q NODELETE <<<"$section" || { echo "the flag NODELETE is not set"; return 1; }
}

# The tests of handles call every function that takes one.
every_handle() {
    local name missing=0
    while read -r name; do
        grep -qE "CALL[A-Z_]*\\(${name#ipmon_}[,)]|${name}[,(}]" tests/c/calls.h tests/c/handles_are_checked.c ||
            { echo "nobody calls $name" && missing=1; }
    done < <(tr '\n' ' ' <include/ipmon.h | grep -oE 'ipmon_[a-z_]+\(struct ipmon_t \*m' | sed 's/(.*//')
    return $missing
}

# Every function's comment has the same labels in the same order.
header_labels() {
    awk '
        /^\/\*\*/ { labels = ""; comment = 1 }
        comment && match($0, /^ \* (Returns|Threads|Ownership|From a callback|Since): ./) {
            label = substr($0, 4, index($0, ":") - 3)
            labels = labels label " "
        }
        /\*\/ *$/ { comment = 0 }
        !comment && /^IPMON_API/ { waiting = 1 }
        !comment && waiting && match($0, /ipmon_[a-z_]+\(/) {
            functions++
            if (labels != "Returns: Threads: Ownership: From a callback: Since: ") {
                print substr($0, RSTART, RLENGTH - 1) " has: " labels
                bad = 1
            }
            waiting = 0
            labels = ""
        }
        END {
            if (!functions) print "no functions were found"
            exit bad || !functions
        }' include/ipmon.h
}

# About three quarters of the header is prose.
header_prose() {
    awk '
        /^[ \t]*\/\*/ { comment = 1 }
        NF { all++; prose += comment }
        /\*\/[ \t]*$/ { comment = 0 }
        END {
            printf "%d of %d lines are comment\n", prose, all
            exit prose < 0.70 * all
        }' include/ipmon.h
}

# --- How they are run -------------------------------------------------------

# one NAME COMMAND...: runs a check and leaves its result behind.
one() {
    local name=$1 file status
    file=$work/results/${name//\//_}
    "${@:2}" >"$file.log" 2>&1 </dev/null
    status=$?
    case $status in
    0) echo "ok $name$(sed -n 's/^[0-9]* checks; \(.*\)/ (\1)/p' "$file.log")" >"$file" ;;
    77) echo "skip $name: $(tail -n 1 "$file.log")" >"$file" ;;
    *) {
        echo "not ok $name"
        sed 's/^/    /' "$file.log"
        echo "    (exit status $status)"
    } >"$file" ;;
    esac
    cat "$file"
}

mkdir "$work/results"
# Only functions and exported names cross into the processes that xargs starts.
export -f have syntax syntax_as_cxx build build_and_run_cxx static_program run run_as_user run_on_libpcap under_valgrind \
    planted exported_symbols dynamic_section every_handle header_labels header_prose one

list=$work/list
# add NAME COMMAND...: puts a check on the list, NUL-separated and ended by a line.
add() {
    [[ -z $only || $1 =~ $only ]] || return 0
    printf '%q ' one "$@" >>"$list"
    printf '\0' >>"$list"
}

# go JOBS: runs what is on the list.
go() {
    [[ -f $list ]] || return 0
    xargs -0 -P "$1" -I{} bash -c '{}' <"$list"
    rm "$list"
}

sources=(tests/c/*.c "${examples[@]}")
for c in "${cc[@]}"; do
    for standard in c99 c11 c17; do
        add "$c $standard: programs and examples" syntax "$c" "$standard" "${sources[@]}"
        [[ $standard == c99 ]] || add "$c $standard: layout" syntax "$c" "$standard" tests/abi/layout.c
    done
done
for c in "${cxx[@]}"; do
    for standard in c++11 c++17; do
        add "$c $standard: the header alone" syntax_as_cxx "$c" "$standard" include/ipmon.h
        add "$c $standard: layout" syntax_as_cxx "$c" "$standard" tests/abi/layout.c
        for source in tests/c/*.cc; do
            name=$(basename "$source" .cc)
            add "$c $standard: $name" build_and_run_cxx "$c" "$standard" "$name"
        done
    done
done
add "the exported symbols" exported_symbols
add "the dynamic section" dynamic_section
add "every function with a handle is called with bad ones" every_handle
add "the labels of the header" header_labels
add "the prose of the header" header_prose
add "static: a_packet_has_every_field" static_program "${cc[0]}" a_packet_has_every_field
go "$jobs"

# Programs are needed by all that follows, whatever IPMON_ONLY says.
keep=$only only=
for c in "${cc[@]}"; do
    add "$c: programs are linked" build "$c" "${programs[@]}"
done
go "$jobs"
only=$keep

# Those with a network of their own count and measure: they run alone. Under
# valgrind nothing is measured.
live=() quiet=()
for name in "${programs[@]}"; do
    if grep -q '"net.h"' "tests/c/$name.c"; then live+=("$name"); else quiet+=("$name"); fi
done
for c in "${cc[@]}"; do
    for name in "${quiet[@]}"; do
        add "$c: $name" run "$c" "$name"
    done
    [[ $full == 0 ]] || break
done
go "$jobs"
for name in "${live[@]}"; do
    add "${cc[0]}: $name" run_as_user "${cc[0]}" "$name"
done
# Live captures read our own ring; libpcap is for what that does not open. What a source
# has to do is asked of both of them; the life of a run is the same for every source.
for name in a_capture_lives_as_long_as_its_interface a_gap_is_told_in_its_place \
    a_live_capture_ends_when_its_interface_goes a_slow_callback_does_not_hold_a_stop \
    a_stop_leaves_no_packet_unaccounted capture_on_any_and_loopback direction_and_filter_live \
    errors_of_start interrupt_ends_a_live_wait live_counts_are_exact options_apply_live \
    modes_leave_with_the_capture starts_and_stops_leave_nothing_behind stop_in_the_callback_live \
    what_happens_to_an_interface_is_told; do
    add "${cc[0]}, on libpcap: $name" run_on_libpcap "${cc[0]}" "$name"
done
go 1
[[ $full == 0 ]] || programs=()
for name in "${programs[@]}"; do
    # An instrument needs memory of its own, which this one takes away.
    [[ $name != an_arrow_stream_says_that_memory_is_short ]] || continue
    add "valgrind: $name" under_valgrind "${cc[0]}" "$name"
done
add "valgrind: planted: nothing" planted nothing ""
add "valgrind: planted: a-kept-packet" planted a-kept-packet "Invalid read"
add "valgrind: planted: a-freed-output" planted a-freed-output "Invalid write"
add "valgrind: planted: a-double-free" planted a-double-free "Invalid free"
add "valgrind: planted: a-leak" planted a-leak "definitely lost"
go "$jobs"

count() { grep -sch "^$1 " "$work"/results/* | awk '{ n += $1 } END { print n + 0 }'; }
rm -f "$work"/results/*.log
passed=$(count ok) failed=$(count "not ok") skipped=$(count skip)
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed == 0 && $passed != 0 ]]
