//! Numbers and texts, taken from the bytes of an input one after another.

use std::cell::Cell;
use std::ffi::CString;

pub struct Input {
    bytes: Vec<u8>,
    /// Where the next byte is taken from.
    at: Cell<usize>,
}

impl Input {
    pub fn new(bytes: &[u8]) -> Self {
        Input { bytes: bytes.to_vec(), at: Cell::new(0) }
    }

    pub fn over(&self) -> bool {
        self.at.get() >= self.bytes.len()
    }

    /// The next byte; 0 behind the last.
    pub fn byte(&self) -> u8 {
        let at = self.at.replace(self.at.get() + 1);
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// A number with an eye to limits.
    pub fn number(&self) -> u64 {
        let some = |n: usize| (0..n).fold(0, |sum, _| sum << 8 | u64::from(self.byte()));
        match self.byte() % 8 {
            0..4 => some(1),
            4 => some(2),
            5 => some(4),
            6 => some(8),
            _ => some(1).wrapping_sub(2).rotate_left(u32::from(self.byte() % 64)),
        }
    }

    /// A text of any bytes but NUL.
    pub fn text(&self) -> CString {
        let length = self.byte();
        let known = ["", "udp", "tcp port 80", "ip6 or vlan", "len > 40", "(", "host a"];
        if let Some(text) = known.get(usize::from(length)) {
            return CString::new(*text).unwrap();
        }
        let bytes: Vec<_> = (0..length % 64).map(|_| self.byte().max(1)).collect();
        CString::new(bytes.repeat(if length == 255 { 1 << 14 } else { 1 })).unwrap()
    }
}
