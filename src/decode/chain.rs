//! Chains of IPv6 extension headers that lie in a frame's window: one load and
//! one branch for each header, which tells whether it is the last.

use super::extensions::{AUTHENTICATION, Chain, FRAGMENT, is_extension};

/// The offset in the last Fragment header (RFC 8200 section 4.5), as loaded.
const OFFSET: u64 = u64::from_le_bytes([0, 0, 0xff, 0xf8, 0, 0, 0, 0]);

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
) -> Option<Chain> {
    let (mut protocol, mut fragment, mut end) = (first, 0, at);
    // What follows an offset is the middle of a packet.
    while is_extension(protocol) & (fragment & OFFSET == 0) {
        let header = u64::from_le_bytes(*memory.get(end..)?.first_chunk()?);
        let [next, units, ..] = header.to_le_bytes();
        let is_fragment = mask(protocol == FRAGMENT);
        fragment = header & is_fragment | fragment & !is_fragment;
        // Units of 8 bytes, or of 4; none for a fragment.
        let units = usize::from(units) << 3 >> u32::from(protocol == AUTHENTICATION);
        end += 8 + if is_fragment != 0 { 0 } else { units };
        protocol = next;
    }
    if end - at > length {
        return None;
    }
    let [_, _, high, low, a, b, c, d] = fragment.to_le_bytes();
    Some(Chain {
        protocol,
        length: end - at,
        offset: u16::from_be_bytes([high, low]) >> 3,
        more_fragments: low & 1 != 0,
        id: u32::from_be_bytes([a, b, c, d]),
        truncated: false,
    })
}

/// All bits, or none.
#[inline(always)]
fn mask(all: bool) -> u64 {
    u64::from(all).wrapping_neg()
}
