//! What an IPv4 header holds, put in order for the event in one go.
//!
//! A processor takes as long for sixteen bytes as for two. With SSE2, which every
//! x86-64 has, the fields of a [`Transport`] take eleven instructions; each by
//! itself, thirty.
#![allow(unsafe_code, reason = "a vector becomes an array of bytes by transmutation only")]

use super::ports::HAVE;
use crate::packet::Transport;
use std::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_cvtsi32_si128, _mm_cvtsi64_si128, _mm_or_si128,
    _mm_shufflelo_epi16, _mm_slli_epi16, _mm_srli_epi16, _mm_unpacklo_epi32, _mm_unpacklo_epi64,
};
use std::mem::transmute;

/// What remains of the lanes of a [`Transport`] of a packet that is no fragment, by its
/// protocol: with ports or without them.
static MASKS: Masks = Masks {
    lanes: [
        lanes([0, 0, 0xffff, 0, 0, 0xffff, 0xff, 0]),
        lanes([0xffff, 0xffff, 0xffff, 0, 0, 0xffff, 0xff, 0]),
    ],
    of: HAVE,
};

/// Together, so that one address leads to both.
struct Masks {
    lanes: [__m128i; 2],
    of: [bool; 256],
}

/// From identification, flags and offset, time to live, protocol and checksum as
/// they follow each other in the header, and the four bytes behind it, which are ports if
/// the protocol has them.
#[inline(always)]
pub(super) fn transport(middle: [u8; 8], ports: [u8; 4]) -> Transport {
    // SAFETY: every x86-64 has SSE2.
    Transport(bytes(unsafe { in_order(middle, ports) }))
}

#[inline]
#[target_feature(enable = "sse2")]
fn in_order(middle: [u8; 8], ports: [u8; 4]) -> __m128i {
    let protocol = usize::from(middle[5]);
    const IN_ORDER: i32 = 1 | 3 << 2 | 2 << 4 | 2 << 6;
    let middle = _mm_cvtsi64_si128(i64::from_le_bytes(middle));
    let ports = _mm_cvtsi32_si128(i32::from_le_bytes(ports));
    // The ports, the identification, and what the mask takes away; then the
    // offset, the checksum, the protocol, and that again.
    let low = _mm_unpacklo_epi32(ports, middle);
    let high = _mm_shufflelo_epi16::<IN_ORDER>(middle);
    let all = _mm_unpacklo_epi64(low, high);
    let swapped = _mm_or_si128(_mm_slli_epi16::<8>(all), _mm_srli_epi16::<8>(all));
    _mm_and_si128(swapped, MASKS.lanes[usize::from(MASKS.of[protocol])])
}

/// An address of four bytes with zeros behind, to be written at once: what is
/// written in pieces is slow to read whole.
#[inline(always)]
pub(super) fn padded(address: [u8; 4]) -> [u8; 16] {
    // SAFETY: every x86-64 has SSE2.
    bytes(unsafe { _mm_cvtsi32_si128(i32::from_le_bytes(address)) })
}

const fn lanes(lanes: [u16; 8]) -> __m128i {
    // SAFETY: both are sixteen bytes, of which any are valid.
    unsafe { transmute(lanes) }
}

#[inline(always)]
fn bytes(vector: __m128i) -> [u8; 16] {
    // SAFETY: both are sixteen bytes, of which any are valid.
    unsafe { transmute(vector) }
}
