//! Compressing captures, and undoing it.

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// What a file holds once it is decompressed; itself where it is not compressed.
pub(crate) fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match bytes {
        [0x1f, 0x8b, ..] => {
            MultiGzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            zstd::Decoder::new(bytes).unwrap().read_to_end(&mut plain).unwrap();
        }
        _ => plain.extend_from_slice(bytes),
    }
    plain
}

pub(crate) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(plain: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// Several members or frames one behind the other: one byte, nothing, and the
/// rest in thirds, so that no record ends where they do.
pub(crate) fn pieces(plain: &[u8], pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (first, rest) = plain.split_at(plain.len().min(1));
    let mut packed = [pack(first), pack(&[])].concat();
    for piece in rest.chunks((rest.len() / 3).max(1)) {
        packed.extend(pack(piece));
    }
    packed
}
