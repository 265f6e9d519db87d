#!/usr/bin/env bash
# Reads real captures and compares what the library says of them with what is
# expected, in five parts:
#
#   events   every event and the status, through the sniff program
#   ledger   the counters: each frame under its cause
#   memory   the peak, and descriptors that stay open
#   streams  standard input, a redirected file and a FIFO
#   forms    read sizes, pipes, gzip and zstd (tests/forms)
#
# usage: conformance.sh FOLDER [PART...]   (captures.tar.zst, compare.py)
#
# Streams are compared with what events read, and so take that part in front.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
[ $# -gt 0 ] || set -- events ledger memory streams forms
SNIFF=${SNIFF:-$PWD/target/sniff}
CARGO=${CARGO:-cargo}
MEMORY_LIMIT_KIB=16384

if [ ! -e "$folder/captures.tar.zst" ]; then
    echo "skip conformance: there is no $folder/captures.tar.zst"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar --zstd -xf "$folder/captures.tar.zst" -C "$work"
mkdir "$work/actual"
passed=0 failed=0

# Adds a part's figures to the sum. A part that compared nothing has failed.
count() { # EQUAL DIFFERENT
    passed=$((passed + ${1:-0}))
    failed=$((failed + ${2:-0}))
    [ "${1:-0}${2:-0}" != 00 ] || failed=$((failed + 1))
}

# The numbers behind "equal" and "different" in the line that a part ends with.
equal() { sed -n 's/.*equal \([0-9]*\) different.*/\1/p' "$1" | tail -n 1; }
different() { sed -n 's/.*equal [0-9]* different \([0-9]*\).*/\1/p' "$1" | tail -n 1; }

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

sniff() { # FILE OUTPUT: prints the status as a word
    local status=0
    timeout 20 "$SNIFF" --format tsv -r "$1" >"$2" 2>/dev/null || status=$?
    word "$status"
}

id() {
    local name
    name=$(basename "$1")
    name=${name%.gz}
    name=${name%.zst}
    echo "${name%.*}"
}

events() {
    local capture id
    for capture in "$work"/captures/*; do
        id=$(id "$capture")
        sniff "$capture" "$work/actual/$id.tsv" >"$work/actual/$id.status"
    done
    python3 "$folder/compare.py" --all "$work/expected" "$work/actual" \
        --manifest "$work/manifest.json" >"$work/events.out" || true
    tail -n 40 "$work/events.out" | sed 's/^/events: /'
}

ledger() {
    tests/tools/build.sh ledger "$work/ledger"
    printf '%s\n' "$work"/captures/* | "$work/ledger" >"$work/ledger.tsv" || true
    python3 tests/tools/ledger.py "$work/manifest.json" "$work/ledger.tsv" >"$work/ledger.out" || true
    tail -n 40 "$work/ledger.out" | sed 's/^/ledger: /'
}

memory() {
    tests/tools/build.sh footprint "$work/footprint"
    "$work/footprint" "$work"/captures/* >"$work/footprints" || true
    set -- "$work"/captures/*
    awk -F '\t' -v limit=$MEMORY_LIMIT_KIB -v captures=$# '
        NR == 1 { next }
        $3 > limit || $4 != 0 || $5 != 0 {
            print "DIFFERENT " $1 ": a peak of " $3 " KiB, descriptors " $4 " and " $5
            next
        }
        { equal++; if ($3 > most) most = $3 }
        # Those that are not listed ended in another way than by a status.
        END {
            printf "footprints equal %d different %d; the highest peak is %d KiB above idle\n",
                equal, captures - equal, most
        }' "$work/footprints" >"$work/memory.out"
    tail -n 40 "$work/memory.out" | sed 's/^/memory: /'
}

# Every fortieth capture, the compressed ones and the damaged ones. What they give
# from a path is known by now.
streams() {
    local capture id way number=0 equal=0 different=0
    mkfifo "$work/fifo"
    for capture in "$work"/captures/*; do
        id=$(id "$capture")
        number=$((number + 1))
        case $capture in
            *.gz | *.zst) ;;
            *) [ $((number % 40)) = 0 ] || [ "$(cat "$work/actual/$id.status")" != OK ] || continue ;;
        esac
        for way in pipe redirected fifo; do
            case $way in
                pipe) cat "$capture" 2>/dev/null | sniff - "$work/stream.tsv" >"$work/stream.status" ;;
                redirected) sniff - "$work/stream.tsv" <"$capture" >"$work/stream.status" ;;
                fifo)
                    cat "$capture" >"$work/fifo" 2>/dev/null &
                    sniff "$work/fifo" "$work/stream.tsv" >"$work/stream.status"
                    wait $! || true
                    ;;
            esac
            if cmp -s "$work/stream.tsv" "$work/actual/$id.tsv" &&
                cmp -s "$work/stream.status" "$work/actual/$id.status"; then
                equal=$((equal + 1))
            else
                different=$((different + 1))
                echo "streams: DIFFERENT $id, $way"
            fi
        done
    done
    echo "streams: readings equal $equal different $different" | tee "$work/streams.out"
}

forms() {
    IPMON_CAPTURES=$work/captures "$CARGO" test --quiet --release --test forms -- --nocapture \
        >"$work/forms.log" 2>&1 || true
    grep -E '^(forms:|DIFFERENT|error)' "$work/forms.log" >"$work/forms.out" || tail -n 20 "$work/forms.log"
    tail -n 40 "$work/forms.out"
}

for part in "$@"; do
    "$part" || failed=$((failed + 1))
    count "$(equal "$work/$part.out")" "$(different "$work/$part.out")"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
