//! That the fast way and the general decoder answer alike.

use super::test_frames::{
    LINK_TYPES, Random, ethernet, every_link_type, frame, ipv4, ipv4_udp, ipv6, ipv6_udp, udp,
};
use super::{Common, decode, decode_common};
use crate::packet::{Fields, First, Headers, Transport, notes};
use crate::source::{Frame, WINDOW};

/// What may lie behind a frame in its source's memory.
const POISON: [&[u8]; 5] = [&[0], &[0xff], &[0x45, 0], &[0x60, 0, 17, 1], &[8, 0, 6, 0x2c]];

/// Compares both, with anything behind the frame; the fast answer.
fn compare(link_type: u32, bytes: &[u8], notes: u32, longer: u32) -> Option<Headers> {
    let general = decode(&Frame { notes, ..wire(link_type, bytes, longer) });
    let mut answer = None;
    for (round, poison) in POISON.iter().enumerate() {
        let mut memory = bytes.to_vec();
        memory.extend(poison.iter().cycle().take(WINDOW));
        let window = memory.first_chunk();
        let (bytes, _) = memory.split_at(bytes.len());
        let fast = decode_common(&Frame { window, notes, ..wire(link_type, bytes, longer) });
        let together = fast.as_ref().map(several);
        let fast = fast.as_ref().map(Common::headers);
        let each = fast.as_ref().map(|one| (First::of(one), Transport::of(one)));
        assert_eq!(together, each, "several fields: {bytes:02x?}");
        if let Some(fast) = fast {
            assert_eq!(Ok(fast), general, "link type {link_type}: {bytes:02x?}");
        }
        assert!(round == 0 || fast == answer, "what lies behind shows: {bytes:02x?}");
        answer = fast;
    }
    answer
}

/// The fields that are read several at once.
fn several(packet: &Common<'_>) -> (First, Transport) {
    fn of(fields: &impl Fields) -> (First, Transport) {
        (fields.first(), fields.transport())
    }
    match packet {
        Common::EthernetV4(v4) | Common::V4(v4) => of(v4),
        Common::EthernetV6(v6) => of(v6),
        Common::EthernetV6Extended(v6) | Common::V6(v6) => of(v6),
    }
}

fn wire(link_type: u32, bytes: &[u8], longer: u32) -> Frame<'_> {
    let whole = frame(link_type, bytes);
    Frame { wire_length: whole.wire_length + longer, ..whole }
}

/// Frames that are to go the fast way.
fn common_frames() -> Vec<(u32, Vec<u8>)> {
    let tagged = |kind: [u8; 2], ip: &[u8]| ethernet(&[0x81, 0, 0x20, 5, kind[0], kind[1]], ip);
    let options = [60u8, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let authentication = [17u8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let chain = [&options[..], &[51, 0, 1, 4, 0, 0, 0, 0], &authentication, &[0; 8]].concat();
    let packets = [
        (4, ipv4_udp(b"data")),
        (4, ipv4(6, &[7; 20])),
        (4, ipv4(132, &[7; 12])),
        (4, ipv4(1, &[8, 0, 0, 0])),
        (6, ipv6_udp(b"data")),
        (6, ipv6(6, &[7; 20])),
        (6, ipv6(58, &[128, 0, 0, 0])),
        (6, ipv6(59, &[0; 4])),
        (6, ipv6(0, &[&chain[..], &udp(b"data")].concat())),
        (6, ipv6(44, &[&[17, 0, 0, 1, 1, 2, 3, 4][..], &udp(b"data")].concat())),
        (6, ipv6(44, &[&[17, 0, 0, 9, 1, 2, 3, 4][..], &udp(b"data")].concat())),
    ];
    let mut frames = Vec::new();
    for (version, ip) in packets {
        let kind = if version == 4 { [8, 0] } else { [0x86, 0xdd] };
        frames.push((1, ethernet(&kind, &ip)));
        frames.push((1, ethernet(&kind, &[&ip[..], &[0; 14]].concat())));
        frames.push((1, tagged(kind, &ip)));
        let two = [&[0, 7, 0x81, 0, 0, 5], &kind[..], &ip].concat();
        frames.push((1, ethernet(&[0x88, 0xa8], &two)));
        frames.push((1, ethernet(&[0x81, 0], &two)));
        frames.push((101, ip.clone()));
        frames.push((113, [&[0, 4, 0, 1], &[0; 10][..], &kind, &ip].concat()));
        frames.push((276, [&kind, &[0; 6][..], &[0, 1], &[0; 10], &ip].concat()));
    }
    frames
}

#[test]
fn common_frames_go_the_fast_way() {
    for (link_type, bytes) in common_frames() {
        assert!(compare(link_type, &bytes, 0, 0).is_some(), "{link_type}: {bytes:02x?}");
    }
}

#[test]
fn without_a_window_nothing_goes_the_fast_way() {
    for (link_type, bytes) in common_frames() {
        assert!(decode_common(&frame(link_type, &bytes)).is_none());
    }
}

#[test]
fn fast_and_general_agree_on_every_frame_cut_at_each_byte() {
    let every = every_link_type().into_iter().map(|(_, link_type, bytes)| (link_type, bytes));
    for (link_type, bytes) in every.chain(common_frames()) {
        for length in 0..=bytes.len() {
            let longer = u32::try_from(bytes.len() - length).unwrap();
            compare(link_type, &bytes[..length], 0, longer);
            compare(link_type, &bytes[..length], notes::OFFLOADED, longer);
        }
    }
}

#[test]
fn fast_and_general_agree_on_every_value_of_each_byte() {
    for (link_type, bytes) in common_frames() {
        for at in 0..bytes.len().min(WINDOW) {
            for value in 0..=255 {
                let mut changed = bytes.clone();
                changed[at] = value;
                compare(link_type, &changed, 0, 0);
            }
        }
    }
}

#[test]
fn fast_and_general_agree_on_damaged_and_random_frames() {
    let mut random = Random::new(7);
    let frames = common_frames();
    let mut common = 0;
    for round in 0..60_000 {
        let (link_type, bytes) = &frames[round % frames.len()];
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(4) {
            let place = random.below(bytes.len());
            bytes[place] = random.byte();
        }
        bytes.truncate(random.below(2 * bytes.len()));
        common += usize::from(compare(*link_type, &bytes, 0, 0).is_some());
    }
    assert!(common > 10_000, "only {common} of the damaged frames were common");
    for round in 0..20_000 {
        let mut bytes = vec![0; random.below(100)];
        bytes.iter_mut().for_each(|byte| *byte = random.byte());
        compare(LINK_TYPES[round % LINK_TYPES.len()], &bytes, 0, 0);
    }
}
