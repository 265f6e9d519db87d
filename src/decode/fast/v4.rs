//! IPv4 without options, the fast way.

use super::{PORTS, REACH, be16, chunk, compared, masked, narrow, reach};
#[cfg(target_arch = "x86_64")]
use crate::decode::lanes;
use crate::decode::ports::has_ports;
#[cfg(target_arch = "x86_64")]
use crate::packet::Transport;
use crate::packet::{Fields, First};
use crate::source::{Frame, Window};

/// A header without options (RFC 791).
const HEADER: usize = 20;

/// Of the flags and the fragment offset: the flag that more fragments follow, and the
/// offset. A fragment is the general decoder's, too.
const FRAGMENT: u16 = 0x3fff;

/// An IPv4 packet: its header, and what several fields need.
pub struct V4<'a> {
    ip: &'a [u8; REACH],
    start: usize,
    total: usize,
    ip_length: usize,
    notes: u32,
}

/// The version and the header's length in its first byte, of one without options.
pub(super) const FIRST: u8 = 0x45;

impl<'a> V4<'a> {
    #[inline(always)]
    pub(super) fn new(frame: &Frame<'a>, window: &'a Window, start: usize) -> Option<Self> {
        if window.get(start) == Some(&FIRST) { Self::begun(frame, window, start) } else { None }
    }

    /// One whose first byte was looked at.
    #[inline(always)]
    pub(super) fn begun(frame: &Frame<'a>, window: &'a Window, start: usize) -> Option<Self> {
        let (ip, captured) = reach(frame, window, start, HEADER + PORTS)?;
        let total = usize::from(be16(ip, 2));
        // Lengths that are 0 or wrong are so, too.
        if total < HEADER + PORTS {
            return None;
        }
        if u16::from_ne_bytes(chunk(ip, 6)) & FRAGMENT.to_be() != 0 {
            return None;
        }
        let ip_length = captured.min(total);
        Some(V4 { ip, start, total, ip_length, notes: compared(captured, total) })
    }

    /// The ports, zeros where there are none.
    #[inline(always)]
    fn ports(&self) -> (u16, u16) {
        masked(chunk(self.ip, HEADER), has_ports(self.ip[9]).into())
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
        0
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
        lanes::transport(chunk(self.ip, 4), chunk(self.ip, HEADER))
    }

    /// From four bytes at once: the half of the identification, the flags with half of the
    /// offset, which is 0, the other half, and the time to live, which is in its place.
    #[cfg(target_endian = "little")]
    #[inline(always)]
    fn first(&self) -> First {
        const FLAGS: u32 = 0xe000;
        let four = u32::from_le_bytes(chunk(self.ip, 5));
        let begin = u32::from(u16::from_le_bytes(chunk(self.ip, 0)));
        // The header's length and the version become the version.
        let begin = begin - u32::from(FIRST) + 4;
        First((four & 0xff00_0000) + (four & FLAGS) * (1 << 3) + begin)
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
