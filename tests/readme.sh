#!/usr/bin/env bash
# The README's program compiles with the README's command and does what it says.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh

compiles() {
    block README.md ipmon_new >"$work/program.c"
    block README.md '^cc ' | sed "s|program.c|$work/program.c -Wall -Wextra -Wpedantic -Werror -o $work/program|" >"$work/command"
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
count_checks
