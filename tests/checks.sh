# Sourced by the test scripts: one line a check, and the last one counts them.
#
#   check NAME COMMAND...   passes when the command's exit code is 0; 77 is a skip, and
#                           the last line that the command printed says why
#   judge STATUS NAME       the same for a command that ran already, with its output in
#                           $work/log
#   count_checks            prints the counts; fails when a check did, or none passed
#
# $work is a folder of the script's own, which goes with it. What a program of tests/c
# measured, behind its count of checks, stands behind its name.
# shellcheck shell=bash
# A make that a check starts is not part of the one that started the script.
unset MAKEFLAGS MFLAGS MAKELEVEL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
judge() {
    case $1 in
    0) passed=$((passed + 1)) && echo "ok $2$(sed -n 's/^[0-9]* checks; \(.*\)/ (\1)/p' "$work/log")" ;;
    77) skipped=$((skipped + 1)) && echo "skip $2: $(tail -n 1 "$work/log")" ;;
    *)
        failed=$((failed + 1))
        echo "not ok $2 (exit status $1)"
        head -n 80 "$work/log" | sed 's/^/    /'
        ;;
    esac
}
check() {
    "${@:2}" >"$work/log" 2>&1 </dev/null
    judge $? "$1"
}
count_checks() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [[ $failed == 0 && $passed != 0 ]]
}

# block FILE PATTERN: the first code block of the Markdown file in which PATTERN stands.
block() {
    awk -v pattern="$2" '
        /^```/ && !inside { inside = 1; text = ""; next }
        /^```$/ { if (text ~ pattern) { printf "%s", text; exit } inside = 0; next }
        inside { text = text $0 "\n" }' "$1"
}
