# Sourced by the tests of examples-c/sniff.c: one line a check, and the last one counts
# them. They run in any POSIX shell, as users do.
# shellcheck shell=sh
LC_ALL=C
export LC_ALL

sniff=${SNIFF:-./target/sniff}
sample=$(dirname "$0")/data/sample.pcap
work=$(mktemp -d) || exit 1
namespaces=
cleanup() {
    trap - EXIT
    for ns in $namespaces; do
        for pid in $(ip netns pids "$ns" 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
        ip netns del "$ns" 2>/dev/null
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# A check that hangs is one that fails.
limit=
if command -v timeout >/dev/null; then limit="timeout 60"; fi
passed=0 failed=0 skipped=0
ok() { passed=$((passed + 1)); echo "ok $name"; }
not_ok() { failed=$((failed + 1)); echo "not ok $name: $*"; }
skip() { skipped=$((skipped + 1)); echo "skip $name: $*"; }

# check NAME STATUS COMMAND...: runs it with its output in out and err, and judges its
# exit status. What else must hold is told with `and`, and `done_` ends the check.
check() {
    name=$1 want=$2 why=
    shift 2
    $limit "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ "$status" = "$want" ] ||
        why="exit status $status, not $want: $(head -n 1 "$work/err")"
}
and() {
    what=$1
    shift
    [ -n "$why" ] || "$@" || why=$what
}
done_() { if [ -z "$why" ]; then ok; else not_ok "$why"; fi; }

lines() { [ "$(wc -l <"$work/$1")" -eq "$2" ]; }
empty() { [ ! -s "$work/$1" ]; }
has() { grep -Eq -e "$2" "$work/$1"; }
has_not() { ! has "$1" "$2"; }
one_error() { lines err 1 && has err '^sniff: ' && has_not err 'status|errno|NULL'; }
same() { cmp -s "$work/$1" "$work/$2"; }
prefix_of() { [ -s "$work/$1" ] && head -n "$(wc -l <"$work/$1")" "$work/$2" | cmp -s - "$work/$1"; }

# Waits until a command succeeds, up to five seconds.
soon() {
    turns=0
    until "$@"; do
        turns=$((turns + 1))
        [ $turns -lt 50 ] || return 1
        sleep 0.1
    done
}
gone() { ! kill -0 "$1" 2>/dev/null; }

[ -x "$sniff" ] || { echo "not ok sniff: there is no $sniff"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }

# start ARGUMENT...: a sniff that goes on, as $pid; its input comes from $input.
start() {
    : >"$work/out" # Here too: the next look at them may come before the program's start.
    : >"$work/err"
    "$@" <"${input:-/dev/null}" >"$work/out" 2>"$work/err" &
    pid=$!
}
# Ends it with a signal, and judges how.
stop() {
    kill "-$1" "$pid" 2>/dev/null
    if ! soon gone "$pid"; then
        kill -KILL "$pid" 2>/dev/null
        why=${why:-"$1 does not end it"}
    fi
    wait "$pid" 2>/dev/null
    status=$?
    and "exit status $status, not 0: $(tail -n 1 "$work/err")" [ "$status" = 0 ]
}
ledger() {
    and "no ledger" has err '^ +[0-9]+ received$'
    and "nothing delivered" has err '^ +[0-9]+ delivered$'
    and "it does not add up" has_not err 'adds up'
}

# The last line.
count_checks() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ]
}
