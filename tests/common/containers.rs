//! Every way to keep frames in a file.

use super::files::{BOTH, Endian, PcapWriter, PcapngWriter, option};
use super::frames::Frame;
use ipmon::packet::notes;
use ipmon::source::Direction;
use std::io::Write;

/// A format with its variants, and how the file is compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Container {
    pub(crate) format: Format,
    pub(crate) packing: Packing,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Pcap(Pcap),
    /// One section with blocks of one kind, and interfaces with one clock.
    Pcapng {
        endian: Endian,
        block: Block,
        clock: Clock,
    },
    /// Sections of both byte orders, each with interfaces and blocks of all
    /// kinds, and with blocks that mean nothing in between.
    Sections(Endian),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Pcap {
    endian: Endian,
    magic: u32,
    version: (u16, u16),
    /// The bits above the link type.
    frame_check: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Enhanced,
    Simple,
    Obsolete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock {
    /// if_tsresol.
    resolution: Option<u8>,
    /// if_tsoffset.
    offset: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    /// Several members, one of them empty.
    Members,
    Zstd,
    /// Several frames, and one to be skipped.
    ZstdFrames,
}

/// What a container adds to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) timestamp_ns: i64,
    pub(crate) interface: u32,
    pub(crate) direction: Direction,
    pub(crate) notes: u32,
}

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;
const DEFAULT_CLOCK: Clock = Clock { resolution: None, offset: 0 };

/// All formats, each compressed in every way that makes a difference.
pub(crate) fn every() -> Vec<Container> {
    let mut formats = Vec::new();
    for endian in BOTH {
        for (magic, version, frame_check) in [
            (MICROSECONDS, (2, 4), 0),
            (NANOSECONDS, (2, 4), 0),
            (MODIFIED, (2, 4), 0),
            (MICROSECONDS, (2, 2), 0),
            (MICROSECONDS, (2, 3), 0),
            (MICROSECONDS, (2, 4), 0x2400_0000),
        ] {
            formats.push(Format::Pcap(Pcap { endian, magic, version, frame_check }));
        }
        formats.push(Format::Pcapng { endian, block: Block::Simple, clock: DEFAULT_CLOCK });
        let powers_of_ten = [0, 3, 6, 7, 9, 12].map(Some);
        let powers_of_two = [0x80, 0x8a, 0x94, 0xa0].map(Some);
        for resolution in [None].into_iter().chain(powers_of_ten).chain(powers_of_two) {
            for offset in [0, 1_700_000_000, -86_400] {
                for block in [Block::Enhanced, Block::Obsolete] {
                    let clock = Clock { resolution, offset };
                    formats.push(Format::Pcapng { endian, block, clock });
                }
            }
        }
        formats.push(Format::Sections(endian));
    }
    let plain = |format| Container { format, packing: Packing::Plain };
    let mut containers: Vec<_> = formats.iter().copied().map(plain).collect();
    for format in formats {
        let simple = matches!(format, Format::Pcapng { block: Block::Simple, .. });
        if simple || matches!(format, Format::Pcap(_) | Format::Sections(_)) {
            for packing in [Packing::Gzip, Packing::Members, Packing::Zstd, Packing::ZstdFrames] {
                containers.push(Container { format, packing });
            }
        }
    }
    containers
}

impl Container {
    /// Whether its frames can be of several link types.
    pub(crate) fn mixes_link_types(&self) -> bool {
        !matches!(self.format, Format::Pcap(_))
    }

    /// The file that holds the frames, and what it adds to each.
    pub(crate) fn write(&self, frames: &[Frame]) -> (Vec<u8>, Vec<Place>) {
        let (file, places) = match self.format {
            Format::Pcap(pcap) => pcap.write(frames),
            Format::Pcapng { endian, block: Block::Simple, .. } => simple_packets(endian, frames),
            Format::Pcapng { endian, block, clock } => one_section(endian, block, clock, frames),
            Format::Sections(first) => sections(first, frames),
        };
        (self.packing.pack(&file), places)
    }
}

