use super::super::testing::{BOTH, Endian, PcapngWriter, option};
use super::{Owned, frames};
use crate::packet::notes;
use crate::source::Direction;

fn expect(bytes: &[u8], timestamp_ns: i64) -> Owned {
    Owned {
        bytes: bytes.to_vec(),
        wire_length: u32::try_from(bytes.len()).unwrap() + 1000,
        timestamp_ns,
        link_type: 1,
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    }
}

#[test]
fn sections_of_both_byte_orders_follow_each_other() {
    for (first, second) in [(Endian::Little, Endian::Big), (Endian::Big, Endian::Little)] {
        let mut writer = PcapngWriter::new(first);
        writer.interface(1, 0, &[]).enhanced(0, 1, b"abcde", &[]);
        writer.section(second).interface(101, 0, &[]).enhanced(0, 2, b"fg", &[]);
        writer.section(first).interface(1, 0, &[]).obsolete(0, 3, b"", &[]);
        let expected = [
            expect(b"abcde", 1000),
            Owned { link_type: 101, ..expect(b"fg", 2000) },
            expect(b"", 3000),
        ];
        assert_eq!(frames(&writer.file), expected);
    }
}

#[test]
fn link_type_resolution_and_offset_are_of_the_interface() {
    for endian in BOTH {
        let resolution = |n| option(endian, 9, &[n]);
        let offset = |n| option(endian, 14, &endian.i64(n));
        let mut writer = PcapngWriter::new(endian);
        writer
            .interface(1, 0, &[])
            .interface(101, 0, &resolution(9))
            .interface(113, 0, &[option(endian, 2, b"eth0"), resolution(0x80 | 1)].concat())
            .interface(276, 0, &[offset(-5), resolution(0)].concat())
            // Nothing behind the end mark counts, and no option that is too
            // short or comes again.
            .interface(228, 0, &[resolution(3), resolution(9), vec![0; 4], offset(1)].concat())
            .interface(229, 0, &option(endian, 9, &[9, 9]));
        for number in 0..6u16 {
            writer.enhanced(number.into(), 7, b"x", &[]).obsolete(number, 7, b"x", &[]);
        }
        let expected = [
            (1, 7_000),
            (101, 7),
            (113, 3_500_000_000),
            (276, 2_000_000_000),
            (228, 7_000_000),
            (229, 7_000),
        ];
        let mut all = Vec::new();
        for (interface, (link_type, ns)) in (0..).zip(expected) {
            let frame = Owned { link_type, interface, ..expect(b"x", ns) };
            all.extend([frame.clone(), frame]);
        }
        assert_eq!(frames(&writer.file), all);
    }
}

#[test]
fn a_time_beyond_64_bits_of_nanoseconds_is_saturated_and_noted() {
    let endian = Endian::Little;
    let mut writer = PcapngWriter::new(endian);
    writer
        .interface(1, 0, &option(endian, 9, &[0]))
        .interface(1, 0, &option(endian, 14, &endian.i64(i64::MIN)))
        .enhanced(0, u64::MAX, b"", &[])
        .enhanced(1, 0, b"", &[]);
    let found = frames(&writer.file);
    assert_eq!((found[0].timestamp_ns, found[0].notes), (i64::MAX, notes::TIME_OUT_OF_RANGE));
    assert_eq!((found[1].timestamp_ns, found[1].notes), (i64::MIN, notes::TIME_OUT_OF_RANGE));
}

#[test]
fn a_simple_packet_is_as_long_as_length_block_and_snap_length_allow() {
    for endian in BOTH {
        for (snap, length, data, captured) in [
            (0, 5, &b"abcde"[..], 5),
            (0, 60, b"abcdefgh", 8),
            (3, 60, b"abcdefgh", 3),
            (3, 2, b"ab", 2),
            (65_535, 0, b"", 0),
        ] {
            let mut writer = PcapngWriter::new(endian);
            writer.interface(113, snap, &[]).interface(1, 1, &[]).simple(length, data);
            let expected = Owned {
                wire_length: length,
                link_type: 113,
                notes: notes::NO_TIME,
                ..expect(&data[..captured], 0)
            };
            assert_eq!(frames(&writer.file), [expected]);
        }
    }
}

#[test]
fn the_flags_of_a_packet_tell_its_direction() {
    for endian in BOTH {
        let flags = |n| [option(endian, 1, b"note"), option(endian, 2, &endian.u32(n))].concat();
        let mut writer = PcapngWriter::new(endian);
        writer.interface(1, 0, &[]);
        for n in [0, 1, 2, 3, 0xffff_fffe] {
            writer.enhanced(0, 0, b"abc", &flags(n)).obsolete(0, 0, b"abc", &flags(n));
        }
        let found: Vec<_> = frames(&writer.file).iter().map(|f| f.direction).collect();
        use Direction::{In, Out, Unknown};
        assert_eq!(found, [Unknown, Unknown, In, In, Out, Out, Unknown, Unknown, Out, Out]);
    }
}

#[test]
fn blocks_without_packets_pass_whatever_their_length() {
    let mut writer = PcapngWriter::new(Endian::Big);
    writer
        .block(0x0000_0bad, &[1; 300_000])
        .interface(1, 0, &[])
        .block(4, b"name resolution")
        .block(5, b"statistics")
        .enhanced(0, 0, b"one", &[])
        .block(0x0000_0bad, b"custom")
        .block(0x4000_0bad, b"custom, not to be copied")
        .block(0xffff_ffff, b"")
        .block(10, &[0; 4])
        .enhanced(0, 0, b"two", &[])
        .block(0, &[6; 1000]);
    assert_eq!(frames(&writer.file), [expect(b"one", 0), expect(b"two", 0)]);
}

#[test]
fn a_snap_length_does_not_cut_an_enhanced_packet() {
    let mut writer = PcapngWriter::new(Endian::Little);
    writer.interface(1, 2, &[]).enhanced(0, 0, b"whole", &[]);
    assert_eq!(frames(&writer.file), [expect(b"whole", 0)]);
}
