"""A wheel with libipmon inside: for every Python 3, and this kind of machine.

The library is that of IPMON_LIBRARY, or what `cargo build --release` made in this
checkout. What is built on the way goes below target/.
"""

import os
import re
import shutil
import subprocess
import sysconfig

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, "target", "python")
LIBRARY = os.environ.get("IPMON_LIBRARY", os.path.join(ROOT, "target/release/libipmon.so"))


class WithLibrary(build_py):
    def run(self):
        if not os.path.exists(LIBRARY):
            raise SystemExit(f"{LIBRARY} is not there: run cargo build --release first")
        super().run()
        package = os.path.join(self.build_lib, "ipmon")
        inside = shutil.copy(LIBRARY, os.path.join(package, "libipmon.so"))
        if shutil.which("strip"):
            # What debuggers read is nine tenths of it.
            subprocess.run(["strip", "--strip-unneeded", inside], check=True)
        for name in ("LICENSE-APACHE", "LICENSE-MIT"):
            shutil.copy(os.path.join(ROOT, name), package)


class ForThisMachine(bdist_wheel):
    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", re.sub(r"[-.]", "_", sysconfig.get_platform())


class Binary(Distribution):
    def has_ext_modules(self):
        return True


def version():
    with open(os.path.join(ROOT, "Cargo.toml"), encoding="utf-8") as file:
        return re.search(r'^version = "(.+)"', file.read(), re.MULTILINE).group(1)


os.makedirs(OUT, exist_ok=True)
setup(
    version=version(),
    packages=["ipmon"],
    package_data={"ipmon": ["py.typed"]},
    cmdclass={"build_py": WithLibrary, "bdist_wheel": ForThisMachine},
    distclass=Binary,
    options={
        "build": {"build_base": os.path.join(OUT, "build")},
        "egg_info": {"egg_base": OUT},
        "bdist_wheel": {"bdist_dir": os.path.join(OUT, "wheel")},
    },
)
