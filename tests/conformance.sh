#!/usr/bin/env bash
# Reads real captures with the sniff program and compares every event, status
# and counter with what is expected of them.
#
# usage: conformance.sh FOLDER   (captures.tar.zst, compare.py)
set -eu
cd "$(dirname "$0")/.."
folder=$1
SNIFF=${SNIFF:-$PWD/target/sniff}

if [ ! -e "$folder/captures.tar.zst" ]; then
    echo "skip conformance: there is no $folder/captures.tar.zst"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar --zstd -xf "$folder/captures.tar.zst" -C "$work"
mkdir "$work/actual"

# The exit statuses that sniff documents.
word() {
    case $1 in
        0) echo OK ;;
        3) echo TRUNCATED ;;
        4) echo MALFORMED ;;
        5) echo UNSUPPORTED ;;
        *) echo "EXIT-$1" ;;
    esac
}

for capture in "$work"/captures/*; do
    id=$(basename "$capture")
    id=${id%.gz}
    id=${id%.zst}
    id=${id%.*}
    status=0
    timeout 20 "$SNIFF" --format tsv -r "$capture" \
        >"$work/actual/$id.tsv" 2>"$work/actual/$id.err" || status=$?
    word "$status" >"$work/actual/$id.status"
done

status=0
python3 "$folder/compare.py" --all "$work/expected" "$work/actual" \
    --manifest "$work/manifest.json" >"$work/report" || status=$?
tail -n 40 "$work/report"
different=$(sed -n 's/^captures equal [0-9]* different \([0-9]*\);.*/\1/p' "$work/report")
equal=$(sed -n 's/^captures equal \([0-9]*\) different.*/\1/p' "$work/report")
echo "${equal:-0} passed, ${different:-1} failed, 0 skipped"
exit "$status"
