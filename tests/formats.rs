//! What `docs/formats.md` says is what the library does: the tables of that page
//! are read here, and everything in them is tried, and everything else too.
#![allow(clippy::unwrap_used, reason = "a test may fail where its own tools do")]

#[path = "../src/source/file/testing.rs"]
mod testing;

use ipmon::decode::{NoEvent, decode};
use ipmon::error::Kind;
use ipmon::source::file::FileSource;
use ipmon::source::{Direction, Frame, LinkType, Refill, Source};
use ipmon::sys::wake::Waker;
use std::collections::BTreeSet;
use testing::{Endian, PcapWriter, PcapngWriter};

/// The rows of the table under a heading, cell by cell, without its head.
fn table(heading: &str) -> Vec<Vec<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/formats.md");
    let page = std::fs::read_to_string(path).unwrap();
    let section = page.split("\n## ").find(|s| s.starts_with(heading)).unwrap();
    let rows: Vec<_> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .skip(1)
        .collect();
    assert!(!rows.is_empty(), "no table under {heading}");
    rows
}

/// Why a frame makes no event.
fn cause(link_type: u32, bytes: &[u8]) -> NoEvent {
    let frame = Frame {
        bytes,
        window: None,
        wire_length: 0,
        timestamp_ns: 0,
        link_type: LinkType(link_type),
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    };
    decode(&frame).unwrap_err()
}

/// Whether something is looked for behind the last byte of the frame.
fn leads_on(link_type: u32, bytes: &[u8]) -> bool {
    !matches!(cause(link_type, bytes), NoEvent::NotIp | NoEvent::Unsupported)
}

/// How many packets a file holds, and how it ends.
fn read(bytes: Vec<u8>) -> (usize, Option<Kind>) {
    let waker = Waker::new().unwrap();
    let mut source = FileSource::from_bytes(bytes).unwrap();
    let mut count = 0;
    loop {
        match source.refill(&waker, None) {
            Ok(Refill::Ready) => {}
            Ok(_) => return (count, None),
            Err(e) => return (count, Some(e.kind)),
        }
        while source.next_frame().is_some() {
            count += 1;
        }
    }
}

fn kind(word: &str) -> Kind {
    match word {
        "TRUNCATED" => Kind::Truncated,
        "MALFORMED" => Kind::Malformed,
        "UNSUPPORTED" => Kind::Unsupported,
        "NOT_A_CAPTURE" => Kind::NotACapture,
        _ => panic!("no status of that name: {word}"),
    }
}

#[test]
fn the_table_of_link_types_is_what_the_decoder_knows() {
    let rows = table("Link types");
    let listed: BTreeSet<u32> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(listed.len(), rows.len(), "a number comes twice");
    // All that pcapng can name, and some of what pcap can besides.
    for number in (0..=0xffff).chain((16..26).map(|bit| 1 << bit)) {
        let known = cause(number, &[]) != NoEvent::Unsupported;
        assert_eq!(known, listed.contains(&number), "link type {number}");
    }
    let mut names = BTreeSet::new();
    for row in rows {
        assert!(names.insert(row[1].clone()), "{} comes twice", row[1]);
        assert_eq!(row.len(), 4);
        assert!(!row[3].is_empty(), "no source for {}", row[1]);
    }
}

