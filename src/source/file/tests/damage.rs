use super::super::testing::{BOTH, Endian, PcapWriter, PcapngWriter, option};
use super::{frames, read};
use crate::error::Kind;

/// A step in the making of a file.
type Add = fn(&mut PcapngWriter) -> &mut PcapngWriter;

/// Cuts a file at every byte; `starts` are where its records begin and the file
/// ends, `whole` how many frames lie in front of each.
fn cut_everywhere(file: &[u8], starts: &[usize], whole: &[usize]) {
    let all = frames(file);
    for length in 4..file.len() {
        let (found, end) = read(&file[..length]);
        let at = starts.iter().rposition(|&s| s <= length).unwrap();
        assert_eq!(found, all[..whole[at]], "cut at {length}");
        if starts[at] == length && length > 0 {
            assert_eq!(end, Ok(()), "cut at {length}");
        } else {
            let error = end.unwrap_err();
            assert_eq!(error.kind, Kind::Truncated, "cut at {length}: {error}");
            assert_eq!(error.offset, Some(starts[at] as u64), "cut at {length}: {error}");
            assert!(error.text.starts_with("capture ends inside "), "{error}");
        }
    }
    for length in 0..4 {
        let (found, end) = read(&file[..length]);
        assert_eq!((found.len(), end.unwrap_err().kind), (0, Kind::NotACapture));
    }
}

#[test]
fn a_pcap_file_cut_anywhere_gives_its_whole_records_and_where_it_ends() {
    for endian in BOTH {
        for magic in [0xa1b2_c3d4, 0xa1b2_cd34] {
            let mut writer = PcapWriter { magic, ..PcapWriter::new(endian) };
            // The header is a record of its own here: it begins at 0.
            let (mut starts, mut whole) = (vec![0], vec![0]);
            for (n, data) in (0..).zip([&b"first"[..], b"", b"third one"]) {
                starts.push(writer.bytes().len());
                whole.push(n as usize);
                writer.frame(n, 0, data);
            }
            let file = writer.bytes();
            starts.push(file.len());
            whole.push(3);
            cut_everywhere(&file, &starts, &whole);
        }
    }
}

#[test]
fn a_pcapng_file_cut_anywhere_gives_its_whole_blocks_and_where_it_ends() {
    for endian in BOTH {
        let mut writer = PcapngWriter { endian, file: Vec::new() };
        let (mut starts, mut whole) = (Vec::new(), Vec::new());
        let add: [(Add, usize); 8] = [
            (|w| w.section(w.endian), 0),
            (|w| w.interface(1, 0, &option(w.endian, 9, &[9])), 0),
            (|w| w.enhanced(0, 5, b"abcde", &option(w.endian, 2, &[1, 1, 1, 1])), 1),
            (|w| w.block(99, b"unknown"), 0),
            (|w| w.simple(3, b"abc"), 1),
            (|w| w.obsolete(0, 6, b"x", &[]), 1),
            (|w| w.section(Endian::Big), 0),
            (|w| w.interface(1, 0, &[]).enhanced(0, 7, b"y", &[]), 1),
        ];
        let mut count = 0;
        for (add, packets) in add {
            starts.push(writer.file.len());
            whole.push(count);
            add(&mut writer);
            count += packets;
        }
        // The last step wrote two blocks; the packet begins behind the first.
        starts.push(starts.last().unwrap() + 20);
        whole.push(count - 1);
        starts.push(writer.file.len());
        whole.push(count);
        cut_everywhere(&writer.file, &starts, &whole);
    }
}

#[test]
fn the_error_names_the_record_its_offset_and_what_is_missing() {
    let mut writer = PcapWriter::new(Endian::Little);
    writer.frame(0, 0, &[0; 60]).frame(0, 0, &[0; 60]);
    let mut file = writer.bytes();
    file.truncate(24 + 76 + 16 + 12);
    let text = "capture ends inside record 2 at byte offset 100: 60 bytes announced, 12 there";
    assert_eq!(read(&file).1.unwrap_err().text, text);

    let mut writer = PcapngWriter::new(Endian::Little);
    let before = writer.file.len();
    writer.block(77, &[0; 100]);
    writer.file.truncate(before + 30);
    let text = format!(
        "capture ends inside block 2 (of another type) at byte offset {before}: 112 bytes \
         announced, 30 there"
    );
    assert_eq!(read(&writer.file).1.unwrap_err().text, text);
}

#[test]
fn a_captured_length_beyond_the_limit_is_malformed_behind_what_is_right() {
    for lie in [262_145, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let mut writer = PcapWriter { snap_length: 0x8000_0000, ..PcapWriter::new(Endian::Big) };
        writer.frame(0, 0, b"right").record([0, 0, lie, lie], b"short");
        let (found, end) = read(&writer.bytes());
        let error = end.unwrap_err();
        assert_eq!((found.len(), error.kind, error.offset), (1, Kind::Malformed, Some(45)));
        assert!(
            error
                .text
                .contains(&format!("record 2 at byte offset 45 is damaged: it announces {lie}"))
        );
    }
}

