//! Damage to captures: cuts, flipped bits, splices, lengths that lie.

use super::random::Random;

/// A damaged copy, always the same for the same numbers.
pub(crate) fn mutant(file: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=random.below(4) {
        match random.below(8) {
            0 => bytes.truncate(random.below(bytes.len() + 1)),
            1 | 2 => flip(&mut bytes, random),
            3 => splice(&mut bytes, other, random),
            4 => repeat_or_remove(&mut bytes, random),
            _ => lie(&mut bytes, random),
        }
    }
    bytes
}

fn flip(bytes: &mut [u8], random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    for _ in 0..=random.below(5) {
        bytes[random.below(bytes.len())] ^= 1 << random.below(8);
    }
}

/// A piece of another capture in the place of a piece of this one.
fn splice(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let piece = range(other.len(), random);
    let gap = range(bytes.len(), random);
    bytes.splice(gap, other[piece].iter().copied());
}

fn repeat_or_remove(bytes: &mut Vec<u8>, random: &mut Random) {
    let piece = range(bytes.len(), random);
    if random.below(2) == 0 {
        bytes.drain(piece);
    } else {
        let copy = bytes[piece.clone()].to_vec();
        bytes.splice(piece.start..piece.start, copy);
    }
}

/// Up to 300 bytes.
fn range(length: usize, random: &mut Random) -> std::ops::Range<usize> {
    let start = random.below(length + 1);
    start..length.min(start + random.below(300))
}

/// Another number where one stands, mostly where a length does.
fn lie(bytes: &mut [u8], random: &mut Random) {
    const NUMBERS: [u32; 22] = [
        0,
        1,
        2,
        3,
        7,
        8,
        11,
        12,
        16,
        0x7f,
        0xff,
        0x7fff,
        0xffff,
        0x10000,
        0x3_ffff,
        0x4_0000,
        0x4_0001,
        0x40_0000,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_fff0,
        0xffff_ffff,
    ];
    let lengths = lengths(bytes);
    let width = *random.one_of(&[1, 2, 4, 4]);
    let mut at = random.below(bytes.len());
    if !lengths.is_empty() && random.below(4) > 0 {
        at = *random.one_of(&lengths);
    }
    let Some(field) = bytes.get_mut(at..at + width) else { return };
    let mut number = *random.one_of(&NUMBERS);
    if random.below(2) == 0 {
        // Wrong by a little.
        let old = field.iter().rev().fold(0u32, |n, &b| n << 8 | u32::from(b));
        number = old.wrapping_add(*random.one_of(&[1, 4, 8, 0xffff_ffff, 0xffff_fffc]));
    }
    let number = if random.below(3) == 0 { number.swap_bytes() } else { number };
    field.copy_from_slice(&number.to_le_bytes()[..width]);
}

/// Where the lengths of records and blocks stand, as far as they lead.
fn lengths(bytes: &[u8]) -> Vec<usize> {
    let word = |at: usize, little: bool| {
        let word: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let word = if little { u32::from_le_bytes(word) } else { u32::from_be_bytes(word) };
        usize::try_from(word).ok()
    };
    let mut places = Vec::new();
    let little = matches!(bytes.first(), Some(0xd4 | 0x4d | 0x34)) || bytes.get(8) == Some(&0x4d);
    if bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
        let mut at = 0;
        while let Some(total) = word(at + 4, little).filter(|&n| (12..100_000).contains(&n)) {
            // The lengths of the block, and what may be its packet's.
            places.extend([at + 4, at + 8, at + 20, at + 24, at + total - 4]);
            at += total;
        }
    } else {
        let mut at = 24;
        let header =
            if bytes.starts_with(&[0x34]) || bytes.get(3) == Some(&0x34) { 24 } else { 16 };
        while let Some(captured) = word(at + 8, little).filter(|&n| n < 100_000) {
            places.extend([at + 8, at + 12]);
            at += header + captured;
        }
    }
    places
}
