//! IPv4 addresses, in dotted decimal.

use super::TEXT_SIZE;

/// Bytes that the longest text takes with a point in front, as it is written
/// here, and its NUL.
pub(super) const ROOM: usize = 17;

/// A number with a point in front, as text from its first byte on, and how many
/// bits that takes.
#[derive(Clone, Copy)]
struct Part {
    text: u32,
    bits: u32,
}

static PARTS: [Part; 256] = parts();

const fn parts() -> [Part; 256] {
    let mut parts = [Part { text: 0, bits: 0 }; 256];
    let mut n: u32 = 0;
    while n < 256 {
        let mut left = n;
        let part = &mut parts[n as usize];
        // From the last digit on, each in front of the one before.
        loop {
            part.text = (part.text << 8) | (b'0' as u32 + left % 10);
            part.bits += 8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        part.text = (part.text << 8) | b'.' as u32;
        part.bits += 8;
        n += 1;
    }
    parts
}

/// Writes an address, NUL-terminated, with a point in front; the length without
/// either.
///
/// Two numbers make one word, and two words the text: no byte is moved by
/// itself, and nothing is branched on.
#[inline(always)]
pub(super) fn write([a, b, c, d]: [u8; 4], room: &mut [u8; ROOM]) -> usize {
    let (first, middle) = joined(a, b);
    let (last, end) = joined(c, d);
    room[..8].copy_from_slice(&first.to_le_bytes());
    // The first word is at most 8 bytes.
    let rest = &mut room[(middle / 8).min(8)..][..9];
    rest[..8].copy_from_slice(&last.to_le_bytes());
    rest[8] = 0;
    ((middle + end) / 8) - 1
}

/// Writes an address alone, with nothing in front or behind; its length. What lies behind
/// it in `room` means nothing.
#[inline(always)]
pub(super) fn write_bare([a, b, c, d]: [u8; 4], room: &mut [u8; TEXT_SIZE]) -> usize {
    let (first, middle) = joined(a, b);
    let (last, end) = joined(c, d);
    // Without the point in front, at most 7 bytes.
    let middle = (middle / 8 - 1).min(7);
    room[..8].copy_from_slice(&(first >> 8).to_le_bytes());
    room[middle..][..8].copy_from_slice(&last.to_le_bytes());
    middle + end / 8
}

#[inline(always)]
fn joined(first: u8, second: u8) -> (u64, usize) {
    let (first, second) = (PARTS[usize::from(first)], PARTS[usize::from(second)]);
    let word = u64::from(first.text) | u64::from(second.text) << first.bits;
    (word, (first.bits + second.bits) as usize)
}
