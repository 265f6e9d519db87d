//! IPv6, the fast way.

use super::{PORTS, REACH, be16, chunk, compared, masked, narrow, reach};
use crate::decode::chain::{self, Walked};
use crate::decode::extensions::is_extension;
use crate::decode::ports::has_ports;
use crate::packet::Fields;
use crate::source::{Frame, Window};

/// A header (RFC 8200).
pub(super) const HEADER: usize = 40;

/// An IPv6 packet: its header, and what several fields need; with extension headers
/// perhaps, or without any, of which the compiler knows then what they would have said.
pub struct V6<'a, const EXTENDED: bool> {
    ip: &'a [u8; REACH],
    start: usize,
    total: usize,
    ip_length: usize,
    chain: Walked,
    ports: (u16, u16),
    notes: u32,
}

/// Whether extension headers follow the header that begins there.
#[inline(always)]
pub(super) fn is_extended(window: &Window, start: usize) -> bool {
    window.get(start + 6).is_some_and(|next| is_extension(*next))
}

impl<'a, const EXTENDED: bool> V6<'a, EXTENDED> {
    /// Without `EXTENDED`, that no extension header follows was found out before.
    #[inline(always)]
    pub(super) fn new(frame: &Frame<'a>, window: &'a Window, start: usize) -> Option<Self> {
        let (ip, captured) = reach(frame, window, start, HEADER + PORTS)?;
        let stated = usize::from(be16(ip, 4));
        // A stated length of 0, which may be that of a jumbogram, is shorter, too.
        if ip[0] >> 4 != 6 || stated < PORTS {
            return None;
        }
        let total = HEADER + stated;
        let ip_length = captured.min(total);
        let behind = ip_length - HEADER;
        let (chain, ports) = if EXTENDED && is_extension(ip[6]) {
            let at = start + HEADER;
            let chain = chain::walk(ip[6], window, at, behind - PORTS)?;
            (chain, *window.get(at + chain.length..)?.first_chunk()?)
        } else {
            (Walked::none(ip[6]), chunk(ip, HEADER))
        };
        let are_there = has_ports(chain.protocol) & chain.is_first();
        let ports = masked(ports, are_there.into());
        let notes = compared(captured, total) | chain.notes();
        Some(V6 { ip, start, total, ip_length, chain, ports, notes })
    }

    #[inline(always)]
    fn chain(&self) -> Walked {
        if EXTENDED { self.chain } else { Walked::none(self.ip[6]) }
    }

    #[inline(always)]
    fn headers(&self) -> usize {
        HEADER + self.chain().length
    }
}

impl<const EXTENDED: bool> Fields for V6<'_, EXTENDED> {
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
        self.chain().more_fragments().into()
    }

    #[inline(always)]
    fn ttl(&self) -> u8 {
        self.ip[7]
    }

    #[inline(always)]
    fn protocol(&self) -> u8 {
        self.chain().protocol
    }

    #[inline(always)]
    fn offset(&self) -> u16 {
        self.chain().offset()
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
        self.chain().id()
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
