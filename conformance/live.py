#!/usr/bin/env python3
"""Runs a program in a network namespace with a loopback interface, and sends datagrams over it.

    conformance/live.py silent|fifty|endless PROGRAM ARGUMENT...

silent: sends nothing. fifty: 50 of them, once the program has printed `ready`. endless: one
a millisecond until the program ends. Prints what the program prints, and ends as it does.
"""

import os
import socket
import subprocess
import sys
import threading
import time

PATIENCE = 60


def sockets():
    """A sender, and a receiver so that nobody answers that there is none."""
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(sink.getsockname())
    return sender, sink


def main():
    kind, command = sys.argv[1], sys.argv[2:]
    if os.environ.get("IPMON_CONFORM_INSIDE") != "1":
        os.environ["IPMON_CONFORM_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable] + sys.argv)
    # Nothing is to be heard but what is sent here.
    for which in ("all", "default"):
        with open(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "w") as f:
            f.write("1")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    sender, sink = sockets()
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    killer = threading.Timer(PATIENCE, program.kill)
    killer.start()
    if kind == "fifty":
        line = program.stdout.readline()
        if line != "ready\n":
            sys.stdout.write(line)
        for _ in range(50):
            sender.send(b"fifty")
            time.sleep(0.002)
    elif kind == "endless":
        while program.poll() is None:
            sender.send(b"endless")
            time.sleep(0.001)
    sys.stdout.write(program.stdout.read())
    code = program.wait()
    killer.cancel()
    sys.stdout.flush()
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
