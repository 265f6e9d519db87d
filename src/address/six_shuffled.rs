//! IPv6 addresses as text by shuffles of bytes, for processors with SSSE3: all
//! digits at once, and two groups in a step.
//!
//! A group is of one of six kinds, and a pair of groups of one of 36, each with
//! its shuffle: it picks the digits that stand, and the colons behind them. No
//! kind is branched on, as kinds change with every address.

#![allow(unsafe_code, reason = "vectors; each block carries its SAFETY reason")]

use super::TEXT_SIZE;
use super::six;
use std::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_add_epi16, _mm_and_si128, _mm_cmpeq_epi16, _mm_cvtsi64_si128,
    _mm_cvtsi128_si64, _mm_loadu_si128, _mm_maddubs_epi16, _mm_movemask_epi8, _mm_or_si128,
    _mm_packs_epi16, _mm_set1_epi8, _mm_set1_epi16, _mm_setzero_si128, _mm_shuffle_epi8,
    _mm_slli_epi16, _mm_srli_epi16, _mm_storeu_si128, _mm_unpackhi_epi8, _mm_unpackhi_epi64,
    _mm_unpacklo_epi8, _mm_unpacklo_epi64,
};

/// The kind of a group is how many digits it has; or it has no text, as most of
/// a run of zeros, or a colon alone, as the first of a run.
const KINDS: usize = 6;
const COLON: usize = 5;

/// Where there is a colon: behind the eight digits of a pair.
const A_COLON: u8 = 8;

/// For each two kinds the places of the bytes that make their text, and in the
/// last byte how many they are. At most 10 are, so that it takes no place.
static SHUFFLES: [[u8; 16]; KINDS * KINDS] = {
    let mut shuffles = [[A_COLON; 16]; KINDS * KINDS];
    let mut pair = 0;
    while pair < shuffles.len() {
        let kinds = [pair % KINDS, pair / KINDS];
        let shuffle = &mut shuffles[pair];
        let (mut group, mut length) = (0u8, 0u8);
        while group < 2 {
            let kind = kinds[group as usize];
            let mut left = if kind == COLON { 0 } else { kind };
            while left > 0 {
                shuffle[length as usize] = 4 * (group + 1) - left.to_le_bytes()[0];
                left -= 1;
                length += 1;
            }
            length += (kind > 0) as u8;
            group += 1;
        }
        shuffle[15] = length;
        pair += 1;
    }
    shuffles
};

/// What the longest run of zeros does to an address.
#[derive(Clone, Copy)]
struct Run {
    /// To be added to the kinds of its groups, each of one digit.
    changes: [u8; 8],
    /// Colons in front of the text.
    leading: u8,
    /// Colons at its end that are not wanted.
    surplus: u8,
}

/// For each set of groups that are 0.
static RUNS: [Run; 256] = {
    let mut runs = [Run { changes: [0; 8], leading: 0, surplus: 1 }; 256];
    let mut zeros = 0;
    while zeros < runs.len() {
        let (first, length) = six::RUNS[zeros];
        let run = &mut runs[zeros];
        let mut at = first as usize;
        while at < (first + length) as usize {
            let is_first = at == first as usize;
            run.changes[at] = if is_first { COLON.to_le_bytes()[0] - 1 } else { u8::MAX };
            at += 1;
        }
        run.leading = (first == 0) as u8;
        run.surplus = (length == 0 || first + length < 8) as u8;
        zeros += 1;
    }
    runs
};

/// Writes an address that is not an IPv4 address in the guise of IPv6, without
/// a NUL; the length of the text.
#[target_feature(enable = "ssse3")]
pub(super) fn write(ip: &[u8; 16], room: &mut [u8; TEXT_SIZE]) -> usize {
    let bytes = vector(ip);
    let low = _mm_set1_epi8(15);
    let (high, low) = (_mm_and_si128(_mm_srli_epi16(bytes, 4), low), _mm_and_si128(bytes, low));
    let digits = vector(b"0123456789abcdef");
    let first = _mm_shuffle_epi8(digits, _mm_unpacklo_epi8(high, low));
    let last = _mm_shuffle_epi8(digits, _mm_unpackhi_epi8(high, low));

    let (pairs, run) = kinds(bytes);
    let colons = _mm_set1_epi8(b':'.cast_signed());
    let texts = [
        _mm_unpacklo_epi64(first, colons),
        _mm_unpackhi_epi64(first, colons),
        _mm_unpacklo_epi64(last, colons),
        _mm_unpackhi_epi64(last, colons),
    ];
    room[0] = b':';
    let mut at = usize::from(run.leading);
    for (text, pair) in texts.into_iter().zip(pairs) {
        let (Some(shuffle), Some(room)) = (SHUFFLES.get(pair), room.get_mut(at..at + 16)) else {
            break;
        };
        let piece = _mm_shuffle_epi8(text, vector(shuffle));
        // SAFETY: there is room for the 16 bytes that are stored.
        unsafe { _mm_storeu_si128(room.as_mut_ptr().cast(), piece) };
        at += usize::from(shuffle[15]);
    }
    at - usize::from(run.surplus)
}

/// The kinds of an address's groups, pair by pair, and its run of zeros.
#[target_feature(enable = "ssse3")]
fn kinds(bytes: __m128i) -> ([usize; 4], &'static Run) {
    let zero = _mm_setzero_si128();
    let groups = _mm_or_si128(_mm_slli_epi16(bytes, 8), _mm_srli_epi16(bytes, 8));
    // -1 where those bits of a group are 0.
    let lacks = |bits: u16| {
        let bits = _mm_set1_epi16(bits.cast_signed());
        _mm_cmpeq_epi16(_mm_and_si128(groups, bits), zero)
    };
    let zeros = _mm_packs_epi16(lacks(0xffff), zero);
    let run = &RUNS[usize::from(_mm_movemask_epi8(zeros).to_le_bytes()[0])];
    let leading = _mm_add_epi16(_mm_add_epi16(lacks(0xf000), lacks(0xff00)), lacks(0xfff0));
    let digits = _mm_add_epi16(leading, _mm_set1_epi16(4));
    let changes = _mm_cvtsi64_si128(i64::from_le_bytes(run.changes));
    let kinds = _mm_add_epi8(_mm_packs_epi16(digits, zero), changes);
    // The first of each pair, and six times the second.
    let weights = _mm_set1_epi16(i16::from_le_bytes([1, KINDS.to_le_bytes()[0]]));
    let pairs = _mm_cvtsi128_si64(_mm_maddubs_epi16(kinds, weights)).cast_unsigned();
    ([0, 16, 32, 48].map(|shift| usize::from((pairs >> shift).to_le_bytes()[0])), run)
}

#[target_feature(enable = "ssse3")]
fn vector(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: 16 bytes are loaded, and the array has as many.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}
