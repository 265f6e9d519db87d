"""Files, packet by packet."""

import copy
import datetime
import errno
import gc
import os
import pickle
import threading
import unittest
import warnings

import ipmon
from captures import SAMPLE, SAMPLE_PACKETS, Files, pcap, pcapng, udp4, udp6


class Case(unittest.TestCase):
    def setUp(self):
        self.files = Files()
        self.addCleanup(self.files.clean)

    def capture(self, *frames):
        return self.files.write(pcap(frames))


class Packets(Case):
    def test_every_field_of_ipv4(self):
        frame = udp4(7, b"hello")
        with ipmon.open(self.capture(frame)) as m:
            (p,) = m
        self.assertEqual((p.source_address, p.source_port), ("10.0.0.1", 1007))
        self.assertEqual((p.destination_address, p.destination_port), ("10.0.0.2", 53))
        self.assertEqual((p.source_ip, p.destination_ip), (b"\n\0\0\1", b"\n\0\0\2"))
        self.assertEqual((p.ip_version, p.tos, p.id, p.flags, p.offset), (4, 4, 7, 2, 0))
        self.assertEqual((p.ttl, p.checksum, p.ip_protocol), (63, 0xABCD, 17))
        self.assertEqual((p.payload, p.payload_length), (frame[34:], 13))
        self.assertEqual((p.ip, p.ip_length), (frame[14:], 33))
        self.assertEqual((p.frame, p.frame_length), (frame, 47))
        self.assertEqual((p.payload_wire_length, p.frame_wire_length), (13, 47))
        self.assertEqual((p.timestamp, p.timestamp_ns), (1700000000123456, 1700000000123456789))
        utc = datetime.timezone.utc
        self.assertEqual(p.time, datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=utc))
        self.assertEqual((p.link_type, p.interface_index, p.direction), (1, 0, 0))
        self.assertEqual((p.notes, p.frame_number), (0, 1))
        self.assertIn("10.0.0.1:1007 > 10.0.0.2:53", repr(p))

    def test_every_address_of_ipv6(self):
        with ipmon.open(self.capture(udp6(1))) as m:
            (p,) = m
        self.assertEqual((p.source_address, p.destination_address), ("2001:db8::1", "2001:db8::2"))
        self.assertEqual((p.ip_version, len(p.source_ip), p.source_port), (6, 16, 1001))

    def test_packets_stay_good_when_all_else_is_gone(self):
        frames = [udp4(i % 1000, bytes([i % 256]) * (i % 90)) for i in range(2000)]
        with ipmon.open(self.capture(*frames)) as m:
            packets = list(m)
        del m
        gc.collect()
        self.assertEqual([p.frame for p in packets], frames)
        self.assertEqual([p.frame_number for p in packets], list(range(1, 2001)))
        self.assertEqual(packets[1999].payload, frames[1999][34:])

    def test_packets_can_be_copied_and_pickled(self):
        with ipmon.open(self.capture(udp4(1))) as m:
            (p,) = m
        for q in (copy.copy(p), copy.deepcopy(p), pickle.loads(pickle.dumps(p))):
            self.assertEqual((q.source_port, q.payload), (p.source_port, p.payload))

    def test_a_loop_that_was_left_is_gone_on_with(self):
        with ipmon.open(SAMPLE) as m:
            first = []
            for p in m:
                first.append(p.frame_number)
                if len(first) == 5:
                    break
            rest = [p.frame_number for p in m]
            self.assertEqual(list(m), [])
        with ipmon.open(SAMPLE) as m:
            self.assertEqual([p.frame_number for p in m], first + rest)

    def test_what_follows_a_nul_is_not_cut_off(self):
        for path in (SAMPLE + "\0.txt", os.fsencode(SAMPLE) + b"\0"):
            with self.assertRaisesRegex(ValueError, "NUL"):
                ipmon.open(path)

    def test_take(self):
        with ipmon.open(SAMPLE) as m:
            taken = 0
            while (packets := m.take(1)) is not None:
                taken += len(packets)
            self.assertEqual(taken, SAMPLE_PACKETS)
            self.assertIsNone(m.take(1))

    def test_the_ledger_outlives_the_monitor(self):
        with ipmon.open(SAMPLE, filter="udp") as m:
            delivered = len(list(m))
        stats = m.stats()
        self.assertEqual((stats.received, stats.delivered), (102, delivered))
        self.assertEqual(stats.filtered, 102 - delivered)
        self.assertEqual(stats.as_dict()["received"], 102)
        self.assertIn("received=102", repr(stats))

    def test_paused(self):
        with ipmon.open(SAMPLE) as m:
            self.assertFalse(m.paused)
            m.paused = True
            self.assertTrue(m.paused)
            self.assertEqual(list(m), [])
            self.assertEqual(m.stats().paused, SAMPLE_PACKETS)

    def test_paths_of_all_kinds(self):
        from pathlib import Path

        for path in (SAMPLE, os.fsencode(SAMPLE), Path(SAMPLE)):
            with ipmon.open(path) as m:
                self.assertEqual(sum(1 for _ in m), SAMPLE_PACKETS)
        odd = self.files.write(pcap([udp4(1)]), b"\xff.pcap".decode("utf-8", "surrogateescape"))
        with ipmon.open(odd) as m:
            self.assertEqual(len(list(m)), 1)
        with ipmon.open(SAMPLE, file_access="map") as m:
            self.assertEqual(len(list(m)), SAMPLE_PACKETS)

    def test_format_address(self):
        self.assertEqual(ipmon.format_address(bytes(16)), "::")
        self.assertEqual(ipmon.format_address(b"\1\2\3\4"), "1.2.3.4")
        self.assertRaises(ValueError, ipmon.format_address, b"")


