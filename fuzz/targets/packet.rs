//! One frame as every link type there is: the decoder answers, and what it
//! states lies inside the frame.

#![no_main]

use ipmon::address;
use ipmon::decode::{Common, decode, decode_common};
use ipmon::packet::{Packet, notes};
use ipmon::source::{Direction, Frame, LinkType, WINDOW};
use libfuzzer_sys::fuzz_target;
use std::hint::black_box;

/// Above every link type that leads anywhere (the last is 285).
const LINK_TYPES: u32 = 300;

// The first bytes: the link type, whether the kernel offloaded, and how much
// longer the frame was on the wire.
fuzz_target!(|input: &[u8]| {
    let Some((&[low, high, offloaded, longer], bytes)) = input.split_first_chunk() else {
        return;
    };
    let link_type = u32::from(u16::from_le_bytes([low, high])) % LINK_TYPES;
    // A frame found for one link type is tried as the others too, as long as
    // that is cheap.
    let all = 0..if bytes.len() < 128 { LINK_TYPES } else { 0 };
    for link_type in all.chain([link_type]) {
        let frame = Frame {
            bytes,
            window: None,
            wire_length: (bytes.len() as u32).saturating_add(u32::from(longer) << 8),
            timestamp_ns: 0,
            link_type: LinkType(link_type),
            interface: 0,
            direction: Direction::Unknown,
            notes: if offloaded & 1 == 1 { notes::OFFLOADED } else { 0 },
        };
        check(&frame);
        agree(&frame, longer);
    }
});

/// The fast way gives the general decoder's answer, or none, whatever lies
/// behind the frame.
fn agree(frame: &Frame<'_>, poison: u8) {
    for poison in [0, 0xff, poison] {
        let mut memory = frame.bytes.to_vec();
        memory.resize(frame.bytes.len() + WINDOW, poison);
        let fast = Frame { window: memory.first_chunk(), ..*frame };
        if let Some(headers) = decode_common(&fast).as_ref().map(Common::headers) {
            assert_eq!(Ok(headers), decode(frame));
        }
    }
}

fn check(frame: &Frame<'_>) {
    let Ok(headers) = decode(frame) else { return };
    let packet = Packet { frame: *frame, number: 1, headers: &headers };
    let (ip, payload) = (packet.ip(), packet.payload());
    // An empty slice stands for a range outside the frame: so the lengths tell.
    assert_eq!(ip.len(), headers.ip_length as usize);
    assert_eq!(payload.len(), headers.payload_length as usize);
    let place = |part: &[u8]| part.as_ptr() as usize - frame.bytes.as_ptr() as usize;
    let ip_end = headers.ip_start as usize + ip.len();
    if !payload.is_empty() {
        assert!(place(ip) < place(payload) && place(payload) + payload.len() == ip_end);
        assert_eq!(place(payload), headers.payload_start as usize);
    }
    assert!(matches!((headers.version, ip[0] >> 4), (4, 4) | (6, 6)));
    assert!(headers.flags < 8 && headers.offset < 1 << 13);
    let cut = packet.notes() & notes::TRUNCATED != 0;
    assert_eq!(cut, payload.len() < headers.payload_wire_length as usize);
    let mut text = [0; address::TEXT_SIZE];
    for ip in [&headers.source, &headers.destination] {
        black_box(address::format(ip, headers.version, &mut text));
    }
}
