//! The options at the end of a pcapng block.

use super::order::Order;

/// opt_endofopt: nothing follows (draft-ietf-opsawg-pcapng, Options).
const END: u16 = 0;

/// Walks options: code, length, the value padded to a multiple of 4.
///
/// A list that does not add up ends where it stops making sense: options
/// describe packets, and none of them is worth losing the packets for.
pub(super) struct Options<'a> {
    order: Order,
    rest: &'a [u8],
}

impl<'a> Options<'a> {
    pub(super) fn new(order: Order, bytes: &'a [u8]) -> Self {
        Options { order, rest: bytes }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.len() < 4 {
            return None;
        }
        let code = self.order.u16(self.rest, 0);
        let length = usize::from(self.order.u16(self.rest, 2));
        if code == END {
            return None;
        }
        let value = self.rest.get(4..4 + length)?;
        // The last value's padding may be missing.
        self.rest = self.rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
        let order = if cfg!(target_endian = "little") { Order::SWAPPED } else { Order::NATIVE };
        Options::new(order, bytes).map(|(c, v)| (c, v.to_vec())).collect()
    }

    #[test]
    fn options_are_walked_over_their_padding_to_the_end_mark() {
        let bytes = [0, 9, 0, 1, 6, 0, 0, 0, 0, 1, 0, 4, b'a', b'b', b'c', b'd', 0, 0, 0, 0, 0, 9];
        assert_eq!(walk(&bytes), [(9, vec![6]), (1, b"abcd".to_vec())]);
    }

    #[test]
    fn an_option_longer_than_its_block_ends_the_walk() {
        assert_eq!(walk(&[0, 9, 0, 1, 6, 0, 0, 0, 0, 1, 0xff, 0xff, 0]), [(9, vec![6])]);
        assert_eq!(walk(&[0, 9, 0, 1, 6]), [(9, vec![6])]);
        assert_eq!(walk(&[0, 9, 0]), []);
    }
}
