"""Packets of each source, by SQL. usage: duckdb_count.py FILE COLUMN"""

import sys

import duckdb
import ipmon

source = sys.argv[2]
with ipmon.open(sys.argv[1]) as m:
    capture = m.arrow([source], rows=1 << 16)
    counts = duckdb.execute(f"select {source}, count(*) from capture group by 1").fetchall()
print(f"packets={sum(n for _, n in counts)} sources={len(counts)}")
