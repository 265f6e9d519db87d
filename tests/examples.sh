#!/usr/bin/env bash
# The smaller programs of examples-c: they compile with two compilers, print what their
# README shows, say what is wrong with a file, and the one with an epoll loop tells live
# rates and ends at a signal.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
source tests/checks.sh

sample=tests/data/sample.pcap
readme=examples-c/README.md
link=(-Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release" -pthread)
strict=(-O2 -Wall -Wextra -Wpedantic -Wshadow -Werror -Iinclude)
of_c=(count_protocols file_summary pull_epoll)

compile() { # COMPILER STANDARD
    local name
    for name in "${of_c[@]}"; do
        "$1" "-std=$2" "${strict[@]}" "examples-c/$name.c" -o "$work/$name" "${link[@]}" || return
    done
}
compile_raii() { # COMPILER
    "$1" -std=c++17 "${strict[@]}" -Ibindings/cpp/include examples-c/raii.cpp -o "$work/raii" "${link[@]}"
}
the_readme_builds() {
    block "$readme" '^cc ' | sed "s|-o file_summary|-o $work/by_readme|" >"$work/command"
    sh -eu "$work/command" && "$work/by_readme" "$sample" | grep -q 'IPv4 packets'
}
the_readme_lists() {
    local file
    for file in examples-c/*.c examples-c/*.cpp; do
        grep -qF "(${file##*/})" "$readme" || { echo "$file is not listed" && return 1; }
    done
}
# Whatever stands in the README behind "$ NAME ARGUMENTS" is what that prints.
as_shown() { # NAME
    local command
    awk -v name="$1" '
        /^```/ { inside = 0 }
        inside { print }
        $1 == "$" && $2 == name { inside = 1 }' "$readme" >"$work/shown"
    command=$(sed -n "s/^\$ $1 //p" "$readme")
    [ -s "$work/shown" ] && [ -n "$command" ] || { echo "it is not shown" && return 1; }
    # shellcheck disable=SC2086 # words
    "$work/$1" $command >"$work/out" && diff "$work/shown" "$work/out"
}
counts_agree() { # Three programs and sniff.
    local packets
    packets=$(target/sniff -r "$sample" 2>"$work/err" | wc -l)
    [ "$("$work/pull_epoll" -r - <"$sample" | cut -d' ' -f1)" = "$packets" ] &&
        [ "$("$work/count_protocols" "$sample" | awk 'NR > 1 { n += $(NF - 3) } END { print n }')" = "$packets" ] &&
        [ "$("$work/file_summary" - <"$sample" | awk '/IPv[46] packets/ { n += $3 } END { print n }')" = "$packets" ]
}
failures_are_told() {
    local name word
    head -c 20000 "$sample" >"$work/cut.pcap"
    for name in count_protocols file_summary raii pull_epoll; do
        word=
        [ $name != pull_epoll ] || word=-r
        # shellcheck disable=SC2086 # none, or one
        ! "$work/$name" $word no/such/file >"$work/out" 2>"$work/err" &&
            [ "$(cat "$work/err")" = "$name: cannot open \"no/such/file\": No such file or directory" ] &&
            ! "$work/$name" $word "$work/cut.pcap" >"$work/out" 2>"$work/err" &&
            grep -q "^$name: capture ends inside record" "$work/err" || return
        "$work/$name" >"$work/out" 2>"$work/err"
        [ $? = 2 ] && grep -q "^usage: $name " "$work/err" || return
    done
    # What was in front of the damage is counted.
    "$work/file_summary" "$work/cut.pcap" 2>"$work/err" | grep -q 'IPv6 packets  '
}
live() {
    if ! unshare -n true 2>/dev/null; then
        echo "needs root: network namespaces"
        return 77
    fi
    # shellcheck disable=SC2016 # the inner shell's
    unshare -n bash -c '
        ip link set lo up
        "$1/pull_epoll" lo "udp port 9" >"$1/out" 2>"$1/err" &
        loop=$!
        "$1/raii" lo 3 >"$1/raii_out" 2>>"$1/err" &
        raii=$!
        sleep 0.5
        for ((i = 0; i < 200; i++)); do
            echo >/dev/udp/127.0.0.1/9
            sleep 0.01
        done
        sleep 1.5
        kill -INT $loop
        wait $loop || exit
        wait $raii' live "$work" || return
    cat "$work/out" "$work/raii_out"
    [ ! -s "$work/err" ] && grep -q '^[1-9][0-9]* packets/s, [0-9.]* kB/s, 0 lost so far$' "$work/out" &&
        [ "$(tail -n 1 "$work/out")" = '200 packets, 8600 bytes, 0 lost' ] &&
        grep -qE '^127\.0\.0\.1 +[1-9]' "$work/raii_out"
}

for compiler in gcc clang; do
    for standard in c99 c11; do check "$compiler $standard" compile "$compiler" "$standard"; done
done
for compiler in g++ clang++; do check "$compiler c++17" compile_raii "$compiler"; done
check "the README's command" the_readme_builds
check "the README lists all" the_readme_lists
for name in "${of_c[@]}" raii; do check "$name prints what the README shows" as_shown "$name"; done
check "the counts are those of sniff" counts_agree
check "failures are told" failures_are_told
check "live, in an epoll loop" live
count_checks