/// Numbers of some field, and a frame that ends with one of them.
type Field = (&'static str, usize, u32, fn(&[u8]) -> Vec<u8>);

/// How many bytes of a number count, and the link type of the frame.
const FIELDS: [Field; 7] = [
    ("Ethernet type", 2, 1, |n| [&[2; 12][..], n].concat()),
    ("LLC", 3, 100, <[u8]>::to_vec),
    ("SNAP organisation", 3, 100, |n| [&[0xaa, 0xaa, 3][..], n, &[8, 0]].concat()),
    ("PPP protocol", 2, 166, |n| [&[0, 3][..], n].concat()),
    ("NSH protocol", 1, 1, |n| [&[2; 12][..], &[0x89, 0x4f, 0, 2, 1], n, &[0; 4]].concat()),
    ("NLPID", 1, 107, |n| [&[0x18, 0x41, 3][..], n].concat()),
    ("address family", 1, 108, |n| [&[0, 0, 0][..], n].concat()),
];

/// Numbers of so many bytes that are tried: all, or a third of all where there are
/// too many, with all that are near to what is listed.
fn numbers(bytes: usize, listed: &BTreeSet<u32>) -> BTreeSet<u32> {
    let most = 1 << (8 * bytes);
    if bytes < 3 {
        return (0..most).collect();
    }
    let near = listed.iter().flat_map(|n| (0..24).map(move |bit| n ^ 1 << bit));
    (0..most).step_by(97).chain(near).chain(listed.iter().copied()).collect()
}

#[test]
fn the_table_of_encapsulations_is_what_the_decoder_knows() {
    let mut rows = table("Encapsulations");
    for (field, bytes, link_type, frame) in FIELDS {
        let (here, rest) = rows.into_iter().partition(|row: &Vec<String>| row[0] == field);
        rows = rest;
        let listed: BTreeSet<u32> = Vec::from_iter(here)
            .iter()
            .map(|row| {
                assert_eq!(row[1].len(), 2 * bytes, "{row:?}");
                u32::from_str_radix(&row[1], 16).unwrap()
            })
            .collect();
        for number in numbers(bytes, &listed) {
            let frame = frame(&number.to_be_bytes()[4 - bytes..]);
            let found = leads_on(link_type, &frame);
            let expected = listed.contains(&number) || stands_for_another(field, number);
            assert_eq!(found, expected, "{field} {number:x}");
        }
    }
    assert!(rows.is_empty(), "fields that nothing tries: {rows:?}");
}

/// Numbers that are no numbers of the field, but something in its place.
fn stands_for_another(field: &str, number: u32) -> bool {
    let [_, _, high, low] = number.to_be_bytes();
    match field {
        // The length of an 802.3 frame.
        "Ethernet type" => number <= 1500,
        // The lowest bit of the source tells a response from a command.
        "LLC" => matches!(number, 0xaa_ab03 | 0x06_0703),
        // Compressed to its low byte, with the first byte of what follows behind it.
        "PPP protocol" => high & 1 == 1 && matches!(high, 0x21 | 0x57),
        // Padding in front of it.
        "NLPID" => low == 0,
        _ => false,
    }
}

/// A file that keeps a limit, or goes one step beyond it.
fn at_limit(what: &str, limit: u32, beyond: u32) -> Vec<u8> {
    let endian = Endian::Little;
    let mut ng = PcapngWriter::new(endian);
    match what {
        "captured length in pcap" => {
            let mut writer = PcapWriter::new(endian);
            return writer.frame(0, 0, &vec![0; (limit + beyond) as usize]).bytes();
        }
        "block of a packet or interface" => {
            // Lengths are multiples of 4.
            let data = vec![0; (limit - 32 + 4 * beyond) as usize];
            ng.interface(1, 0, &[]).enhanced(0, 0, &data, &[]);
        }
        "interfaces of a section" => {
            for _ in 0..limit {
                ng.interface(1, 0, &[]);
            }
            ng.enhanced(limit - 1, 0, b"x", &[]);
            if beyond > 0 {
                ng.interface(1, 0, &[]);
            }
        }
        "zstd window" => {
            let mut writer = PcapWriter::new(endian);
            let plain = writer.frame(0, 0, b"x").bytes();
            let (log, size) = (limit.ilog2(), u32::try_from(plain.len()).unwrap());
            assert_eq!(1 << log, limit);
            // A frame header with a window alone, and one block as it is.
            let window = u8::try_from((log - 10) << 3 | beyond).unwrap();
            let block = &(size << 3 | 1).to_le_bytes()[..3];
            return [&[0x28, 0xb5, 0x2f, 0xfd, 0, window], block, &plain].concat();
        }
        _ => panic!("a limit that nothing tries: {what}"),
    }
    ng.file
}

#[test]
fn the_limits_are_where_the_page_says() {
    for row in table("Limits") {
        let limit = row[1].parse().unwrap();
        assert_eq!(read(at_limit(&row[0], limit, 0)), (1, None), "{row:?}");
        let (_, end) = read(at_limit(&row[0], limit, 1));
        assert_eq!(end, Some(kind(&row[2])), "{row:?}");
    }
}

#[test]
fn the_examples_of_damage_have_their_status() {
    let mut writer = PcapWriter::new(Endian::Little);
    let mut half = writer.frame(0, 0, b"one").frame(0, 0, b"another").bytes();
    half.pop();
    let mut ng = PcapngWriter::new(Endian::Little);
    let good = ng.interface(1, 0, &[]).enhanced(0, 0, b"x", &[]).file.clone();
    let with = |words: [u32; 7]| [&good[..], &words.map(u32::to_le_bytes).concat()].concat();
    for row in table("Damage") {
        let (file, frames) = match row[2].as_str() {
            "half a record" => (half.clone(), 1),
            "two lengths of a block that differ" => (with([77, 28, 0, 0, 0, 0, 32]), 1),
            "a section of version 2" => (with([0x0a0d_0d0a, 28, 0x1a2b_3c4d, 2, 0, 0, 28]), 1),
            "a text" => (b"a text".to_vec(), 0),
            other => panic!("an example that nothing tries: {other}"),
        };
        assert_eq!(read(file), (frames, Some(kind(&row[0]))), "{row:?}");
    }
}

#[test]
fn the_containers_are_known_by_how_they_begin() {
    let plain = |magic| PcapWriter { magic, ..PcapWriter::new(Endian::Big) }.bytes();
    let ng = PcapngWriter::new(Endian::Big).file;
    for row in table("Containers") {
        for start in row[1].split(", ").map(|cell| cell.trim_matches('`')) {
            // Any digit may stand for the question mark.
            let digits = start.replace('?', "7");
            let bytes: Vec<u8> = (0..digits.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
                .collect();
            let file = match *bytes {
                [0xa1, ..] => plain(u32::from_be_bytes(*bytes.first_chunk().unwrap())),
                [0x0a, ..] => ng.clone(),
                [0x1f, ..] => {
                    let mut packed = Vec::new();
                    let level = flate2::Compression::fast();
                    let mut encoder = flate2::write::GzEncoder::new(&mut packed, level);
                    std::io::Write::write_all(&mut encoder, &ng).unwrap();
                    drop(encoder);
                    packed
                }
                [0x28, ..] => zstd::encode_all(&ng[..], 1).unwrap(),
                // Written as numbers are, so the other way round in the file.
                [0x18, ..] => {
                    let skipped = bytes.iter().rev().copied().chain([0; 4]);
                    skipped.chain(zstd::encode_all(&ng[..], 1).unwrap()).collect()
                }
                _ => panic!("a container that nothing tries: {start}"),
            };
            assert_eq!(read(file), (0, None), "{start}");
        }
    }
}
