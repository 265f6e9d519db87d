#!/usr/bin/env bash
# bindings/cpp: its tests with two compilers and three versions of the language, and
# under the address sanitizer; its README's program, its example, its CMake target; its
# conform program, target/conform/cpp, beside that of C.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
source tests/checks.sh

sample=tests/data/sample.pcap
link=(-Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release" -pthread)
include=(-Ibindings/cpp/include -Iinclude -Itests/c)
strict=(-g -O1 -Wall -Wextra -Wpedantic -Wshadow -Werror)

# The programs to be tested: COMPILER STANDARD TEST SANITIZER.
programs=()
for compiler in g++ clang++; do
    for standard in c++17 c++20 c++2b; do programs+=("$compiler $standard files -"); done
    for standard in c++17 c++20; do programs+=("$compiler $standard pull -"); done
    for test in pull_ends pull_live live; do programs+=("$compiler c++17 $test -"); done
done
for test in files pull pull_ends pull_live live; do programs+=("g++ c++20 $test address"); done
programs+=("g++ c++17 pull_live thread")

place() { tr ' +' '-p' <<<"$work/$1"; }
compile() { # PROGRAM: what the compiler says goes into a file beside it
    local words place
    read -ra words <<<"$1"
    place=$(place "$1")
    [ "${words[3]}" = - ] || words+=("-fsanitize=${words[3]}")
    "${words[0]}" "-std=${words[1]}" "${strict[@]}" "${words[@]:4}" "${include[@]}" \
        "bindings/cpp/tests/${words[2]}.cc" -o "$place" "${link[@]}" >"$place.said" 2>&1
}
run() { # PROGRAM
    local place
    place=$(place "$1")
    cat "$place.said"
    # The library itself is not instrumented.
    TSAN_OPTIONS=ignore_noninstrumented_modules=1 timeout 200 "$place"
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

each_alone() { # COMPILER: whichever header comes first
    local header
    for header in bindings/cpp/include/ipmon/*.hpp; do
        echo "#include <ipmon/${header##*/}>" | "$1" -std=c++17 "${strict[@]}" "${include[@]}" \
            -x c++ -fsyntax-only - || return
    done
}
conform_is_built() { # COMPILER
    mkdir -p target/conform
    "$1" -std=c++17 -O2 "${strict[@]:2}" "${include[@]}" -Iconformance/c bindings/cpp/conform/*.cc \
        -o target/conform/cpp.new -Ltarget/release -lipmon "-Wl,-rpath,\$ORIGIN/../release" -pthread &&
        mv target/conform/cpp.new target/conform/cpp
}
like_c() { # ARGUMENTS...: both conform programs print the same, and end the same
    local status=0 c_status=0
    target/conform/cpp "$@" >"$work/cpp" || status=$?
    target/conform/c "$@" >"$work/c" || c_status=$?
    [ $status = $c_status ] && [ -s "$work/c" ] && cmp "$work/c" "$work/cpp"
}
cases() {
    local mode
    for mode in push pull; do
        like_c case $mode "$sample" && like_c case $mode "$sample" filter=udp file_access=1 &&
            like_c case $mode "$sample" file_access=9 && like_c case $mode Cargo.toml &&
            like_c sum $mode "$sample" || return
    done
}
behaviours() {
    local name
    for name in missing_file not_a_capture; do like_c behaviour $name || return; done
    for name in stop_in_the_callback early_break close_twice bad_filter throw_in_the_callback \
        collector_stress thousand_opens; do
        like_c behaviour $name "$sample" || return
    done
}
another_abi_is_refused() {
    echo 'unsigned ipmon_abi_version(void) { return 0; }' |
        gcc -x c -shared -fPIC - -o "$work/other.so" &&
        [ "$(LD_PRELOAD=$work/other.so target/conform/cpp behaviour another_abi)" = '{"refused":true}' ] &&
        [ "$(target/conform/cpp behaviour another_abi)" = '{"refused":false}' ] &&
        ! LD_PRELOAD=$work/other.so target/conform/cpp case pull "$sample" >"$work/out" &&
        [ ! -s "$work/out" ]
}

the_readme() {
    block bindings/cpp/README.md 'int main' >"$work/program.cc"
    block bindings/cpp/README.md '^c[+][+] ' | sed "s|program.cc|$work/program.cc -Wall -Wextra -Werror -o $work/readme|" >"$work/command"
    sh -eu "$work/command" &&
        "$work/readme" tests/data/sample.pcap | grep -q ', protocol 17, ' &&
        ! message=$("$work/readme" /does/not/exist 2>&1) &&
        [ "$message" = 'cannot open "/does/not/exist": No such file or directory' ]
}
the_loop() { # The README's loop, over the sample.
    {
        printf '#include <iostream>\n#include <ipmon.hpp>\nint main() { ipmon::monitor m;\n'
        block bindings/cpp/README.md 'm[.]packets' | sed "s|capture.pcap|$sample|"
        echo '}'
    } >"$work/loop.cc"
    g++ -std=c++17 "${strict[@]}" "${include[@]}" "$work/loop.cc" -o "$work/loop" "${link[@]}" &&
        "$work/loop" >"$work/out" && [ -s "$work/out" ] &&
        target/sniff --format tsv -r "$sample" >"$work/tsv" 2>"$work/err" &&
        [ "$(wc -l <"$work/out")" = "$(cut -f 7 "$work/tsv" | grep -cx 80)" ]
}
the_example() {
    cmake -S bindings/cpp -B "$work/build" -DIPMON_CPP_EXAMPLES=ON &&
        cmake --build "$work/build" &&
        "$work/build/file_summary" tests/data/sample.pcap >"$work/out" && cat "$work/out" &&
        grep -qE '^  UDP +[0-9]+ +[0-9]+$' "$work/out" &&
        [ "$(sed -n 's/ IP packets in .*//p' "$work/out")" = "$(target/sniff -r tests/data/sample.pcap 2>"$work/err" | wc -l)" ]
}

# Compiled two at a time, ahead of the checks.
compile_every_second() {
    local i
    for ((i = $1; i < ${#programs[@]}; i += 2)); do compile "${programs[i]}"; done
}
compile_every_second 0 &
compile_every_second 1
wait
for program in "${programs[@]}"; do check "${program% -}" run "$program"; done
for compiler in g++ clang++; do check "$compiler: two units" two_units "$compiler"; done
check "each header alone" each_alone clang++
for compiler in clang++ g++; do
    check "$compiler: target/conform/cpp" conform_is_built $compiler
done
check "conform in C, to compare" conformance/c/build.sh
check "conform layout is that of C" like_c layout
check "conform cases and sums are those of C" cases
check "conform behaviours are those of C" behaviours
check "an older library is refused" another_abi_is_refused
check "the README's program" the_readme
check "the README's loop" the_loop
check "the example, by CMake" the_example
count_checks
