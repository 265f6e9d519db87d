//! Values of different lengths, one behind the other.

use crate::address::TEXT_SIZE;
use std::collections::TryReserveError;

/// The bytes of a column of texts, or of bytes.
pub(super) struct Values {
    /// Longer than what is used, where texts are written: each into a room of its longest.
    bytes: Vec<u8>,
    used: usize,
}

impl Values {
    pub(super) const fn new() -> Self {
        Values { bytes: Vec::new(), used: 0 }
    }

    /// Memory for so many bytes.
    pub(super) fn reserve(&mut self, length: usize) -> Result<(), TryReserveError> {
        self.bytes.try_reserve_exact(length)
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
    }

    /// How many bytes there is memory for.
    pub(super) fn room_for(&self) -> usize {
        self.bytes.capacity()
    }

    /// What was written.
    pub(super) fn all(&self) -> &[u8] {
        self.bytes.get(..self.used).unwrap_or_default()
    }

    /// Writes a value; where it ends.
    pub(super) fn append(&mut self, value: &[u8]) -> Result<usize, TryReserveError> {
        self.bytes.truncate(self.used);
        self.bytes.try_reserve(value.len())?;
        self.bytes.extend_from_slice(value);
        self.used = self.bytes.len();
        Ok(self.used)
    }

    /// Room for a text behind the last; `None` without memory.
    #[inline(always)]
    pub(super) fn room(&mut self) -> Option<&mut [u8; TEXT_SIZE]> {
        if self.bytes.len() - self.used < TEXT_SIZE {
            self.grow()?;
        }
        self.bytes.get_mut(self.used..)?.first_chunk_mut()
    }

    /// A text of this length was written into the room; where it ends.
    #[inline(always)]
    pub(super) fn add(&mut self, length: usize) -> usize {
        self.used += length;
        self.used
    }

    /// To all memory that there is, and to twice as much when that is used.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Option<()> {
        if self.bytes.capacity() - self.used < TEXT_SIZE {
            self.bytes.try_reserve(self.bytes.len().max(TEXT_SIZE)).ok()?;
        }
        self.bytes.resize(self.bytes.capacity(), 0);
        Some(())
    }
}

/// Where a value ends, as Arrow has it.
#[inline(always)]
pub(super) fn offset(end: usize) -> i32 {
    // Texts are bounded by the rows, bytes by the most that a batch takes.
    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "see above")]
    let offset = end as i32;
    offset
}
