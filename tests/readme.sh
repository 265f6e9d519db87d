#!/usr/bin/env bash
# The README's program compiles with the README's command and does what it says.
set -u
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
check() {
    if out=$("${@:2}" 2>&1); then
        passed=$((passed + 1))
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "not ok $1"
        printf '%s\n' "$out" | head -5
    fi
}

# block LANGUAGE PATTERN: the first code block in which PATTERN stands.
block() {
    awk -v language="$1" -v pattern="$2" '
        /^```/ && !inside { inside = 1; wanted = substr($0, 4) == language; text = ""; next }
        /^```$/ { if (wanted && text ~ pattern) { printf "%s", text; exit } inside = 0; next }
        inside { text = text $0 "\n" }' README.md
}

compiles() {
    block c ipmon_new >"$work/program.c"
    block sh '^cc ' | sed "s|program.c|$work/program.c -Wall -Wextra -Wpedantic -Werror -o $work/program|" >"$work/command"
    grep -q "$work/program.c" "$work/command" && sh -eu "$work/command"
}
reads_the_sample() {
    "$work/program" tests/data/sample.pcap | tee "$work/out" | grep -q ' protocol 17, ' &&
        [ "$(wc -l <"$work/out")" -gt 10 ]
}
reports_a_failure() {
    ! message=$("$work/program" /does/not/exist 2>&1) &&
        [ "$message" = 'cannot open "/does/not/exist": No such file or directory' ]
}

check the_readme_program_compiles compiles
check it_reads_the_sample reads_the_sample
check it_reports_a_failure reports_a_failure
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
