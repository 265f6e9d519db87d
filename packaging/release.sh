#!/usr/bin/env bash
# The checklist of a release, as far as it is a script.
#
#   packaging/release.sh check   what takes seconds: versions, changelog, kept headers
#   packaging/release.sh         that, and every test and package; then what is left by hand
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

says() { # FILE TEXT
    grep -qF -- "$2" "$1" || { echo "$1 does not say: $2"; return 1; }
}
every_file_has_the_version() {
    says include/ipmon.h "#define IPMON_VERSION \"$version\"" &&
        says bindings/node/package.json "\"version\": \"$version\"" &&
        says bindings/csharp/Ipmon.nuspec "<version>$version</version>" &&
        says bindings/csharp/Ipmon.csproj "<Version>$version</Version>" &&
        grep -A1 '^name = "ipmon"$' Cargo.lock | grep -qx "version = \"$version\"" ||
        { echo "not every file has the version of Cargo.toml, $version"; return 1; }
}
the_changelog_has_it() {
    grep -qE "^## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}$" CHANGELOG.md ||
        { echo "CHANGELOG.md has no section [$version] with its date"; return 1; }
}
nothing_is_unreleased() {
    ! awk '/^## \[Unreleased\]/ { on = 1; next } /^## / { on = 0 } on && NF' CHANGELOG.md | grep . ||
        { echo "this stands under [Unreleased]"; return 1; }
}
the_header_is_kept() {
    [ -e "tests/abi/headers/$version.h" ] || { echo "keep it: tests/abi/freeze.sh $version"; return 1; }
}
the_tree_is_clean() { [ -z "$(git status --porcelain)" ] || { git status --short; return 1; }; }
the_tag_is_free() { ! git rev-parse -q --verify "refs/tags/v$version"; }

check "every file has the version" every_file_has_the_version
check "the changelog has the version, with its date" the_changelog_has_it
check "nothing is left under Unreleased" nothing_is_unreleased
check "the header of the version is kept" the_header_is_kept
check "the tree is clean" the_tree_is_clean
check "the tag is free" the_tag_is_free
if [ "${1-}" != check ]; then
    check "make test" make test
    check "make abuse" make abuse
    check "make deb dist" make deb dist
    cat <<LIST
left to do by hand, for $version:
- read docs/performance.md and docs/languages.md anew: make bench bench-live bench-languages
- git tag -s v$version, and push it
- publish target/dist and target/deb, with their checksums
- publish the packages of the languages: the wheel, the npm package, the NuGet package
LIST
fi
count_checks
