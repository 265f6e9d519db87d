//! Frames for the tests of this module, written from the specifications.

use super::encapsulations::{self, Ip};
use super::{NoEvent, decode};
use crate::packet::Headers;
use crate::source::{Direction, Frame, LinkType};

/// An LLC and SNAP header with the Ethernet type of IPv4 (RFC 1042).
pub(super) const SNAP_IPV4: [u8; 8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

/// The link types that lead to IP.
pub(super) const LINK_TYPES: [u32; 43] = [
    0, 1, 6, 8, 9, 10, 12, 14, 50, 51, 100, 101, 104, 105, 107, 108, 109, 113, 117, 119, 122, 123,
    127, 129, 138, 163, 166, 192, 204, 205, 206, 226, 228, 229, 239, 240, 242, 258, 276, 281, 282,
    284, 285,
];

/// The frame of these bytes, captured whole.
pub(super) fn frame(link_type: u32, bytes: &[u8]) -> Frame<'_> {
    Frame {
        bytes,
        window: None,
        wire_length: u32::try_from(bytes.len()).unwrap(),
        timestamp_ns: 0,
        link_type: LinkType(link_type),
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    }
}

/// Decodes a frame that was captured whole.
pub(super) fn decode_as(link_type: u32, bytes: &[u8]) -> Result<Headers, NoEvent> {
    decode(&frame(link_type, bytes))
}

/// A UDP header from port 53 to port 4660 (RFC 768), with `data`.
pub(super) fn udp(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + data.len()).unwrap();
    [&[0, 53, 0x12, 0x34][..], &length.to_be_bytes(), &[0, 0], data].concat()
}

/// An IPv4 header (RFC 791) with a payload: 192.0.2.1 to 198.51.100.2.
pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let total = u16::try_from(20 + payload.len()).unwrap();
    [
        &[0x45, 0xb8][..],
        &total.to_be_bytes(),
        &[0xab, 0xcd, 0x40, 0, 64, protocol, 0x9a, 0xbc, 192, 0, 2, 1, 198, 51, 100, 2],
        payload,
    ]
    .concat()
}

/// An IPv6 header (RFC 8200) with a payload: 2001:db8::1 to 2001:db8::2.
pub(super) fn ipv6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    let network = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    [
        &[0x6a, 0xbc, 0xde, 0xf0][..],
        &length.to_be_bytes(),
        &[next_header, 58],
        &network,
        &[1],
        &network,
        &[2],
        payload,
    ]
    .concat()
}

pub(super) fn ipv4_udp(data: &[u8]) -> Vec<u8> {
    ipv4(17, &udp(data))
}

pub(super) fn ipv6_udp(data: &[u8]) -> Vec<u8> {
    ipv6(17, &udp(data))
}

/// An Ethernet frame: addresses, then `header` from the length/type field on.
pub(super) fn ethernet(header: &[u8], payload: &[u8]) -> Vec<u8> {
    [&[2; 12], header, payload].concat()
}

/// One frame or more for each link type, with the name of its shape.
pub(super) fn every_link_type() -> Vec<(&'static str, u32, Vec<u8>)> {
    let v6 = ipv6(0, &[&[17, 0, 1, 4, 0, 0, 0, 0][..], &udp(b"data")].concat());
    let packets = [(4, ipv4_udp(b"data")), (6, v6)];
    let mut frames = Vec::new();
    for way in encapsulations::every() {
        for (version, packet) in &packets {
            let ip = Ip { version: *version, length: packet.len() };
            if let Some(header) = way.header(ip) {
                frames.push((way.name, way.link_type, [&header[..], packet].concat()));
            }
        }
    }
    frames
}

/// Marsaglia's xorshift: the same bytes in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[2]
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}
