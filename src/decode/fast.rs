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

use super::chain;
use super::extensions::{self, Chain};
use super::ports::has_ports;
use crate::packet::{Fields, Headers, notes};
use crate::source::{Frame, LinkType, WINDOW, Window};

/// An IPv4 header without options (RFC 791), and an IPv6 header (RFC 8200).
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;

/// What is read of an IP packet: an IPv6 header and the ports behind it.
const REACH: usize = IPV6_HEADER + 4;

const ETHERNET: LinkType = LinkType(1);

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
/// IEEE 802.1Q, and the outer tag of 802.1ad.
const VLAN: u16 = 0x8100;
const SERVICE_VLAN: u16 = 0x88a8;

/// Below the types of device behind whose cooked header no Ethernet type leads
/// on (Linux's ARPHRD_ numbers).
const ODD_DEVICES: u16 = 768;

/// An IPv4 packet: its header, and what several fields need.
pub struct V4<'a> {
    ip: &'a [u8; REACH],
    /// Identification, flags and offset, time to live, protocol and checksum.
    middle: u64,
    start: usize,
    total: usize,
    ip_length: usize,
    ports: (u16, u16),
    notes: u32,
}

/// An IPv6 packet, likewise.
pub struct V6<'a> {
    ip: &'a [u8; REACH],
    start: usize,
    total: usize,
    ip_length: usize,
    chain: Chain,
    ports: (u16, u16),
    notes: u32,
}

