#!/usr/bin/env bash
# packaging/release.sh passes a tree that is ready, and names what is missing in one that is not:
# each thing is taken away once, in a copy.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh
here=$PWD
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

# A copy that is ready: a section with a date, a header that is kept, all of it committed.
copy() {
    rm -rf "$work/copy" && mkdir "$work/copy" && cd "$work/copy" &&
        tar -C "$here" --exclude=target --exclude=./.git --exclude=./fuzz -c . | tar -x &&
        git init -q && git config user.name test && git config user.email test@localhost &&
        sed -i "s/^## \[Unreleased\]$/&\n\n## [$version] - 2026-01-01/" CHANGELOG.md &&
        { [ -e "tests/abi/headers/$version.h" ] || tests/abi/freeze.sh "$version"; } &&
        git add -A && git commit -qm ready
}
passes() { (copy && packaging/release.sh check); }
refuses() { # WHAT COMMAND...: changed so, the check named WHAT fails, and no other
    (
        copy && "${@:2}" >/dev/null && git commit -qam changed
        packaging/release.sh check >"$work/out"
        cat "$work/out"
        grep -q "^not ok $1 (" "$work/out" && [ "$(grep -c '^not ok' "$work/out")" = 1 ]
    )
}

check "a tree that is ready passes" passes
check "another version in one file" refuses "every file has the version" \
    sed -i 's/"version": "/&9/' bindings/node/package.json
check "a section without a date" refuses "the changelog has the version, with its date" \
    sed -i "s/^## \[$version\] - .*/## [$version]/" CHANGELOG.md
check "something unreleased" refuses "nothing is left under Unreleased" \
    sed -i 's/^## \[Unreleased\]$/&\n\n- a change/' CHANGELOG.md
check "a header that is not kept" refuses "the header of the version is kept" \
    git rm -q "tests/abi/headers/$version.h"
check "a tag that is taken" refuses "the tag is free" git tag "v$version"
not_all_is_committed() {
    ! (copy && touch left-over && packaging/release.sh check) >"$work/out" &&
        grep -q "^not ok the tree is clean (" "$work/out"
}
check "a file that is not committed" not_all_is_committed
count_checks
