//! IPv4 without options, the fast way.

use super::{REACH, be16, chunk, compared, masked, narrow, reach};
#[cfg(target_arch = "x86_64")]
use crate::decode::lanes;
use crate::decode::ports::has_ports;
#[cfg(target_arch = "x86_64")]
use crate::packet::Transport;
use crate::packet::{Fields, notes};
use crate::source::{Frame, Window};

/// A header without options (RFC 791).
const HEADER: usize = 20;

/// Of the flags and the fragment offset of IPv4: the offset, and the flag that more
/// fragments follow.
const OFFSET: u16 = 0x1fff;
const MORE_FRAGMENTS: u16 = 0x2000;

/// An IPv4 packet: its header, and what several fields need.
pub struct V4<'a> {
    ip: &'a [u8; REACH],
    start: usize,
    total: usize,
    ip_length: usize,
    has_ports: bool,
    notes: u32,
}

impl<'a> V4<'a> {
    #[inline(always)]
    pub(super) fn new(frame: &Frame<'a>, window: &'a Window, start: usize) -> Option<Self> {
        let (ip, captured) = reach(frame, window, start, HEADER)?;
        let total = usize::from(be16(ip, 2));
        // Options; lengths that are 0 or wrong.
        if ip[0] != 0x45 || total < HEADER {
            return None;
        }
        let ip_length = captured.min(total);
        let has_ports = has_ports(ip[9]) & !has_bits(ip, OFFSET) & (ip_length >= HEADER + 4);
        let is_fragment = has_bits(ip, OFFSET | MORE_FRAGMENTS);
        let is_fragment = if is_fragment { notes::FRAGMENT } else { 0 };
        let notes = compared(captured, total) | is_fragment;
        Some(V4 { ip, start, total, ip_length, has_ports, notes })
    }

    /// The ports, zeros where there are none.
    #[inline(always)]
    fn ports(&self) -> (u16, u16) {
        masked(chunk(self.ip, HEADER), self.has_ports.into())
    }
}

/// Whether any of these bits is set among the flags and the fragment offset.
#[inline(always)]
fn has_bits(ip: &[u8; REACH], bits: u16) -> bool {
    u16::from_ne_bytes(chunk(ip, 6)) & bits.to_be() != 0
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
        self.ip[6] >> 5
    }

    #[inline(always)]
    fn ttl(&self) -> u8 {
        self.ip[8]
    }

    #[inline(always)]
    fn protocol(&self) -> u8 {
        self.ip[9]
    }

    #[inline(always)]
    fn offset(&self) -> u16 {
        be16(self.ip, 6) & OFFSET
    }

    #[inline(always)]
    fn checksum(&self) -> u16 {
        be16(self.ip, 10)
    }

    #[inline(always)]
    fn source_port(&self) -> u16 {
        self.ports().0
    }

    #[inline(always)]
    fn destination_port(&self) -> u16 {
        self.ports().1
    }

    #[inline(always)]
    fn id(&self) -> u32 {
        be16(self.ip, 4).into()
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
        narrow(self.start + HEADER)
    }

    #[inline(always)]
    fn payload_length(&self) -> u32 {
        narrow(self.ip_length - HEADER)
    }

    #[inline(always)]
    fn payload_wire_length(&self) -> u32 {
        narrow(self.total - HEADER)
    }

    #[inline(always)]
    fn notes(&self) -> u32 {
        self.notes
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn transport(&self) -> Transport {
        lanes::transport(chunk(self.ip, 4), chunk(self.ip, HEADER), self.has_ports)
    }
}

/// An IPv4 address in the form of [`crate::packet::Headers`]. As one number, so
/// that it is written at once: what is written in pieces is slow to read whole.
#[inline(always)]
fn padded(address: [u8; 4]) -> [u8; 16] {
    #[cfg(target_arch = "x86_64")]
    return lanes::padded(address);
    #[cfg(not(target_arch = "x86_64"))]
    u128::from(u32::from_le_bytes(address)).to_le_bytes()
}
