#!/usr/bin/env python3
"""ledger.py MANIFEST LEDGER.tsv

Compares the counters of every capture with what the manifest says became of its
frames. Each cause has a counter of its own, and all of them add up to the frames."""

import csv
import json
import os
import sys

# The cause in the manifest, and the counter in the library.
CAUSES = {
    "nonip": "not_ip",
    "unsup": "unsupported",
    "linktrunc": "truncated",
    "mal:ver": "malformed_version",
    "mal:ihl": "malformed_header_length",
    "mal:len": "malformed_total_length",
    "mal:short": "malformed_short",
}
# Nothing filters, pauses or stops here, and no kernel is asked.
NEVER = ("filtered", "paused", "discarded", "dropped")
STATUS = {
    "ok": "OK",
    "truncated-record-header": "TRUNCATED",
    "truncated-packet": "TRUNCATED",
    "truncated-block": "TRUNCATED",
    "bad-caplen": "MALFORMED",
    "block-length-mismatch": "MALFORMED",
    "bad-version": "UNSUPPORTED",
}


def expected(capture):
    unknown = set(capture["non_events"]) - set(CAUSES)
    if unknown:
        sys.exit(f"causes that no counter is named for: {' '.join(sorted(unknown))}")
    row = {counter: capture["non_events"].get(cause, 0) for cause, counter in CAUSES.items()}
    row.update(dict.fromkeys(NEVER, 0))
    row["received"] = capture["frames"]
    row["delivered"] = capture["ip_events"]
    row["status"] = STATUS[capture["read_status"]]
    return row


def differences(capture, row, ledger):
    """Pairs of a counter's name and what is wrong with it."""
    for name, value in row.items():
        found = ledger[name] if name == "status" else int(ledger[name])
        if found != value:
            yield f"{name} is {found}, expected {value}"
    parts = ["delivered", *CAUSES.values(), *NEVER]
    total = sum(int(ledger[name]) for name in parts)
    if total != int(ledger["received"]):
        yield f"received is {ledger['received']}, and its parts add up to {total}"
    if ledger["status"] == "OK" and int(ledger["bytes"]) != capture["size"]:
        yield f"bytes is {ledger['bytes']}, and the file has {capture['size']}"


def main(manifest, tsv):
    with open(manifest, encoding="utf8") as f:
        captures = json.load(f)["captures"]
    with open(tsv, encoding="utf8", newline="") as f:
        rows = csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        ledgers = {os.path.basename(row["file"]): row for row in rows}
    equal = different = frames = events = 0
    for capture in captures:
        name = os.path.basename(capture["file"])
        if name not in ledgers:
            wrong = ["no ledger"]
        else:
            wrong = list(differences(capture, expected(capture), ledgers[name]))
            frames += int(ledgers[name]["received"])
            events += int(ledgers[name]["delivered"])
        if wrong:
            different += 1
            print(f"DIFFERENT {name}: {'; '.join(wrong)}")
        else:
            equal += 1
    print(f"ledgers equal {equal} different {different}; frames {frames}, events {events}")
    return 1 if different or not equal else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
