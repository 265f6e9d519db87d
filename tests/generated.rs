//! Captures that are made from the events expected of them: every container
//! with every link type gives exactly those.

mod common;

use common::containers::{self, Container, Place};
use common::encapsulations;
use common::frames::{self, Frame, Outcome};
use common::random::Random;
use common::runs::{Event, Scratch, Told, both_ways};
use common::samples;
use ipmon::monitor::Stats;
use std::collections::BTreeMap;

/// All sample packets in all encapsulations, by link type.
fn by_link_type() -> BTreeMap<u32, Vec<Frame>> {
    let mut frames: BTreeMap<u32, Vec<Frame>> = BTreeMap::new();
    let packets = samples::all();
    for (place, way) in encapsulations::every().iter().enumerate() {
        let of_link_type = frames.entry(way.link_type).or_default();
        // The first shape of a link type carries every packet; the other ones
        // a few, others each.
        let step = if of_link_type.is_empty() { 1 } else { 7 };
        let some = packets.iter().skip(place % step).step_by(step);
        of_link_type.extend(some.filter_map(|(p, kept)| frames::frame(p, way, *kept)));
        for packet in [samples::v4(), samples::v6()] {
            of_link_type.extend(frames::no_events(&packet, way));
        }
    }
    frames.entry(1).or_default().push(frames::not_ip());
    frames.entry(147).or_default().push(frames::unsupported(147));
    frames
}

/// What a run must tell of frames at their places in a file.
fn expected(frames: &[Frame], places: &[Place], bytes: usize) -> (Vec<Event>, Stats) {
    let mut stats = Stats { bytes: bytes as u64, ..Stats::default() };
    let mut events = Vec::new();
    for (frame, place) in frames.iter().zip(places) {
        stats.received += 1;
        let counter = match &frame.outcome {
            Outcome::Event(headers) => {
                events.push(event(frame, place, headers, stats.received));
                &mut stats.delivered
            }
            Outcome::NotIp => &mut stats.not_ip,
            Outcome::Unsupported => &mut stats.unsupported,
            Outcome::Truncated => &mut stats.truncated,
            Outcome::Version => &mut stats.malformed_version,
            Outcome::HeaderLength => &mut stats.malformed_header_length,
            Outcome::TotalLength => &mut stats.malformed_total_length,
            Outcome::Short => &mut stats.malformed_short,
        };
        *counter += 1;
    }
    (events, stats)
}

fn event(frame: &Frame, place: &Place, headers: &ipmon::packet::Headers, number: u64) -> Event {
    let part =
        |start: u32, length: u32| frame.bytes[start as usize..(start + length) as usize].to_vec();
    Event {
        number,
        timestamp_ns: place.timestamp_ns,
        link_type: frame.link_type,
        interface: place.interface,
        direction: place.direction,
        wire_length: frame.wire_length,
        headers: *headers,
        notes: headers.notes | place.notes,
        frame: frame.bytes.clone(),
        ip: part(headers.ip_start, headers.ip_length),
        payload: part(headers.payload_start, headers.payload_length),
    }
}

/// The events of the file that a container makes of frames.
fn check(container: &Container, frames: &[Frame], scratch: &Scratch, random: &mut Random) -> u64 {
    let (file, places) = container.write(frames);
    let Told { events, stats, end } = both_ways(&file, scratch, random);
    let (expected_events, expected_stats) = expected(frames, &places, file.len());
    assert_eq!(end, Ok(()), "{container:?}");
    for (event, expected) in events.iter().zip(&expected_events) {
        assert_eq!(event, expected, "{container:?}");
    }
    assert_eq!(events.len(), expected_events.len(), "{container:?}");
    assert_eq!(stats, expected_stats, "{container:?}");
    stats.received
}

#[test]
fn every_container_with_every_link_type_gives_exactly_the_constructed_events() {
    let (scratch, mut random) = (Scratch::new("generated"), Random::new(1));
    let by_link_type = by_link_type();
    let containers = containers::every();
    let mut received = 0;
    for (number, container) in containers.iter().enumerate() {
        // The first container carries every frame; the others one in ten, each
        // its own, as how frames are kept and what is in them are independent.
        let step = if number == 0 { 1 } else { 10 };
        for frames in by_link_type.values() {
            let first = if number % step < frames.len() { number % step } else { 0 };
            let some: Vec<_> = frames.iter().skip(first).step_by(step).cloned().collect();
            received += check(container, &some, &scratch, &mut random);
        }
    }
    let (containers, link_types) = (containers.len(), by_link_type.len());
    println!("{containers} containers, {link_types} link types, {received} frames");
}

#[test]
fn a_file_with_all_link_types_in_turn_gives_exactly_the_constructed_events() {
    let (scratch, mut random) = (Scratch::new("generated-mixed"), Random::new(2));
    let by_link_type = by_link_type();
    // Frames of one link type do not follow each other.
    let mut mixed = Vec::new();
    for place in 0..60 {
        mixed.extend(by_link_type.values().filter_map(|frames| frames.get(place)).cloned());
    }
    for container in containers::every().iter().filter(|c| c.mixes_link_types()) {
        check(container, &mixed, &scratch, &mut random);
    }
}

/// A sample that is not there cannot fail.
#[test]
fn the_samples_reach_every_counter_every_note_and_every_field() {
    let by_link_type = by_link_type();
    let frames: Vec<_> = by_link_type.into_values().flatten().collect();
    let all = frames.iter().filter_map(|frame| match &frame.outcome {
        Outcome::Event(headers) => Some(headers),
        _ => None,
    });
    let notes = all.fold(0, |notes, headers| notes | headers.notes);
    assert_eq!(notes, 0b1_1111);
    let (_, stats) = expected(&frames, &vec![PLACE; frames.len()], 0);
    for (name, count) in [
        ("delivered", stats.delivered),
        ("not_ip", stats.not_ip),
        ("unsupported", stats.unsupported),
        ("truncated", stats.truncated),
        ("malformed_version", stats.malformed_version),
        ("malformed_header_length", stats.malformed_header_length),
        ("malformed_total_length", stats.malformed_total_length),
        ("malformed_short", stats.malformed_short),
    ] {
        assert!(count > 0, "no frame is counted as {name}");
    }
}

const PLACE: Place =
    Place { timestamp_ns: 0, interface: 0, direction: ipmon::source::Direction::Unknown, notes: 0 };
