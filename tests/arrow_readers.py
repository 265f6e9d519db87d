#!/usr/bin/env python3
"""What readers of Arrow get out of ipmon_arrow_stream().

usage: arrow_readers.py READER FILE SUMS    all values of a file, beside SUMS, which
                                            tests/tools/column_sums.c printed
       arrow_readers.py groups FILE         each reader's own way to count by an address
       arrow_readers.py damaged FILE        a file that is cut off: its text, from each
       arrow_readers.py memory FILE         thirty times a file, with no growth

READER is pyarrow, nanoarrow, polars or duckdb. IPMON_LIBRARY is the library
(target/release/libipmon.so).
"""

import ctypes
import os
import sys

LIBRARY = ctypes.CDLL(os.environ.get("IPMON_LIBRARY", "target/release/libipmon.so"))
LIBRARY.ipmon_new.restype = ctypes.c_void_p

# IPMON_COLUMN_ bits, in the order of the columns.
COLUMNS = """frame_number timestamp interface_index direction link_type frame_length
frame_wire_length ip_version source_address source_port destination_address destination_port
tos id flags offset ttl checksum ip_protocol ip_length payload_length payload_wire_length
notes source_ip destination_ip payload ip frame""".split()
ALL = (1 << len(COLUMNS)) - 1


class Stream(ctypes.Structure):
    """struct ArrowArrayStream."""
    _fields_ = [("get_schema", ctypes.c_void_p), ("get_next", ctypes.c_void_p),
                ("get_last_error", ctypes.c_void_p),
                ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
                ("private_data", ctypes.c_void_p)]


NAME = b"arrow_array_stream"
new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p,
                                ctypes.c_void_p)(("PyCapsule_New", ctypes.pythonapi))


class Capture:
    """The packets of a file. It has to outlive what reads them. (Its capsules have no
    destructor: one in Python would run with the reader's exception in the air.)"""

    def __init__(self, path, columns=ALL, rows=0):
        self.columns, self.rows, self.streams = columns, rows, []
        self.monitor = ctypes.c_void_p(LIBRARY.ipmon_new())
        self.must(LIBRARY.ipmon_open_pcap_file(self.monitor, os.fsencode(path)))

    def must(self, status):
        if status:
            text = ctypes.create_string_buffer(1000)
            LIBRARY.ipmon_last_error(self.monitor, text, ctypes.c_size_t(1000), None)
            raise OSError(text.value.decode())

    def release(self):
        """Streams that no reader took: DuckDB leaves one, of which it read the schema."""
        for stream in self.streams:
            if stream.release:
                stream.release(ctypes.addressof(stream))

    def __arrow_c_stream__(self, requested_schema=None):
        self.release()
        stream = Stream()
        self.must(LIBRARY.ipmon_arrow_stream(
            self.monitor, ctypes.c_size_t(self.rows), ctypes.c_uint32(self.columns),
            ctypes.byref(stream)))
        self.streams.append(stream)
        return new_capsule(ctypes.addressof(stream), NAME, None)

    def __del__(self):
        self.release()
        LIBRARY.ipmon_free(self.monitor)


# Each reader's values, as a list for each column. Times are nanoseconds.

def of_pyarrow(capture):
    import pyarrow as pa
    table = pa.table(capture)
    table.validate(full=True)
    assert not any(field.nullable for field in table.schema), table.schema
    assert str(table.schema.field("timestamp").type) == "timestamp[ns, tz=UTC]"
    at = COLUMNS.index("timestamp")
    table = table.set_column(at, "timestamp", table["timestamp"].cast("int64"))
    return {name: table[name].to_pylist() for name in table.column_names}


def of_nanoarrow(capture):
    import nanoarrow as na
    array = na.ArrayStream(capture).read_all()
    values = {}
    for n, field in enumerate(array.schema.fields):
        column = array.child(n)
        if field.name == "timestamp":
            assert field.timezone == "UTC" and field.unit.name == "NANO", field
            chunks = (column.chunk(k) for k in range(column.n_chunks))
            values[field.name] = [t for chunk in chunks for t in chunk.buffer(1)]
        else:
            values[field.name] = column.to_pylist()
    return values


def of_polars(capture):
    import polars as pl
    frame = pl.DataFrame(capture)
    assert frame.schema["timestamp"] == pl.Datetime("ns", "UTC"), frame.schema
    frame = frame.with_columns(pl.col("timestamp").cast(pl.Int64))
    return {name: frame[name].to_list() for name in frame.columns}


