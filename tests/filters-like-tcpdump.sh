#!/usr/bin/env bash
# Filters let through what tcpdump -r FILE EXPRESSION does: what docs/filters.md says, on
# captures made here, and real captures with many expressions, where FOLDER has them.
#
# usage: filters-like-tcpdump.sh [FOLDER [EVERY]]   EVERY 1 is all captures, 5 every fifth
set -u
cd "$(dirname "$0")/.."
folder=${1:-../shared/conformance}
every=${2:-5}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CC:-cc}" -std=c99 -O2 -Wall -Wextra -Werror -Iinclude tests/tools/filtered.c \
    -o "$work/filtered" -Ltarget/release -lipmon -Wl,-rpath,"$PWD/target/release" || exit 1
"${CC:-cc}" -std=c99 -O2 -Wall -Wextra -Werror -D_DEFAULT_SOURCE tests/tools/reference.c \
    -o "$work/reference" -ldl || exit 1

"$work/reference" /dev/null ip >/dev/null 2>"$work/missing"
if [ $? = 77 ] || ! command -v tcpdump >"$work/which"; then
    echo "skip filters-like-tcpdump: there is no tcpdump or libpcap: $(cat "$work/missing")"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

python3 tests/filters_beside_tcpdump.py "$work/filtered" "$work/reference" >"$work/beside"
status=$?
sed '$d' "$work/beside"

if [ -e "$folder/captures.tar.zst" ]; then
    tar --zstd -xf "$folder/captures.tar.zst" -C "$work"
    python3 tests/filters_like_tcpdump.py "$work/filtered" "$work/reference" \
        "$work/captures" "$every" >"$work/like" || status=1
    # Where libpcap leaves a file early, and why, is for who looks for it.
    grep -v '^#' "$work/like" | sed '$d'
else
    echo "skip filters-like-tcpdump on real captures: there is no $folder/captures.tar.zst"
    echo "0 passed, 0 failed, 1 skipped" >"$work/like"
fi

# The last lines of both, added up. A program that died has none, and is a failure.
tail -qn 1 "$work/beside" "$work/like" | awk '
    /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5; n++ }
    END { print p + 0 " passed, " f + 2 - n " failed, " s + 0 " skipped" }'
exit "$status"
