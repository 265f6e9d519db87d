#!/usr/bin/env bash
# Lays the NuGet package out, from what is built: target/csharp/nuget/ipmon/VERSION as the
# cache of NuGet has it, and Ipmon.VERSION.nupkg beside it, for a folder that is a source.
set -eu
cd "$(dirname "$0")/../.."
here=bindings/csharp
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
if ! grep -q "<version>$version</version>" $here/Ipmon.nuspec || ! grep -q "<Version>$version</Version>" $here/Ipmon.csproj; then
    echo "pack: Ipmon.nuspec and Ipmon.csproj are not of version $version" >&2
    exit 1
fi
case $(uname -m) in
x86_64) machine=x64 ;;
aarch64) machine=arm64 ;;
*) machine=$(uname -m) ;;
esac
source=target/csharp/nuget
folder=$source/ipmon/$version
rm -rf "$folder"
mkdir -p "$folder/lib" "$folder/runtimes/linux-$machine/native"
for framework in netstandard2.0 net8.0; do
    mkdir "$folder/lib/$framework"
    cp target/csharp/$framework/Ipmon.dll target/csharp/$framework/Ipmon.xml "$folder/lib/$framework/"
done
native=$folder/runtimes/linux-$machine/native/libipmon.so
cp target/release/libipmon.so "$native"
! command -v strip >/dev/null || strip --strip-debug "$native"
cp $here/README.md LICENSE-* "$folder/"
cp $here/Ipmon.nuspec "$folder/ipmon.nuspec"
python3 - "$folder" "$source/Ipmon.$version.nupkg" <<'PYTHON'
import sys, zipfile
from pathlib import Path
folder, package = Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as to:
    to.writestr("[Content_Types].xml",
        '<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Default Extension="{e}" ContentType="application/octet"/>' for e in ("nuspec", "dll", "xml", "so", "md"))
        + "".join(f'<Override PartName="/{f.name}" ContentType="application/octet"/>' for f in sorted(folder.glob("LICENSE*")))
        + "</Types>")
    to.writestr("_rels/.rels",
        '<?xml version="1.0" encoding="utf-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/ipmon.nuspec" Id="R0"/></Relationships>')
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        to.write(file, file.relative_to(folder).as_posix())
PYTHON
echo "$folder"
