"""Live captures, on the silent loopback of a network namespace of their own:

    unshare -n sh -c 'ip link set lo up && IPMON_TEST_LIVE=lo python -m unittest test_live'
"""

import asyncio
import gc
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import ipmon

INTERFACE = os.environ.get("IPMON_TEST_LIVE")


def setUpModule():
    if not INTERFACE:
        raise unittest.SkipTest("IPMON_TEST_LIVE names no interface")


def send(count, payload=b"hello"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for _ in range(count):
            s.sendto(payload, ("127.0.0.1", 9))


class Live(unittest.TestCase):
    def open(self, **options):
        m = ipmon.open_live(INTERFACE, filter="udp port 9", **options)
        self.addCleanup(m.close)
        return m

    def test_packets(self):
        m = self.open()
        before = time.time()
        send(20)
        packets = []
        for p in m:
            packets.append(p)
            if len(packets) == 20:
                break
        self.assertEqual({(p.source_address, p.destination_port, p.payload[8:]) for p in packets},
                         {("127.0.0.1", 9, b"hello")})
        self.assertLess(abs(packets[0].time.timestamp() - before), 5)
        self.assertEqual(packets[0].interface_index, socket.if_nametoindex(INTERFACE))
        m.close()
        stats = m.stats()
        self.assertEqual((stats.received, stats.delivered), (20, 20))

    def test_packets_outlive_the_ring(self):
        m = self.open(buffer_size=1 << 20)
        packets = []
        for number in range(100):
            send(50, bytes([number]) * 900)
            while len(packets) < 50 * (number + 1):
                packets += m.take(5)
        m.close()
        self.assertEqual([p.payload[8] for p in packets], [i // 50 for i in range(5000)])

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "numpy is not installed")
    def test_batches(self):
        m = self.open()
        send(500)
        seen = 0
        for batch in m.batches():
            seen += len(batch)
            self.assertTrue((batch.array["destination_port"] == 9).all())
            self.assertIn(b"hello", batch.bytes.tobytes())
            if seen == 500:
                break

    def test_close_on_a_silent_interface_takes_50_ms_at_most(self):
        slowest = 0
        for _ in range(5):
            m = self.open()
            thread = threading.Thread(target=list, args=(m,))
            thread.start()
            time.sleep(0.05)
            began = time.monotonic()
            m.close()
            thread.join()
            slowest = max(slowest, time.monotonic() - began)
        print(f"the slowest close took {slowest * 1000:.1f} ms", file=sys.stderr)
        # A machine that does much else is slower.
        self.assertLess(slowest, 0.5)

    def test_ctrl_c_on_a_silent_interface(self):
        for each in (lambda m: m, lambda m: m.batches()):
            m = self.open()
            sent = []

            def interrupt():
                sent.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)

            timer = threading.Timer(0.1, interrupt)
            timer.start()
            with self.assertRaises(KeyboardInterrupt):
                for _ in each(m):
                    pass
            self.assertLess(time.monotonic() - sent[0], 0.2)
            timer.join()

    def test_nothing_is_burned_while_nothing_comes(self):
        m = self.open()
        before = time.process_time()
        self.assertEqual(m.take(1), [])
        self.assertLess(time.process_time() - before, 0.1)

    def test_asyncio(self):
        async def main():
            m = self.open()
            loop = asyncio.get_running_loop()
            for at in (0.05, 0.1, 0.15):
                loop.call_later(at, send, 10)
            seen = 0
            async for p in m:
                seen += 1
                if seen == 30:
                    return seen

        self.assertEqual(asyncio.run(asyncio.wait_for(main(), 20)), 30)

    def test_opens_and_closes_leave_nothing(self):
        def once():
            m = ipmon.open_live(INTERFACE, buffer_size=1 << 20)
            m.take(0)
            m.fileno()
            m.close()

        once()
        gc.collect()
        before = os.listdir("/proc/self/fd"), os.listdir("/proc/self/task")
        for _ in range(30):
            once()
        after = os.listdir("/proc/self/fd"), os.listdir("/proc/self/task")
        self.assertEqual([len(x) for x in after], [len(x) for x in before])

    def test_exit_while_capturing_has_the_right_code(self):
        program = (
            "import ipmon, os, sys, threading, time\n"
            f"m = ipmon.open_live({INTERFACE!r}, on_notice=lambda n: None)\n"
            "threading.Thread(target=list, args=(iter(m),), daemon=True).start()\n"
            "{}(7)\n"
        )
        for leave in ("sys.exit", "os._exit"):
            for _ in range(5):
                done = subprocess.run([sys.executable, "-c", program.format(leave)],
                                      capture_output=True, timeout=30)
                self.assertEqual((done.returncode, done.stderr), (7, b""))

    def test_adapters_and_access(self):
        found = {a.name: a for a in ipmon.adapters()}
        lo = found["lo"]
        self.assertTrue(lo.loopback and lo.up)
        self.assertEqual(lo.index, socket.if_nametoindex("lo"))
        self.assertIn(("127.0.0.1", 4, 8),
                      [(a.text, a.ip_version, a.prefix_length) for a in lo.addresses])
        self.assertIsNone(ipmon.check_access("lo"))

    def test_no_permission_says_what_to_do(self):
        program = (
            "import ipmon, sys\n"
            "try: ipmon.open_live('lo')\n"
            "except PermissionError as e: print(e.status, e)\n"
        )
        done = subprocess.run(
            ["setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable, "-c", program],
            capture_output=True, text=True, timeout=30)
        self.assertIn("NO_PERMISSION", done.stdout, done.stderr)
        self.assertIn("setcap", done.stdout)


if __name__ == "__main__":
    unittest.main()
