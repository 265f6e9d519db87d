"""The readers that are compared: how each is built, run, and called."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "target" / "bench"
CARGO_OUT = OUT / "cargo"
CC = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")
CARGO = os.environ.get("CARGO", "cargo")

# What every reader tells. Beside it: "bytes" of the payloads and, where a reader makes
# it, "text" of the addresses; "rest" is what only ipmon has.
PLAIN = ("packets", "number", "time", "ports", "header", "payload", "length", "source",
         "destination")


@dataclass
class Reader:
    key: str
    title: str
    command: tuple  # Of which the mode and the file come behind the first word.
    mode: str = "bytes"
    sums: tuple = PLAIN + ("bytes",)
    without: dict = None  # Captures that it cannot read, and why.
    absent: str = ""  # Why it is not here at all.

    def argv(self, mode, file):
        return [str(self.command[0]), mode, str(file), *self.command[1:]]


UNCHECKED = {"vlan": "it takes every frame for one without tags"}
NO_FRAGMENT = "libtins 4.0 does not tell what follows a Fragment header"
RUST = CARGO_OUT / "release"
READERS = [
    Reader("libpcap", "libpcap loop", (OUT / "libpcap",), sums=PLAIN + ("bytes", "text")),
    Reader("libpcap-text", "libpcap loop, inet_ntop", (OUT / "libpcap",), "text",
           PLAIN + ("bytes", "text")),
    Reader("etherparse", "pcap crate, etherparse", (RUST / "pcap_etherparse",)),
    Reader("pcap-parser", "pcap-parser crate", (RUST / "pcap_parser",)),
    Reader("libtins", "libtins", (OUT / "libtins",), sums=PLAIN,
           without={"ipv6-extensions": NO_FRAGMENT}),
    Reader("ipmon", "ipmon", (OUT / "ipmon",), sums=PLAIN + ("bytes", "text", "rest")),
    Reader("ipmon-map", "ipmon, mapped", (OUT / "ipmon", "map"),
           sums=PLAIN + ("bytes", "text", "rest")),
    Reader("ipmon-text", "ipmon, text", (OUT / "ipmon",), "text",
           PLAIN + ("bytes", "text", "rest")),
    Reader("unchecked", "no checks", (OUT / "unchecked",), sums=PLAIN + ("bytes", "rest"),
           without=UNCHECKED),
    Reader("unchecked-map", "no checks, mapped", (OUT / "unchecked", "map"),
           sums=PLAIN + ("bytes", "rest"), without=UNCHECKED),
    Reader("floor", "floor", (OUT / "floor",), sums=("packets",)),
]
BY_KEY = {reader.key: reader for reader in READERS}


def quiet(*command, **options):
    """Whether a command succeeds; what it says is kept for the message."""
    return subprocess.run(command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def must(*command, **options):
    done = quiet(*command, **options)
    if done.returncode:
        sys.exit(f"bench: this failed: {' '.join(map(str, command))}\n{done.stdout}")


def has_header(compiler, language, name):
    return subprocess.run([compiler, "-x", language, "-E", "-"], text=True,
                          input=f"#include <{name}>\n", capture_output=True).returncode == 0


def leave_out(why, *keys):
    for key in keys:
        BY_KEY[key].absent = why


def build():
    """Builds the generator and all readers; those whose packages are not there are absent."""
    OUT.mkdir(parents=True, exist_ok=True)
    c = (CC, "-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
    sums = "benches/readers/sums.c"
    release = ROOT / "target" / "release"

    def program(name, source, *flags):
        must(*c, source, sums, "-o", OUT / name, *flags)

    program("captures", "benches/captures.c")
    program("floor", "benches/readers/floor.c")
    program("unchecked", "benches/readers/unchecked.c", "-Iinclude")
    program("ipmon", "benches/readers/ipmon.c", "-Iinclude", f"-L{release}", "-lipmon",
            f"-Wl,-rpath,{release}")

    libpcap = has_header(CC, "c", "pcap.h")
    if libpcap:
        program("libpcap", "benches/readers/libpcap.c", "-lpcap")
    else:
        leave_out("libpcap's development files are not installed", "libpcap", "libpcap-text")

    if not shutil.which(CXX) or not has_header(CXX, "c++", "tins/tins.h"):
        leave_out("libtins is not installed", "libtins")
    else:
        must(CC, "-std=c11", "-O2", "-c", sums, "-o", OUT / "sums.o")
        must(CXX, "-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror",
             "benches/readers/libtins.cpp", OUT / "sums.o", "-o", OUT / "libtins", "-ltins",
             "-lpcap")
    build_rust(libpcap)


def build_rust(libpcap):
    manifest = ("--locked", "--manifest-path", "benches/rust/Cargo.toml")
    if quiet(CARGO, "fetch", *manifest).returncode:
        leave_out("its crates cannot be fetched", "etherparse", "pcap-parser")
        return
    bins = ["--bin", "pcap_parser"] + (["--bin", "pcap_etherparse"] if libpcap else [])
    if not libpcap:
        leave_out(BY_KEY["libpcap"].absent, "etherparse")
    must(CARGO, "build", "--release", "--quiet", "--target-dir", CARGO_OUT, *manifest, *bins)


def pinned(cpu):
    """What a child does before it becomes a program: stays on one processor."""
    return (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None


def numbers(line):
    """The words NAME=NUMBER of a line."""
    return {name: int(number) for name, number in (word.split("=") for word in line.split())}


def run(reader, mode, file, cpu=None):
    """One run, and the numbers that the reader printed."""
    done = subprocess.run(reader.argv(mode, file), text=True, stdin=subprocess.DEVNULL,
                          timeout=600, capture_output=True, preexec_fn=pinned(cpu))
    if done.returncode:
        sys.exit(f"bench: {reader.title} failed ({done.returncode}): {done.stderr.strip()}")
    return numbers(done.stdout)


class Agreement:
    """Holds every reader of one capture to the sums of who wrote it, or of who came first."""

    def __init__(self, truth):
        self.known = {(mode, key): truth[key] for mode in ("bytes", "text", "check")
                      for key in PLAIN}
        self.known["check", "bytes"] = truth["bytes"]

    def hold(self, reader, mode, sums, capture):
        for key in reader.sums:
            wanted = self.known.setdefault((mode, key), sums[key])
            if sums[key] != wanted:
                return (f"{reader.title} on {capture}, mode {mode}: the sum of {key} is "
                        f"{sums[key]}, not {wanted}")
        return None


def write_capture(name, packets, file):
    """Writes a capture, waits until it is on the disk, and reads it back; its sums.

    Pages that come from the disk lie together in memory, as those of any capture that was
    not written just now; how those of a fresh file lie is a matter of luck, and every reader
    depends on it.
    """
    done = subprocess.run([OUT / "captures", name, str(packets), file], text=True, check=True,
                          stdout=subprocess.PIPE)
    with open(file, "rb", buffering=0) as written:
        os.fsync(written.fileno())
        os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while written.read(1 << 20):
            pass
    return numbers(done.stdout)
