#!/usr/bin/env bash
# Installs the library and what a program needs to be built with it; or takes exactly
# those files away again.
#
#   packaging/install.sh install|uninstall
#
#   PREFIX   where to (/usr/local)
#   LIBDIR   its folder for libraries ($PREFIX/lib)
#   DESTDIR  put in front of every path, for packages
#   BUILT    a folder with libipmon.so and libipmon.a: installs these, and builds nothing
set -eu
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local} destdir=${DESTDIR:-}
[[ $prefix == /* ]] || prefix=$PWD/$prefix
libdir=${LIBDIR:-$prefix/lib}
[[ $libdir == "$prefix"/* ]] || {
    echo >&2 "install: LIBDIR has to lie below PREFIX ($prefix)"
    exit 1
}
include=$prefix/include
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
# While the first number is 0, the second one says what is compatible.
soname=libipmon.so.${version%%.*}
[[ $version != 0.* ]] || soname=libipmon.so.$(cut -d. -f1-2 <<<"$version")

shared=$libdir/libipmon.so.$version
files=(
    "$shared" "$libdir/$soname" "$libdir/libipmon.so" "$libdir/libipmon.a"
    "$include/ipmon.h" "$libdir/pkgconfig/ipmon.pc"
    "$libdir/cmake/ipmon/ipmonConfig.cmake" "$libdir/cmake/ipmon/ipmonConfigVersion.cmake"
    "$prefix/share/man/man3/ipmon.3"
)
# The C++ header, and those that it includes.
cpp=()
for file in bindings/cpp/include/ipmon.hpp bindings/cpp/include/ipmon/*.hpp; do
    cpp+=("${file#bindings/cpp/include/}")
    files+=("$include/${cpp[-1]}")
done

# What a static library needs of the system.
private="-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"

build() {
    # In a folder of its own: the library that is worked with has no SONAME, so that
    # it can be used where it was built.
    built=${BUILT:-target/install/release}
    [[ -n ${BUILT:-} ]] ||
        ${CARGO:-cargo} rustc --quiet --release --lib --crate-type cdylib,staticlib \
            --target-dir target/install -- -C "link-arg=-Wl,-soname,$soname"
    # The static library has functions with libpcap's names inside, which stand in for
    # it until it is loaded. They must not meet those of a program that links libpcap.
    nm "$built/libipmon.a" 2>/dev/null | awk '$2 == "T" && $3 ~ /^pcap_/ { print $3, "ipmon_own_" $3 }' \
        >"$built/renamed"
    objcopy --strip-debug --redefine-syms="$built/renamed" "$built/libipmon.a" "$built/static.a"
    objcopy --strip-debug "$built/libipmon.so" "$built/shared.so"
}

fill() { # FILE: a template with its words filled in
    local up below=${libdir#"$prefix"/}
    up=$(sed 's|[^/]*|..|g' <<<"$below/cmake/ipmon")
    sed -e "s|@PREFIX@|$prefix|; s|@INCLUDEDIR@|\${prefix}/include|" \
        -e "s|@LIBDIR@|\${prefix}/$below|; s|@LIBDIR_BELOW@|$below|; s|@UP@|$up|" \
        -e "s|@VERSION@|$version|; s|@SONAME@|$soname|" \
        -e "s|@PRIVATE@|$private|; s|@PRIVATE_LIST@|${private// /;}|" "packaging/$1.in"
}

put() { # FROM TO MODE
    install -D -m "$3" "$1" "$destdir$2"
}

case ${1:-} in
install)
    build
    put "$built/shared.so" "$shared" 755
    ln -sf "${shared##*/}" "$destdir$libdir/$soname"
    ln -sf "$soname" "$destdir$libdir/libipmon.so"
    put "$built/static.a" "$libdir/libipmon.a" 644
    put include/ipmon.h "$include/ipmon.h" 644
    for file in "${cpp[@]}"; do put "bindings/cpp/include/$file" "$include/$file" 644; done
    fill ipmon.pc | put /dev/stdin "$libdir/pkgconfig/ipmon.pc" 644
    for name in ipmonConfig.cmake ipmonConfigVersion.cmake; do
        fill "$name" | put /dev/stdin "$libdir/cmake/ipmon/$name" 644
    done
    packaging/man.sh | put /dev/stdin "$prefix/share/man/man3/ipmon.3" 644
    if [[ -z $destdir && $(id -u) == 0 ]] && command -v ldconfig >/dev/null; then ldconfig || true; fi
    echo "installed into $destdir$prefix"
    ;;
uninstall)
    for file in "${files[@]}"; do rm -f "$destdir$file"; done
    # Folders that only we used.
    for folder in "$libdir/cmake/ipmon" "$libdir/cmake" "$libdir/pkgconfig" "$libdir" \
        "$include/ipmon" "$include" "$prefix/share/man/man3" "$prefix/share/man" "$prefix/share" \
        "$prefix"; do
        rmdir "$destdir$folder" 2>/dev/null || true
    done
    if [[ -z $destdir && $(id -u) == 0 ]] && command -v ldconfig >/dev/null; then ldconfig || true; fi
    echo "taken out of $destdir$prefix"
    ;;
*)
    echo >&2 "usage: packaging/install.sh install|uninstall (PREFIX, LIBDIR, DESTDIR in the environment)"
    exit 2
    ;;
esac
