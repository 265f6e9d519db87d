#!/usr/bin/env bash
# Every test that docs/contracts.md names exists.
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0
while read -r name; do
    case $name in
    *.c | *.cc) [ -f "tests/c/$name" ] ;;
    *.sh) [ -x "tests/$name" ] ;;
    *) grep -rqw "fn ${name##*::}" src tests ;;
    esac && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "not ok: there is no test $name"; }
done < <(grep '^|' docs/contracts.md | sed 's/^|[^|]*|//' | grep -o '`[^`]*`' | tr -d '`')
echo "contracts: $passed passed, $failed failed"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
