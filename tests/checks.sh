# Sourced by the test scripts: one line a check, and the last one counts them.
#
#   check NAME COMMAND...   passes when the command's exit code is 0; 77 is a skip, and
#                           the last line that the command printed says why
#   count_checks            prints the counts; fails when a check did, or none passed
#
# $work is a folder of the script's own, which goes with it.
# shellcheck shell=bash
# A make that a check starts is not part of the one that started the script.
unset MAKEFLAGS MFLAGS MAKELEVEL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
check() {
    "${@:2}" >"$work/log" 2>&1 </dev/null
    case $? in
    0) passed=$((passed + 1)) && echo "ok $1" ;;
    77) skipped=$((skipped + 1)) && echo "skip $1: $(tail -n 1 "$work/log")" ;;
    *)
        failed=$((failed + 1))
        echo "not ok $1"
        head -n 30 "$work/log" | sed 's/^/    /'
        ;;
    esac
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
