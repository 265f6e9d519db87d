#!/usr/bin/env python3
"""What a header promises, compared as text.

    surface.py keeps OLD NEW       everything of the older header stands in the newer as it
                                   was; structs may only have more fields at their end
    surface.py listed HEADER LAYOUT.C
                                   every number and field of the header is held there
"""

import re
import sys


# Sets of bits that have more in them later; what they have stays, which layout.c holds.
SETS = ("IPMON_COLUMN_ALL", "IPMON_COLUMN_DEFAULT")


def read(path):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", open(path).read(), flags=re.S)
    return re.sub(r"[ \t]+", " ", text)


def surface(path):
    """Numbers, structs (a list of fields each), other types and functions by name."""
    text = read(path)
    numbers, structs, types, functions = {}, {}, {}, {}
    for name, value in re.findall(r"^#define (IPMON_\w+) (\(?-?[\d(][^\n]*)$", text, flags=re.M):
        if not name.startswith("IPMON_VERSION"):
            numbers[name] = value.strip().strip("()")
    text = re.sub(r"^#[^\n]*(\\\n[^\n]*)*", "", text, flags=re.M)
    text = re.sub(r"\s+", " ", text)
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\} \w+ ?;", text):
        structs[name] = [field.strip() for field in body.split(";") if field.strip()]
    for line in re.findall(r"typedef ([^{};]*);", text):
        name = re.search(r"\(\*(\w+)\)", line) or re.search(r"(\w+)$", line)
        types[name[1]] = line
    for line in re.findall(r"IPMON_API ([^;]*);", text):
        name = re.search(r"(\w+)\(", line)[1]
        # What a parameter is called is nobody's but its own.
        functions[name] = re.sub(r"(?<=[ *])\w+(?=[,)])(?<!void)", "", line).replace("IPMON_NODISCARD ", "")
    if not (numbers and structs and types and functions):
        sys.exit(f"surface.py: {path} has no interface")
    return numbers, structs, types, functions


def keeps(old, new):
    bad = []
    for kind, was, now in zip(("number", "struct", "type", "function"), surface(old), surface(new)):
        for name, value in was.items():
            kept = now.get(name)
            if kind == "struct" and kept is not None:
                kept = kept[: len(value)]
            if name in SETS and kept is not None:
                continue
            if name == "IPMON_ABI_VERSION" and kept is not None and int(kept) >= int(value):
                continue
            if kept != value:
                if kind == "struct" and kept is not None:
                    # The first field that differs says it.
                    value, kept = next(pair for pair in zip(value, [*kept, None]) if pair[0] != pair[1])
                bad.append(f"the {kind} {name} was {value} and is {kept}")
        if kind == "number":
            # A new status must not have the number of another.
            for group in ("IPMON_STATUS_", "IPMON_NOTICE_", "IPMON_NOTE_", "IPMON_ADAPTER_", "IPMON_COLUMN_"):
                values = [value for name, value in now.items() if name.startswith(group)]
                bad += [f"two {group} are {value}" for value in set(values) if values.count(value) > 1]
    return bad


def listed(header, layout):
    numbers, structs, _, _ = surface(header)
    text = read(layout)
    bad = [f"{name} is not held" for name in numbers if not re.search(rf"\bIS\({name},|\"{name}\"", text)]
    for struct, fields in structs.items():
        for field in fields:
            name = re.search(r"(\w+)(\[\w+\])?$", field)[1]
            if not re.search(rf"\bFIELD\({struct}, {name},", text):
                bad.append(f"{struct}.{name} is not held")
    return bad


bad = {"keeps": keeps, "listed": listed}[sys.argv[1]](*sys.argv[2:])
for line in bad:
    print(line)
sys.exit(bool(bad))
