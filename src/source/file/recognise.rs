//! Which format a file has, by how it begins.

use super::{pcap, pcapng};
use crate::error::{Error, Kind};

/// How many bytes tell the formats apart.
pub(super) const MAGIC: usize = 4;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Pcap,
    Pcapng,
}

/// What else captures come as, to say so instead of "unknown". One layer of gzip
/// or zstd is gone before a file is judged here.
const OTHERS: [(&[u8], &str); 9] = [
    (b"\x1f\x8b", "it is compressed twice; decompress it once first"),
    (b"\x28\xb5\x2f\xfd", "it is compressed twice; decompress it once first"),
    (b"\xfd7zX", "it is compressed with xz; decompress it first"),
    (b"BZh", "it is compressed with bzip2; decompress it first"),
    (b"\x04\x22\x4d\x18", "it is compressed with lz4; decompress it first"),
    (b"PK\x03\x04", "it is a zip archive; unpack it first"),
    (b"snoo", "it is a snoop file; convert it to pcapng first"),
    (b"GMBU", "it is a Network Monitor file; convert it to pcapng first"),
    (b"RTSS", "it is a Network Monitor file; convert it to pcapng first"),
];

/// The format of a file that begins with `magic`.
pub(super) fn recognise(magic: [u8; MAGIC]) -> Option<Format> {
    if pcap::is_magic(magic) {
        Some(Format::Pcap)
    } else if magic == pcapng::MAGIC {
        Some(Format::Pcapng)
    } else {
        None
    }
}

/// Why a file that begins so, or is no longer than this, is no capture file.
pub(super) fn refuse(start: &[u8]) -> Error {
    let why = match OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
        Some((_, why)) => (*why).to_owned(),
        None if start.is_empty() => "it is empty; pcap and pcapng are read".to_owned(),
        None => {
            let bytes: Vec<_> = start.iter().take(MAGIC).map(|b| format!("{b:02x}")).collect();
            let bytes = bytes.join(" ");
            let short = if start.len() < MAGIC { " and ends there" } else { "" };
            format!("it begins with the bytes {bytes}{short}; pcap and pcapng are read")
        }
    };
    Error::at(Kind::NotACapture, 0, format!("not a capture file: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_capture_is_named_where_it_is_known() {
        for (start, text) in [
            (&b""[..], "empty"),
            (b"GE", "begins with the bytes 47 45 and ends there"),
            (b"GET / HTTP", "begins with the bytes 47 45 54 20;"),
            (b"\x1f\x8b\x08\x00", "twice"),
            (b"\x28\xb5\x2f\xfd", "twice"),
            (b"\xfd7zXZ\x00", "xz"),
            (b"BZh9", "bzip2"),
            (b"\x04\x22\x4d\x18", "lz4"),
        ] {
            let error = refuse(start);
            assert_eq!((error.kind, error.offset), (Kind::NotACapture, Some(0)));
            assert!(error.text.contains(text), "{}", error.text);
        }
    }
}
