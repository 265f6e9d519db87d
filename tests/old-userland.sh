#!/usr/bin/env bash
# Makes a root folder of the oldest Debian that this machine's mirror still has: its C
# library alone, with nothing of libpcap. Prints the version of the C library.
#
#   tests/old-userland.sh FOLDER
#
# Exit code 77: it cannot be made here; the last line says why.
set -u
root=$1
for tool in apt-get dpkg-deb; do command -v $tool >/dev/null || { echo "there is no $tool"; exit 77; }; done
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "Debian" && $1 !~ /security/ { print $1; exit }')
[ -n "${mirror-}" ] || { echo "apt has no lists of Debian here"; exit 77; }
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts" "$root"
: >"$apt/status"
old() { # ARGUMENT...: apt-get with lists of its own
    apt-get -qq -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/parts" \
        -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Acquire::Retries=1 -o APT::Sandbox::User=root "$@"
}
for suite in wheezy jessie stretch buster bullseye bookworm; do
    echo "deb $mirror $suite main" >"$apt/sources.list"
    old update >&2 && (cd "$apt" && old download libc6 >&2) && break
done
package=$(ls "$apt"/libc6_*.deb 2>/dev/null) || { echo "the mirror has no C library"; exit 77; }
dpkg-deb -x "$package" "$root" || exit 1
echo "$suite, glibc $(dpkg-deb --field "$package" Version)"
