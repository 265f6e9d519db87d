//! Random packets, shrunk to the smallest one that breaks a promise.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod common;

use common::containers;
use common::encapsulations;
use common::frames::{Frame, Outcome, frame};
use common::packets::{Extension, Header, Length, Packet, WITH_PORTS};
use ipmon::decode::{Malformed, NoEvent, decode};
use ipmon::source::file::FileSource;
use ipmon::source::{Direction, LinkType, Refill, Source};
use ipmon::sys::wake::Waker;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// The same packets in every run, unless PROPTEST_RNG_SEED names another seed.
fn runner(cases: u32) -> TestRunner {
    let mut config = Config { cases, failure_persistence: None, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1);
    }
    TestRunner::new(config)
}

fn extension() -> impl Strategy<Value = Extension> {
    prop_oneof![
        (0..4u8).prop_map(Extension::HopByHop),
        (0..4u8).prop_map(Extension::Routing),
        (0..4u8).prop_map(Extension::Destination),
        (0..6u8).prop_map(Extension::Authentication),
        (select(vec![0, 0, 1, 0x1fff]), any::<bool>(), any::<u32>())
            .prop_map(|(offset, more, id)| Extension::Fragment { offset, more, id }),
    ]
}

fn header() -> impl Strategy<Value = Header> {
    let v4 = (
        any::<u16>(),
        0..8u8,
        prop_oneof![2 => Just(0), 1 => 0..0x2000u16],
        any::<u16>(),
        (0..=10usize, any::<u8>()).prop_map(|(words, byte)| vec![byte; words * 4]),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(id, flags, offset, checksum, options, length_zero)| Header::V4 {
            id,
            flags,
            offset,
            checksum,
            options,
            length_zero,
        });
    let length =
        prop_oneof![8 => Just(Length::Stated), 1 => Just(Length::Zero), 1 => Just(Length::Jumbo)];
    let v6 = (0..0x10_0000u32, vec(extension(), 0..7), length)
        .prop_map(|(flow, chain, length)| Header::V6 { flow, chain, length });
    prop_oneof![v4, v6]
}

fn packet() -> impl Strategy<Value = Packet> {
    // What is walked as an extension header is no protocol of its own.
    let other =
        any::<u8>().prop_filter("an extension header", |p| ![0, 43, 44, 51, 60].contains(p));
    (
        (any::<u8>(), any::<u8>(), any::<[u8; 16]>(), any::<[u8; 16]>()),
        prop_oneof![select(WITH_PORTS.to_vec()), other],
        any::<(u16, u16)>(),
        vec(any::<u8>(), 0..200),
        prop_oneof![2 => Just(0), 1 => 0..40usize],
        header(),
    )
        .prop_map(
            |((tos, ttl, source, destination), protocol, ports, data, padding, header)| Packet {
                tos,
                ttl,
                source,
                destination,
                protocol,
                ports,
                data,
                padding,
                header,
            },
        )
}

/// How many bytes were kept of a packet: mostly all.
fn kept() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(usize::MAX), 1 => 1..300usize]
}

fn outcome(frame: &Frame) -> Outcome {
    let found = decode(&ipmon::source::Frame {
        bytes: &frame.bytes,
        window: None,
        wire_length: frame.wire_length,
        timestamp_ns: 0,
        link_type: LinkType(frame.link_type),
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    });
    match found {
        Ok(headers) => Outcome::Event(Box::new(headers)),
        Err(NoEvent::NotIp) => Outcome::NotIp,
        Err(NoEvent::Unsupported) => Outcome::Unsupported,
        Err(NoEvent::Truncated) => Outcome::Truncated,
        Err(NoEvent::Malformed(Malformed::Version)) => Outcome::Version,
        Err(NoEvent::Malformed(Malformed::HeaderLength)) => Outcome::HeaderLength,
        Err(NoEvent::Malformed(Malformed::TotalLength)) => Outcome::TotalLength,
        Err(NoEvent::Malformed(Malformed::Short)) => Outcome::Short,
    }
}

#[test]
fn random_packets_decode_to_what_they_were_built_from() {
    let ways = encapsulations::every();
    runner(40_000)
        .run(&(packet(), 0..ways.len(), kept()), |(packet, way, kept)| {
            if let Some(frame) = frame(&packet, &ways[way], kept) {
                prop_assert_eq!(outcome(&frame), frame.outcome, "{:?}", ways[way]);
            }
            Ok(())
        })
        .unwrap();
}

/// Bytes that need not be IP, of which the capture may hold less than the wire.
fn captured() -> impl Strategy<Value = (Vec<u8>, u32)> {
    let bytes = prop_oneof![
        8 => vec(any::<u8>(), 0..120),
        1 => (any::<u8>(), 1..9000usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    let more = prop_oneof![2 => Just(0), 1 => 1..5000u32];
    (bytes, more).prop_map(|(bytes, more)| {
        let length = u32::try_from(bytes.len()).unwrap();
        (bytes, length + more)
    })
}

#[test]
fn random_frames_survive_every_container_unchanged() {
    let containers = containers::every();
    let frames = vec((captured(), select(vec![1u32, 101, 113, 147, 65_535])), 1..9);
    let read_size = prop_oneof![1..40usize, Just(131_072)];
    let input = (frames, 0..containers.len(), read_size);
    runner(15_000)
        .run(&input, |(frames, container, read_size)| {
            let container = &containers[container];
            let one = frames[0].1;
            let frames: Vec<_> = frames
                .into_iter()
                .map(|((bytes, wire_length), link_type)| Frame {
                    bytes,
                    wire_length,
                    link_type: if container.mixes_link_types() { link_type } else { one },
                    outcome: Outcome::NotIp,
                })
                .collect();
            let (file, places) = container.write(&frames);
            let mut source = FileSource::from_bytes(file).unwrap().with_read_size(read_size);
            let waker = Waker::new().unwrap();
            let mut written = frames.iter().zip(&places);
            loop {
                while let Some(read) = source.next_frame() {
                    let (frame, place) = written.next().expect("a frame that nobody wrote");
                    prop_assert_eq!(read.bytes, &frame.bytes, "{:?}", container);
                    prop_assert_eq!(read.wire_length, frame.wire_length, "{:?}", container);
                    prop_assert_eq!(read.link_type.0, frame.link_type, "{:?}", container);
                    prop_assert_eq!(read.timestamp_ns, place.timestamp_ns, "{:?}", container);
                    prop_assert_eq!(read.interface, place.interface, "{:?}", container);
                    prop_assert_eq!(read.direction, place.direction, "{:?}", container);
                    prop_assert_eq!(read.notes, place.notes, "{:?}", container);
                }
                let refill = source.refill(&waker, None);
                prop_assert!(refill.is_ok(), "{:?}: {:?}", container, refill);
                if refill == Ok(Refill::End) {
                    break;
                }
            }
            prop_assert!(written.next().is_none(), "a frame is missing: {:?}", container);
            Ok(())
        })
        .unwrap();
}