class Errors(Case):
    def refused(self, status, also, call, *arguments, **options):
        with self.assertRaises(ipmon.IpmonError) as caught:
            call(*arguments, **options)
        error = caught.exception
        self.assertEqual(error.status, status)
        self.assertIsInstance(error, also)
        self.assertTrue(error.text)
        self.assertEqual(str(error), error.text)
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((type(again), again.status, again.text),
                         (type(error), error.status, error.text))
        return error

    def read(self, *arguments, **options):
        with ipmon.open(*arguments, **options) as m:
            return list(m)

    def test_statuses_are_exceptions_that_python_knows(self):
        error = self.refused("NOT_FOUND", FileNotFoundError, self.read, "no/such/file")
        self.assertEqual(error.errno, errno.ENOENT)
        self.assertIn("no/such/file", error.text)
        self.refused("IO", OSError, self.read, "/")
        self.refused("NOT_A_CAPTURE", ipmon.IpmonError, self.read, __file__)
        self.refused("BAD_FILTER", ValueError, self.read, SAMPLE, filter="tcp port port")
        self.refused("BAD_ARGUMENT", ValueError, self.read, "")
        self.refused("BAD_ARGUMENT", ValueError, self.read, SAMPLE, file_access="maybe")
        self.refused("BAD_ARGUMENT", ValueError, self.read, SAMPLE, filter="udp\0")
        self.refused("BAD_ARGUMENT", ValueError, ipmon.open_live, "lo", direction="up")
        self.refused("BAD_ARGUMENT", ValueError, ipmon.open_live, "lo", snap_length=0)
        self.refused("BAD_ARGUMENT", ValueError, ipmon.open_live, "lo", buffer_size=1 << 33)
        error = self.refused("NO_DEVICE", OSError, ipmon.open_live, "no-such-if")
        self.assertEqual(error.errno, errno.ENODEV)
        self.refused("NO_DEVICE", OSError, ipmon.check_access, "no-such-if")

    def test_a_damaged_file_gives_what_is_in_front_of_the_damage(self):
        data = pcap([udp4(i) for i in range(300)])
        path = self.files.write(data[:-3])
        seen = []

        def read():
            with ipmon.open(path) as m:
                seen.extend(m)

        self.refused("TRUNCATED", ipmon.IpmonError, read)
        self.assertEqual(len(seen), 299)

    def test_what_is_closed_refuses(self):
        m = ipmon.open(SAMPLE)
        before = iter(m)
        next(before)
        m.close()
        m.close()
        self.assertTrue(m.closed)
        for use in (m.__iter__, m.__aiter__, m.take, m.batches, m.fileno, m.__enter__,
                    lambda: m.paused, m.__arrow_c_stream__):
            self.refused("BAD_HANDLE", ipmon.ClosedError, use)
        # A loop that is under way ends, as one ends that waits.
        self.assertEqual(list(before), [])
        self.assertIsInstance(ipmon.ClosedError(), ValueError)

    def test_a_monitor_that_is_forgotten_warns_and_is_closed(self):
        m = ipmon.open(SAMPLE)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del m
            gc.collect()
        self.assertEqual([w.category for w in caught], [ResourceWarning])

    def test_an_opening_that_fails_leaves_nothing(self):
        before = os.listdir("/proc/self/fd")
        for _ in range(50):
            self.refused("NOT_FOUND", OSError, ipmon.open, "no/such/file")
        self.assertEqual(len(os.listdir("/proc/self/fd")), len(before))


class Notices(Case):
    def test_notices_come_on_the_thread_that_reads(self):
        told = []
        frames = pcap([udp4(1)])
        # MTP2 has no ports: the filter means nothing for it.
        path = self.files.write(frames[:20] + (140).to_bytes(4, "little") + frames[24:])
        with ipmon.open(path, filter="udp port 53",
                        on_notice=lambda n: told.append((n, threading.get_ident()))) as m:
            self.assertEqual(list(m), [])
        self.assertEqual([n.name for n, _ in told], ["FILTER_NOT_APPLICABLE", "ENDED"])
        notice = told[1][0]
        self.assertEqual((notice.code, notice.status, notice.count), (1, "OK", 0))
        self.assertIsInstance(told[0][0], ipmon.Notice)
        self.assertGreater(notice.timestamp, 1_700_000_000_000_000)
        self.assertEqual({thread for _, thread in told}, {threading.get_ident()})

    def test_what_a_notice_raises_comes_out_of_the_loop_and_no_packet_is_lost(self):
        def raise_mine(notice):
            raise KeyError(notice.name)

        seen = []
        with ipmon.open(SAMPLE, on_notice=raise_mine) as m:
            with self.assertRaisesRegex(KeyError, "ENDED"):
                for p in m:
                    seen.append(p)
            self.assertEqual(list(m), [])
        self.assertEqual(len(seen), SAMPLE_PACKETS)
        # A notice in front of packets that the same call brings.
        frames = [(0, bytes(8))] + [(1, udp4(i)) for i in range(100)]
        path = self.files.write(pcapng([140, 1], frames))
        with ipmon.open(path, filter="udp port 53", on_notice=raise_mine) as m:
            with self.assertRaisesRegex(KeyError, "FILTER_NOT_APPLICABLE"):
                next(iter(m))
            self.assertEqual(len(m.take()), 100)
            self.assertRaises(KeyError, m.take)

    def test_a_notice_may_close(self):
        closed = []

        def close(notice):
            m.close()
            closed.append(notice.name)

        m = ipmon.open(SAMPLE, on_notice=close)
        self.assertEqual(len(list(m)), SAMPLE_PACKETS)
        self.assertEqual(closed, ["ENDED"])
        self.assertRaises(ipmon.ClosedError, m.take)


if __name__ == "__main__":
    unittest.main()