#[test]
fn lengths_and_numbers_that_contradict_a_pcapng_file_are_named() {
    for endian in BOTH {
        let mut right = PcapngWriter::new(endian);
        right.interface(1, 0, &[]).enhanced(0, 0, b"abcd", &[]);
        let at = right.file.len();
        // The type, the announced length, then 36 bytes, the length at the end.
        let block = |kind: u32, total: u32, fields: [u32; 6], trailer: u32| {
            let mut file = right.file.clone();
            for n in [kind, total].into_iter().chain(fields).chain([0, 0, trailer, 0]) {
                file.extend(endian.u32(n));
            }
            file
        };
        let fine = [0, 0, 0, 4, 4, 0];
        for (file, kind, text) in [
            (block(6, 0, fine, 44), Kind::Malformed, "shorter than the 12 bytes"),
            (block(77, 11, fine, 44), Kind::Malformed, "shorter than the 12 bytes"),
            (block(6, 16, [16; 6], 0), Kind::Malformed, "shorter than the 32 bytes"),
            (block(2, 16, [16; 6], 0), Kind::Malformed, "shorter than the 32 bytes"),
            (block(3, 12, [12; 6], 0), Kind::Malformed, "shorter than the 16 bytes"),
            (block(1, 16, [16; 6], 0), Kind::Malformed, "shorter than the 20 bytes"),
            (block(6, 44, fine, 48), Kind::Malformed, "44 bytes at its start and of 48 at its end"),
            (
                block(77, 44, fine, 40),
                Kind::Malformed,
                "44 bytes at its start and of 40 at its end",
            ),
            (
                block(6, 44, [1, 0, 0, 4, 4, 0], 44),
                Kind::Malformed,
                "interface 1, and the section has described 1",
            ),
            (
                block(6, 44, [0, 0, 0, 13, 4, 0], 44),
                Kind::Malformed,
                "13 captured bytes and has room for 12",
            ),
            (block(2, 44, [0, 0, 0, u32::MAX, 4, 0], 44), Kind::Malformed, "has room for 12"),
            (
                block(0x0a0d_0d0a, 44, [0x1a2b_3c4e, 0, 0, 0, 0, 0], 44),
                Kind::Malformed,
                "no byte-order magic",
            ),
            (
                block(0x0a0d_0d0a, 24, [0x1a2b_3c4d; 6], 44),
                Kind::Malformed,
                "shorter than the 28 bytes",
            ),
            (
                block(0x0a0d_0d0a, 44, [0x1a2b_3c4d, 0x0002_0002, 0, 0, 0, 0], 44),
                Kind::Unsupported,
                "version 2.2, and 1 is read",
            ),
        ] {
            let (found, end) = read(&file);
            let error = end.unwrap_err();
            assert_eq!(
                (found.len(), error.kind, error.offset),
                (1, kind, Some(at as u64)),
                "{error}"
            );
            assert!(error.text.starts_with("block 4 ("), "{error}");
            assert!(error.text.contains(text), "{error}");
        }
    }
}

#[test]
fn a_packet_in_front_of_every_interface_is_malformed() {
    for simple in [false, true] {
        let mut writer = PcapngWriter::new(Endian::Little);
        writer.interface(1, 0, &[]).section(Endian::Little);
        if simple {
            writer.simple(1, b"x");
        } else {
            writer.enhanced(0, 0, b"x", &[]);
        }
        let error = read(&writer.file).1.unwrap_err();
        assert_eq!(error.kind, Kind::Malformed);
        assert!(error.text.contains("interface 0, and the section has described 0"), "{error}");
    }
}

#[test]
fn an_option_longer_than_its_block_costs_no_packet() {
    let endian = Endian::Little;
    let mut writer = PcapngWriter::new(endian);
    let mut lying = option(endian, 9, &[9]);
    lying.extend([14, 0, 0xff, 0xff]);
    writer.interface(1, 0, &lying).enhanced(0, 1, b"x", &[2, 0, 0xff, 0xff]);
    assert_eq!(frames(&writer.file)[0].timestamp_ns, 1);
}

#[test]
fn what_is_no_capture_says_what_it_is() {
    for (file, text) in [
        (&b""[..], "it is empty"),
        (b"#!/bin/sh\n", "begins with the bytes 23 21 2f 62"),
        (&[0; 1000], "begins with the bytes 00 00 00 00"),
        (b"\xfd7zXZ\x00", "xz"),
    ] {
        let error = read(file).1.unwrap_err();
        assert_eq!((error.kind, error.offset), (Kind::NotACapture, Some(0)));
        assert!(error.text.contains(text), "{error}");
    }
}
