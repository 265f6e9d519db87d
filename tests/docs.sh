#!/usr/bin/env bash
# What the documents say is so: every block of C compiles without a warning, those that are
# programs read the sample; every command runs; every link leads somewhere; the reference is
# made from the header without a warning, and has every public name.
#
# Commands run in the checkout, where ./program is a program of ipmon's; where a document
# installs into the system, the check installs into a folder of its own.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh

documents=(README.md CONTRIBUTING.md SECURITY.md docs/*.md examples-c/README.md)
flags=(-std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude)
link=(-Ltarget/release -lipmon "-Wl,-rpath,$PWD/target/release" -lpthread)

# Writes the blocks of a language to $work/blocks/N.LANGUAGE.
blocks() { # FILE LANGUAGE
    rm -rf "$work/blocks" && mkdir "$work/blocks"
    awk -v language="$2" -v folder="$work/blocks" '
        /^```/ && !inside { inside = 1; wanted = substr($0, 4) == language; n += wanted; next }
        /^```$/ { inside = 0; next }
        inside && wanted { print > (folder "/" n "." language) }' "$1"
}
c_block() { # FILE
    if grep -q 'int main' "$1"; then
        cc "${flags[@]}" "$1" -o "$1.program" "${link[@]}" &&
            if grep -q ipmon_set_active "$1"; then
                timeout 20 unshare --net sh -c 'ip link set lo up && exec "$0" lo' "$1.program"
            else
                timeout 20 "$1.program" tests/data/sample.pcap >"$1.out" && [ -s "$1.out" ]
            fi
    else
        cc "${flags[@]}" -c "$1" -o "$1.o"
    fi
}
command_block() { # FILE
    [ "$(id -u)" = 0 ] || { echo "needs root: the documents say sudo"; return 77; }
    command -v setcap >/dev/null || { echo "there is no setcap"; return 77; }
    cp target/sniff "$work/program"
    block README.md 'int main' >"$work/program.c"
    sed -e "s|/usr/local|$work/prefix|g; s|\./program|$work/program|g; s|sudo ||g" \
        -e "s|program\.c|$work/program.c -o $work/a.out|" "$1" >"$1.run"
    PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig timeout 300 bash -eu "$1.run"
}
links() { # FILE: those that lead into this checkout
    local to from
    from=$(dirname "$1")
    grep -oE '\]\([^)#: ]+' "$1" | sed 's/^](//' | grep -vx 'https\?' | sort -u | while read -r to; do
        [ -e "$from/$to" ] || echo "$1 leads to $to, which is not there"
    done | tee "$work/lost"
    [ ! -s "$work/lost" ]
}
reference() {
    command -v doxygen >/dev/null || { echo "there is no doxygen"; return 77; }
    make --no-print-directory docs >"$work/doxygen" 2>&1 || { cat "$work/doxygen"; return 1; }
    ! grep -i warning "$work/doxygen"
}
every_name() {
    [ -d target/docs/html ] || { echo "the reference was not made"; return 77; }
    local name missing=0
    for name in $(cat tests/abi/symbols.txt) $(grep -oE '^#define IPMON_[A-Z0-9_]+' include/ipmon.h |
        cut -d' ' -f2 | grep -vxE 'IPMON_(H|API|NODISCARD|VERSION(_M.*|_PATCH)?|HAS)' | sort -u); do
        grep -rqw "$name" target/docs/html --include='*.html' || { echo "not there: $name"; missing=1; }
    done
    [ $missing = 0 ]
}

for document in "${documents[@]}"; do
    [ -e "$document" ] || continue
    check "$document: its links" links "$document"
    blocks "$document" c
    for file in "$work"/blocks/*.c; do
        [ -e "$file" ] && check "$document: code $(basename "$file" .c)" c_block "$file"
    done
    blocks "$document" sh
    for file in "$work"/blocks/*.sh; do
        [ -e "$file" ] && check "$document: commands $(basename "$file" .sh)" command_block "$file"
    done
done
check "the reference" reference
check "every public name is in it" every_name
count_checks
