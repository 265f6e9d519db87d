#!/usr/bin/env python3
"""Makes the library of tomorrow out of today's sources: every struct has one more field
at its end, and there is one more function and one more status. Programs of today have to
run with it, and those that know its header with the library of today.

    tests/abi/tomorrow.py FOLDER    (an empty one; it gets a copy of the sources)
"""

import pathlib
import re
import shutil
import sys

GROWS = ["ipmon_packet", "ipmon_error", "ipmon_notice", "ipmon_stats", "ipmon_adapter", "ipmon_ip_address"]

FUNCTION = """
/// The function of tomorrow.
///
/// Returns: `TOMORROW`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: tomorrow.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_tomorrow() -> i32 {
    guard(0, || super::status::IPMON_STATUS_TOMORROW)
}
"""

STATUS = """
/// The status of tomorrow.
pub const IPMON_STATUS_TOMORROW: ipmon_status = -999;
"""


def change(text, pattern, replacement, where, count=1):
    new, found = re.subn(pattern, replacement, text, flags=re.S)
    if found < count:
        sys.exit(f"tomorrow.py: {where} has no {pattern!r}")
    return new


def main():
    here = pathlib.Path(__file__).resolve().parent.parent.parent
    there = pathlib.Path(sys.argv[1])
    for name in ["Cargo.toml", "Cargo.lock", "build.rs", "cbindgen.toml", "src", "include", ".cargo"]:
        copy = shutil.copytree if (here / name).is_dir() else shutil.copy2
        copy(here / name, there / name)
    # Under a name of its own it can be built beside today's, from the same dependencies.
    manifest = (there / "Cargo.toml").read_text()
    (there / "Cargo.toml").write_text(change(manifest, r'^\[package\]\nname = "ipmon"', '[package]\nname = "tomorrow"', "Cargo.toml"))
    lock = (there / "Cargo.lock").read_text()
    (there / "Cargo.lock").write_text(change(lock, r'name = "ipmon"', 'name = "tomorrow"', "Cargo.lock"))
    ffi = there / "src/ffi"
    files = {path: path.read_text() for path in ffi.glob("*.rs")}
    for path in files:
        text = files[path]
        for name in GROWS:
            # The struct, its size in the assertions, and where it is filled in.
            text = re.sub(rf"(pub struct {name} \{{.*?)\n\}}", r"\1\n    /// 11.\n    pub tomorrow: u64,\n}", text, flags=re.S)
            text = re.sub(rf"(size_of::<{name}>\(\) == )(\d+)", lambda m: f"{m[1]}{int(m[2]) + 8}", text)
            text = re.sub(rf"(size_of_struct::<{name}>\(\)),", r"\1,\n            tomorrow: 11,", text)
        if path.name == "event.rs":
            text = change(text, r"(struct Words \{.*?)\n\}", r"\1\n    tomorrow: u64,\n}", path)
        if path.name == "version.rs":
            text = change(text, r"(IPMON_ABI_VERSION: u32 = )(\d+)", r"\g<1>1000", path) + FUNCTION
        if path.name == "status.rs":
            text = change(text, r"(\n/// [^\n]*\npub const IPMON_STATUS_OK)", STATUS + r"\1", path)
        if text != files[path]:
            path.write_text(text)
    grown = "".join(path.read_text() for path in ffi.glob("*.rs"))
    missing = [name for name in GROWS if not re.search(rf"size_of_struct::<{name}>\(\),\s+tomorrow: 11,", grown)]
    if missing:
        sys.exit(f"tomorrow.py: nothing fills in {missing}")


main()
