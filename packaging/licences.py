#!/usr/bin/env python3
"""The licences of what is built into the library.

    licences.py check   each dependency may be used under a licence of the list below, and
                        states the Rust that it needs, which is not above ours
    licences.py texts   their texts, as packages of the library have to carry them
"""

import json
import os
import pathlib
import re
import subprocess
import sys

# Each of them lets the library be shipped as MIT or Apache-2.0, with a notice.
ALLOWED = {"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "0BSD", "Unlicense", "CC0-1.0", "Unicode-3.0"}
# Nothing of these ends up in the library: they only make the header.
ALLOWED_TO_BUILD = ALLOWED | {"MPL-2.0"}


def metadata():
    command = [os.environ.get("CARGO", "cargo"), "metadata", "--format-version=1", "--locked", "--filter-platform=x86_64-unknown-linux-gnu"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def reached(meta, kinds):
    """The packages that our own needs, by kinds of dependencies (None is the library's)."""
    nodes = {node["id"]: node for node in meta["resolve"]["nodes"]}
    found, todo = set(), [(meta["resolve"]["root"], True)]
    while todo:
        package, ours = todo.pop()
        for dependency in nodes[package]["deps"]:
            # Of a dependency's own, those that are for its tests are not built here.
            wanted = kinds if ours else kinds - {"dev"}
            if dependency["pkg"] not in found and wanted & {kind["kind"] for kind in dependency["dep_kinds"]}:
                found.add(dependency["pkg"])
                todo.append((dependency["pkg"], False))
    return sorted((p for p in meta["packages"] if p["id"] in found), key=lambda p: p["name"])


def allows(expression, allowed):
    """Whether an SPDX expression has a choice of allowed licences alone."""
    words = re.sub(r"\s+WITH\s+[\w.-]+", "", expression.replace("/", " OR "))
    words = re.sub(r"[\w.+-]+", lambda m: m[0].lower() if m[0] in ("AND", "OR") else str(m[0] in allowed), words)
    return bool(eval(words, {"__builtins__": {}}))  # only True, False, and, or and brackets are left


def check():
    meta = metadata()
    library = {package["id"] for package in reached(meta, {None})}
    ours = next(p for p in meta["packages"] if p["id"] == meta["resolve"]["root"])
    number = lambda version: tuple(int(part) for part in version.split("."))[:2]
    bad = 0
    packages = reached(meta, {None, "build", "dev"})
    for package in packages:
        name = f"{package['name']} {package['version']}"
        allowed = ALLOWED if package["id"] in library else ALLOWED_TO_BUILD
        if not package["license"] or not allows(package["license"], allowed):
            print(f"{name}: the licence {package['license']} is not on the list")
            bad += 1
        if package["rust_version"] and number(package["rust_version"]) > number(ours["rust_version"]):
            print(f"{name}: it needs Rust {package['rust_version']}, and we say {ours['rust_version']}")
            bad += 1
    print(f"{len(packages)} dependencies, {len(library)} of them in the library")
    return bad or len(library) < 5


def texts():
    # Some crates come without the text; MIT's is always the same.
    mit = (pathlib.Path(__file__).parent.parent / "LICENSE-MIT").read_text()
    mit = mit[mit.index("Permission is hereby granted") :].rstrip()
    print(f"The Rust standard library (MIT OR Apache-2.0)\n\nCopyright (c) The Rust Project Contributors\n\n{mit}\n")
    print("-" * 70 + "\n")
    for package in reached(metadata(), {None}):
        folder = pathlib.Path(package["manifest_path"]).parent
        # One licence of those that may be chosen from is enough: the shortest, which MIT is.
        files = [f for f in folder.rglob("*") if re.match(r"(LICEN[CS]E|COPYING|UNLICENSE)", f.name, re.I) and f.is_file()]
        own = [f for f in files if f.parent == folder]
        nested = [f for f in files if f.parent != folder and f.parent.name in ("zstd",)]
        chosen = sorted(own, key=lambda f: f.stat().st_size)[:1] + [f for f in nested if f.name == "LICENSE"]
        print(f"{package['name']} {package['version']} ({package['license']})\n")
        for file in chosen:
            print(file.read_text().rstrip() + "\n")
        if not chosen:
            if "MIT" not in package["license"]:
                sys.exit(f"licences.py: {package['name']} has no text of its licence")
            print(f"Copyright (c) {', '.join(package['authors']) or 'its authors'}\n\n{mit}\n")
        print("-" * 70 + "\n")
    return 0


sys.exit({"check": check, "texts": texts}[sys.argv[1]]())
