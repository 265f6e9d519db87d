//! The one buffer that a file passes through.

use crate::error::{Error, Kind, Result};

/// How much one read() asks for. Larger pieces were not faster, and this one
/// stays in the second-level cache between the kernel's copy and the parse.
pub(super) const READ_SIZE: usize = 128 * 1024;

/// Bytes behind the data that may be read though they mean nothing: a parser
/// that looks at a fixed number of bytes needs no check at the buffer's end.
pub(super) const PADDING: usize = 128;

/// Bytes of the file that are read and not yet consumed.
///
/// Holds `start <= end <= storage.len() - PADDING`.
pub(super) struct Buffer {
    storage: Vec<u8>,
    start: usize,
    end: usize,
    /// The offset in the file of the storage's first byte.
    base: u64,
}

impl Buffer {
    /// Room for two pieces: what is left of one and all of the next.
    pub(super) fn new() -> Result<Self> {
        let mut buffer = Buffer { storage: Vec::new(), start: 0, end: 0, base: 0 };
        buffer.grow_to(2 * READ_SIZE)?;
        Ok(buffer)
    }

    /// What is there to be parsed.
    #[inline]
    pub(super) fn unread(&self) -> &[u8] {
        &self.storage[self.start..self.end]
    }

    /// The offset in the file of the first unread byte.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Hands out the next bytes and counts them as read.
    #[inline]
    pub(super) fn take(&mut self, length: usize) -> &[u8] {
        let from = self.start;
        self.start = self.end.min(from.saturating_add(length));
        &self.storage[from..self.start]
    }

    /// Where the next read may write: behind the data, at least one byte and at
    /// most `piece`. `need` is how long the record is that is not wholly there.
    /// The storage grows only when it is full of that record, and never beyond
    /// it: what a length field claims costs nothing until the bytes arrive.
    pub(super) fn room(&mut self, need: usize, piece: usize) -> Result<&mut [u8]> {
        self.move_to_front();
        let capacity = self.storage.len() - PADDING;
        if self.end == capacity {
            self.grow_to(need.clamp(capacity + 1, 2 * capacity))?;
        }
        let limit = self.storage.len() - PADDING;
        let to = limit.min(self.end.saturating_add(piece.max(1)));
        Ok(&mut self.storage[self.end..to])
    }

    /// Counts bytes that were written into the room.
    pub(super) fn filled(&mut self, length: usize) {
        self.end = self.end.saturating_add(length).min(self.storage.len() - PADDING);
    }

    /// Forgets everything: what is unread was another stream's.
    pub(super) fn restart(&mut self) {
        (self.start, self.end, self.base) = (0, 0, 0);
    }

    fn move_to_front(&mut self) {
        self.storage.copy_within(self.start..self.end, 0);
        self.base += self.start as u64;
        self.end -= self.start;
        self.start = 0;
    }

    fn grow_to(&mut self, capacity: usize) -> Result<()> {
        let length = capacity + PADDING;
        self.storage.try_reserve_exact(length - self.storage.len()).map_err(|_| {
            Error::new(Kind::NoMemory, format!("no memory for a buffer of {length} bytes"))
        })?;
        fill(&mut self.storage, length);
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.storage.len()
    }
}

/// Zeros up to `length`, in pieces: `resize` writes them one by one in a build
/// without optimisation, where opening a file would take a millisecond.
pub(super) fn fill(bytes: &mut Vec<u8>, length: usize) {
    const ZEROS: [u8; 4096] = [0; 4096];
    while bytes.len() < length {
        let piece = ZEROS.len().min(length - bytes.len());
        bytes.extend_from_slice(&ZEROS[..piece]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(buffer: &mut Buffer, bytes: &[u8], need: usize) -> usize {
        let room = buffer.room(need, bytes.len()).unwrap();
        let n = room.len().min(bytes.len());
        room[..n].copy_from_slice(&bytes[..n]);
        buffer.filled(n);
        n
    }

    #[test]
    fn what_is_unread_stays_and_keeps_its_offset() {
        let mut buffer = Buffer::new().unwrap();
        assert_eq!(write(&mut buffer, b"abcdef", 1), 6);
        assert_eq!(buffer.take(4), b"abcd");
        assert_eq!(write(&mut buffer, b"gh", 3), 2);
        assert_eq!(buffer.unread(), b"efgh");
        assert_eq!(buffer.offset(), 4);
        assert_eq!(buffer.take(100), b"efgh");
        assert_eq!(buffer.offset(), 8);
    }

    #[test]
    fn the_buffer_grows_with_what_arrives_and_not_with_what_is_announced() {
        let mut buffer = Buffer::new().unwrap();
        let before = buffer.capacity();
        let need = 3 * before;
        let piece = vec![7; READ_SIZE];
        let mut written = write(&mut buffer, &piece, need);
        assert_eq!(buffer.capacity(), before);
        while written < need {
            written += write(&mut buffer, &piece, need);
            assert!(buffer.capacity() <= (2 * written).max(before));
        }
        assert_eq!(buffer.capacity(), need + PADDING);
        assert!(buffer.unread().iter().all(|&b| b == 7));
    }
}
