#!/usr/bin/env bash
# bindings/node: its tests, its types, its README's program, what the conform program
# prints, and the package as it is installed.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
. tests/checks.sh

have_node() {
    node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' && npm --version
}
if ! have_node >"$work/log" 2>&1; then
    lacking() { echo "Node 20 and npm are not there" && return 77; }
    check "node" lacking
    count_checks
    exit
fi

here=target/node/ipmon
conform=target/conform/node
sample=tests/data/sample.pcap

stage() { bindings/node/scripts/stage.sh; }
tests() { # FILE...
    node --expose-gc --test --test-reporter=spec "${@/#/$here/test/}" >"$work/tests" 2>&1
    local status=$?
    sed -n '/^✖/,$p' "$work/tests"
    [ $status = 0 ] || return 1
    ! grep -q '^﹣' "$work/tests" || { grep '^﹣' "$work/tests" && return 77; }
}
types() { node target/node/node_modules/typescript/bin/tsc -p "$here/test"; }

the_readme() {
    block bindings/node/README.md '^import' >"$here/readme.js" &&
        node "$here/readme.js" "$sample" >"$work/out" 2>"$work/err" &&
        grep -q ', protocol 17, ' "$work/out" &&
        [ "$(wc -l <"$work/out")" = 96 ] && grep -q 'delivered: 96' "$work/err" &&
        node "$here/readme.js" <"$sample" 2>"$work/err" | cmp - "$work/out" &&
        ! node "$here/readme.js" /does/not/exist >"$work/out" 2>&1 &&
        grep -q 'cannot open "/does/not/exist": No such file or directory' "$work/out"
}

# As a user does it: the .tgz into an empty project, with its commands from the README.
installed() (
    root=$PWD
    packed=$(bindings/node/scripts/pack.sh) && mkdir "$work/project" && cd "$work/project" &&
        echo '{ "type": "module" }' >package.json &&
        npm install --no-audit --no-fund --loglevel=error "$packed" </dev/null &&
        cp "$root/$here/readme.js" program.js &&
        [ "$(node program.js "$root/$sample" 2>err | wc -l)" = 96 ] &&
        ls node_modules/ipmon/prebuilds/*/libipmon.so && [ ! -e node_modules/ipmon/test ] &&
        node node_modules/ipmon/examples/dashboard/dashboard.js --help >help &&
        grep -q -- '-r FILE' help
)

layout() {
    $conform layout |
        grep -q '^{"ipmon_packet":{"size":[0-9]*,"fields":{"struct_size":\[0,4\],'
}
same_in_both_modes() {
    $conform case pull $sample >"$work/pull" && $conform case push $sample | cmp - "$work/pull" &&
        $conform case pull $sample file_access=1 | cmp - "$work/pull" &&
        [ "$(wc -l <"$work/pull")" = 97 ] &&
        tail -n 1 "$work/pull" | grep -q '^{"status":"END","text":"","notices":\[\],'
}
prints() { # EXPECTED BEHAVIOUR ARGUMENT...
    local printed
    printed=$($conform behaviour "${@:2}") && [[ $printed == $1 ]] && return
    echo "printed $printed"
    return 1
}
sums() {
    local sum
    sum=$($conform sum pull $sample) && [ "$sum" = "$($conform sum push $sample)" ] &&
        grep -q '^{"packets":96,"sum":[0-9]*}$' <<<"$sum"
}
another_abi() {
    echo 'unsigned ipmon_abi_version(void) { return 0; }' >"$work/old.c" &&
        cc -shared -fPIC "$work/old.c" -o "$work/old.so" &&
        IPMON_LIBRARY=$work/old.so prints '{"refused":true}' another_abi
}

check "installs what it needs" stage
check "files" tests batches.test.js monitor.test.js
check "events" tests events.test.js
check "layout and numbers" tests layout.test.js
check "live" tests live.test.js
check "types" types
check "the README's program" the_readme
check "the package, installed" installed
check "conform layout" layout
check "conform case" same_in_both_modes
check "conform sum" sums
check "stop_in_the_callback" prints '{"packets":3}' stop_in_the_callback $sample
check "early_break" prints '{"first":2,"second":96}' early_break $sample
check "close_twice" prints '{"closed_twice":true,"refused":true}' close_twice $sample
check "missing_file" prints '{"status":"NOT_FOUND","text":"cannot open*"}' missing_file
check "bad_filter" prints '{"status":"BAD_FILTER","text":*}' bad_filter $sample
check "not_a_capture" prints '{"status":"NOT_A_CAPTURE","text":*}' not_a_capture
check "throw_in_the_callback" prints '{"thrown":"mine","second":96}' throw_in_the_callback $sample
check "collector_stress" prints '{"packets":960,"payload":"????????"}' collector_stress $sample
check "thousand_opens" prints '{"descriptors":0,"threads":0,"flat":true}' thousand_opens $sample
check "another_abi" another_abi
check "the dashboard, in a browser" tests dashboard.test.js
count_checks
