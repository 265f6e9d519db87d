use super::super::testing::{Endian, PcapWriter, PcapngWriter, option};
use super::super::{FileSource, pcapng};
use super::{drain, frames, read};
use crate::error::Kind;

/// Bytes of buffer that a file may have cost at its end.
fn capacity(source: &FileSource) -> usize {
    source.buffer.capacity()
}

#[test]
fn the_longest_captured_length_is_read() {
    let mut writer = PcapWriter::new(Endian::Little);
    let data = vec![3; 262_144];
    writer.frame(0, 0, &data).frame(0, 0, b"x").frame(0, 0, &data);
    let mut source = FileSource::from_bytes(writer.bytes()).unwrap();
    let (found, end) = drain(&mut source);
    assert_eq!((found.len(), end), (3, Ok(())));
    assert_eq!((&found[0].bytes, &found[2].bytes), (&data, &data));
    assert!(capacity(&source) < 512 * 1024);
}

#[test]
fn a_snap_length_of_2_gib_costs_nothing() {
    let mut writer = PcapWriter { snap_length: 0x8000_0000, ..PcapWriter::new(Endian::Little) };
    writer.frame(0, 0, b"x");
    let mut source = FileSource::from_bytes(writer.bytes()).unwrap();
    assert_eq!(drain(&mut source).0.len(), 1);
    assert!(capacity(&source) < 512 * 1024);

    let mut writer = PcapngWriter::new(Endian::Little);
    writer.interface(1, 0x8000_0000, &[]).simple(0xffff_ffff, b"abcd");
    assert_eq!(frames(&writer.file)[0].bytes, b"abcd");
}

#[test]
fn a_length_that_lies_costs_what_arrives_and_no_more() {
    for total in [pcapng::MAX_BLOCK, 0x7fff_fff0, 0xffff_fffc] {
        let mut writer = PcapngWriter::new(Endian::Little);
        writer.interface(1, 0, &[]);
        let at = writer.file.len();
        writer.enhanced(0, 0, &[0; 1000], &[]);
        writer.file[at + 4..at + 8].copy_from_slice(&total.to_le_bytes());
        let mut source = FileSource::from_bytes(writer.file).unwrap();
        let error = drain(&mut source).1.unwrap_err();
        assert_eq!((error.kind, error.offset), (Kind::Truncated, Some(at as u64)), "{error}");
        assert!(capacity(&source) < 512 * 1024);
    }
}

#[test]
fn a_packet_block_is_kept_up_to_the_limit_and_refused_beyond_it() {
    let limit = pcapng::MAX_BLOCK as usize;
    for (data, fits) in [(limit - 32, true), (limit - 28, false), (16 << 20, false)] {
        let mut writer = PcapngWriter::new(Endian::Little);
        writer.interface(1, 0, &[]).enhanced(0, 0, b"x", &[]);
        let at = writer.file.len() as u64;
        writer.enhanced(0, 0, &vec![1; data], &[]).enhanced(0, 0, b"y", &[]);
        let mut source = FileSource::from_bytes(writer.file).unwrap();
        let (found, end) = drain(&mut source);
        assert!(capacity(&source) <= limit + 128);
        if fits {
            assert_eq!((found.len(), found[1].bytes.len(), end), (3, data, Ok(())));
        } else {
            let error = end.unwrap_err();
            assert_eq!((found.len(), error.kind, error.offset), (1, Kind::Unsupported, Some(at)));
            assert!(error.text.contains("longer than the 4194304 bytes"), "{error}");
            assert!(capacity(&source) < 512 * 1024);
        }
    }
}

#[test]
fn a_long_block_without_packets_passes_through_a_small_buffer() {
    let mut writer = PcapngWriter::new(Endian::Little);
    writer.interface(1, 0, &[]).block(77, &vec![1; 16 << 20]).enhanced(0, 0, b"y", &[]);
    let mut source = FileSource::from_bytes(writer.file).unwrap();
    let (found, end) = drain(&mut source);
    assert_eq!((found.len(), end), (1, Ok(())));
    assert!(capacity(&source) < 512 * 1024);
}

#[test]
fn a_million_interfaces_are_refused_at_the_65_537th() {
    let mut writer = PcapngWriter::new(Endian::Little);
    let first = writer.file.len();
    for _ in 0..1_000_000 {
        writer.interface(1, 0, &[]);
    }
    let error = drain(&mut FileSource::from_bytes(writer.file).unwrap()).1.unwrap_err();
    assert_eq!((error.kind, error.offset), (Kind::Unsupported, Some(first as u64 + 65_536 * 20)));
    assert!(error.text.contains("65536"), "{error}");
}

#[test]
fn the_most_interfaces_are_read_and_each_section_counts_its_own() {
    let mut writer = PcapngWriter::new(Endian::Little);
    for _ in 0..2 {
        for _ in 0..65_536 {
            writer.interface(113, 0, &[]);
        }
        writer.enhanced(65_535, 0, b"last", &[]).section(Endian::Little);
    }
    let (found, end) = drain(&mut FileSource::from_bytes(writer.file).unwrap());
    assert_eq!((found.len(), end), (2, Ok(())));
    assert_eq!((found[1].interface, found[1].link_type), (65_535, 113));
}

#[test]
fn every_resolution_is_read() {
    for resolution in 0..=255 {
        let endian = Endian::Big;
        let mut writer = PcapngWriter::new(endian);
        writer.interface(1, 0, &option(endian, 9, &[resolution]));
        writer.enhanced(0, u64::MAX, b"", &[]).enhanced(0, 0, b"", &[]);
        let (found, end) = read(&writer.file);
        assert_eq!((found.len(), end), (2, Ok(())));
        assert_eq!(found[1].timestamp_ns, 0);
    }
}

#[test]
fn a_million_empty_records_are_a_million_frames() {
    let mut writer = PcapWriter::new(Endian::Little);
    writer.frame(0, 0, b"");
    writer.records = writer.records.repeat(1_000_000);
    let (found, end) = drain(&mut FileSource::from_bytes(writer.bytes()).unwrap());
    assert_eq!((found.len(), end), (1_000_000, Ok(())));
}
