use super::super::testing::{BOTH, Endian, PcapWriter};
use super::{Owned, frames};
use crate::source::Direction;

fn expect(bytes: &[u8], timestamp_ns: i64) -> Owned {
    Owned {
        bytes: bytes.to_vec(),
        wire_length: u32::try_from(bytes.len()).unwrap(),
        timestamp_ns,
        link_type: 1,
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    }
}

#[test]
fn every_magic_reads_in_both_byte_orders() {
    for endian in BOTH {
        for (magic, unit) in [(0xa1b2_c3d4, 1000), (0xa1b2_3c4d, 1), (0xa1b2_cd34, 1000)] {
            let mut writer = PcapWriter { magic, ..PcapWriter::new(endian) };
            writer.frame(1, 2, b"first").frame(3, 999_999, b"").frame(4, 0, &[7; 70_000]);
            let expected = [
                expect(b"first", 1_000_000_000 + 2 * unit),
                expect(b"", 3_000_000_000 + 999_999 * unit),
                expect(&[7; 70_000], 4_000_000_000),
            ];
            assert_eq!(frames(&writer.bytes()), expected, "{magic:x} {endian:?}");
        }
    }
}

#[test]
fn seconds_are_unsigned_and_a_long_fraction_carries() {
    let mut writer = PcapWriter::new(Endian::Little);
    writer.frame(u32::MAX, u32::MAX, b"x");
    let ns = i64::from(u32::MAX) * 1_000_000_000 + i64::from(u32::MAX) * 1000;
    assert_eq!(frames(&writer.bytes()), [expect(b"x", ns)]);
}

#[test]
fn the_lengths_of_old_versions_are_swapped() {
    for endian in BOTH {
        for (version, lengths) in [
            ((2, 4), [2, 60]),
            ((2, 2), [60, 2]),
            ((2, 0), [60, 2]),
            ((2, 3), [60, 2]),
            ((2, 3), [2, 60]),
            ((1, 4), [2, 60]),
            ((2, 5), [2, 60]),
        ] {
            let mut writer = PcapWriter { version, ..PcapWriter::new(endian) };
            writer.record([0, 0, lengths[0], lengths[1]], b"ab").frame(0, 0, b"next");
            let expected = [Owned { wire_length: 60, ..expect(b"ab", 0) }, expect(b"next", 0)];
            assert_eq!(frames(&writer.bytes()), expected, "{version:?} {lengths:?}");
        }
    }
}

#[test]
fn a_frame_longer_than_the_snap_length_is_whole() {
    let mut writer = PcapWriter { snap_length: 4, ..PcapWriter::new(Endian::Big) };
    writer.frame(0, 0, b"longer than four");
    assert_eq!(frames(&writer.bytes()), [expect(b"longer than four", 0)]);
}

#[test]
fn the_link_type_is_the_low_26_bits() {
    let mut writer = PcapWriter { link_type: 0xf400_0093, ..PcapWriter::new(Endian::Little) };
    writer.frame(0, 0, b"x");
    assert_eq!(frames(&writer.bytes())[0].link_type, 0x93);
}

#[test]
fn a_file_without_records_ends_well() {
    assert_eq!(frames(&PcapWriter::new(Endian::Little).bytes()), []);
}
