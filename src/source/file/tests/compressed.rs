use super::super::FileSource;
use super::super::testing::{Endian, PcapWriter, PcapngWriter};
use super::{READ_SIZES, drain, frames, read};
use crate::error::Kind;
use crate::source::Source;
use flate2::Crc;
use std::io::Write;
use zstd::stream::raw::CParameter;

/// A capture of `count` frames that do not compress well, so that damage is
/// anywhere in it.
fn capture(count: u32) -> Vec<u8> {
    let mut writer = PcapWriter::new(Endian::Little);
    let mut state = 1u32;
    for n in 0..count {
        let data: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state & 0x4000_0000 == 0 { 0 } else { state.to_be_bytes()[0] }
        })
        .take(100)
        .collect();
        writer.frame(n, 0, &data);
    }
    writer.bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8], window_log: u32) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.set_parameter(CParameter::WindowLog(window_log)).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_compressed_capture_has_the_same_frames() {
    let plain = capture(300);
    let expected = frames(&plain);
    let skippable =
        [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(&plain, 20)].concat();
    for packed in [gzip(&plain), zstd(&plain, 20), skippable] {
        assert_eq!(frames(&packed), expected);
        let mut source = FileSource::from_bytes(packed.clone()).unwrap();
        assert_eq!(drain(&mut source).1, Ok(()));
        assert_eq!(source.bytes_read(), packed.len() as u64);
    }
}

#[test]
fn all_members_and_frames_of_a_compressed_file_are_read() {
    let plain = capture(30);
    let expected = frames(&plain);
    let pieces = [&plain[..1], &plain[1..500], &[], &plain[500..]];
    assert_eq!(frames(&pieces.map(gzip).concat()), expected);
    assert_eq!(frames(&pieces.map(|p| zstd(p, 20)).concat()), expected);
    let padded = [pieces.map(gzip).concat(), vec![0; 1000]].concat();
    assert_eq!(frames(&padded), expected);
}

#[test]
fn a_compressed_file_cut_anywhere_gives_what_comes_out_and_then_an_error() {
    let plain = capture(4);
    let all = frames(&plain);
    for packed in [gzip(&plain), zstd(&plain, 20)] {
        let mut most = 0;
        for length in 4..packed.len() {
            let (found, end) = read(&packed[..length]);
            let error = end.unwrap_err();
            assert_eq!(error.kind, Kind::Truncated, "{length}: {error}");
            assert_eq!(found, all[..found.len()]);
            assert!(found.len() >= most);
            most = found.len();
        }
        // Without the last byte, which belongs to the checksum, all is there.
        assert_eq!(most, 4);
    }
}

#[test]
fn damage_in_compressed_data_costs_nothing_in_front_of_it() {
    let plain = capture(6_000);
    let all = frames(&plain);
    for mut packed in [gzip(&plain), zstd(&plain, 20)] {
        let middle = packed.len() / 2;
        packed[middle..middle + 40].fill(0xff);
        for size in [7, 128 * 1024] {
            let mut source = FileSource::from_bytes(packed.clone()).unwrap().with_read_size(size);
            let (found, end) = drain(&mut source);
            let error = end.unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{error}");
            // A zstd block is 128 KiB at most, and comes out as one; bytes in
            // front of the damage may be wrong already, lengths among them.
            assert!(found.len() > 2_000, "{}", found.len());
            assert_eq!(found[..2_000], all[..2_000]);
        }
    }
}

#[test]
fn a_wrong_checksum_is_an_error_behind_all_frames() {
    let plain = capture(10);
    for mut packed in [gzip(&plain), zstd(&plain, 20)] {
        // The gzip checksum is in front of the length; the zstd one is last.
        let at = packed.len() - if packed[0] == 0x1f { 8 } else { 1 };
        packed[at] ^= 1;
        let (found, end) = read(&packed);
        let error = end.unwrap_err();
        assert_eq!((found.len(), error.kind), (10, Kind::Malformed), "{error}");
        assert_eq!(error.offset, Some(plain.len() as u64));
    }
}

#[test]
fn what_follows_the_last_member_and_is_none_is_an_error() {
    let (found, end) = read(&[gzip(&capture(10)), b"something else".to_vec()].concat());
    assert_eq!((found.len(), end.unwrap_err().kind), (10, Kind::Malformed));
}

#[test]
fn an_error_in_the_capture_counts_the_decompressed_bytes() {
    let mut plain = capture(10);
    plain.truncate(24 + 9 * 116 + 50);
    for packed in [gzip(&plain), zstd(&plain, 20)] {
        let (found, end) = read(&packed);
        let error = end.unwrap_err();
        assert_eq!(
            (found.len(), error.kind, error.offset),
            (9, Kind::Truncated, Some(24 + 9 * 116))
        );
    }
}

#[test]
fn a_compressed_file_that_holds_no_capture_is_none() {
    for plain in [&b""[..], b"x", b"some text", &gzip(&capture(1)), &zstd(&capture(1), 20)] {
        for packed in [gzip(plain), zstd(plain, 20)] {
            assert_eq!(read(&packed).1.unwrap_err().kind, Kind::NotACapture);
        }
    }
}

#[test]
fn a_zstd_window_beyond_8_mib_is_refused() {
    // As streams, whose length the frame does not state: the window counts.
    assert_eq!(frames(&zstd(&capture(3), 23)).len(), 3);
    let error = read(&zstd(&capture(3), 24)).1.unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.text.contains("window is larger than 8388608 bytes"), "{error}");
}

/// Zeros inflate a thousandfold.
#[test]
fn what_inflates_without_end_passes_in_step() {
    let mut writer = PcapngWriter::new(Endian::Little);
    writer.interface(1, 0, &[]);
    let start = writer.file.len();
    writer.block(77, &[]);
    let length = 4u32 << 20;
    let total = length + 12;
    writer.file.truncate(start + 4);
    writer.file.extend(total.to_le_bytes());
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&writer.file).unwrap();
    for _ in 0..length >> 16 {
        encoder.write_all(&[0; 1 << 16]).unwrap();
    }
    encoder.write_all(&total.to_le_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    assert!(packed.len() < 1 << 20);
    let mut source = FileSource::from_bytes(packed).unwrap();
    assert_eq!(drain(&mut source), (vec![], Ok(())));
    assert!(source.buffer.capacity() < 512 * 1024);
}

#[test]
fn a_gzip_header_with_every_field_is_read_at_every_read_size() {
    let plain = capture(3);
    let mut encoder = flate2::GzBuilder::new()
        .filename("a name")
        .comment("a comment")
        .extra(vec![1; 300])
        .write(Vec::new(), flate2::Compression::default());
    encoder.write_all(&plain).unwrap();
    let mut packed = encoder.finish().unwrap();
    // FHCRC: the low half of the CRC-32 of the header before it.
    let body = packed.windows(10).position(|w| w == b"a comment\0").unwrap() + 10;
    packed[3] |= 2;
    let mut crc = Crc::new();
    crc.update(&packed[..body]);
    let sum = crc.sum().to_le_bytes();
    packed.splice(body..body, [sum[0], sum[1]]);
    for size in READ_SIZES {
        let mut source = FileSource::from_bytes(packed.clone()).unwrap().with_read_size(size);
        assert_eq!(drain(&mut source), (frames(&plain), Ok(())));
    }
}
