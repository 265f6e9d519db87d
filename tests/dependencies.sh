#!/usr/bin/env bash
# What the library is built from: licences, the Rust that it needs, and what Cargo.toml
# tells those who package it. Known vulnerabilities are not looked up: the list of them is
# kept where a test must not depend on being able to ask.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh

licences() { packaging/licences.py check; }
# red CHANGE PATTERN: with the script changed so, it finds what matches.
red() {
    sed "$1" packaging/licences.py >"$work/licences.py" && ! python3 "$work/licences.py" check >"$work/said" &&
        grep "$2" "$work/said"
}
texts() {
    packaging/licences.py texts >"$work/texts" && [[ $(grep -c '^-----' "$work/texts") -gt 10 ]] &&
        grep 'Meta Platforms' "$work/texts" && grep 'Julian Schmid' "$work/texts"
}
# There is one Rust here; that an older one has every function is clippy's to say (make check).
clippy_knows_our_rust() {
    local rust
    rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    grep -F "Rust $rust" README.md >/dev/null && grep -F "Rust $rust" Makefile tests/setup.sh >/dev/null || { echo "another Rust is told of"; return 1; }
    ! grep -rn incompatible_msrv src Cargo.toml clippy.toml || return
    mkdir -p "$work/lint/src" && printf '[package]\nname = "lint"\nedition = "2024"\nrust-version = "%s"\n' "$rust" >"$work/lint/Cargo.toml"
    # Stable since 1.89.
    echo 'pub fn lock(file: &std::fs::File) -> std::io::Result<()> { file.lock() }' >"$work/lint/src/lib.rs"
    ! cargo clippy --quiet --manifest-path "$work/lint/Cargo.toml" -- -D warnings 2>"$work/said" && grep 'stable since' "$work/said"
}
told_to_cargo_c() {
    cargo metadata --format-version=1 --no-deps --locked | python3 -c '
import json, os, sys
capi = json.load(sys.stdin)["packages"][0]["metadata"]["capi"]
assert capi["min_version"].count(".") == 2
assert not capi["header"]["generation"] and not capi["header"]["subdirectory"]
assets = [asset["from"] for asset in capi["install"]["include"]["asset"]]
assert "include/ipmon.h" in assets and all(os.path.exists(asset) for asset in assets), assets'
}
# A crate that is published has what its build needs, and the headers.
the_crate() {
    cargo package --list --allow-dirty --locked >"$work/files" || return
    local file
    for file in build.rs cbindgen.toml include/ipmon.h bindings/cpp/include/ipmon.hpp src/sys/libpcap_shim.c LICENSE-MIT Cargo.lock; do
        grep -x "$file" "$work/files" || { echo "it lacks $file"; return 1; }
    done
}

check "each dependency has a licence of the list, and needs no newer Rust" licences
check "red: a licence that is not on the list" red 's/"Zlib", //' 'zlib-rs.*not on the list'
check "red: a dependency that needs a newer Rust" red 's/ours\["rust_version"\]/"1.60"/g' 'needs Rust 1'
check "the texts of the licences" texts
check "clippy holds the Rust that is stated" clippy_knows_our_rust
check "what cargo-c is told" told_to_cargo_c
check "what the crate contains" the_crate
count_checks