def of_duckdb(capture):
    import duckdb
    # Whichever of its types it has for such times.
    relation = duckdb.sql("select * replace (epoch_us(timestamp::timestamptz) as timestamp) from capture")
    rows = relation.fetchall()
    return dict(zip(relation.columns, zip(*rows), strict=True))


READERS = {"pyarrow": of_pyarrow, "nanoarrow": of_nanoarrow, "polars": of_polars,
           "duckdb": of_duckdb}


def digest(values):
    """What tests/tools/column_sums.c prints of them."""
    if not values or isinstance(values[0], int):
        total = sum(values)
    else:
        values = [v.encode() if isinstance(v, str) else v for v in values]
        total = sum(sum(v) + len(v) for v in values)
    return total % (1 << 64)


def compare(reader, path, sums):
    with open(sums, encoding="ascii") as lines:
        want = {name: int(number) for name, number in map(str.split, lines)}
    # Of the event's two, the one that the reader has.
    microseconds, nanoseconds = want.pop("timestamp"), want.pop("timestamp_ns")
    want["timestamp"] = microseconds if reader == "duckdb" else nanoseconds
    rows = want.pop("rows")
    for size in (0, 7):
        capture = Capture(path, rows=size)
        values = READERS[reader](capture)
        assert list(values) == COLUMNS, list(values)
        for name, column in values.items():
            assert len(column) == rows, (name, len(column), rows)
            # DuckDB rounds times to the nearest microsecond, and events round down.
            rounding = rows if (reader, name) == ("duckdb", "timestamp") else 0
            assert 0 <= digest(column) - want[name] <= rounding, (
                f"{name}: {digest(column)}, not {want[name]}")


def groups(path):
    import duckdb
    import polars as pl
    import pyarrow as pa
    capture = Capture(path, 0)
    counted = pa.table(capture).group_by("source_address").aggregate([([], "count_all")])
    want = dict(zip(*(counted[name].to_pylist() for name in ("source_address", "count_all"))))
    assert len(want) > 3 and sum(want.values()) > 50, want
    capture = Capture(path, 1 << COLUMNS.index("source_address"))
    frame = pl.DataFrame(capture).group_by("source_address").len()
    assert dict(frame.iter_rows()) == want
    capture = Capture(path, 0)
    query = "select source_address, count(*) from capture group by source_address"
    assert dict(duckdb.sql(query).fetchall()) == want
    # A lazy frame's scan, and a query that stops early.
    capture = Capture(path, 0, rows=5)
    assert len(duckdb.sql("select id from capture limit 3").fetchall()) == 3


def damaged(path):
    import duckdb
    import polars as pl
    import pyarrow as pa

    def fails(read):
        capture = Capture(path)
        try:
            read(capture)
        except Exception as error:  # each reader has a class of its own
            assert "byte" in str(error) and "record" in str(error), error
            return error
        raise AssertionError("it was read to the end")

    assert isinstance(fails(pa.table), OSError)
    fails(pl.DataFrame)
    fails(lambda capture: duckdb.sql("select count(*) from capture").fetchall())
    capture = Capture(path)
    reader = pa.RecordBatchReader.from_stream(capture)
    rows = 0
    try:
        while True:
            rows += reader.read_next_batch().num_rows
    except OSError:
        pass
    assert rows > 0


def resident():
    with open("/proc/self/statm", encoding="ascii") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def memory(path):
    import pyarrow as pa
    for run in range(35):
        # A table, and a stream that is left after a batch.
        capture = Capture(path)
        table = pa.table(capture)
        second = Capture(path)
        batch = pa.RecordBatchReader.from_stream(second).read_next_batch()
        size = table.nbytes + batch.nbytes
        del table, batch
        if run == 4:
            before = resident()
    grown = resident() - before
    print(f"thirty times {size >> 20} MiB: {grown / (1 << 20):.1f} MiB more")
    # One batch that is lost in each run would be 30 of them.
    assert grown < 4 << 20 < size, grown


def main():
    name, *arguments = sys.argv[1:] or ["help"]
    calls = {"groups": groups, "damaged": damaged, "memory": memory}
    if name in calls and len(arguments) == 1:
        calls[name](*arguments)
    elif name in READERS and len(arguments) == 2:
        compare(name, *arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
