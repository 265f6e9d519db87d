//! IPv6 addresses, as RFC 5952 recommends.

use super::{TEXT_SIZE, four};

/// For each set of groups that are 0, the longest run of at least two of them,
/// the first where several are as long: where it begins, and its length.
pub(super) static RUNS: [(u8, u8); 256] = runs();

const fn runs() -> [(u8, u8); 256] {
    let mut runs = [(8, 0); 256];
    let mut zeros = 0;
    while zeros < 256 {
        let (mut at, mut length) = (0, 0);
        while at < 8 {
            length = if zeros >> at & 1 == 1 { length + 1 } else { 0 };
            if length >= 2 && length > runs[zeros].1 {
                runs[zeros] = (at + 1 - length, length);
            }
            at += 1;
        }
        zeros += 1;
    }
    runs
}

/// Writes an address, NUL-terminated; the length of the text. A group is written
/// as a word, whose rest still has room behind the last group of the longest.
#[inline(always)]
pub(super) fn write(ip: &[u8; 16], text: &mut [u8; TEXT_SIZE]) -> usize {
    let length = if let [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d] = *ip {
        mapped([a, b, c, d], text)
    } else {
        by_shuffles(ip, text).unwrap_or_else(|| groups(ip, text))
    };
    text[length] = 0;
    length
}

/// An IPv4 address in the guise of IPv6 (RFC 5952 section 5).
fn mapped(ip: [u8; 4], room: &mut [u8; TEXT_SIZE]) -> usize {
    const PREFIX: &[u8] = b"::ffff:";
    let mut dotted = [0; four::ROOM];
    let length = four::write(ip, &mut dotted);
    room[..PREFIX.len()].copy_from_slice(PREFIX);
    room[PREFIX.len()..][..length].copy_from_slice(&dotted[1..=length]);
    PREFIX.len() + length
}

/// All others by vectors; `None` where the processor has none that can do it.
#[inline(always)]
fn by_shuffles(ip: &[u8; 16], room: &mut [u8; TEXT_SIZE]) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("ssse3") {
        #[allow(unsafe_code, reason = "a function for processors with SSSE3")]
        // SAFETY: this processor has it.
        return Some(unsafe { super::six_shuffled::write(ip, room) });
    }
    let _ = (ip, room);
    None
}

/// All others on any processor.
#[cfg_attr(target_arch = "x86_64", inline(never))]
pub(super) fn groups(ip: &[u8; 16], room: &mut [u8; TEXT_SIZE]) -> usize {
    let digits = digits(ip);
    let group = |n: usize| [digits[4 * n], digits[4 * n + 1], digits[4 * n + 2], digits[4 * n + 3]];
    let mut at = 0;
    if !has_zero(ip) {
        for n in 0..8 {
            at = write_group(group(n), room, at);
        }
        // Without the colon behind the last group.
        return at - 1;
    }
    let (run, length) = RUNS[zeros(ip)];
    let (run, behind) = (usize::from(run), usize::from(run + length));
    for n in 0..run {
        at = write_group(group(n), room, at);
    }
    if run == 8 {
        return at - 1;
    }
    // The run is one more colon, and two at the start.
    if run == 0 {
        room[at] = b':';
        at += 1;
    }
    room[at] = b':';
    at += 1;
    for n in behind..8 {
        at = write_group(group(n), room, at);
    }
    if behind == 8 { at } else { at - 1 }
}

/// All hexadecimal digits of an address, in order. Written so that the compiler
/// makes all of them at once, with the vectors that the processor has.
#[inline(always)]
fn digits(ip: &[u8; 16]) -> [u8; 32] {
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(ip) {
        pair[0] = digit(byte >> 4);
        pair[1] = digit(byte & 15);
    }
    digits
}

#[inline(always)]
fn digit(number: u8) -> u8 {
    number + b'0' + if number > 9 { b'a' - b'0' - 10 } else { 0 }
}

/// Whether any group is 0.
#[inline(always)]
fn has_zero(ip: &[u8; 16]) -> bool {
    // The lowest such group borrows, and so has its top bit set by that alone.
    const ONES: u128 = 0x0001_0001_0001_0001_0001_0001_0001_0001;
    let groups = u128::from_ne_bytes(*ip);
    groups.wrapping_sub(ONES) & !groups & ONES << 15 != 0
}

/// The groups that are 0, as bits.
fn zeros(ip: &[u8; 16]) -> usize {
    let mut zeros = 0;
    for at in 0..8 {
        zeros |= usize::from(ip[2 * at] | ip[2 * at + 1] == 0) << at;
    }
    zeros
}

/// Writes a group, given its four digits, without leading zeros, and a colon;
/// where the next one goes.
#[inline(always)]
fn write_group(digits: [u8; 4], room: &mut [u8; TEXT_SIZE], at: usize) -> usize {
    const ZEROS: u32 = u32::from_le_bytes(*b"0000");
    let digits = u32::from_le_bytes(digits);
    // The bits of the digits that are zeros in front. The last always stands,
    // and nothing counts that lies behind it.
    let left_out = (digits ^ ZEROS | 1 << 24).trailing_zeros() & 24;
    let word = (u64::from(digits) | u64::from(b':') << 32) >> left_out;
    if let Some(room) = room.get_mut(at..at + 8) {
        room.copy_from_slice(&word.to_le_bytes());
    }
    at + 5 - left_out as usize / 8
}
