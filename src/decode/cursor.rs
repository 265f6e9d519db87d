//! Checked reading from the front of a frame.

use super::NoEvent;

/// The unread part of a frame, and where in the frame it begins.
///
/// Every read that the captured bytes cannot serve is [`NoEvent::Truncated`]:
/// a link-layer header that is not wholly there leads nowhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, position: 0 }
    }

    /// The bytes that were not read yet.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes of the frame were read.
    #[inline]
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Leaves `count` bytes out.
    #[inline]
    pub(super) fn skip(&mut self, count: usize) -> Result<(), NoEvent> {
        let (_, rest) = self.rest.split_at_checked(count).ok_or(NoEvent::Truncated)?;
        self.rest = rest;
        self.position += count;
        Ok(())
    }

    /// Takes the next `N` bytes.
    #[inline]
    pub(super) fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], NoEvent> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(NoEvent::Truncated)?;
        self.rest = rest;
        self.position += N;
        Ok(bytes)
    }

    /// The next `N` bytes, which stay unread.
    #[inline]
    pub(super) fn peek<const N: usize>(&self) -> Result<&'a [u8; N], NoEvent> {
        self.rest.first_chunk::<N>().ok_or(NoEvent::Truncated)
    }

    /// Takes one byte.
    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, NoEvent> {
        self.take::<1>().map(|&[byte]| byte)
    }

    /// Takes a 16-bit number in network byte order.
    #[inline]
    pub(super) fn be16(&mut self) -> Result<u16, NoEvent> {
        self.take().map(|bytes| u16::from_be_bytes(*bytes))
    }

    /// Ends the frame `length` bytes from here, where it is longer: what
    /// follows belongs to an enclosing record.
    #[inline]
    pub(super) fn end_after(&mut self, length: usize) {
        self.rest = self.rest.get(..length).unwrap_or(self.rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_advances_and_counts() {
        let mut cursor = Cursor::new(&[1, 2, 3, 4, 5, 6]);
        assert_eq!(cursor.byte(), Ok(1));
        assert_eq!(cursor.be16(), Ok(0x0203));
        assert_eq!(cursor.peek(), Ok(&[4]));
        cursor.skip(1).unwrap();
        assert_eq!(cursor.take(), Ok(&[5, 6]));
        assert_eq!((cursor.position(), cursor.rest().len()), (6, 0));
    }

    #[test]
    fn a_read_past_the_end_is_truncated_and_moves_nothing() {
        let mut cursor = Cursor::new(&[1]);
        assert_eq!(cursor.be16(), Err(NoEvent::Truncated));
        assert_eq!(cursor.skip(2), Err(NoEvent::Truncated));
        assert_eq!(cursor.peek::<2>(), Err(NoEvent::Truncated));
        assert_eq!(cursor.byte(), Ok(1));
    }

    #[test]
    fn an_end_behind_the_frame_changes_nothing() {
        let mut cursor = Cursor::new(&[1, 2, 3]);
        cursor.end_after(9);
        assert_eq!(cursor.rest(), [1, 2, 3]);
        cursor.end_after(2);
        assert_eq!(cursor.rest(), [1, 2]);
    }
}
