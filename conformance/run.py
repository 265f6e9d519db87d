#!/usr/bin/env python3
"""Runs every language's `conform` program over the cases and the behaviours, and compares.

    conformance/run.py [LANGUAGE...]      all of them; a program that is not there is a skip
    conformance/run.py --accept           writes expected/ anew, from what C's `push` prints

IPMON_FULL=1 takes the full counts of the behaviours. README.md tells what the programs do.
One line for each failure; then a table; the last line counts.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
EXPECTED = HERE / "expected"
PROGRAMS = pathlib.Path("target/conform")
PATIENCE = 120

# The ways in which each language gets packets.
MODES = {
    "c": ["push", "pull", "events"],
    "cpp": ["push", "pull"],
    "go": ["pull"],
    "csharp": ["pull", "push", "async"],
    "csharp-mono": ["pull", "push"],
    "node": ["pull", "push"],
    "python": ["pull", "numpy"],
}


def run(command, environment=None):
    """What it prints, and its exit code; a negative one for what did not end by itself."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=PATIENCE, env={**os.environ, **(environment or {})})
    except subprocess.TimeoutExpired:
        return "", "it did not end\n", -1
    except OSError as error:
        return "", str(error), -1
    return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.returncode


def slug(text):
    return "".join(c if c.isalnum() else "-" for c in text.lower()).replace("--", "-")


class Runner:
    def __init__(self, languages, captures, other_library):
        self.languages = languages
        self.captures = captures
        self.other_library = other_library
        self.table = {}
        self.counts = {"ok": 0, "FAILED": 0, "skip": 0}
        # For bindings that load it at run time.
        self.loads = {"IPMON_LIBRARY": str(ROOT / "target/release/libipmon.so")}

    def note(self, row, language, verdict, why=""):
        cell = self.table.setdefault(row, {}).setdefault(language, "ok")
        if cell == "ok":
            self.table[row][language] = verdict
        self.counts[verdict] += 1
        if verdict != "ok":
            print(f"{'not ok' if verdict == 'FAILED' else 'skip'} {language}: {row}: {why}")

    def check(self, row, language, want, got, errors, code, want_code=0):
        if code != want_code:
            self.note(row, language, "FAILED", f"exit code {code}, not {want_code}: {(got + errors)[-400:]!r}")
        elif got != want:
            self.note(row, language, "FAILED", difference(want, got) + errors[-400:])
        else:
            self.note(row, language, "ok")

    def case(self, case, accept):
        name = case.get("expected") or slug(case["name"])
        capture = str(self.captures / case["capture"])
        file = EXPECTED / f"{name}.{'sha256' if case.get('digest') else 'jsonl'}"
        if accept:
            got, errors, code = run([PROGRAMS / "c", "case", "push", capture, *case.get("options", [])])
            assert code == 0, errors
            file.write_text(condensed(case, got))
        want = file.read_text()
        for language in self.languages:
            for mode in MODES[language]:
                got, errors, code = run([PROGRAMS / language, "case", mode, capture, *case.get("options", [])],
                                        self.loads)
                self.check(f"{case['name']}", language, want, condensed(case, got), f" ({mode}) {errors}", code)

    def behaviour(self, behaviour, full):
        name = behaviour["name"]
        arguments = [str(self.captures / a) if (self.captures / a).is_file() else a
                     for a in behaviour.get("arguments", [])]
        environment = self.loads
        if behaviour.get("library") == "other":
            environment = {"IPMON_LIBRARY": self.other_library, "LD_PRELOAD": self.other_library}
        front = [sys.executable, HERE / "live.py", behaviour["live"]] if "live" in behaviour else []
        if front and os.geteuid() != 0:
            for language in self.languages:
                self.note(name, language, "skip", "needs root: network namespaces")
            return
        want = behaviour["expected"]
        if want is None:
            want, errors, code = run([PROGRAMS / "c", "behaviour", name, *arguments], environment)
            assert code == 0, errors
        elif want:
            want += "\n"
        times = behaviour.get("repeat", [1, 1])[1 if full else 0]
        for language in self.languages:
            for _ in range(times):
                got, errors, code = run([*front, PROGRAMS / language, "behaviour", name, *arguments],
                                        environment)
                self.check(name, language, want, got, errors, code, behaviour.get("code", 0))
                if self.table[name][language] == "FAILED":
                    break

    def layout(self):
        want = json.loads(run([PROGRAMS / "c", "layout"])[0])
        for language in self.languages:
            got, errors, code = run([PROGRAMS / language, "layout"], self.loads)
            try:
                same = json.loads(got) == want
            except ValueError:
                same = False
            verdict = "ok" if same and code == 0 else "FAILED"
            self.note("layout", language, verdict, f"{got[-300:]} {errors[-300:]}")

    def print_table(self):
        width = max(map(len, self.table)) + 2
        print("\n" + " " * width + "  ".join(f"{language:>11}" for language in self.languages))
        for row, cells in self.table.items():
            print(f"{row:{width}}" + "  ".join(f"{cells.get(language, ''):>11}" for language in self.languages))


def condensed(case, text):
    """A long output is compared by its digest, and its last line."""
    if not case.get("digest"):
        return text
    last = text.rstrip("\n").rpartition("\n")[2]
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n{last}\n"


def difference(want, got):
    """The first line that differs."""
    wanted, gotten = want.splitlines(), got.splitlines()
    for i, (a, b) in enumerate(zip(wanted, gotten)):
        if a != b:
            return f"line {i + 1}: {b!r}, not {a!r}"
    return f"{len(gotten)} lines, not {len(wanted)}: {got[-200:]!r}"


def main():
    os.chdir(ROOT)
    arguments = sys.argv[1:]
    accept = "--accept" in arguments
    wanted = [a for a in arguments if a != "--accept"] or list(MODES)
    with tempfile.TemporaryDirectory() as folder:
        other = f"{folder}/libother.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-Iinclude", "conformance/other_abi.c", "-o", other,
                        "-Wl,--no-as-needed", "-Ltarget/release", "-lipmon",
                        f"-Wl,-rpath,{ROOT / 'target/release'}"], check=True)
        # The same path in every run: texts of errors name it.
        captures = pathlib.Path("target/conform/captures")
        subprocess.run([sys.executable, HERE / "captures.py", captures], check=True)
        there = [language for language in wanted if (PROGRAMS / language).exists()]
        runner = Runner(there, captures, other)
        for language in wanted:
            if language not in there:
                runner.note("everything", language, "skip", f"there is no {PROGRAMS / language}")
        for case in json.loads((HERE / "cases.json").read_text()):
            runner.case(case, accept)
        runner.layout()
        for behaviour in json.loads((HERE / "behaviours.json").read_text()):
            runner.behaviour(behaviour, os.environ.get("IPMON_FULL") == "1")
    runner.languages = wanted
    runner.print_table()
    counts = runner.counts
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skip']} skipped")
    sys.exit(0 if counts["ok"] and not counts["FAILED"] else 1)


if __name__ == "__main__":
    main()
