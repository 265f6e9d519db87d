#!/usr/bin/env bash
# Measures ipmon for Node beside readers from npm, and beside C: whole programs, the same
# fields read and summed, a warm page cache.
#
# usage: bindings/node/bench/run.sh CAPTURE    such as benches/captures.c writes:
#        "64", of a microsecond pcap. ROUNDS (5)
#
# The package pcap is built from its source, where the headers of libpcap are there.
set -eu
capture=$(realpath "$1")
cd "$(dirname "$0")/../../.."
bindings/node/scripts/stage.sh
bench=target/node/bench
mkdir -p "$bench"
cp bindings/node/bench/rival.cjs "$bench"
[ -d "$bench/node_modules/pcap" ] || (
    cd "$bench"
    echo '{ "private": true }' >package.json
    npm install --no-package-lock --no-audit --no-fund --silent --ignore-scripts \
        pcap-parser@0.2.1 p-by-p@0.1.0 pcap@3.1.0 </dev/null
)
# The headers of Node come with it where a distribution packs it; nothing is fetched.
gyp=$(npm root -g)/npm/node_modules/node-gyp/bin/node-gyp.js
prefix=$(dirname "$(dirname "$(command -v node)")")
[ -e "$bench/node_modules/pcap/build/Release/pcap_binding.node" ] ||
    (cd "$bench/node_modules/pcap" && node "$gyp" rebuild --nodedir="$prefix" >build.log 2>&1) ||
    echo >&2 "the package pcap could not be built: see $bench/node_modules/pcap/build.log"

c=(-std=c11 -O2 -Iinclude benches/readers/sums.c
    -Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release")
cc benches/readers/ipmon.c -o "$bench/callback" "${c[@]}"
cc benches/readers/pull.c -o "$bench/pull" "${c[@]}"

rivals=("pcap-parser=node $bench/rival.cjs pcap-parser" "p-by-p=node $bench/rival.cjs p-by-p")
[ ! -e "$bench/node_modules/pcap/build/Release/pcap_binding.node" ] ||
    rivals+=("pcap (native)=node $bench/rival.cjs pcap"
        "pcap, its decoder=node $bench/rival.cjs pcap-decode")
node target/node/ipmon/bench/compare.js "$capture" "${ROUNDS:-5}" \
    "ipmon, batches=target/conform/node sum pull" \
    "ipmon, events=target/conform/node sum push" \
    "ipmon in C, callback=$bench/callback bytes" "ipmon in C, pull=$bench/pull bytes" "${rivals[@]}"