/// A time for each frame, in nanoseconds since 1970: the beginning, today, both
/// sides of 2038, the last second that 32 bits can count.
fn time(number: usize) -> u64 {
    const SECONDS: [u64; 6] = [0, 1, 1_700_000_000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    SECONDS[number % 6] * 1_000_000_000
        + (number as u64 * 123_456_789 + 999_999_999) % 1_000_000_000
}

impl Pcap {
    fn write(self, frames: &[Frame]) -> (Vec<u8>, Vec<Place>) {
        let mut writer = PcapWriter::new(self.endian);
        writer.magic = self.magic;
        writer.version = self.version;
        // Shorter than the frames, and no reason to cut them.
        writer.snap_length = 68;
        let link_type = frames.first().map_or(1, |frame| frame.link_type);
        writer.link_type = link_type | self.frame_check;
        let unit = if self.magic == NANOSECONDS { 1 } else { 1000 };
        let mut places = Vec::new();
        for (number, frame) in frames.iter().enumerate() {
            assert_eq!(frame.link_type, link_type);
            let time = time(number);
            let (mut seconds, mut fraction) = (time / 1_000_000_000, time % 1_000_000_000 / unit);
            // A fraction may hold more than a second.
            if number % 5 == 4 && seconds > 0 {
                seconds -= 1;
                fraction += 1_000_000_000 / unit;
            }
            let (captured, length) = (frame.bytes.len() as u32, frame.wire_length);
            // Version 2.3 was written both ways.
            let swapped = self.version == (2, 2) || (self.version == (2, 3) && number % 2 == 0);
            let lengths = if swapped { [length, captured] } else { [captured, length] };
            writer.record([seconds as u32, fraction as u32, lengths[0], lengths[1]], &frame.bytes);
            places.push(Place {
                timestamp_ns: (time / unit * unit) as i64,
                interface: 0,
                direction: Direction::Unknown,
                notes: 0,
            });
        }
        (writer.bytes(), places)
    }
}

impl Clock {
    fn options(self, endian: Endian) -> Vec<u8> {
        let mut options = option(endian, 2, b"a name");
        if let Some(resolution) = self.resolution {
            options.extend(option(endian, 9, &[resolution]));
        }
        if self.offset != 0 {
            options.extend(option(endian, 14, &endian.i64(self.offset)));
        }
        options.extend([0; 4]);
        options
    }

    /// The ticks of a time, and the time that they say.
    fn ticks(self, time: u64) -> (u64, i64) {
        const SECOND: u128 = 1_000_000_000;
        let resolution = self.resolution.unwrap_or(6);
        let power = u32::from(resolution & 0x7f);
        let per_second = if resolution & 0x80 == 0 { 10u128.pow(power) } else { 2u128.pow(power) };
        let ticks = (u128::from(time) * per_second / SECOND).min(u128::from(u64::MAX));
        let ns = i128::try_from(ticks * SECOND / per_second).unwrap();
        let ns = ns + i128::from(self.offset) * 1_000_000_000;
        (ticks as u64, i64::try_from(ns).unwrap())
    }
}

/// Three directions in turn, with the option that says each.
fn direction(endian: Endian, number: usize) -> (Direction, Vec<u8>) {
    let (direction, flags) = match number % 3 {
        0 => return (Direction::Unknown, Vec::new()),
        1 => (Direction::In, 0xffff_fff1),
        _ => (Direction::Out, 2),
    };
    // Some comments are longer than many a frame.
    let comment = vec![b'c'; if number % 11 == 5 { 300 } else { 7 }];
    let mut options = option(endian, 1, &comment);
    options.extend(option(endian, 2, &endian.u32(flags)));
    (direction, options)
}

fn packet(
    writer: &mut PcapngWriter,
    block: Block,
    interface: u32,
    clock: Clock,
    frame: &Frame,
    number: usize,
) -> Place {
    let (ticks, timestamp_ns) = clock.ticks(time(number));
    let (direction, options) = direction(writer.endian, number);
    if block == Block::Enhanced {
        writer.enhanced_of(frame.wire_length, interface, ticks, &frame.bytes, &options);
    } else {
        let interface = interface as u16;
        writer.obsolete_of(frame.wire_length, interface, ticks, &frame.bytes, &options);
    }
    Place { timestamp_ns, interface, direction, notes: 0 }
}

fn one_section(
    endian: Endian,
    block: Block,
    clock: Clock,
    frames: &[Frame],
) -> (Vec<u8>, Vec<Place>) {
    let mut writer = PcapngWriter::new(endian);
    let mut interfaces = Vec::new();
    let mut places = Vec::new();
    for (number, frame) in frames.iter().enumerate() {
        if !interfaces.contains(&frame.link_type) {
            interfaces.push(frame.link_type);
            writer.interface(frame.link_type as u16, 68, &clock.options(endian));
        }
        let interface = interfaces.iter().position(|&l| l == frame.link_type).unwrap() as u32;
        places.push(packet(&mut writer, block, interface, clock, frame, number));
    }
    (writer.file, places)
}

/// Simple packets are of a section's first interface, and cut where its snap
/// length says: a section for each link type and cut.
fn simple_packets(endian: Endian, frames: &[Frame]) -> (Vec<u8>, Vec<Place>) {
    let mut writer = PcapngWriter::new(endian);
    let mut first = None;
    for frame in frames {
        let captured = frame.bytes.len() as u32;
        let snap = if captured == frame.wire_length { 0 } else { captured };
        let interface = (frame.link_type, snap);
        if first != Some(interface) {
            if first.is_some() {
                writer.section(endian);
            }
            writer.interface(frame.link_type as u16, snap, &[]);
            first = Some(interface);
        }
        writer.simple(frame.wire_length, &frame.bytes);
    }
    (writer.file, frames.iter().map(|_| SIMPLE).collect())
}

/// What a simple packet says of itself.
const SIMPLE: Place =
    Place { timestamp_ns: 0, interface: 0, direction: Direction::Unknown, notes: notes::NO_TIME };

fn sections(first: Endian, frames: &[Frame]) -> (Vec<u8>, Vec<Place>) {
    const CLOCKS: [Clock; 3] = [
        DEFAULT_CLOCK,
        Clock { resolution: Some(9), offset: -5 },
        Clock { resolution: Some(0x94), offset: 1000 },
    ];
    let second = if first == Endian::Little { Endian::Big } else { Endian::Little };
    let mut writer = PcapngWriter::new(first);
    let mut places = Vec::new();
    let mut number = 0;
    for (section, part) in frames.chunks(frames.len().div_ceil(4).max(1)).enumerate() {
        if section > 0 {
            writer.section([first, second][section % 2]);
        }
        let endian = writer.endian;
        let mut interfaces = Vec::new();
        for frame in part {
            let clock = CLOCKS[number % 3];
            let wanted = (frame.link_type, clock);
            if !interfaces.contains(&wanted) {
                interfaces.push(wanted);
                writer.interface(frame.link_type as u16, 0, &clock.options(endian));
            }
            let interface = interfaces.iter().position(|&i| i == wanted).unwrap() as u32;
            let whole = frame.bytes.len() as u32 == frame.wire_length;
            places.push(match number % 4 {
                0 if whole && interfaces[0].0 == frame.link_type => {
                    writer.simple(frame.wire_length, &frame.bytes);
                    SIMPLE
                }
                1 => packet(&mut writer, Block::Obsolete, interface, clock, frame, number),
                _ => packet(&mut writer, Block::Enhanced, interface, clock, frame, number),
            });
            // Names, statistics, a custom block, one that nobody knows.
            let other = [4, 5, 0xbad, 0x7777_7777][number % 4];
            if number % 3 == 0 {
                writer.block(other, &vec![0x5a; number % 23]);
            }
            number += 1;
        }
    }
    (writer.file, places)
}

impl Packing {
    pub(crate) fn pack(self, file: &[u8]) -> Vec<u8> {
        // Cut where no record ends.
        let (start, end) = file.split_at(file.len() * 2 / 5);
        match self {
            Packing::Plain => file.to_vec(),
            Packing::Gzip => gzip(file),
            Packing::Members => [gzip(start), gzip(&[]), gzip(end)].concat(),
            Packing::Zstd => zstd(file),
            Packing::ZstdFrames => {
                let skipped = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3].to_vec();
                [skipped.clone(), zstd(start), skipped, zstd(end)].concat()
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}
