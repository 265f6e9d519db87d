#!/usr/bin/env bash
# bindings/go: its tests under the race detector, also on a live interface; conform; the
# README's program as a module of its own against what `make install` put into a folder,
# shared and static; the example.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
# shellcheck source=tests/checks.sh
. tests/checks.sh

go=bindings/go
export GOFLAGS='-mod=mod -buildvcs=false' GOTOOLCHAIN=local GOPROXY=off GODEBUG=cgocheck=1
# What Go compiled it keeps, whatever becomes of the header or of what pkg-config says,
# neither of which it looks at again: so both are among the flags.
prefix=$PWD/target/bindings-go
CGO_CFLAGS="-O2 -g -DIPMON_HEADER=$(cat include/ipmon.h - <<<"$prefix" | cksum | tr ' ' _)"
export CGO_CFLAGS
tags=ipmon_checkout
sample=$PWD/tests/data/sample.pcap
packets=$(target/sniff -r "$sample" 2>/dev/null | wc -l)

if ! go version 2>/dev/null | grep -qE 'go1\.(2[3-9]|[3-9][0-9])'; then
    echo "skip bindings-go: Go 1.23 or later is not installed"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

silently() { # COMMAND...: in a network namespace of its own, whose loopback is silent
    unshare -n true 2>/dev/null || { echo "no network namespace can be made" && return 77; }
    unshare -n sh -c 'ip link set lo up && exec "$@"' sh "$@"
}

formatted() { [ -z "$(gofmt -l $go | tee /dev/stderr)" ]; }
vetted() { go -C $go vet -tags $tags,ipmon_conform ./...; }
compiled() { go -C $go test -race -c -tags $tags -o "$work/go.test" .; }
tests_of() { (cd $go && sed -n 's/^func \(Test[A-Za-z]*\)(.*/^\1$/p' "$@" | paste -sd'|'); }
of_files=$(tests_of files_test.go lifetime_test.go)
of_live=$(tests_of live_test.go)
files() { (cd $go && timeout 100 "$work/go.test" -test.run "$of_files"); }
live() {
    silently true || return
    (cd $go && IPMON_TEST_SILENT=lo silently timeout 100 "$work/go.test" -test.v -test.run "$of_live") >"$work/out"
    cat "$work/out" && grep -q '^PASS$' "$work/out" && ! grep -- '--- SKIP' "$work/out"
}

conform() { target/conform/go "$@"; }
builds_conform() {
    mkdir -p target/conform && go -C $go build -tags $tags,ipmon_conform -o "$PWD/target/conform/go" ./conform
}
layout() { # as the C compiler has it
    cat >"$work/layout.c" <<'C'
#include <ipmon.h>
#include <stdio.h>
int main(void)
{
    printf("\"ipmon_packet\":{\"size\":%zu,", sizeof(ipmon_packet));
    printf("\"payload_offset\":[%zu,8]", offsetof(ipmon_packet, payload_offset));
    printf("\"ipmon_notice\":{\"size\":%zu,", sizeof(ipmon_notice));
    printf("\"ipmon_error\":{\"size\":%zu,", sizeof(ipmon_error));
    printf("\"bytes\":[%zu,8]", offsetof(ipmon_stats, bytes));
}
C
    cc -Iinclude "$work/layout.c" -o "$work/layout" && conform layout >"$work/out" || return
    "$work/layout" | sed 's/\("ipmon_\)/\n\1/g; s/\("payload_offset\|"bytes\)/\n\1/g' | grep . | while read -r part; do
        grep -qF "$part" "$work/out" || { echo "not there: $part" && cat "$work/out" && exit 1; }
    done
}
a_case() { # MODE
    conform case "$1" "$sample" >"$work/out" && [ "$(grep -c '"frame_number"' "$work/out")" = "$packets" ] &&
        tail -n 1 "$work/out" | grep -q '^{"status":"END","text":"","notices":\[\],"stats":{"received":' &&
        conform case "$1" "$sample" file_access=1 filter=udp >"$work/out" && grep -q '"ip_protocol":17,' "$work/out" &&
        ! grep -q '"ip_protocol":6,' "$work/out"
}
sums() {
    [ "$(conform sum pull "$sample")" = "$(conform sum batches "$sample")" ] &&
        conform sum pull "$sample" | grep -q "^{\"packets\":$packets,"
}
behaves() { # EXPECTED NAME ARGUMENTS...
    local printed
    printed=$(timeout 100 target/conform/go behaviour "${@:2}")
    echo "exit $?, printed: $printed"
    [ "$printed" = "$1" ]
}
fails_as() { # STATUS NAME ARGUMENTS...
    conform behaviour "${@:2}" | grep -q "^{\"status\":\"$1\",\"text\":\"..*\"}$"
}
another_abi() {
    echo 'unsigned ipmon_abi_version(void) { return 0; }' >"$work/old.c"
    cc -shared -fPIC "$work/old.c" -o "$work/libipmon.so" &&
        [ "$(LD_LIBRARY_PATH=$work conform behaviour another_abi)" = '{"refused":true}' ] &&
        [ "$(LD_PRELOAD=$work/libipmon.so conform behaviour another_abi)" = '{"refused":true}' ]
}
collector_stress() {
    conform behaviour collector_stress "$sample" | grep -qE "^\{\"packets\":${packets}0,\"payload\":\"[0-9a-f]{8}\"\}$"
}
silent_stop() { silently target/conform/go behaviour silent_stop lo | grep -qx '{"stops":20,"within_50_ms":true}'; }
pings() { # COMMAND...: while packets come
    # shellcheck disable=SC2016
    silently sh -c '"$@" & sleep 0.5; for _ in 1 2 3 4 5 6; do ping -q -c 4 -i 0.02 127.0.0.1 >/dev/null; done; wait $!' sh "$@"
}
by_the_descriptor() {
    silently true || return
    pings timeout 20 target/conform/go behaviour wait_for_the_descriptor lo 12 >"$work/out"
    [ "$(cat "$work/out")" = $'ready\n{"packets":12}' ]
}
exits() {
    silently true || return
    pings timeout 20 target/conform/go behaviour exit_while_capturing lo
    [ $? = 7 ]
}

