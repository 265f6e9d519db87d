//! Captures that are written here: of every container and block type, with
//! records across the ends of the pieces in which a file is read, and damaged in
//! every way that is told apart.

use crate::testing::{BOTH, Endian, PcapWriter, PcapngWriter, option};

/// How much is read at once, and what the buffer holds at first.
const PIECES: [usize; 2] = [128 * 1024, 256 * 1024];

/// Bytes of which no two neighbours are equal, and that differ from frame to
/// frame: none can be lost or repeated unseen.
fn data(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|n| ((n * 7 + seed * 31 + (n >> 8)) % 251).to_le_bytes()[0]).collect()
}

pub(crate) fn captures() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for endian in BOTH {
        for magic in [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34] {
            all.push((format!("pcap {magic:x} {endian:?}"), pcap(endian, magic).bytes()));
        }
        all.push((format!("pcapng {endian:?}"), pcapng(endian).file));
    }
    // A record header, or the data behind it, across the end of a piece.
    for (n, gap) in [1, 12, 16, 17, 30].into_iter().enumerate() {
        let endian = BOTH[n % 2];
        all.push((format!("pcap, {gap} bytes to the end of a piece"), pcap_across(endian, gap)));
    }
    for gap in [4, 28, 34] {
        all.push((format!("pcapng, {gap} bytes to the end of a piece"), pcapng_across(gap)));
    }
    all.push(("pcap with the longest frame".to_owned(), longest()));
    all.push(("pcapng with long blocks".to_owned(), long_blocks()));
    all.extend(damaged());
    all
}

fn pcap(endian: Endian, magic: u32) -> PcapWriter {
    let mut writer = PcapWriter { magic, ..PcapWriter::new(endian) };
    for (n, length) in (0..).zip([0, 1, 60, 1500, 61, 0, 9000]) {
        writer.frame(0xffff_0000 + n, 999_999, &data(length, length));
    }
    writer
}

fn pcapng(endian: Endian) -> PcapngWriter {
    let mut writer = PcapngWriter::new(endian);
    for section in BOTH {
        writer.interface(1, 96, &option(writer.endian, 9, &[9]));
        writer.interface(113, 0, &option(writer.endian, 14, &[1; 8]));
        writer.simple(200, &data(96, 1)).block(0x0bad, b"a custom block");
        for n in 0..4 {
            let flags = option(writer.endian, 2, &writer.endian.u32(n));
            writer.enhanced(n % 2, u64::from(n) << 33, &data(70 + n as usize, 2), &flags);
        }
        writer.obsolete(1, 5, &data(33, 3), &[]).block(5, &[7; 40]).section(section);
    }
    writer.interface(101, 0, &[]).enhanced(0, u64::MAX, b"", &[]);
    writer
}

/// Fills a file up to `gap` bytes in front of each piece's end, where a record
/// of 40 bytes then begins.
fn pcap_across(endian: Endian, gap: usize) -> Vec<u8> {
    let mut writer = PcapWriter::new(endian);
    for (n, end) in (0..).zip(PIECES) {
        while writer.bytes().len() + 16 < end - gap {
            let left = end - gap - writer.bytes().len() - 16;
            // A rest too short for a record of its own joins the one before.
            let length = if left < 60_000 { left } else { 50_000 };
            writer.frame(n, 1, &data(length, left));
        }
        assert_eq!(writer.bytes().len(), end - gap);
        writer.frame(n, 2, &data(40, end));
    }
    writer.frame(9, 9, b"last");
    writer.bytes()
}

/// The same with blocks.
fn pcapng_across(gap: usize) -> Vec<u8> {
    let mut writer = PcapngWriter::new(Endian::Little);
    writer.interface(1, 0, &[]);
    for end in PIECES {
        let left = (end - gap - writer.file.len() - 32) & !3;
        writer.enhanced(0, 1, &data(left, 5), &[]);
        writer.enhanced(0, 2, &data(40, end), &[]);
    }
    writer.file
}

fn longest() -> Vec<u8> {
    let mut writer = PcapWriter::new(Endian::Little);
    writer.frame(1, 1, &data(262_144, 1)).frame(2, 2, b"x");
    writer.bytes()
}

/// A packet that the buffer has to grow for, and a block that only passes.
fn long_blocks() -> Vec<u8> {
    let mut writer = PcapngWriter::new(Endian::Big);
    writer.interface(1, 0, &[]).enhanced(0, 1, &data(400_001, 1), &[]);
    writer.block(77, &data(300_000, 2)).enhanced(0, 2, b"y", &[]);
    writer.file
}

fn damaged() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let whole = pcap(Endian::Big, 0xa1b2_cd34).bytes();
    for length in [0, 3, 4, 10, 23, 24, 30, 48, 60, whole.len() - 1] {
        all.push((format!("pcap cut at {length}"), whole[..length].to_vec()));
    }
    let whole = pcapng(Endian::Little).file;
    for length in [4, 7, 11, 27, 40, 60, 300, whole.len() - 1] {
        all.push((format!("pcapng cut at {length}"), whole[..length].to_vec()));
    }
    for length in [128 * 1024 - 1, 128 * 1024, 128 * 1024 + 1] {
        all.push((format!("cut at {length}"), pcap_across(Endian::Little, 16)[..length].to_vec()));
    }

    let endian = Endian::Little;
    let mut writer = pcap(endian, 0xa1b2_c3d4);
    writer.record([1, 2, 262_145, 262_145], b"no such length");
    all.push(("pcap with a length beyond the limit".to_owned(), writer.bytes()));

    let good = pcapng(endian);
    let block = |words: [u32; 8]| {
        let words = words.map(|n| endian.u32(n)).concat();
        [&good.file[..], &words].concat()
    };
    let section = 0x0a0d_0d0a;
    for (name, words) in [
        ("another length at its end", [77, 32, 0, 0, 0, 0, 0, 36]),
        ("a block shorter than a block", [77, 8, 0, 0, 0, 0, 0, 8]),
        ("a packet of no interface", [6, 32, 7, 0, 0, 0, 0, 32]),
        ("a packet longer than its block", [6, 32, 0, 0, 0, 1, 1, 32]),
        ("a section of version 2", [section, 32, 0x1a2b_3c4d, 2, 0, 0, 0, 32]),
        ("a section of no byte order", [section, 32, 5, 1, 0, 0, 0, 32]),
    ] {
        all.push((format!("pcapng with {name}"), block(words)));
    }
    all.push(("no capture".to_owned(), b"GET / HTTP/1.1\r\n".to_vec()));
    all
}
