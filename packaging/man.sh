#!/usr/bin/env bash
# The manual page ipmon(3), on standard output: packaging/ipmon.3.in with the functions that
# the header has, each with the first sentence of its comment, and the README's program.
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

functions() {
    awk '
        /^\/\*\*/ { text = ""; comment = 1; done = 0; next }
        comment && /\*\/ *$/ { comment = 0; next }
        comment && !done {
            sub(/^ \* ?/, "")
            text = text (text == "" ? "" : " ") $0
            # A sentence ends with a full stop, and a paragraph whatever it ends with.
            if (match(text, /\. /)) { text = substr(text, 1, RSTART); done = 1 }
            if (text ~ /\.$/ || $0 == "") done = 1
            next
        }
        /^IPMON_API/ { waiting = 1 }
        waiting && match($0, /ipmon_[a-z_]+\(/) {
            gsub(/`/, "", text)
            gsub(/\\/, "\\e", text)
            gsub(/-/, "\\-", text)
            sub(/^[.\047]/, "\\\\\\&", text)
            printf ".TP\n.BR %s ()\n%s\n", substr($0, RSTART, RLENGTH - 1), text
            waiting = 0
        }' include/ipmon.h
}
program() {
    awk '/^```c$/ { inside = 1; next } /^```$/ { exit } inside' README.md |
        sed -e 's/\\/\\e/g; s/-/\\-/g; s/^\./\\\&./'
}

while IFS= read -r line; do
    case $line in
    @FUNCTIONS@) functions ;;
    @PROGRAM@) program ;;
    *) printf '%s\n' "${line//@VERSION@/$version}" ;;
    esac
done <packaging/ipmon.3.in
