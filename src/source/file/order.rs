//! Numbers in the byte order of the machine that wrote them.

/// The byte order of a file or section, against this machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    swapped: bool,
}

impl Order {
    /// This machine's own.
    pub(super) const NATIVE: Order = Order { swapped: false };
    /// The other one.
    pub(super) const SWAPPED: Order = Order { swapped: true };

    /// The number at `at`; 0 where the bytes end before it, which callers rule
    /// out by the length they checked.
    #[inline(always)]
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let n = chunk(bytes, at).map_or(0, u16::from_ne_bytes);
        if self.swapped { n.swap_bytes() } else { n }
    }

    /// Like [`Order::u16`], four bytes.
    #[inline(always)]
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let n = chunk(bytes, at).map_or(0, u32::from_ne_bytes);
        if self.swapped { n.swap_bytes() } else { n }
    }

    /// Like [`Order::u16`], eight bytes with a sign.
    pub(super) fn i64(self, bytes: &[u8], at: usize) -> i64 {
        let n = chunk(bytes, at).map_or(0, i64::from_ne_bytes);
        if self.swapped { n.swap_bytes() } else { n }
    }
}

#[inline(always)]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..).and_then(|b| b.first_chunk()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_the_same_in_both_orders() {
        let mut bytes = Vec::new();
        bytes.extend(0x0102u16.to_ne_bytes());
        bytes.extend(0x0102_0304u32.to_ne_bytes());
        bytes.extend((-2i64).to_ne_bytes());
        assert_eq!(Order::NATIVE.u16(&bytes, 0), 0x0102);
        assert_eq!(Order::NATIVE.u32(&bytes, 2), 0x0102_0304);
        assert_eq!(Order::NATIVE.i64(&bytes, 6), -2);
        assert_eq!(Order::SWAPPED.u16(&bytes, 0), 0x0201);
        assert_eq!(Order::SWAPPED.u32(&bytes, 2), 0x0403_0201);
        assert_eq!(Order::SWAPPED.i64(&bytes, 6), (-2i64).swap_bytes());
        assert_eq!(Order::NATIVE.u32(&bytes, 12), 0);
    }
}
