"""A monitor as an Arrow C stream, read by those who read Arrow."""

import gc
import importlib.util
import threading
import unittest

import ipmon
from captures import SAMPLE, SAMPLE_PACKETS, pcap, udp4
from test_packets import Case
from test_waiting import Silent


def needs(package):
    return unittest.skipUnless(importlib.util.find_spec(package), f"{package} is not installed")


def everything():
    with ipmon.open(SAMPLE) as m:
        return list(m)


class Consumers(Case):
    def tearDown(self):
        # Who read them to the end has released them, and monitors that nobody else knew
        # are closed.
        gc.collect()
        from ipmon import _arrow, _monitor

        self.assertEqual((_arrow._streams, _arrow._structs), ({}, {}))
        self.assertEqual(len(_monitor._all), 0)

    @needs("pyarrow")
    def test_pyarrow(self):
        import pyarrow

        with ipmon.open(SAMPLE) as m:
            table = pyarrow.RecordBatchReader.from_stream(m).read_all()
            self.assertEqual(m.stats().delivered, SAMPLE_PACKETS)
        packets = everything()
        for name in ("source_address", "destination_address", "source_port", "ttl", "checksum",
                     "frame_number", "payload_length", "ip_protocol"):
            wanted = [getattr(p, name) for p in packets]
            self.assertEqual(table.column(name).to_pylist(), wanted, name)
        self.assertEqual(table.column("timestamp").cast("int64").to_pylist(),
                         [p.timestamp_ns for p in packets])
        # Batches live on when all else is closed; nobody else knows this monitor.
        table = pyarrow.table(ipmon.open(SAMPLE).arrow(["frame", "ip", "payload", "source_ip"]))
        self.assertEqual(table.column("frame").to_pylist(), [p.frame for p in packets])
        self.assertEqual(table.column("payload").to_pylist(), [p.payload for p in packets])
        self.assertEqual(table.column("ip").to_pylist(), [p.ip for p in packets])

    @needs("polars")
    def test_polars(self):
        import polars

        packets = everything()
        frame = polars.DataFrame(ipmon.open(SAMPLE))
        self.assertEqual(frame["source_address"].to_list(), [p.source_address for p in packets])
        self.assertEqual(polars.from_arrow(ipmon.open(SAMPLE)).len(), SAMPLE_PACKETS)
        with ipmon.open(SAMPLE, filter="udp") as m:
            self.assertEqual(set(polars.DataFrame(m.arrow(["ip_protocol"]))["ip_protocol"]), {17})

    @needs("duckdb")
    def test_duckdb(self):
        import duckdb

        counts = {}
        for p in everything():
            counts[p.source_address] = counts.get(p.source_address, 0) + 1
        with ipmon.open(SAMPLE) as m:
            found = duckdb.sql("select source_address, count(*) from m group by all").fetchall()
        self.assertEqual(dict(found), counts)

    @needs("nanoarrow")
    def test_nanoarrow(self):
        import nanoarrow

        table = nanoarrow.ArrayStream(ipmon.open(SAMPLE)).read_all()
        self.assertEqual(len(table), SAMPLE_PACKETS)
        self.assertEqual(table.child(7).to_pylist(), [p.ip_version for p in everything()])
        del table

    @needs("pyarrow")
    def test_rows_and_what_a_stream_leaves(self):
        import pyarrow

        with ipmon.open(SAMPLE) as m:
            reader = pyarrow.RecordBatchReader.from_stream(m.arrow(["ttl"], rows=10))
            self.assertEqual(reader.schema.names, ["ttl"])
            self.assertEqual(reader.read_next_batch().num_rows, 10)
            with self.assertRaises(ipmon.IpmonError) as caught:
                m.take(0)
            self.assertEqual(caught.exception.status, "BUSY")
            reader.close()
            del reader
            self.assertEqual(len(list(m)), SAMPLE_PACKETS - 10)

    @needs("pyarrow")
    def test_what_is_wrong_with_a_file_comes_behind_its_rows(self):
        import pyarrow

        path = self.files.write(pcap([udp4(i) for i in range(30)])[:-3])
        with ipmon.open(path) as m:
            reader = pyarrow.RecordBatchReader.from_stream(m)
            self.assertEqual(reader.read_next_batch().num_rows, 29)
            with self.assertRaisesRegex(OSError, "byte"):
                reader.read_next_batch()
            del reader

    def test_a_capsule_that_nobody_takes_is_released(self):
        with ipmon.open(SAMPLE) as m:
            capsule = m.__arrow_c_stream__()
            self.assertIn("arrow_array_stream", repr(capsule))
            del capsule
            self.assertEqual(len(list(m)), SAMPLE_PACKETS)

    def test_refusals(self):
        with ipmon.open(SAMPLE) as m:
            with self.assertRaisesRegex(ValueError, "no_column"):
                m.arrow(["ttl", "no_column"])
            with self.assertRaises(ValueError):
                m.arrow([])
            self.assertRaises(ValueError, m.arrow, None, 0)
            first = next(iter(m))
            self.assertRaises(ipmon.IpmonError, m.__arrow_c_stream__)
            self.assertEqual(first.frame_number, everything()[0].frame_number)

    @needs("pyarrow")
    def test_the_same_monitor_may_be_forgotten_a_thousand_times(self):
        import pyarrow

        for _ in range(1000):
            pyarrow.RecordBatchReader.from_stream(ipmon.open(SAMPLE)).read_next_batch()


class Closing(Silent):
    @needs("pyarrow")
    def test_close_ends_a_reader_that_waits(self):
        import pyarrow

        m, _ = self.silent()
        threading.Timer(0.1, m.close).start()
        # Which one is pyarrow's choice: it has no exception for a stream that was ended.
        with self.assertRaises(Exception):
            pyarrow.RecordBatchReader.from_stream(m).read_all()


if __name__ == "__main__":
    unittest.main()
