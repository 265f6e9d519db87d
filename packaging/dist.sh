#!/usr/bin/env bash
# Makes a tarball of the library for x86-64 Linux, in target/dist: it runs with glibc
# 2.17 (2012) and every later one, and wherever it is unpacked.
#
# The linker and the C compiler are zig's, which knows which functions each glibc has;
# cargo-zigbuild has cargo use them. Both come from the Python package index.
set -eu
cd "$(dirname "$0")/.."
glibc=2.17 target=x86_64-unknown-linux-gnu
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
out=$PWD/target/dist name=ipmon-$version-x86_64-linux-gnu
soname=libipmon.so.$(cut -d. -f1-2 <<<"$version")

tests/venv.sh cargo-zigbuild ziglang
mkdir -p "$out/no-libpcap"
# The pcap crate asks for a shared libpcap, and a linker that is strict about it does not
# take the archive of that name that build.rs has made. This leads it there.
echo 'INPUT(libpcap.a)' >"$out/no-libpcap/libpcap.so"
# Without the rlib among its kinds, as for make install: only so is it optimised as a whole.
PATH=$PWD/target/venv/bin:$PATH \
    RUSTFLAGS="-L native=$out/no-libpcap --remap-path-prefix=$PWD=ipmon \
--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
    target/venv/bin/cargo-zigbuild rustc --quiet --release --lib --crate-type cdylib,staticlib \
    --target "$target.$glibc" --target-dir "$out" -- -C "link-arg=-Wl,-soname,$soname"

rm -rf "${out:?}/$name" "${out:?}/$name.tar.gz"
BUILT=$out/$target/release PREFIX=/$name DESTDIR=$out packaging/install.sh install >/dev/null
objcopy --strip-unneeded "$out/$name/lib/libipmon.so.$version"
# It is found where it was unpacked.
sed -i 's|^prefix=.*|prefix=${pcfiledir}/../..|' "$out/$name/lib/pkgconfig/ipmon.pc"
cp LICENSE-MIT LICENSE-APACHE "$out/$name/"
packaging/licences.py texts >"$out/$name/LICENSES-OF-OTHERS"
cp packaging/dist/README.md "$out/$name/README.md"
tar --create --directory "$out" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" \
    --mode=u=rwX,go=rX "$name" | gzip -9n >"$out/$name.tar.gz"
rm -r "${out:?}/$name"
echo "target/dist/$name.tar.gz"
