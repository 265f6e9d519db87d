//! Chains of IPv6 extension headers that lie in a frame's window: one load and
//! one branch for each header, which tells whether it is the last.

use super::extensions::{AUTHENTICATION, FRAGMENT, ends};
use crate::packet::notes;

/// What the last Fragment header has (RFC 8200 section 4.5), as loaded.
const OFFSET: u64 = u64::from_le_bytes([0, 0, 0xff, 0xf8, 0, 0, 0, 0]);
const MORE_FRAGMENTS: u64 = u64::from_le_bytes([0, 0, 0, 1, 0, 0, 0, 0]);

/// A chain that was walked to its end.
#[derive(Clone, Copy)]
pub(super) struct Walked {
    /// What follows it.
    pub(super) protocol: u8,
    /// The bytes that it takes.
    pub(super) length: usize,
    /// The last Fragment header, as loaded, or 0. What it says is asked for where it is
    /// wanted, so that one number is kept and not three.
    fragment: u64,
}

impl Walked {
    /// Of no header: the payload is of this protocol.
    #[inline(always)]
    pub(super) fn none(protocol: u8) -> Self {
        Walked { protocol, length: 0, fragment: 0 }
    }

    #[inline(always)]
    pub(super) fn offset(&self) -> u16 {
        low16(self.fragment >> 16).swap_bytes() >> 3
    }

    #[inline(always)]
    pub(super) fn more_fragments(&self) -> bool {
        self.fragment & MORE_FRAGMENTS != 0
    }

    #[inline(always)]
    pub(super) fn id(&self) -> u32 {
        low32(self.fragment >> 32).swap_bytes()
    }

    /// Whether what follows it is not the middle of a packet.
    #[inline(always)]
    pub(super) fn is_first(&self) -> bool {
        self.fragment & OFFSET == 0
    }

    #[inline(always)]
    pub(super) fn notes(&self) -> u32 {
        if self.fragment & (OFFSET | MORE_FRAGMENTS) == 0 { 0 } else { notes::FRAGMENT }
    }
}

/// Walks a chain as [`super::extensions::walk`] does, from byte `at` of the
/// memory on, of which `length` bytes are the packet's; `None` where it does not
/// end inside the memory, or is not wholly there.
///
/// What a header is, but for the last, is not branched on: where kinds mix, that
/// would be guessed wrong.
#[inline(always)]
pub(super) fn walk<const N: usize>(
    first: u8,
    memory: &[u8; N],
    at: usize,
    length: usize,
) -> Option<Walked> {
    let (mut protocol, mut fragment, mut end) = (first, 0, at);
    // What follows an offset is the middle of a packet.
    while ends(protocol) | fragment & OFFSET == 0 {
        let header = u64::from_le_bytes(*memory.get(end..)?.first_chunk()?);
        let is_fragment = mask(protocol == FRAGMENT);
        fragment = header & is_fragment | fragment & !is_fragment;
        // The length in units of 8 bytes, or of 4; none in a fragment.
        let length = header >> 5 & 0x7f8;
        let length = length >> u32::from(protocol == AUTHENTICATION) & !is_fragment;
        end += 8 + usize::from(low16(length));
        // Shifted out of the number: bytes of an array would be loaded one by one.
        protocol = low8(header);
    }
    let walked = Walked { protocol, length: end - at, fragment };
    (walked.length <= length).then_some(walked)
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "of a number, its lowest bits")]
fn low8(number: u64) -> u8 {
    number as u8
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "of a number, its lowest bits")]
fn low16(number: u64) -> u16 {
    number as u16
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "of a number, its lowest bits")]
fn low32(number: u64) -> u32 {
    number as u32
}

/// All bits, or none.
#[inline(always)]
fn mask(all: bool) -> u64 {
    u64::from(all).wrapping_neg()
}