installed() { rm -rf "$prefix" && make install PREFIX="$prefix"; }
a_module() { # as its users make it: the README's program, and the README's commands
    mkdir "$work/module" && block $go/README.md '^package main' >"$work/module/main.go" &&
        block $go/README.md '^go mod edit' | sed '/^go build$/d' >"$work/commands" &&
        (export IPMON=$PWD && cd "$work/module" && go mod init example/user && sh -eu "$work/commands")
}
prints_the_sample() { # PROGRAM
    [ "$("$1" "$sample" | tee "$work/out" | grep -c ' protocol [0-9]* [0-9]* bytes$')" = "$packets" ] ||
        { cat "$work/out" && return 1; }
    ! message=$("$1" /does/not/exist 2>&1) &&
        [[ $message == *'cannot open "/does/not/exist": No such file or directory' ]]
}
by_pkg_config() { # PROGRAM OPTIONS...
    (cd "$work/module" && PKG_CONFIG_PATH=$prefix/lib/pkgconfig go build -o "$work/$1" "${@:2}")
}
shared() {
    by_pkg_config shared && LD_LIBRARY_PATH=$prefix/lib prints_the_sample "$work/shared" &&
        readelf -d "$work/shared" | grep -F 'NEEDED' | grep -F '[libipmon.so.0.1]'
}
static() {
    by_pkg_config static -tags ipmon_static && prints_the_sample "$work/static" &&
        ! readelf -d "$work/static" | grep NEEDED | grep -E 'ipmon|pcap'
}
static_in_the_checkout() {
    (cd "$work/module" && go build -tags ipmon_checkout,ipmon_static -o "$work/own") &&
        prints_the_sample "$work/own" && ! readelf -d "$work/own" | grep NEEDED | grep ipmon
}
the_example() {
    go -C $go build -tags $tags -o "$work/toptalkers" ./examples/toptalkers &&
        "$work/toptalkers" -n 3 "$sample" >"$work/out" && cat "$work/out" &&
        [ "$(grep -cE '^ +[0-9]+ +[0-9]+  [0-9a-f.:]+$' "$work/out")" = 3 ] &&
        grep -q "^$packets packets of" "$work/out"
}
the_example_live() { # until it is interrupted
    silently true || return
    # shellcheck disable=SC2016
    silently sh -c '"$0" -i lo & sleep 0.5; ping -q -c 5 -i 0.02 127.0.0.1; sleep 0.2; kill -INT $!; wait $!' "$work/toptalkers" >"$work/out"
    cat "$work/out" && grep -q '^10 packets of 1 hosts, 0 frames dropped' "$work/out"
}

check "gofmt" formatted
check "go vet" vetted
check "the tests compile, with the race detector" compiled
check "tests: files" files
check "tests: live" live
check "conform compiles" builds_conform
check "conform layout" layout
check "conform case pull" a_case pull
check "conform case batches" a_case batches
check "conform sum" sums
check "conform stop_in_the_callback" behaves '{"packets":3}' stop_in_the_callback "$sample"
check "conform early_break" behaves "{\"first\":2,\"second\":$packets}" early_break "$sample"
check "conform close_twice" behaves '{"closed_twice":true,"refused":true}' close_twice "$sample"
check "conform missing_file" fails_as NOT_FOUND missing_file
check "conform bad_filter" fails_as BAD_FILTER bad_filter "$sample"
check "conform not_a_capture" fails_as NOT_A_CAPTURE not_a_capture
check "conform throw_in_the_callback" behaves "{\"thrown\":\"mine\",\"second\":$packets}" throw_in_the_callback "$sample"
check "conform collector_stress" collector_stress
check "conform thousand_opens" behaves '{"descriptors":0,"threads":0,"flat":true}' thousand_opens "$sample"
check "conform another_abi" another_abi
check "conform silent_stop" silent_stop
check "conform wait_for_the_descriptor" by_the_descriptor
check "conform exit_while_capturing" exits
check "make install" installed
check "a module of one's own" a_module
check "the README's program, by pkg-config" shared
check "the README's program, static" static
check "the README's program, static in the checkout" static_in_the_checkout
check "the example, a file" the_example
check "the example, live" the_example_live
count_checks
