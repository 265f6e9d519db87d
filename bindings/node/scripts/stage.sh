#!/usr/bin/env bash
# Lays the package out as it is installed, in target/node/ipmon: the sources as they are
# now, the library that was built, and what it depends on. Tests, the conform program and
# the examples run there, so that nothing is built among the sources.
set -eu
cd "$(dirname "$0")/../../.."
stage=target/node/ipmon
mkdir -p "$stage"
# Another may be at it.
exec 9>target/node/lock
flock 9

platform=$(node -p '`${process.platform}-${process.arch}`')
rm -rf "$stage.new"
mkdir "$stage.new"
cp -R bindings/node/. "$stage.new"
mkdir -p "$stage.new/prebuilds/$platform"
cp target/release/libipmon.so "$stage.new/prebuilds/$platform/libipmon.so"
cp LICENSE-MIT LICENSE-APACHE "$stage.new"

# node_modules lies beside it, where Node looks next, and stays while the lists are the same.
if ! cmp -s bindings/node/package.json target/node/package.json ||
    [ ! -d target/node/node_modules/koffi ]; then
    rm -f target/node/package.json
    (cd "$stage.new" && npm install --prefix . --no-package-lock --no-audit --no-fund \
        --loglevel=error </dev/null)
    rm -rf target/node/node_modules
    mv "$stage.new/node_modules" target/node/node_modules
    cp bindings/node/package.json target/node/package.json
fi
rm -rf "$stage"
mv "$stage.new" "$stage"

mkdir -p target/conform
printf '%s\n' '#!/bin/sh' 'exec node "$(dirname "$0")/../node/ipmon/conform/conform.js" "$@"' \
    >target/conform/node
chmod +x target/conform/node
