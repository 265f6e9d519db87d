#!/usr/bin/env bash
# bindings/cpp: its tests with two compilers and three versions of the language, and
# under the address sanitizer; its README's program, its example, its CMake target.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
check() { # NAME COMMAND...
    "${@:2}" >"$work/log" 2>&1 </dev/null
    case $? in
    0) passed=$((passed + 1)) && echo "ok $1" ;;
    77) skipped=$((skipped + 1)) && echo "skip $1: $(tail -n 1 "$work/log")" ;;
    *)
        failed=$((failed + 1))
        echo "not ok $1"
        head -n 20 "$work/log" | sed 's/^/    /'
        ;;
    esac
}

link=(-Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release" -pthread)
include=(-Ibindings/cpp/include -Iinclude -Itests/c)
strict=(-g -O1 -Wall -Wextra -Wpedantic -Wshadow -Werror)

program() { # COMPILER STANDARD NAME FLAGS...: compiles a test, and runs it
    "$1" "-std=$2" "${strict[@]}" "${@:4}" "${include[@]}" "bindings/cpp/tests/$3.cc" \
        -o "$work/$3" "${link[@]}" && timeout 200 "$work/$3"
}
two_units() { # COMPILER: the header may stand in every file of a program
    echo '#include <ipmon.hpp>
        int other() { return ipmon::monitor().active(); }' >"$work/one.cc"
    echo '#include <ipmon.hpp>
        int other();
        int main() { return other() + ipmon::monitor().active(); }' >"$work/two.cc"
    "$1" -std=c++17 "${strict[@]}" "${include[@]}" "$work/one.cc" "$work/two.cc" \
        -o "$work/two" "${link[@]}" && "$work/two"
}

# block PATTERN: the first code block of the README in which PATTERN stands.
block() {
    awk -v pattern="$1" '
        /^```/ && !inside { inside = 1; text = ""; next }
        /^```$/ { if (text ~ pattern) { printf "%s", text; exit } inside = 0; next }
        inside { text = text $0 "\n" }' bindings/cpp/README.md
}
the_readme() {
    block 'int main' >"$work/program.cc"
    block '^c[+][+] ' | sed "s|program.cc|$work/program.cc -Wall -Wextra -Werror -o $work/readme|" >"$work/command"
    sh -eu "$work/command" &&
        "$work/readme" tests/data/sample.pcap | grep -q ', protocol 17, ' &&
        ! message=$("$work/readme" /does/not/exist 2>&1) &&
        [ "$message" = 'cannot open "/does/not/exist": No such file or directory' ]
}
the_example() {
    cmake -S bindings/cpp -B "$work/build" -DIPMON_CPP_EXAMPLES=ON &&
        cmake --build "$work/build" &&
        "$work/build/file_summary" tests/data/sample.pcap >"$work/out" && cat "$work/out" &&
        grep -qE '^  UDP +[0-9]+ +[0-9]+$' "$work/out" &&
        [ "$(sed -n 's/ IP packets in .*//p' "$work/out")" = "$(target/sniff -r tests/data/sample.pcap 2>"$work/err" | wc -l)" ]
}

for compiler in g++ clang++; do
    for standard in c++17 c++20 c++2b; do
        check "$compiler $standard: files" program "$compiler" "$standard" files
    done
    check "$compiler c++17: live" program "$compiler" c++17 live
    check "$compiler: two units" two_units "$compiler"
done
check "address sanitizer: files" program g++ c++2b files -fsanitize=address,undefined
check "address sanitizer: live" program g++ c++17 live -fsanitize=address,undefined
check "the README's program" the_readme
check "the example, by CMake" the_example
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed == 0 && $passed != 0 ]]
