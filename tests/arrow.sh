#!/usr/bin/env bash
# ipmon_arrow_stream() beside those who know Arrow: its structs are those of Arrow's own
# header, in either order; pyarrow, nanoarrow, polars and DuckDB read the values that a C
# program reads as events, count by address, tell what is wrong with a damaged file, and
# leave no memory behind.
#
#   IPMON_LIBRARY  the libipmon.so that is read with (target/release/libipmon.so)
set -u
cd "$(dirname "$0")/.."
# shellcheck source=tests/checks.sh
. tests/checks.sh
lib=target/release
export IPMON_LIBRARY=${IPMON_LIBRARY:-$PWD/$lib/libipmon.so}
python=target/venv/bin/python
tests/venv.sh pyarrow nanoarrow polars duckdb >"$work/venv" 2>&1
there() { # PACKAGE
    "$python" -c "import $1" 2>/dev/null || {
        tail -n 3 "$work/venv"
        echo "$1 cannot be installed"
        return 77
    }
}

with_arrows_header() { # COMPILER STANDARD
    there pyarrow || return
    local headers
    headers=$("$python" -c 'import pyarrow; print(pyarrow.get_include())') || return
    local first second
    for first in ipmon.h arrow/c/abi.h; do
        [[ $first == ipmon.h ]] && second=arrow/c/abi.h || second=ipmon.h
        printf '#include <%s>\n#include <%s>\n%s\n' "$first" "$second" \
            'int main(void)
            {
                struct ArrowArrayStream s;
                struct ArrowArray a;
                struct ArrowSchema t;
                a.length = t.flags = ARROW_FLAG_NULLABLE;
                return ipmon_arrow_stream((ipmon_t *)0, 0, 0, &s) == IPMON_STATUS_OK ||
                       a.length != t.flags;
            }' >"$work/both.c"
        # Warnings of the other header are its own.
        "$1" -x "$3" -std="$2" -Wall -Wextra -Wpedantic -Werror -Iinclude -isystem "$headers" \
            "$work/both.c" -o "$work/both" -L"$lib" -lipmon "-Wl,-rpath,$PWD/$lib" &&
            "$work/both" || return
    done
}

readers() { # COMMAND...
    local package
    for package in pyarrow nanoarrow polars duckdb; do
        there "$package" || return
    done
    "$python" tests/arrow_readers.py "$@"
}
same() { # READER FILE
    there "$1" || return
    "$work/sums" "$2" >"$work/want" && "$python" tests/arrow_readers.py "$1" "$2" "$work/want"
}

cc=${CC:-cc}
"$cc" -std=c11 -O2 -Wall -Wextra -Werror -Iinclude tests/tools/column_sums.c -o "$work/sums" \
    -L"$lib" -lipmon "-Wl,-rpath,$PWD/$lib" &&
    "$cc" -std=c11 -O2 benches/captures.c benches/readers/sums.c -o "$work/captures" || exit 1
for name in imix ipv6-extensions vlan; do
    "$work/captures" "$name" 10000 "$work/$name" >/dev/null || exit 1
done
"$work/captures" 64 200000 "$work/64" >/dev/null
head -c 500000 "$work/imix" >"$work/cut"

check "c11: with Arrow's own header" with_arrows_header gcc c11 c
check "c++17: with Arrow's own header" with_arrows_header g++ c++17 c++
for reader in pyarrow nanoarrow polars duckdb; do
    for file in tests/data/sample.pcap "$work/imix" "$work/ipv6-extensions" "$work/vlan"; do
        check "$reader reads ${file##*/} as events are read" same "$reader" "$file"
    done
done
check "each reader counts by address" readers groups tests/data/sample.pcap
check "each reader tells of a file that is cut off" readers damaged "$work/cut"
check "no memory is left behind" readers memory "$work/64"
count_checks
