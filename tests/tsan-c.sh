#!/usr/bin/env bash
# The programs of tests/c in which threads meet, five times each, under the thread
# sanitizer, with the library instrumented; then programs with planted races, which
# prove that it is on.
#
#   IPMON_ONLY    a pattern: only the programs whose names match it
#   IPMON_REPEAT  how often each program runs (5)
#   IPMON_SLOW    0 for the normal number of rounds (1: what instruments get)
#   IPMON_FULL    1 for the full counts of the promises (tests/c/check.h)
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
only=${IPMON_ONLY:-}
repeat=${IPMON_REPEAT:-5}
export IPMON_SLOW=${IPMON_SLOW:-1}
[[ ${IPMON_FULL:-0} == 0 ]] && patience=300 || patience=3000
. tests/checks.sh

programs=(
    a_pull_can_be_stopped
    an_arrow_stream_may_end_at_any_time
    callbacks_can_be_removed_at_any_time
    eight_threads_at_one_switch
    every_call_in_a_callback_is_defined
    free_in_the_callback
    freed_under_every_call
    interrupt_ends_a_live_wait
    interrupt_ends_a_parse
    pause_counts_and_does_not_deliver
    stop_in_the_callback_live
    stop_means_stopped
    the_end_of_a_capture_thread_may_call
    threads_may_share_a_monitor
    two_captures_may_stop_each_other
    two_monitors_do_not_disturb_each_other
    wait_tells_when_it_is_over
)

# The standard library comes compiled, without instruments: what its locks order is
# not seen, and would be reported. With ipmon_tsan the locks are those of a crate that
# is compiled here (src/sync.rs); nothing is suppressed. The flag about the ABI is
# what lets the two be linked.
target=$(rustc -vV | sed -n 's/^host: //p')
RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer --cfg ipmon_tsan" cargo build \
    --quiet --lib --target "$target" --target-dir target/tsan || exit 1
lib=$PWD/target/tsan/$target/debug

# rustc's own runtime: gcc's lacks functions that rustc's instrumentation calls.
runtimes=("$(rustc --print sysroot)/lib/rustlib/$target/lib"/librustc*_rt.tsan.a)
if [[ ! -f ${runtimes[0]} ]]; then
    echo "skip tsan: this Rust comes without the runtime of the thread sanitizer"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
export TSAN_OPTIONS=exitcode=66:history_size=4:second_deadlock_stack=1

compile() { # OUTPUT SOURCE
    gcc -std=c11 -D_GNU_SOURCE -g -O1 -fno-omit-frame-pointer -Iinclude -fsanitize=thread \
        -c "$2" -o "$1.o" &&
        gcc "$1.o" -o "$1" -L"$lib" -lipmon -Wl,-rpath,"$lib" \
            -Wl,--whole-archive "${runtimes[0]}" -Wl,--no-whole-archive -Wl,--export-dynamic \
            -lpthread -ldl -lrt -lm -lstdc++
}

for name in "${programs[@]}"; do
    [[ -z $only || $name =~ $only ]] || continue
    if ! compile "$work/$name" "tests/c/$name.c" >"$work/log" 2>&1; then
        judge 1 "$name"
        continue
    fi
    for ((i = 1; i <= repeat; i++)); do
        timeout "$patience" "$work/$name" >"$work/log" 2>&1 </dev/null
        status=$?
        if grep -q 'WARNING: ThreadSanitizer' "$work/log"; then status=66; fi
        [[ $status == 0 ]] || break
    done
    judge $status "$name, $repeat times"
done

# finds KIND FUNCTION: a race in that function is reported. The sanitizer overlooks
# one now and then, which is why everything here runs several times.
finds() {
    local i
    for ((i = 0; i < 5; i++)); do
        "$work/planted" "$1" tests/data/sample.pcap >"$work/log" 2>&1 </dev/null
        [[ $? == 66 ]] && grep -q 'data race' "$work/log" && grep -q "#[0-9]* $2 " "$work/log" && break
    done
    [[ $i != 5 ]]
    judge $? "planted: $1"
}
compile "$work/planted" tests/tools/planted_race.c || exit 1
"$work/planted" nothing tests/data/sample.pcap >"$work/log" 2>&1
judge $? "planted: nothing"
finds callbacks-share-a-counter on_packet
# Only a library that is instrumented itself finds this one.
finds calls-share-an-output ipmon_get_accept_data

count_checks
