"""numpy batches."""

import asyncio
import gc
import importlib.util
import os
import subprocess
import sys
import threading
import unittest

import ipmon
from captures import SAMPLE, SAMPLE_PACKETS, pcap, pcapng, udp4, udp6
from test_packets import Case
from test_waiting import Silent

if importlib.util.find_spec("numpy") is None:
    raise unittest.SkipTest("numpy is not installed")


class Batches(Case):
    def test_batches_hold_what_packets_hold(self):
        with ipmon.open(SAMPLE) as m:
            packets = list(m)
        seen = 0
        with ipmon.open(SAMPLE) as m:
            for batch in m.batches(7):
                self.assertLessEqual(len(batch), 7)
                frames = batch.bytes
                for row, p in zip(batch.array, packets[seen:]):
                    for name in ("tos", "ttl", "source_port", "id", "timestamp_ns", "notes",
                                 "payload_wire_length", "frame_number", "checksum"):
                        self.assertEqual(row[name], getattr(p, name))
                    self.assertEqual(bytes(row["source_ip"])[: len(p.source_ip)], p.source_ip)
                    start, length = row["payload_offset"], row["payload_length"]
                    self.assertEqual(frames[start : start + length].tobytes(), p.payload)
                    start, length = row["frame_offset"], row["frame_length"]
                    self.assertEqual(frames[start : start + length].tobytes(), p.frame)
                seen += len(batch)
                self.assertEqual(batch.packet(-1).frame, packets[seen - 1].frame)
        self.assertEqual(seen, SAMPLE_PACKETS)

    def test_the_array_is_numbers_in_columns(self):
        with ipmon.open(self.capture(*(udp4(i) for i in range(1000)))) as m:
            total = sum(int(b.array["source_port"].sum()) for b in m.batches())
        self.assertEqual(total, sum(range(1000, 2000)))
        self.assertEqual(ipmon.dtype.itemsize, 168)
        self.assertNotIn("payload", ipmon.dtype.names)
        with ipmon.open(self.capture(udp6(1))) as m:
            (batch,) = (b.copy() for b in m.batches())
        self.assertEqual(batch.array["source_ip"][0].tobytes().hex(), "20010db8" + "00" * 11 + "01")

    def test_what_is_borrowed_is_refused_when_it_is_over_and_copies_stay(self):
        frames = [udp4(i) for i in range(20)]
        with ipmon.open(self.capture(*frames)) as m:
            batches = m.batches(10)
            first = next(batches)
            kept = first.copy()
            self.assertIs(kept.copy(), kept)
            next(batches)
            for use in (lambda: first.bytes, first.copy, lambda: first.packet(0)):
                with self.assertRaisesRegex(ipmon.IpmonError, "this batch is over"):
                    use()
            last = m
        self.assertEqual(kept.packet(3).frame, frames[3])
        self.assertEqual(kept.array["source_port"].tolist(), list(range(1000, 1010)))
        with self.assertRaises(ValueError):
            kept.bytes[0] = 1
        self.assertRaises(ipmon.ClosedError, last.batches)
        with ipmon.open(self.capture(*frames)) as m:
            batch = next(m.batches())
            with self.assertRaises(ValueError):
                batch.bytes[0] = 1
        self.assertRaises(ipmon.ClosedError, lambda: batch.bytes)

    def test_packets_that_a_loop_left_are_not_lost(self):
        with ipmon.open(SAMPLE) as m:
            next(iter(m))
            with self.assertRaisesRegex(ipmon.IpmonError, "take") as caught:
                next(m.batches())
            self.assertEqual(caught.exception.status, "BUSY")
            taken = len(m.take())
            self.assertEqual(1 + taken + sum(len(b) for b in m.batches()), SAMPLE_PACKETS)

    def test_a_batch_is_not_lost_to_what_a_notice_raises(self):
        def raise_mine(notice):
            raise KeyError("mine")

        # The filter means nothing for MTP2; what that notice raises meets the packets that
        # come behind it, and what ENDED raises meets none.
        frames = [(0, bytes(8))] + [(1, udp4(i)) for i in range(100)]
        path = self.files.write(pcapng([140, 1], frames))
        with ipmon.open(path, filter="udp port 53", on_notice=raise_mine) as m:
            batches = m.batches()
            seen = 0
            for _ in range(2):
                with self.assertRaises(KeyError):
                    for batch in batches:
                        seen += len(batch)
            self.assertEqual(list(batches), [])
        self.assertEqual(seen, 100)

    def test_sizes(self):
        with ipmon.open(SAMPLE) as m:
            self.assertRaises(ValueError, m.batches, 0)
            self.assertEqual(len(next(m.batches(1))), 1)
            self.assertEqual(len(next(m.batches(1 << 40))), SAMPLE_PACKETS - 1)

    def test_numpy_is_imported_by_who_asks_for_it(self):
        program = (
            "import sys, ipmon\n"
            "list(ipmon.open(sys.argv[1]))\n"
            "assert 'numpy' not in sys.modules and 'asyncio' not in sys.modules\n"
            "assert ipmon.dtype.names[0] == 'struct_size'\n"
        )
        subprocess.run([sys.executable, "-c", program, SAMPLE], check=True, timeout=60)


