#!/usr/bin/env bash
# Packs the package with the library that was built (make build), and prints where the
# .tgz lies: target/node/ipmon-VERSION.tgz. Install it with npm install FILE.
set -eu
cd "$(dirname "$0")/../../.."
[ -e target/release/libipmon.so ] || { echo >&2 "pack: run make build first"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p target/node
platform=$(node -p '`${process.platform}-${process.arch}`')
cp -R bindings/node/. "$work"
mkdir -p "$work/prebuilds/$platform"
cp target/release/libipmon.so "$work/prebuilds/$platform/libipmon.so"
cp LICENSE-MIT LICENSE-APACHE "$work"
destination=$PWD/target/node
packed=$(cd "$work" && npm pack --silent --pack-destination "$destination" </dev/null)
echo "$destination/$packed"