/// A common frame's packet. Those that follow an Ethernet header at once stand
/// for themselves: where they begin is then a constant for the compiler.
pub enum Common<'a> {
    /// Version 4 behind an Ethernet header.
    EthernetV4(V4<'a>),
    /// Version 6 behind an Ethernet header.
    EthernetV6(V6<'a>),
    /// Version 4 behind something else, or nothing.
    V4(V4<'a>),
    /// Version 6 behind something else, or nothing.
    V6(V6<'a>),
}

impl Common<'_> {
    /// All that the headers say.
    pub fn headers(&self) -> Headers {
        match self {
            Common::EthernetV4(v4) | Common::V4(v4) => Headers::of(v4),
            Common::EthernetV6(v6) | Common::V6(v6) => Headers::of(v6),
        }
    }
}

/// The packet of the frame; `None` where the general decoder has to look.
#[inline(always)]
pub(super) fn decode<'a>(frame: &Frame<'a>) -> Option<Common<'a>> {
    let window = frame.window?;
    let (start, ether_type) = if frame.link_type == ETHERNET {
        // As bytes, or the compiler would put it among the others, behind them.
        if chunk::<2, WINDOW>(window, 12) == IPV4.to_be_bytes() {
            return V4::new(frame, window, 14).map(Common::EthernetV4);
        }
        match be16(window, 12) {
            IPV6 => return V6::new(frame, window, 14).map(Common::EthernetV6),
            VLAN | SERVICE_VLAN => behind_tags(be16(window, 16), be16(window, 20)),
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

/// Where a packet begins behind one tag or two, and its Ethernet type, of those
/// behind the first and behind the second. Chosen without a branch: it would be
/// guessed wrong wherever there are both.
#[inline(always)]
fn behind_tags(first: u16, second: u16) -> (usize, u16) {
    let two = u16::from(first == VLAN);
    let mask = two.wrapping_neg();
    (18 + 4 * usize::from(two), second & mask | first & !mask)
}

impl<'a> V4<'a> {
    #[inline(always)]
    fn new(frame: &Frame<'a>, window: &'a Window, start: usize) -> Option<Self> {
        let (ip, captured) = reach(frame, window, start, IPV4_HEADER)?;
        let total = usize::from(be16(ip, 2));
        // Options; lengths that are 0 or wrong.
        if ip[0] != 0x45 || total < IPV4_HEADER {
            return None;
        }
        let ip_length = captured.min(total);
        let middle = u64::from_be_bytes(chunk(ip, 4));
        let ports = chunk(ip, IPV4_HEADER);
        let are_there = u8::from(has_ports(ip[9]))
            & u8::from(middle & 0x1fff << 32 == 0)
            & u8::from(ip_length >= IPV4_HEADER + ports.len());
        // More fragments, or an offset.
        let is_fragment = if middle & 0x3fff << 32 != 0 { notes::FRAGMENT } else { 0 };
        Some(V4 {
            ip,
            middle,
            start,
            total,
            ip_length,
            ports: masked(ports, are_there),
            notes: compared(captured, total) | is_fragment,
        })
    }

    /// A field of the middle, by its distance from the end in bits.
    #[inline(always)]
    fn bits<T: TryFrom<u64> + Default>(&self, shift: u32, mask: u64) -> T {
        T::try_from(self.middle >> shift & mask).unwrap_or_default()
    }
}

impl Fields for V4<'_> {
    #[inline(always)]
    fn version(&self) -> u8 {
        4
    }

    #[inline(always)]
    fn tos(&self) -> u8 {
        self.ip[1]
    }

    #[inline(always)]
    fn flags(&self) -> u8 {
        self.bits(45, 0x7)
    }

    #[inline(always)]
    fn ttl(&self) -> u8 {
        self.bits(24, 0xff)
    }

    #[inline(always)]
    fn protocol(&self) -> u8 {
        self.bits(16, 0xff)
    }

    #[inline(always)]
    fn offset(&self) -> u16 {
        self.bits(32, 0x1fff)
    }

    #[inline(always)]
    fn checksum(&self) -> u16 {
        self.bits(0, 0xffff)
    }

    #[inline(always)]
    fn source_port(&self) -> u16 {
        self.ports.0
    }

    #[inline(always)]
    fn destination_port(&self) -> u16 {
        self.ports.1
    }

    #[inline(always)]
    fn id(&self) -> u32 {
        self.bits(48, 0xffff)
    }

    #[inline(always)]
    fn source(&self) -> [u8; 16] {
        padded(chunk(self.ip, 12))
    }

    #[inline(always)]
    fn destination(&self) -> [u8; 16] {
        padded(chunk(self.ip, 16))
    }

    #[inline(always)]
    fn ip_start(&self) -> u32 {
        narrow(self.start)
    }

    #[inline(always)]
    fn ip_length(&self) -> u32 {
        narrow(self.ip_length)
    }

    #[inline(always)]
    fn payload_start(&self) -> u32 {
        narrow(self.start + IPV4_HEADER)
    }

    #[inline(always)]
    fn payload_length(&self) -> u32 {
        narrow(self.ip_length - IPV4_HEADER)
    }

    #[inline(always)]
    fn payload_wire_length(&self) -> u32 {
        narrow(self.total - IPV4_HEADER)
    }

    #[inline(always)]
    fn notes(&self) -> u32 {
        self.notes
    }
}

impl<'a> V6<'a> {
    #[inline(always)]
    fn new(frame: &Frame<'a>, window: &'a Window, start: usize) -> Option<Self> {
        let (ip, captured) = reach(frame, window, start, IPV6_HEADER)?;
        let stated = usize::from(be16(ip, 4));
        // A stated length of 0 may be that of a jumbogram.
        if ip[0] >> 4 != 6 || stated == 0 {
            return None;
        }
        let total = IPV6_HEADER + stated;
        let ip_length = captured.min(total);
        let behind = ip_length - IPV6_HEADER;
        let mut chain = Chain::none(ip[6]);
        let ports = if extensions::is_extension(chain.protocol) {
            let at = start + IPV6_HEADER;
            chain = chain::walk(chain.protocol, window, at, behind)?;
            let ports = *window.get(at + chain.length..)?.first_chunk()?;
            let are_there = has_ports(chain.protocol)
                & (chain.offset == 0)
                & (behind - chain.length >= ports.len());
            masked(ports, are_there.into())
        } else {
            let ports = chunk(ip, IPV6_HEADER);
            let are_there = has_ports(chain.protocol) & (behind >= ports.len());
            masked(ports, are_there.into())
        };
        let notes = compared(captured, total) | chain.notes();
        Some(V6 { ip, start, total, ip_length, chain, ports, notes })
    }

    #[inline(always)]
    fn headers(&self) -> usize {
        IPV6_HEADER + self.chain.length
    }
}

impl Fields for V6<'_> {
    #[inline(always)]
    fn version(&self) -> u8 {
        6
    }

    #[inline(always)]
    fn tos(&self) -> u8 {
        self.ip[0] << 4 | self.ip[1] >> 4
    }

    #[inline(always)]
    fn flags(&self) -> u8 {
        self.chain.more_fragments.into()
    }

    #[inline(always)]
    fn ttl(&self) -> u8 {
        self.ip[7]
    }

    #[inline(always)]
    fn protocol(&self) -> u8 {
        self.chain.protocol
    }

    #[inline(always)]
    fn offset(&self) -> u16 {
        self.chain.offset
    }

    #[inline(always)]
    fn checksum(&self) -> u16 {
        0
    }

    #[inline(always)]
    fn source_port(&self) -> u16 {
        self.ports.0
    }

    #[inline(always)]
    fn destination_port(&self) -> u16 {
        self.ports.1
    }

    #[inline(always)]
    fn id(&self) -> u32 {
        self.chain.id
    }

    #[inline(always)]
    fn source(&self) -> [u8; 16] {
        chunk(self.ip, 8)
    }

    #[inline(always)]
    fn destination(&self) -> [u8; 16] {
        chunk(self.ip, 24)
    }

    #[inline(always)]
    fn ip_start(&self) -> u32 {
        narrow(self.start)
    }

    #[inline(always)]
    fn ip_length(&self) -> u32 {
        narrow(self.ip_length)
    }

    #[inline(always)]
    fn payload_start(&self) -> u32 {
        narrow(self.start + self.headers())
    }

    #[inline(always)]
    fn payload_length(&self) -> u32 {
        narrow(self.ip_length - self.headers())
    }

    #[inline(always)]
    fn payload_wire_length(&self) -> u32 {
        narrow(self.total - self.headers())
    }

    #[inline(always)]
    fn notes(&self) -> u32 {
        self.notes
    }
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

/// An IPv4 address in the form of [`crate::packet::Headers`]. As one number, so
/// that it is written at once: what is written in pieces is slow to read whole.
#[inline(always)]
fn padded(address: [u8; 4]) -> [u8; 16] {
    u128::from(u32::from_le_bytes(address)).to_le_bytes()
}

/// Nothing here is longer than the headers in front of an IP packet and the
/// 64 KiB that it states.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "all fit 17 bits")]
fn narrow(length: usize) -> u32 {
    length as u32
}
