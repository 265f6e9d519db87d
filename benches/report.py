"""Turns what was measured into the tables and the chart of docs/performance.md.

usage: report.py    writes them again, from the last measurement
"""

import json
import os
import platform
import re
import subprocess
from pathlib import Path
from statistics import median

import chart
from readers import BY_KEY, CC, CXX, OUT, ROOT

CAPTURES = {
    "64": "64-byte packets",
    "64-pcapng": "64-byte packets, pcapng",
    "imix": "IMIX",
    "vlan": "VLAN tags",
    "ipv6-1000": "IPv6",
    "ipv6-extensions": "IPv6 extension headers",
}
ADDRESSES = {
    "ipv4-10": "IPv4, 10 flows",
    "64": "IPv4, 1,000 flows",
    "ipv4-new": "IPv4, all new",
    "ipv6-10": "IPv6, 10 flows",
    "ipv6-1000": "IPv6, 1,000 flows",
    "ipv6-new": "IPv6, all new",
}
RIVALS = ("libpcap", "etherparse", "pcap-parser", "libtins")

# What is asked of ipmon: a ratio of two times, at least or at most so much.
GOALS = [
    *((f"{CAPTURES[capture]}, {how}: {{}} as fast as the libpcap loop", f"{capture}/libpcap",
       f"{capture}/{key}", "at least", bound)
      for how, key, bounds in (("read", "ipmon", (2.8, 2.8, 1.9)),
                               ("mapped", "ipmon-map", (4.0, 4.5, 2.7)))
      for capture, bound in zip(("64", "64-pcapng", "imix"), bounds)),
    *((f"{CAPTURES[capture]}, read: {{}} as fast as the libpcap loop", f"{capture}/libpcap",
       f"{capture}/ipmon", "at least", 2.2) for capture in ("vlan", "ipv6-extensions")),
    *((f"{title}, text: {{}} as fast as the libpcap loop with inet_ntop",
       f"{capture}/libpcap-text", f"{capture}/ipmon-text", "at least", 10)
      for capture, title in ADDRESSES.items()),
    *((f"{title}: {{}} the time without text", f"{capture}/ipmon-text", f"{capture}/ipmon",
       "at most", 1.35 if capture in ("ipv4-10", "64", "ipv4-new", "ipv6-10") else 3)
      for capture, title in ADDRESSES.items()),
    ("64-byte packets, read: {} as fast as the pcap crate with etherparse", "64/etherparse",
     "64/ipmon", "at least", 4.5),
    ("64-byte packets, read: {} as fast as pcap-parser with a parse by hand",
     "64/pcap-parser", "64/ipmon", "at least", 1.2),
    ("gzip: {} as fast as gzip -dc | tcpdump", "gz/tcpdump", "gz/ipmon-text", "at least", 2.5),
    ("zstd: {} as fast as gzip -dc | tcpdump", "gz/tcpdump", "zst/ipmon-text", "at least", 5),
    *((f"{CAPTURES[capture]}, read: {{}} the time of the floor", f"{capture}/ipmon",
       f"{capture}/floor", "at most", 1.7) for capture in ("64", "64-pcapng", "imix")),
]


class Results:
    def __init__(self, measured):
        self.measured = measured
        self.ns = {case: (median(ns), min(ns), max(ns))
                   for case, ns in measured["ns"].items()}

    def ratio(self, slow, fast):
        """How many times the time of `fast` is that of `slow`; None where one is not there."""
        if slow not in self.ns or fast not in self.ns:
            return None
        return self.ns[slow][0] / self.ns[fast][0]


def times(ratio, bold=False):
    if ratio is None:
        return "–"
    text = f"{ratio:.1f}" if ratio >= 1.95 else f"{ratio:.2f}"
    return f"**{text}**" if bold else text


def table(head, rows):
    lines = [" | ".join(head), "|".join(["---"] + ["--:"] * (len(head) - 1))]
    return "\n".join(f"| {line} |" if i != 1 else f"|{line}|"
                     for i, line in enumerate(lines + [" | ".join(row) for row in rows]))


def speed(results):
    head = ["times as fast as the libpcap loop", *(BY_KEY[key].title for key in RIVALS),
            "ipmon", "ipmon, mapped", "ipmon's time over the floor's"]
    rows = []
    for capture, title in CAPTURES.items():
        base = f"{capture}/libpcap"
        rows.append([title, *(times(results.ratio(base, f"{capture}/{key}")) for key in RIVALS),
                     *(times(results.ratio(base, f"{capture}/{key}"), True)
                       for key in ("ipmon", "ipmon-map")),
                     times(results.ratio(f"{capture}/ipmon", f"{capture}/floor"))])
    return table(head, rows) + absences(results, ("etherparse", "pcap-parser", "libtins",
                                                  "libpcap", "ipmon-map"))


def absences(results, keys):
    """Why a column has gaps."""
    lines = []
    for key in keys:
        reader = BY_KEY[key]
        if key in results.measured["absent"]:
            lines.append(f"- {reader.title} is left out: {results.measured['absent'][key]}.")
        for capture, why in (reader.without or {}).items():
            lines.append(f"- {reader.title} is left out of “{CAPTURES[capture]}”: {why}.")
    return "\n\n" + "\n".join(lines) if lines else ""


