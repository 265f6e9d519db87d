#!/usr/bin/env bash
# bindings/python: its tests, types, README's program, example and wheel, and what its
# conform program prints.
#
# One line a check; the last line counts them.
set -u
cd "$(dirname "$0")/.."
# shellcheck source=tests/checks.sh
. tests/checks.sh
root=$PWD
export PYTHONDONTWRITEBYTECODE=1
export IPMON_LIBRARY=$root/target/release/libipmon.so
sample=tests/data/sample.pcap
venv=$root/target/venv/bin/python

skip() {
    echo "$1"
    exit 77
}
packages=(numpy pyarrow polars duckdb nanoarrow mypy setuptools wheel)
if ! tests/venv.sh "${packages[@]}" >"$work/venv" 2>&1; then
    # Without a registry, what needs no packages is still tested.
    check "packages of Python" skip "they cannot be installed: $(tail -n 1 "$work/venv")"
    [ -x "$venv" ] || venv=$(command -v python3)
fi
has() { "$venv" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$1') is None)" ||
    skip "$1 is not installed"; }

# python PYTHON TEST...: the tests, of which some are left out where packages are missing.
tests() (
    cd bindings/python/tests &&
        PYTHONPATH=.. timeout 200 "$1" -W error -m unittest "${@:2}"
)
live() (
    [ "$(id -u)" = 0 ] || skip "only root makes network namespaces"
    unshare -n true || skip "no network namespace can be made here"
    export venv
    export -f tests
    unshare -n bash -c 'ip link set lo up && IPMON_TEST_LIVE=lo tests "$venv" test_live'
)
older() ( # VERSION: that Python, wherever it is
    for python in "python$1" ~/.pyenv/versions/"$1".*/bin/python3; do
        # What bears the name may be a stand-in that knows no such version.
        "$python" -c pass 2>/dev/null || continue
        tests "$python" test_packets test_waiting
        exit
    done
    skip "Python $1 is not here"
)
types() (
    has mypy
    mypy=("$venv" -m mypy --strict "--cache-dir=$root/target/mypy")
    cd bindings/python && "${mypy[@]}" -p ipmon &&
        cd tests && MYPYPATH=.. "${mypy[@]}" use_of_types.py
)

# The wheel as users build and install it, in an environment of its own, away from here.
wheel() (
    has setuptools
    rm -rf target/python/dist target/python/build &&
        "$venv" -m pip wheel --quiet --no-deps --no-build-isolation \
            -w target/python/dist bindings/python &&
        ls target/python/dist/ipmon-*-py3-none-linux_"$(uname -m)".whl &&
        "$venv" -m venv "$work/installed" &&
        "$work/installed/bin/pip" install --quiet --no-index target/python/dist/*.whl &&
        [ ! -e bindings/python/build ] && [ ! -e bindings/python/ipmon.egg-info ]
)
installed() ( # ARGUMENT...: the Python in which only the wheel is installed, and no library
    [ -x "$work/installed/bin/pip" ] || skip "the wheel was not installed"
    cd "$work" && env -u IPMON_LIBRARY -u PYTHONPATH "$work/installed/bin/python" "$@"
)
the_readme() {
    block bindings/python/README.md 'import sys' >"$work/program.py"
    local out
    out=$(installed "$work/program.py" "$root/$sample" 2>"$work/err") && cat "$work/err" &&
        grep -q 'of 102 frames' "$work/err" &&
        grep -qE '192\.0\.2\.1 [0-9]+ > 192\.0\.2\.2 53 [0-9]+ bytes' <<<"$out" &&
        ! message=$(installed "$work/program.py" /does/not/exist 2>&1) &&
        grep -q 'cannot open "/does/not/exist"' <<<"$message"
}
the_example() (
    has duckdb
    PYTHONPATH=bindings/python "$venv" bindings/python/examples/summary.py $sample >"$work/out" &&
        cat "$work/out" && grep -q '^96 IP packets of 102 frames' "$work/out" &&
        grep -qE '^  IPv6 protocol +17: ' "$work/out"
)

conform=target/conform/python
build_conform() { bindings/python/conform/build.sh && [ -x $conform ]; }
layout() {
    sed -n \
        's/^FIELD(\(ipmon_[a-z_]*\), \(.*\), \(.*\), \(.*\));/\1 \2 \3 \4/p' \
        tests/abi/layout.c >"$work/fields"
    "$venv" - "$work/fields" $conform <<'END'
import json, subprocess, sys
layout = json.loads(subprocess.check_output([sys.argv[2], "layout"]))
for line in open(sys.argv[1]):
    struct, field, at, size = line.split()
    if struct in layout:
        found = layout[struct]["fields"].pop(field)
        assert found == [int(at), int(size)], (struct, field, found)
assert not any(struct["fields"] for struct in layout.values()), layout
END
}
one_case() {
    local sum
    $conform case pull $sample >"$work/pull" && $conform case numpy $sample >"$work/numpy" &&
        cmp "$work/pull" "$work/numpy" && [ "$(wc -l <"$work/pull")" = 97 ] &&
        tail -n 1 "$work/pull" |
        grep -q '^{"status":"END","text":"","notices":\[\],"stats":{"received":102,' &&
        sum=$($conform sum pull $sample) && [ "$($conform sum numpy $sample)" = "$sum" ] &&
        [ "$($conform sum columns $sample)" = "$sum" ]
}
prints() { # WANTED NAME ARGUMENT...
    local found
    found=$($conform behaviour "${@:2}") && echo "$found" && [ "$found" = "$1" ]
}
another_abi() {
    echo 'unsigned ipmon_abi_version(void) { return 0; }' >"$work/other.c"
    cc -shared -fPIC "$work/other.c" -o "$work/other.so" &&
        IPMON_LIBRARY=$work/other.so prints '{"refused":true}' another_abi &&
        prints '{"refused":false}' another_abi &&
        ! message=$(IPMON_LIBRARY=$work/none.so PYTHONPATH=bindings/python \
            "$venv" -c 'import ipmon' 2>&1) &&
        grep -q 'ImportError.*IPMON_LIBRARY' <<<"$message"
}

check "files" tests "$venv" test_packets test_waiting
check "numpy batches" tests "$venv" test_batches
check "readers of Arrow" tests "$venv" test_arrow
check "live" live
check "Python 3.9: files" older 3.9
check "Python 3.13: files" older 3.13
check "types" types
check "a wheel, installed" wheel
check "the README's program, with the wheel" the_readme
check "the example" the_example
check "conform is built" build_conform
check "conform layout" layout
check "conform case, in two ways, and the sum, in three" one_case
while read -r name wanted; do
    check "conform $name" prints "$wanted" "$name" $sample
done <<'END'
stop_in_the_callback {"packets":3}
early_break {"first":2,"second":96}
close_twice {"closed_twice":true,"refused":true}
throw_in_the_callback {"thrown":"mine","second":96}
thousand_opens {"descriptors":0,"threads":0,"flat":true}
END
check "conform another_abi" another_abi
count_checks
