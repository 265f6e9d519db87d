"""Waiting for packets: threads, signals, select and asyncio."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
import time
import unittest
import unittest.mock

import ipmon
from captures import SAMPLE, SAMPLE_PACKETS, Files, pcap, udp4
from test_packets import Case


class Silent(Case):
    """A FIFO into which nobody writes is a file that waits."""

    def silent(self):
        path = self.files.fifo()
        # Open at both ends, so that neither waits for the other.
        fd = os.open(path, os.O_RDWR)
        self.addCleanup(os.close, fd)
        m = ipmon.open(path)
        self.addCleanup(m.close)
        return m, fd


class Waiting(Silent):
    def test_packets_come_when_they_are_written(self):
        m, fd = self.silent()
        os.write(fd, pcap([udp4(1)]))
        self.assertEqual(next(iter(m)).source_port, 1001)
        timer = threading.Timer(0.1, os.write, (fd, pcap([udp4(2)])[24:]))
        timer.start()
        self.assertEqual(next(iter(m)).source_port, 1002)
        timer.join()
        began = time.monotonic()
        self.assertEqual(m.take(0.05), [])
        self.assertLess(0.04, time.monotonic() - began)

    def test_close_ends_a_loop_that_waits_on_another_thread(self):
        m, _ = self.silent()
        ended = []

        def loop():
            ended.append(list(m))
            ended.append(time.monotonic())

        thread = threading.Thread(target=loop)
        thread.start()
        time.sleep(0.1)
        began = time.monotonic()
        m.close()
        thread.join(5)
        self.assertEqual(ended[0], [])
        self.assertLess(ended[1] - began, 0.5)

    def test_a_wait_may_be_longer_than_poll_can(self):
        for seconds in (3e6, float("inf")):
            self.files = Files()
            self.addCleanup(self.files.clean)
            m, _ = self.silent()
            threading.Timer(0.05, m.close).start()
            self.assertIsNone(m.take(seconds))

    def test_a_close_just_before_the_wait_ends_the_loop(self):
        from ipmon._library import lib

        m, _ = self.silent()
        closing = []

        def close_meanwhile(*arguments):
            found = next_batch(*arguments)
            if not closing:
                closing.append(threading.Thread(target=m.close))
                closing[0].start()
                while not m.closed:
                    time.sleep(0.001)
            return found

        next_batch = lib.ipmon_next_batch
        with unittest.mock.patch.object(lib, "ipmon_next_batch", close_meanwhile):
            self.assertEqual(list(m), [])
        closing[0].join()

    def test_ctrl_c_ends_a_loop_that_waits(self):
        m, _ = self.silent()
        sent = []

        def interrupt():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.1, interrupt)
        timer.start()
        with self.assertRaises(KeyboardInterrupt):
            for _ in m:
                pass
        self.assertLess(time.monotonic() - sent[0], 0.2)
        timer.join()
        # Nothing is broken: it is waited for again.
        self.assertEqual(m.take(0), [])

    def test_the_descriptor_works_in_select(self):
        m, fd = self.silent()
        self.assertEqual(m.take(0), [])
        self.assertEqual(select.select([m], [], [], 0.05)[0], [])
        os.write(fd, pcap([udp4(3)]))
        self.assertEqual(select.select([m], [], [], 5)[0], [m])
        self.assertEqual(len(m.take(0)), 1)

    def test_closes_race_with_loops(self):
        failures = []

        def loop(m):
            try:
                for p in m:
                    p.payload
            except ipmon.ClosedError:
                pass  # Closed before the loop began.
            except BaseException as error:
                failures.append(error)

        for _ in range(200):
            m = ipmon.open(SAMPLE)
            threads = [threading.Thread(target=loop, args=(m,)) for _ in range(2)]
            for thread in threads:
                thread.start()
            m.close()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])

    def test_threads_share_the_packets(self):
        frames = [udp4(i % 1000) for i in range(5000)]
        seen = []
        with ipmon.open(self.capture(*frames)) as m:
            threads = [
                threading.Thread(target=lambda: seen.extend(p.frame_number for p in m))
                for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sorted(seen), list(range(1, 5001)))

    def test_a_forked_child_is_told_and_may_close(self):
        m, _ = self.silent()
        thread = threading.Thread(target=list, args=(m,))
        thread.start()
        time.sleep(0.1)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                m.take(0)
            except ipmon.IpmonError as error:
                code = 0 if error.status == "FORKED" else 2
            m.close()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)
        m.close()
        thread.join(5)

    def test_exit_with_a_loop_that_waits_on_a_daemon_thread(self):
        program = (
            "import ipmon, os, sys, threading, time\n"
            "os.mkfifo(sys.argv[1]); fd = os.open(sys.argv[1], os.O_RDWR)\n"
            "m = ipmon.open(sys.argv[1], on_notice=lambda n: print(n.name, flush=True))\n"
            # As what a cycle, or another module, keeps to the last.
            "import ctypes; ctypes.pythonapi.Py_IncRef(ctypes.py_object(m))\n"
            "threading.Thread(target=list, args=(iter(m),), daemon=True).start()\n"
            "time.sleep(0.1)\n"
            "sys.exit(7)\n"
        )
        path = os.path.join(os.path.dirname(self.files.write(b"")), "another")
        done = subprocess.run([sys.executable, "-c", program, path], timeout=30,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr, done.stdout), (7, b"", b"ENDED\n"))


class Asyncio(Silent):
    def test_packets_of_a_file(self):
        async def count():
            with ipmon.open(SAMPLE) as m:
                return [p.frame_number async for p in m]

        self.assertEqual(len(asyncio.run(count())), SAMPLE_PACKETS)

    def test_packets_that_come_later_and_a_loop_that_was_left(self):
        async def main():
            m, fd = self.silent()
            os.write(fd, pcap([udp4(1)]))
            loop = asyncio.get_running_loop()
            loop.call_later(0.05, os.write, fd, pcap([udp4(2)])[24:])
            loop.call_later(0.1, os.write, fd, pcap([udp4(3)])[24:])
            ports = []
            for wanted in (2, 3):
                async for p in m:
                    ports.append(p.source_port)
                    if len(ports) == wanted:
                        break
            return ports

        waited = asyncio.wait_for(main(), 10)
        self.assertEqual(asyncio.run(waited), [1001, 1002, 1003])

    def test_close_ends_a_task_that_waits(self):
        async def main(close):
            m, _ = self.silent()
            close(m)
            return [p async for p in m]

        def from_the_loop(m):
            asyncio.get_running_loop().call_later(0.05, m.close)

        def from_a_thread(m):
            threading.Timer(0.05, m.close).start()

        for close in (from_the_loop, from_a_thread):
            self.files = Files()
            self.addCleanup(self.files.clean)
            self.assertEqual(asyncio.run(asyncio.wait_for(main(close), 5)), [])

    def test_closes_race_with_tasks_and_with_loops_that_wait(self):
        path = self.files.fifo()
        fd = os.open(path, os.O_RDWR)
        self.addCleanup(os.close, fd)
        failures = []

        def loop(packets):
            try:
                list(packets)
            except BaseException as error:
                failures.append(error)

        async def main():
            for number in range(100):
                m = ipmon.open(path)
                packets = m.__aiter__()
                thread = threading.Thread(target=loop, args=(iter(m),))
                timer = threading.Timer(number % 10 * 0.0002, m.close)
                timer.start()
                if number % 2:
                    thread.start()
                    thread.join(10)
                else:
                    self.assertEqual([p async for p in packets], [])
                timer.join()

        asyncio.run(asyncio.wait_for(main(), 50))
        self.assertEqual(failures, [])

    def test_a_task_that_waits_can_be_cancelled(self):
        async def main():
            m, _ = self.silent()
            m.fileno()  # Made when it is first asked for.
            readers = asyncio.get_running_loop()._selector.get_map()
            before = len(os.listdir("/proc/self/fd")), len(readers)
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(m.__aiter__().__anext__(), 0.05)
            self.assertEqual((len(os.listdir("/proc/self/fd")), len(readers)), before)
            self.assertEqual(m.take(0), [])

        asyncio.run(main())


if __name__ == "__main__":
    unittest.main()