def text(results):
    head = ["both addresses as text", "libpcap loop, inet_ntop", "ipmon", "times as fast",
            "over ipmon without text"]
    rows = []
    for capture, title in ADDRESSES.items():
        slow, fast = f"{capture}/libpcap-text", f"{capture}/ipmon-text"
        rows.append([title, *(nanoseconds(results, case) for case in (slow, fast)),
                     times(results.ratio(slow, fast), True),
                     times(results.ratio(fast, f"{capture}/ipmon"))])
    return table(head, rows)


def nanoseconds(results, case, spread=False):
    if case not in results.ns:
        return "–"
    middle, low, high = results.ns[case]
    digits = 0 if middle >= 100 else 1
    return (f"{middle:,.{digits}f}" + f" ({low:,.{digits}f}–{high:,.{digits}f})" * spread
            + " ns" * (not spread))


def compressed(results):
    rows = []
    for title, case in (("`gzip -dc FILE \\| tcpdump -r - -w /dev/null`", "gz/tcpdump"),
                        ("`zstd -dc FILE \\| tcpdump -r - -w /dev/null`", "zst/tcpdump"),
                        ("ipmon, .gz", "gz/ipmon-text"), ("ipmon, .zst", "zst/ipmon-text")):
        rows.append([title, nanoseconds(results, case, True),
                     times(results.ratio("gz/tcpdump", case), "ipmon" in title)])
    return table(["whole program", "ns of wall time a packet", "times as fast as the first"],
                 rows)


def everything(results):
    captures = {**CAPTURES, **ADDRESSES, "64": "64-byte packets"}
    columns = ("floor", "unchecked-map", "unchecked", "ipmon-map", "ipmon", "ipmon-text", "libpcap", "libpcap-text", *RIVALS[1:])
    rows = [[title, *(nanoseconds(results, f"{capture}/{key}", True) for key in columns)]
            for capture, title in captures.items()]
    head = ["ns a packet (least–most)", *(BY_KEY[key].title for key in columns)]
    return table(head, rows)


def scale(results):
    rows = [[title, nanoseconds(results, case), times(results.ratio(case, "64/ipmon-text"))]
            for title, case in (("`tcpdump -r FILE -w /dev/null`", "64/tcpdump"),
                                ("`tshark -T fields`, nine fields, 100,000 packets", "64/tshark"))
            if case in results.ns]
    return table(["whole program", "ns a packet", "times the time of ipmon, text"], rows)


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return (done.stdout or done.stderr).splitlines()[0].strip()


def machine():
    """What the figures depend on; no names and no places."""
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    virtual = "hypervisor" in Path("/proc/cpuinfo").read_text()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = re.search(r'PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text())
    lock = (ROOT / "benches" / "rust" / "Cargo.lock").read_text()
    versions = dict(re.findall(r'name = "(.*)"\nversion = "(.*)"', lock))
    crates = ", ".join(f"{name} {versions[name]}" for name in ("pcap", "etherparse", "pcap-parser"))
    libtins = re.search(r'VERSION "(.*)"', Path("/usr/include/tins/config.h").read_text()) \
        if Path("/usr/include/tins/config.h").exists() else None
    return {
        "processor": (f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} processors"
                      + (", virtual machine" if virtual else "")),
        "memory": f"{memory:.0f} GiB",
        "system": f"{system[1] if system else ''}, Linux {platform.release().split('-')[0]}",
        "C": first_line(CC, "--version"),
        "C++": first_line(CXX, "--version"),
        "Rust": first_line("rustc", "--version"),
        "crates": crates,
        "libpcap": first_line("pcap-config", "--version"),
        "libtins": libtins[1] if libtins else "",
        "tcpdump": first_line("tcpdump", "--version").removeprefix("tcpdump version "),
        "tshark": first_line("tshark", "--version").removeprefix("TShark (Wireshark) "),
    }


def conditions(results):
    measured = results.measured
    lines = [f"- captures: {measured['packets']:,} packets each; rounds: {measured['rounds']}"]
    lines += [f"- {what}: {which}" for what, which in measured["machine"].items() if which]
    return "\n".join(lines)


def goals(results):
    for what, slow, fast, bound_is, bound in GOALS:
        ratio = results.ratio(slow, fast)
        if ratio is None:
            print(f"{what.format('–')}: not measured ({bound_is} {bound})")
            continue
        met = ratio >= bound if bound_is == "at least" else ratio <= bound
        print(f"{what.format(f'{ratio:.2f} x')} "
              f"({bound_is} {bound}: {'met' if met else 'not met'})")


def write(measured, docs):
    """Replaces what stands between the marks of performance.md, and draws the chart."""
    results = Results(measured)
    page = docs / "performance.md"
    content = page.read_text()
    for section in (speed, text, compressed, scale, everything, conditions):
        begin, end = (f"<!-- {word} {section.__name__} -->" for word in ("begin", "end"))
        before, rest = content.split(begin)
        content = before + begin + "\n\n" + section(results) + "\n\n" + end + rest.split(end)[1]
    page.write_text(content)
    (docs / "performance.svg").write_text(chart.draw(results, CAPTURES, ADDRESSES))
    goals(results)


if __name__ == "__main__":
    write(json.loads((OUT / "results.json").read_text()),
          Path(os.environ.get("BENCH_DOCS", ROOT / "docs")))