class Columns(Case):
    def test_columns_hold_what_packets_hold_and_stay_good(self):
        frames = [udp4(i % 1000, b"x" * (i % 50)) for i in range(3000)] + [udp6(1)] * 10
        path = self.capture(*frames)
        with ipmon.open(path) as m:
            packets = list(m)
        names = "ttl", "source_port", "payload_length", "timestamp_ns", "frame_number"
        with ipmon.open(path) as m:
            kept = list(m.columns(*names, "source_ip", rows=100))
            self.assertEqual(m.stats().delivered, len(frames))
        gc.collect()
        self.assertEqual([len(k["ttl"]) for k in kept], [100] * 30 + [10])
        for name in names:
            self.assertEqual([v for k in kept for v in k[name].tolist()],
                             [getattr(p, name) for p in packets], name)
        self.assertEqual([bytes(ip[: len(p.source_ip)]) for ip, p in
                          zip((ip for k in kept for ip in k["source_ip"]), packets)],
                         [p.source_ip for p in packets])

    def test_columns_that_are_gone_take_no_memory(self):
        def read():
            with ipmon.open(path) as m:
                for _ in m.columns():
                    pass

        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        path = self.capture(*(udp4(i % 1000) for i in range(10000)))
        for _ in range(10):
            read()
        before = resident()
        for _ in range(100):
            read()
        # Of each reading's columns, more than 500 KiB.
        self.assertLess(resident() - before, 10 << 20)

    def test_all_columns(self):
        with ipmon.open(SAMPLE) as m:
            (columns,) = m.columns()
        self.assertEqual(set(columns), set(ipmon.dtype.names)
                         - {"struct_size", "timestamp", "ip", "frame", "frame_offset",
                            "payload_offset"})
        self.assertEqual({len(c) for c in columns.values()}, {SAMPLE_PACKETS})

    def test_a_loop_that_is_left_leaves_the_rest(self):
        with ipmon.open(self.capture(*(udp4(i) for i in range(2000)))) as m:
            for columns in m.columns("ttl", rows=10):
                break
            self.assertEqual(sum(len(c["ttl"]) for c in m.columns("ttl", rows=7)), 1990)
        with ipmon.open(SAMPLE) as m:
            m.columns("ttl")
            self.assertEqual(len(list(m)), SAMPLE_PACKETS)

    def test_a_failure_comes_behind_the_columns_in_front_of_it(self):
        path = self.files.write(pcap([udp4(i) for i in range(30)])[:-3])
        seen = 0
        with ipmon.open(path) as m:
            with self.assertRaises(ipmon.IpmonError) as caught:
                for columns in m.columns("ttl", rows=10):
                    seen += len(columns["ttl"])
        self.assertEqual((seen, caught.exception.status), (29, "TRUNCATED"))

    def test_columns_are_not_lost_to_what_a_notice_raises(self):
        def raise_mine(notice):
            raise KeyError("mine")

        frames = [(0, bytes(8))] + [(1, udp4(i)) for i in range(100)]
        path = self.files.write(pcapng([140, 1], frames))
        seen = 0
        with ipmon.open(path, filter="udp port 53", on_notice=raise_mine) as m:
            batches = m.columns("ttl", rows=10)
            for _ in range(2):
                try:
                    for columns in batches:
                        seen += len(columns["ttl"])
                except KeyError:
                    continue
            self.assertEqual(list(batches), [])
        self.assertEqual(seen, 100)

    def test_threads_share_the_columns(self):
        seen, failures = [], []

        def loop(batches):
            try:
                for columns in batches:
                    seen.extend(columns["frame_number"])
            except Exception as error:
                failures.append(error)

        with ipmon.open(self.capture(*(udp4(i % 1000) for i in range(5000)))) as m:
            batches = m.columns("frame_number", rows=10)
            threads = [threading.Thread(target=loop, args=(batches,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        self.assertEqual(failures, [])
        self.assertEqual(sorted(seen), list(range(1, 5001)))

    def test_a_close_ends_the_loop(self):
        with ipmon.open(self.capture(*(udp4(i) for i in range(1000)))) as m:
            seen = 0
            for columns in m.columns("ttl", rows=10):
                seen += 1
                m.close()
        self.assertLess(seen, 10)

    def test_refusals(self):
        with ipmon.open(SAMPLE) as m:
            for wrong in ("nonsense", "payload", "timestamp"):
                with self.assertRaisesRegex(ValueError, "is no column"):
                    m.columns(wrong)
            self.assertRaises(ValueError, m.columns, "ttl", rows=0)
            next(iter(m))
            self.assertRaises(ipmon.IpmonError, m.columns, "ttl")

    def test_a_notice_that_asks_for_columns_is_refused(self):
        told = []

        def ask(notice):
            try:
                next(batches)
            except ipmon.IpmonError as error:
                told.append(error.status)

        frames = [(0, bytes(8))] + [(1, udp4(i)) for i in range(100)]
        path = self.files.write(pcapng([140, 1], frames))
        with ipmon.open(path, filter="udp port 53", on_notice=ask) as m:
            batches = m.columns("ttl", rows=10)
            self.assertEqual(sum(len(c["ttl"]) for c in batches), 100)
        self.assertEqual(told[0], "BUSY")


class Waiting(Silent):
    def test_take(self):
        m, fd = self.silent()
        batches = m.batches()
        self.assertEqual(len(batches.take(0)), 0)
        os.write(fd, pcap([udp4(1), udp4(2)]))
        self.assertEqual(len(batches.take(5)), 2)
        self.assertEqual(len(batches.take(0.02)), 0)
        threading.Timer(0.05, m.close).start()
        self.assertIsNone(batches.take())

    def test_columns(self):
        m, fd = self.silent()
        os.write(fd, pcap([udp4(1), udp4(2)]))
        self.assertEqual(next(m.columns("source_port"))["source_port"].tolist(), [1001, 1002])

    def test_asyncio(self):
        async def main():
            m, fd = self.silent()
            loop = asyncio.get_running_loop()
            loop.call_later(0.05, os.write, fd, pcap([udp4(1), udp4(2)]))
            loop.call_later(0.15, m.close)
            return [len(b) async for b in m.batches()]

        self.assertEqual(asyncio.run(main()), [2])


if __name__ == "__main__":
    unittest.main()
