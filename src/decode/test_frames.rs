//! Frames for the tests of this module, written from the specifications.

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
    let v4 = ipv4_udp(b"data");
    let v6 = ipv6(0, &[&[17, 0, 1, 4, 0, 0, 0, 0][..], &udp(b"data")].concat());
    let lan = ethernet(&[8, 0], &v4);
    let snap = [&SNAP_IPV4[..], &v4].concat();
    let wireless = [&[8, 1][..], &[0; 22], &snap].concat();
    let with = |header: &[u8], rest: &[u8]| [header, rest].concat();
    let zeros = |count: usize| vec![0; count];
    let sized = |first: &[u8], length: usize| {
        let mut header = first.to_vec();
        header.resize(length, 0);
        header
    };
    let nflog = with(&[2, 0, 0, 0, 36, 0, 9, 0], &v4);
    vec![
        ("null", 0, with(&[2, 0, 0, 0], &v4)),
        ("ethernet", 1, lan.clone()),
        ("ethernet, IPv6", 1, ethernet(&[0x86, 0xdd], &v6)),
        ("ethernet, VLAN", 1, ethernet(&[0x81, 0, 0, 1, 8, 0], &v4)),
        ("ethernet, LLC", 1, ethernet(&[0, 40], &snap)),
        ("ethernet, MPLS", 1, ethernet(&[0x88, 0x47, 0, 0, 1, 9], &v4)),
        ("ethernet, PPPoE", 1, ethernet(&[0x88, 0x64, 0x11, 0, 0, 1, 0, 34, 0, 0x21], &v4)),
        ("ethernet, NSH", 1, ethernet(&[0x89, 0x4f, 0, 2, 1, 1, 0, 0, 0, 0], &v4)),
        ("ethernet, PBB", 1, ethernet(&[0x88, 0xe7, 0, 0, 0, 0], &lan)),
        ("token ring", 6, with(&sized(&[0x10, 0x40], 14), &snap)),
        ("slip", 8, with(&zeros(16), &v4)),
        ("ppp", 9, with(&[0xff, 3, 0, 0x21], &v4)),
        ("fddi", 10, with(&sized(&[0x50], 13), &snap)),
        ("raw", 12, v4.clone()),
        ("raw", 14, v4.clone()),
        ("ppp in hdlc", 50, with(&[0x0f, 0, 8, 0], &v4)),
        ("pppoe", 51, with(&[0x11, 0, 0, 1, 0, 34, 0, 0x21], &v4)),
        ("rfc 1483", 100, snap.clone()),
        ("raw", 101, v6.clone()),
        ("cisco hdlc", 104, with(&[0x0f, 0, 8, 0], &v4)),
        ("802.11", 105, wireless.clone()),
        ("frame relay", 107, with(&[0x18, 0x41, 3, 0xcc], &v4)),
        ("loop", 108, with(&[0, 0, 0, 24], &v6)),
        ("enc", 109, with(&sized(&[2], 12), &v4)),
        ("sll", 113, with(&[&zeros(14)[..], &[8, 0]].concat(), &v4)),
        ("pflog", 117, with(&sized(&[61, 2], 64), &v4)),
        ("prism", 119, with(&zeros(144), &wireless)),
        ("ip over fc", 122, with(&zeros(16), &snap)),
        ("sun atm", 123, with(&[2, 0, 0, 0], &snap)),
        ("radiotap", 127, with(&[0, 0, 8, 0, 0, 0, 0, 0], &wireless)),
        ("arcnet", 129, with(&[1, 2, 0, 0, 212, 0, 0, 1], &v4)),
        ("ieee 1394", 138, with(&[&zeros(16)[..], &[8, 0]].concat(), &v4)),
        ("avs", 163, with(&sized(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64], 64), &wireless)),
        ("pppd", 166, with(&[0, 3, 0, 0x21], &v4)),
        ("ppi", 192, with(&[0, 0, 8, 0, 105, 0, 0, 0], &wireless)),
        ("ppp with direction", 204, with(&[0, 0xff, 3, 0, 0x21], &v4)),
        ("cisco hdlc with direction", 205, with(&[0, 0x0f, 0, 8, 0], &v4)),
        ("frame relay with direction", 206, with(&[0, 0x18, 0x41, 3, 0xcc], &v4)),
        ("ipnet", 226, with(&sized(&[2, 2], 24), &v4)),
        ("ipv4", 228, v4.clone()),
        ("ipv6", 229, v6.clone()),
        ("nflog", 239, nflog),
        ("netanalyzer", 240, with(&zeros(4), &lan)),
        ("infiniband", 242, with(&[&zeros(40)[..], &[8, 0, 0, 0]].concat(), &v4)),
        ("pktap", 258, with(&sized(&[108, 0, 0, 0, 1, 0, 0, 0, 1], 108), &lan)),
        ("sll2", 276, with(&sized(&[8, 0], 20), &v4)),
        ("broadcom", 281, with(&[&zeros(16)[..], &[8, 0]].concat(), &v4)),
        ("broadcom prepended", 282, with(&zeros(4), &lan)),
        ("dsa", 284, with(&[&zeros(16)[..], &[8, 0]].concat(), &v4)),
        ("edsa", 285, with(&[&zeros(20)[..], &[8, 0]].concat(), &v4)),
    ]
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
