#!/usr/bin/env python3
"""What a capture file holds, by SQL: DuckDB reads it as a table, without a copy on disk.

usage: summary.py CAPTURE ["filter expression"]
"""

import sys

import duckdb
import ipmon

COLUMNS = ["timestamp", "source_address", "destination_address", "ip_version", "ip_protocol",
           "payload_wire_length"]


def main(path, expression=None):
    db = duckdb.connect()
    with ipmon.open(path, filter=expression) as m:
        capture = m.arrow(COLUMNS)
        # Read once into DuckDB's memory, since there is more than one question.
        db.execute("create table packets as select * from capture")
        stats = m.stats()
    ((packets, seconds),) = db.execute(
        "select count(*), coalesce(epoch_ns(max(timestamp)) - epoch_ns(min(timestamp)), 0) / 1e9"
        " from packets"
    ).fetchall()
    print(f"{packets} IP packets of {stats.received} frames in {seconds:.1f} s")
    print("\nprotocols:")
    for row in db.execute(
        "select ip_version, ip_protocol, count(*) as n, sum(payload_wire_length)"
        " from packets group by all order by n desc limit 10"
    ).fetchall():
        print("  IPv{} protocol {:>3}: {:>9} packets, {:>12} bytes".format(*row))
    print("\nwho talks most:")
    for row in db.execute(
        "select source_address, destination_address, count(*), sum(payload_wire_length) as bytes"
        " from packets group by all order by bytes desc limit 10"
    ).fetchall():
        print("  {} > {}: {} packets, {} bytes".format(*row))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except ipmon.IpmonError as error:
        sys.exit(f"summary: {error}")
