//! The common frames, decoded with few branches: Ethernet with up to two VLAN
//! tags, Linux's cooked headers and raw IP, with IPv4 without options or IPv6.
//!
//! It reads from the frame's window, whose length the compiler knows: no read
//! needs a check of its own. The few comparisons that are left tell whether the
//! frame is one of the common ones at all. Where it is not, or where its source
//! has no window for it, there is no answer here, and the general decoder gives
//! one. Both answer alike; tests prove it.
//!
//! The answer is not a copy of the fields but the place where they are
//! ([`V4`], [`V6`]): each is read when it is written into the event, so that
//! none has to be kept meanwhile.

mod v4;
mod v6;

pub use v4::V4;
pub use v6::V6;

use crate::packet::{Headers, notes};
use crate::source::{Frame, LinkType, WINDOW, Window};

/// What is looked at behind the headers: the ports. A packet that ends in front of them, as
/// one cut by a short snap length does, is the general decoder's.
const PORTS: usize = 4;

/// What is read of an IP packet: an IPv6 header and the ports behind it.
const REACH: usize = v6::HEADER + PORTS;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// IEEE 802.1Q, and the outer tag of 802.1ad.
const VLAN: u16 = 0x8100;
const SERVICE_VLAN: u16 = 0x88a8;

/// Below the types of device behind whose cooked header no Ethernet type leads
/// on (Linux's ARPHRD_ numbers).
const ODD_DEVICES: u16 = 768;

/// A common frame's packet. Those that follow an Ethernet header at once stand
/// for themselves: where they begin is then a constant for the compiler.
pub enum Common<'a> {
    /// Version 4 behind an Ethernet header.
    EthernetV4(V4<'a>),
    /// Version 6 behind an Ethernet header, without extension headers.
    EthernetV6(V6<'a, false>),
    /// The same with extension headers.
    EthernetV6Extended(V6<'a, true>),
    /// Version 4 behind something else, or nothing.
    V4(V4<'a>),
    /// Version 6 behind something else, or nothing.
    V6(V6<'a, true>),
}

impl Common<'_> {
    /// All that the headers say.
    pub fn headers(&self) -> Headers {
        match self {
            Common::EthernetV4(v4) | Common::V4(v4) => Headers::of(v4),
            Common::EthernetV6(v6) => Headers::of(v6),
            Common::EthernetV6Extended(v6) | Common::V6(v6) => Headers::of(v6),
        }
    }
}

/// The packet of the frame; `None` where the general decoder has to look.
#[inline(always)]
pub(super) fn decode<'a>(frame: &Frame<'a>) -> Option<Common<'a>> {
    let window = frame.window?;
    let (start, ether_type) = if frame.link_type == LinkType::ETHERNET {
        // The type, and the first byte behind it, in one comparison.
        let [first, second] = IPV4.to_be_bytes();
        let begins = [first, second, v4::FIRST, 0];
        let four = u32::from_le_bytes(chunk::<4, WINDOW>(window, 12));
        if four & 0x00ff_ffff == u32::from_le_bytes(begins) {
            return V4::begun(frame, window, 14).map(Common::EthernetV4);
        }
        match be16(window, 12) {
            IPV6 if v6::is_extended(window, 14) => {
                return V6::new(frame, window, 14).map(Common::EthernetV6Extended);
            }
            IPV6 => return V6::new(frame, window, 14).map(Common::EthernetV6),
            tag if is_tag(tag) => behind_tags(be16(window, 16), be16(window, 20)),
            _ => return None,
        }
    } else {
        match frame.link_type.0 {
            12 | 14 | 101 => (0, if window[0] >> 4 == 4 { IPV4 } else { IPV6 }),
            113 if be16(window, 2) < ODD_DEVICES => (16, be16(window, 14)),
            276 if be16(window, 8) < ODD_DEVICES => (20, be16(window, 0)),
            _ => return None,
        }
    };
    match ether_type {
        IPV4 => V4::new(frame, window, start).map(Common::V4),
        IPV6 => V6::new(frame, window, start).map(Common::V6),
        _ => None,
    }
}

/// Whether it is the type of a tag, of either kind. As a product, which is 0 where
/// one of the two is met: of two comparisons the compiler makes two branches, and
/// where both kinds mix the first is guessed wrong.
#[inline(always)]
fn is_tag(ether_type: u16) -> bool {
    u32::from(ether_type ^ VLAN) * u32::from(ether_type ^ SERVICE_VLAN) == 0
}

/// Where a packet begins behind one tag or two, and its Ethernet type, of those
/// behind the first and behind the second. Chosen without a branch: it would be
/// guessed wrong wherever there are both.
#[inline(always)]
fn behind_tags(first: u16, second: u16) -> (usize, u16) {
    let two = u16::from(first == VLAN);
    let mask = two.wrapping_neg();
    (18 + 4 * usize::from(two), second & mask | first & !mask)
}

/// The IP packet that begins there, as far as it is read here, and how much of
/// it was captured: its header at least, so that all that led to it lies inside
/// the frame too.
#[inline(always)]
fn reach<'a>(
    frame: &Frame<'a>,
    window: &'a Window,
    start: usize,
    header: usize,
) -> Option<(&'a [u8; REACH], usize)> {
    let behind = frame.bytes.len().checked_sub(start + header)?;
    Some((window.get(start..)?.first_chunk()?, behind + header))
}

/// What it means that so much was captured of a packet of so many bytes.
#[inline(always)]
fn compared(captured: usize, total: usize) -> u32 {
    let padding = if captured > total { notes::PADDING } else { 0 };
    padding | if captured < total { notes::TRUNCATED } else { 0 }
}

/// A pair of ports for 1, zeros for 0. They are read before it is known whether
/// they are there: a branch on that would be guessed wrong wherever protocols
/// mix.
#[inline(always)]
fn masked(ports: [u8; 4], are_there: u8) -> (u16, u16) {
    let mask = u32::from(are_there).wrapping_neg();
    // Both at once: the source's half and the destination's, each swapped.
    let ports = (u32::from_le_bytes(ports) & mask).swap_bytes().rotate_left(16);
    let [a, b, c, d] = ports.to_le_bytes();
    (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
}

/// Bytes at a place that the compiler sees to be inside.
#[inline(always)]
fn chunk<const N: usize, const M: usize>(bytes: &[u8; M], at: usize) -> [u8; N] {
    let mut chunk = [0; N];
    chunk.copy_from_slice(&bytes[at..at + N]);
    chunk
}

#[inline(always)]
fn be16<const M: usize>(bytes: &[u8; M], at: usize) -> u16 {
    u16::from_be_bytes(chunk(bytes, at))
}

/// Nothing here is longer than the headers in front of an IP packet and the
/// 64 KiB that it states.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "all fit 17 bits")]
fn narrow(length: usize) -> u32 {
    length as u32
}
