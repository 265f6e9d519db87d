#!/usr/bin/env bash
# bindings/csharp, on .NET 8 and on mono: its tests, its conform program, its README's
# program, its example, and the package as NuGet lays it out.
#
# It takes mono-mcs and mono-runtime from the system, and .NET 8 from a wheel of Python's.
# As root it also captures, in network namespaces of its own.
set -u
cd "$(dirname "$0")/.." || exit
. tests/checks.sh

build=bindings/csharp/build.sh
out=target/csharp
sample=tests/data/sample.pcap
without() { # WHAT: the one skip of a machine on which nothing of this runs
    # shellcheck disable=SC2317
    not_here() { echo "$1" && return 77; }
    check "C#" not_here "$1"
    echo "$passed passed, $failed failed, $skipped skipped"
    exit 77
}
command -v mcs >/dev/null || without "mono-mcs is not installed"
command -v mono >/dev/null || without "mono-runtime is not installed"
$build runtimes >"$work/log" 2>&1 </dev/null || without "no .NET 8: $(tail -n 1 "$work/log")"
unset IPMON_LIBRARY
library=$PWD/target/release/libipmon.so
dotnet=$($build dotnet)

assembly() { $build assembly; }
check "the assembly, for both kinds of runtimes" assembly

run() { # RUNTIME FOLDER NAME ARGUMENT...: a program that build.sh built
    if [ "$1" = mono ]; then
        timeout 100 mono "$2/mono/$3.exe" "${@:4}"
    else
        timeout 100 "$dotnet" "$2/net8.0/$3.dll" "${@:4}"
    fi
}
with_library() { IPMON_LIBRARY=$library "$@"; }
as_root() { [ "$(id -u)" = 0 ] || { echo "live capture needs root" && return 77; }; }
in_a_net() { # COMMAND...: in a network namespace in which lo is up
    as_root || return
    # shellcheck disable=SC2016
    unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

# --- Its own tests ---------------------------------------------------------------------
tests() { # NAME SOURCES
    $build program $out/tests "$1" bindings/csharp/tests/Check.cs bindings/csharp/tests/"$2"*.cs
}
live_tests() { # RUNTIME
    as_root || return
    if [ "$1" = mono ]; then
        in_a_net env IPMON_LIBRARY="$library" timeout 100 mono $out/tests/mono/lives.exe
    else
        in_a_net env IPMON_LIBRARY="$library" timeout 100 "$dotnet" $out/tests/net8.0/lives.dll
    fi
}
exit_in_a_handler() {
    as_root || return
    # shellcheck disable=SC2016
    $build program $out/tests exit bindings/csharp/tests/ExitInHandler.cs &&
        IPMON_LIBRARY=$library in_a_net bash -c '
            ping -q -i 0.01 -w 20 127.0.0.1 >/dev/null &
            timeout -s KILL 15 "$1" "$2"
            status=$?
            kill $!
            [ $status = 7 ]' bash "$dotnet" $out/tests/net8.0/exit.dll
}
check "net8.0: the program ends in a handler" exit_in_a_handler
check "the tests compile: files" tests files Files
check "the tests compile: live" tests lives Lives
for runtime in net8.0 mono; do
    check "$runtime: files" with_library run $runtime $out/tests files $sample
    check "$runtime: live" live_tests $runtime
done

# --- conform ---------------------------------------------------------------------------
check "conform compiles" $build conform
export IPMON_LIBRARY=$library

layout() { # PROGRAM: as the C compiler lays the structs out
    "target/conform/$1" layout >"$work/layout" && python3 - "$work/layout" >"$work/layout.c" <<'PYTHON'
import json, sys
print("#include <ipmon.h>\n#include <stddef.h>")
def field(of, name):
    return f"offsetof({of}, {name})", f"sizeof((({of} *)0)->{name})"
for of, layout in json.load(open(sys.argv[1])).items():
    print(f'_Static_assert(sizeof({of}) == {layout["size"]}, "{of}");')
    for name, (at, size) in layout["fields"].items():
        offset, width = field(of, name)
        print(f'_Static_assert({offset} == {at} && {width} == {size}, "{of}.{name}");')
assert len(json.load(open(sys.argv[1]))["ipmon_packet"]["fields"]) >= 30
PYTHON
    cc -std=c11 -Iinclude -fsyntax-only "$work/layout.c"
}
a_case() { # PROGRAM MODES...: every mode prints the same, and what sniff counts
    local mode
    for mode in "${@:2}"; do
        "target/conform/$1" case "$mode" $sample filter=ip file_access=1 >"$work/$mode" || return
        cmp "$work/$2" "$work/$mode" || return
    done
    [ "$(target/sniff -r $sample ip 2>"$work/err" | wc -l)" = "$(($(wc -l <"$work/$2") - 1))" ] &&
        python3 - "$work/$2" <<'PYTHON'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[-1]["status"] == "END" and lines[-1]["notices"] == [], lines[-1]
assert lines[-1]["stats"]["delivered"] == len(lines) - 1
PYTHON
}
says() { # PROGRAM TEXT BEHAVIOUR...
    "target/conform/$1" behaviour "${@:3}" >"$work/said" 2>"$work/err"
    local status=$?
    cat "$work/said" "$work/err"
    [ $status = 0 ] && grep -qF "$2" "$work/said"
}
refuses() { IPMON_LIBRARY=$work/abi.so says "$1" '{"refused":true}' another_abi; }
packets=$(target/conform/csharp case pull $sample | grep -c frame_number)
exits_with_7() { # PROGRAM TIMES
    as_root || return
    # shellcheck disable=SC2016
    in_a_net bash -c '
        ping -q -i 0.002 -w 30 127.0.0.1 >/dev/null &
        for ((i = 0; i < $2; i++)); do
            timeout 20 "$1" behaviour exit_while_capturing lo
            [ $? = 7 ] || exit 1
        done
        kill $!' bash "target/conform/$1" "$2"
}
waits() { # PROGRAM
    as_root || return
    # shellcheck disable=SC2016
    in_a_net bash -c '
        "$1" behaviour wait_for_the_descriptor lo 20 | {
            read -r line && [ "$line" = ready ] || exit 1
            ping -q -c 10 -i 0.01 127.0.0.1 >/dev/null
            read -r line && [ "$line" = "{\"packets\":20}" ]
        }' bash "target/conform/$1"
}
echo 'unsigned ipmon_abi_version(void) { return 0; }' >"$work/abi.c"
cc -shared -fPIC "$work/abi.c" -o "$work/abi.so"
for program in csharp csharp-mono; do
    modes=(pull push)
    [ $program = csharp ] && modes+=(async)
    check "$program: layout" layout $program
    check "$program: a case" a_case $program "${modes[@]}"
    check "$program: stop_in_the_callback" says $program '{"packets":3}' stop_in_the_callback $sample
    check "$program: early_break" says $program "{\"first\":2,\"second\":$packets}" early_break $sample
    check "$program: close_twice" says $program '{"closed_twice":true,"refused":true}' close_twice $sample
    check "$program: missing_file" says $program '"NOT_FOUND","text":"cannot open' missing_file
    check "$program: bad_filter" says $program '"BAD_FILTER","text":"bad filter' bad_filter $sample
    check "$program: not_a_capture" says $program '"NOT_A_CAPTURE","text":"not a' not_a_capture
    check "$program: throw_in_the_callback" says $program "{\"thrown\":\"mine\",\"second\":$packets}" throw_in_the_callback $sample
    check "$program: collector_stress" says $program "{\"packets\":$((packets * 10))," collector_stress $sample
    check "$program: thousand_opens" says $program '{"descriptors":0,"threads":0,"flat":true}' thousand_opens $sample
    check "$program: another_abi" refuses $program
    check "$program: wait_for_the_descriptor" waits $program
    check "$program: exit_while_capturing" exits_with_7 $program 5
done
unset IPMON_LIBRARY

# --- For its users ---------------------------------------------------------------------
readme() { # RUNTIME
    block bindings/csharp/README.md 'static void Main' >"$work/Program.cs"
    $build program "$work/readme" program "$work/Program.cs" &&
        with_library run "$1" "$work/readme" program $sample >"$work/out" && cat "$work/out" &&
        grep -q ' > .*, protocol 17, ' "$work/out" && [ "$(wc -l <"$work/out")" = "$packets" ]
}
example() { # RUNTIME
    $build program "$work/example" TopTalkers bindings/csharp/examples/TopTalkers.cs &&
        with_library run "$1" "$work/example" TopTalkers $sample >"$work/out" && cat "$work/out" &&
        grep -q "$packets IP packets" "$work/out" && grep -qE '^protocol +17 ' "$work/out" &&
        ! with_library run "$1" "$work/example" TopTalkers no/such/file
}
live_example() {
    as_root || return
    # shellcheck disable=SC2016
    IPMON_LIBRARY=$library in_a_net bash -c '
        ping -q -c 150 -i 0.01 127.0.0.1 >/dev/null &
        "$1" "$2" -i lo 1 && wait $!' bash "$dotnet" "$work/example/net8.0/TopTalkers.dll" >"$work/out" &&
        cat "$work/out" && grep -q '127.0.0.1 > 127.0.0.1' "$work/out" && grep -qE '^protocol +1 ' "$work/out"
}
# As NuGet and the SDK have it: the program's folder has no library, its .deps.json names
# the package, and the runtime looks for that in the cache.
package() {
    local version folder
    folder=$(bindings/csharp/pack.sh) && version=${folder##*/} || return
    mkdir -p "$work/app" && cp "$work/readme/net8.0/"program.* "$work/app/" || return
    sed "s/VERSION/$version/g" >"$work/app/program.deps.json" <<'JSON'
{"runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"},
 "targets": {".NETCoreApp,Version=v8.0": {
   "program/1.0.0": {"dependencies": {"Ipmon": "VERSION"}, "runtime": {"program.dll": {}}},
   "Ipmon/VERSION": {"runtime": {"lib/net8.0/Ipmon.dll": {}},
     "runtimeTargets": {"runtimes/linux-x64/native/libipmon.so": {"rid": "linux-x64", "assetType": "native"}}}}},
 "libraries": {"program/1.0.0": {"type": "project", "serviceable": false, "sha512": ""},
   "Ipmon/VERSION": {"type": "package", "serviceable": true, "sha512": "", "path": "ipmon/VERSION"}}}
JSON
    "$dotnet" exec --additionalprobingpath "$PWD/$out/nuget" "$work/app/program.dll" $sample >"$work/out" &&
        [ "$(wc -l <"$work/out")" = "$packets" ]
}
# As `dotnet publish` copies it, and as mono has it.
published() {
    local native=runtimes/linux-x64/native
    mkdir -p "$work/published/$native" "$work/mono" || return
    cp "$work/readme/net8.0/"* "$work/published/" &&
        cp $out/nuget/ipmon/*/$native/libipmon.so "$work/published/$native/" &&
        "$dotnet" "$work/published/program.dll" $sample | cmp - "$work/out" &&
        cp "$work/readme/mono/program.exe" $out/nuget/ipmon/*/lib/netstandard2.0/Ipmon.dll \
            $out/nuget/ipmon/*/$native/libipmon.so "$work/mono/" &&
        mono "$work/mono/program.exe" $sample | cmp - "$work/out"
}
no_library() {
    ! "$dotnet" "$work/readme/net8.0/program.dll" $sample 2>"$work/err" &&
        cat "$work/err" && grep -q 'DllNotFoundException: libipmon.so is not beside Ipmon.dll' "$work/err"
}
for runtime in net8.0 mono; do
    check "$runtime: the README's program" readme $runtime
    check "$runtime: the example" example $runtime
done
check "the example, live" live_example
check "the package, as NuGet resolves it" package
check "the package's files beside a program" published
check "without the library" no_library
count_checks
