#!/usr/bin/env bash
# Makes two Debian packages of what make install installs, in target/deb: the library for
# programs to run with (named after its SONAME), and -dev with what building them takes.
#
#   MAINTAINER  who stands behind the packages: "Name <address>"
#   BUILT       as for packaging/install.sh
set -eu
cd "$(dirname "$0")/.."
maintainer=${MAINTAINER:-The ipmon maintainers <maintainers@ipmon.invalid>}
# Not in the environment: compilers look at SOURCE_DATE_EPOCH, and cargo would build anew.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
architecture=$(dpkg --print-architecture)
triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
out=target/deb libdir=usr/lib/$triplet
umask 022
rm -rf "$out"
mkdir -p "$out/all"
PREFIX=/usr LIBDIR=/usr/lib/$triplet DESTDIR=$PWD/$out/all packaging/install.sh install >/dev/null
soname=$(readelf -dW "$out/all/$libdir/libipmon.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
# Debian names a package libNAME and the SONAME's numbers.
runtime=libipmon${soname##*.so.}

fill() { # FILE: packaging/deb/FILE.in with its words filled in
    sed -e "s|@VERSION@|$version|; s|@ARCHITECTURE@|$architecture|; s|@RUNTIME@|$runtime|" \
        -e "s|@MAINTAINER@|$maintainer|; s|@DATE@|$(date -u -R -d "@$epoch")|" "packaging/deb/$1.in"
}

# pack NAME: target/deb/NAME, with its papers, becomes a package.
pack() {
    local root=$out/$1 papers=$out/$1/usr/share/doc/$1
    mkdir -p "$papers" "$root/DEBIAN"
    { fill copyright && packaging/licences.py texts | sed 's/^$/./; s/^/ /; s/[ \t]*$//'; } >"$papers/copyright"
    fill changelog | gzip -9n >"$papers/changelog.gz"
    (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
    local size
    size=$(du -k -s --apparent-size "$root/usr" | cut -f1)
    fill "control-$2" | sed "s|@SIZE@|$size|; s|@DEPENDS@|${3:-}|" >"$root/DEBIAN/control"
    find "$root" -exec touch -h -d "@$epoch" {} +
    SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group -Zxz --build "$root" "$out/${1}_${version}_$architecture.deb" >/dev/null
    rm -r "$root"
    echo "$out/${1}_${version}_$architecture.deb"
}

mkdir -p "$out/$runtime/$libdir" "$out/$runtime/DEBIAN" "$out/debian"
mv "$out/all/$libdir"/libipmon.so.* "$out/$runtime/$libdir/"
shared=$out/$runtime/$libdir/libipmon.so.$version
chmod 644 "$shared"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$shared"
echo "activate-noawait ldconfig" >"$out/$runtime/DEBIAN/triggers"
# What a package of a program has to depend on: functions are added with versions.
echo "libipmon ${soname##*.so.} $runtime (>= $version)" >"$out/$runtime/DEBIAN/shlibs"
# What our own needs, by the libraries it names: dpkg-shlibdeps asks for a source package.
echo "Source: ipmon" >"$out/debian/control"
depends=$(cd "$out" && dpkg-shlibdeps -O "${shared#"$out/"}" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[[ -n $depends ]] || { echo "deb: dpkg-shlibdeps finds nothing that the library needs" >&2; exit 1; }
pack "$runtime" runtime "$depends"

mv "$out/all" "$out/libipmon-dev"
objcopy --remove-section=.comment "$out/libipmon-dev/$libdir/libipmon.a"
gzip -9n "$out/libipmon-dev/usr/share/man/man3/ipmon.3"
pack libipmon-dev dev
rm -r "$out/debian"
