//! The one buffer that a file passes through.

use crate::error::{Error, Kind, Result};
use crate::source::{WINDOW, Window};
use crate::sys::mapping::Mapping;
use crate::sys::prefetch::prefetch;
use std::mem::size_of;
use std::ops::Deref;

/// How much one read() asks for. Larger pieces were not faster, and this one
/// stays in the second-level cache between the kernel's copy and the parse.
pub(super) const READ_SIZE: usize = 128 * 1024;

/// How far ahead of the record that is looked at memory is asked for, of a file
/// that is mapped: what was read lies in the cache by then.
const AHEAD: usize = 2048;

/// A line of the processor's cache, or a part of one.
const LINE: usize = 64;

/// A page of memory, or a part of a larger one.
const PAGE: usize = 4096;

/// The longest header of a record of either format, and more.
const HEADER: usize = 32;

/// What is at hand of a record before its length is known: its header, and the window of
/// its frame.
type Front = [u8; HEADER + WINDOW];

/// Bytes behind the data that may be read though they mean nothing, so that
/// every frame has its window.
pub(super) const PADDING: usize = size_of::<Front>();

/// How much is looked at in one go: two pieces, all that a buffer has which did not grow.
/// No record that is longer is met.
pub(super) const IN_ONE_GO: usize = 2 * READ_SIZE;

/// The memory of a buffer.
enum Storage {
    /// Read into, with [`PADDING`] behind.
    Own(Vec<u8>),
    /// All of a file, which is taken as read piece by piece.
    Mapped(Mapping),
}

impl Deref for Storage {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Storage::Own(bytes) => bytes,
            Storage::Mapped(map) => map,
        }
    }
}

/// Bytes of the file that are read and not yet consumed.
///
/// Holds `start <= end <= capacity()`.
pub(super) struct Buffer {
    storage: Storage,
    start: usize,
    end: usize,
    /// The offset in the file of the storage's first byte, which may lie in
    /// front of the file.
    base: u64,
}

/// What is unread of a buffer, record by record: nothing is written back until
/// the last of them is known. Of a mapped file all that passes is asked for in
/// front: where the headers of records are is known too late.
#[derive(Clone, Copy)]
pub(super) struct Ahead<'a, const MAPPED: bool> {
    front: &'a Front,
    /// The unread bytes, and as much behind them as a front has: that a record is followed
    /// by so much says both that it is wholly there and that the next has a front, in one
    /// comparison with a constant.
    memory: &'a [u8],
}

impl<'a, const MAPPED: bool> Ahead<'a, MAPPED> {
    /// The header of the next record, and the window of the frame behind it. Only
    /// [`Ahead::pass`] tells whether they are unread bytes.
    #[inline(always)]
    pub(super) fn front<const N: usize>(&self) -> Option<(&'a [u8; N], &'a Window)> {
        let (header, rest) = self.front.split_first_chunk()?;
        Some((header, rest.first_chunk()?))
    }

    /// The next record of so many bytes, where it is wholly there.
    #[inline(always)]
    pub(super) fn pass(&mut self, length: usize) -> Option<&'a [u8]> {
        if self.memory.len() < length.saturating_add(size_of::<Front>()) {
            return None;
        }
        let (record, rest) = self.memory.split_at_checked(length)?;
        self.front = rest.first_chunk()?;
        if MAPPED {
            // Two lines without asking, as most records have.
            prefetch(record, AHEAD);
            prefetch(record, AHEAD + LINE);
            let mut passed = 2 * LINE;
            while passed < length {
                prefetch(record, AHEAD + passed);
                passed += LINE;
            }
        }
        self.memory = rest;
        Some(record)
    }

    /// Where it stands.
    #[inline(always)]
    pub(super) fn place(&self) -> *const u8 {
        self.memory.as_ptr()
    }
}

impl Buffer {
    /// Room for two pieces: what is left of one and all of the next.
    pub(super) fn new() -> Result<Self> {
        let mut buffer = Buffer { storage: Storage::Own(Vec::new()), start: 0, end: 0, base: 0 };
        buffer.grow_to(IN_ONE_GO)?;
        Ok(buffer)
    }

    /// Of a mapped file, of which nothing is read.
    pub(super) fn mapped(map: Mapping) -> Self {
        Buffer { storage: Storage::Mapped(map), start: 0, end: 0, base: 0 }
    }

    /// How much of the next piece of a mapped file there is; `None` for a
    /// buffer that is read into.
    pub(super) fn mapped_room(&self, piece: usize) -> Option<usize> {
        match &self.storage {
            Storage::Own(_) => None,
            Storage::Mapped(map) => Some((map.len() - self.end).min(piece)),
        }
    }

    /// Whether it is a mapped file.
    pub(super) fn is_mapped(&self) -> bool {
        matches!(self.storage, Storage::Mapped(_))
    }

    /// How much the storage can hold.
    pub(super) fn capacity(&self) -> usize {
        match &self.storage {
            Storage::Own(bytes) => bytes.len().saturating_sub(PADDING),
            Storage::Mapped(map) => map.len(),
        }
    }

    /// What is there to be parsed.
    #[inline]
    pub(super) fn unread(&self) -> &[u8] {
        &self.storage[self.start..self.end]
    }

    /// The offset in the file of the first unread byte.
    pub(super) fn offset(&self) -> u64 {
        self.base.wrapping_add(self.start as u64)
    }

    /// Hands out the next bytes and counts them as read.
    #[inline]
    pub(super) fn take(&mut self, length: usize) -> &[u8] {
        let from = self.start;
        self.start = self.end.min(from.saturating_add(length));
        &self.storage[from..self.start]
    }

    /// Counts all in front of a place that an [`Ahead`] told as read.
    pub(super) fn pass_to(&mut self, place: *const u8) {
        self.start = self.end.min(place.addr() - self.storage.as_ptr().addr());
    }

    /// What is unread, to look ahead; `None` where there is not even one record's front.
    #[inline(always)]
    pub(super) fn ahead<const MAPPED: bool>(&self) -> Option<Ahead<'_, MAPPED>> {
        let to = self.end.min(self.start + IN_ONE_GO) + size_of::<Front>();
        let memory = self.storage.get(self.start..to.min(self.storage.len()))?;
        Some(Ahead { front: memory.first_chunk()?, memory })
    }

    /// Hands out the frame of `length` bytes that begins `at` bytes behind the
    /// front, and its window, and counts its record of `total` bytes as read.
    pub(super) fn take_frame(
        &mut self,
        at: usize,
        length: usize,
        total: usize,
    ) -> Option<(&[u8], Option<&Window>)> {
        let from = self.start;
        self.start = self.end.min(from.saturating_add(total));
        let memory = self.storage.get(from + at..)?;
        Some((memory.get(..length)?, memory.first_chunk()))
    }

    /// Where the next read may write: behind the data, at least one byte and at
    /// most `piece`. `need` is how long the record is that is not wholly there.
    /// The storage grows only when it is full of that record, and never beyond
    /// it: what a length field claims costs nothing until the bytes arrive.
    pub(super) fn room(&mut self, need: usize, piece: usize) -> Result<&mut [u8]> {
        self.make_room(need, piece);
        let capacity = self.capacity();
        if self.end == capacity {
            self.grow_to(need.clamp(capacity + 1, 2 * capacity))?;
        }
        let to = self.capacity().min(self.end.saturating_add(piece.max(1)));
        match &mut self.storage {
            Storage::Own(bytes) => Ok(&mut bytes[self.end..to]),
            Storage::Mapped(_) => Ok(&mut []),
        }
    }

    /// Counts bytes that were written into the room.
    pub(super) fn filled(&mut self, length: usize) {
        self.end = self.end.saturating_add(length).min(self.capacity());
    }

    /// Forgets everything: what is unread was another stream's.
    pub(super) fn restart(&mut self) {
        (self.start, self.end, self.base) = (0, 0, 0);
    }

    /// Moves what is unread so that the next read begins where a page of memory
    /// does, as it does in the kernel's copy of the file: between places alike
    /// bytes are copied almost twice as fast. Where there is no room for that,
    /// it moves to the front.
    fn make_room(&mut self, need: usize, piece: usize) {
        let capacity = self.capacity();
        let unread = self.end - self.start;
        // A record that arrives in small pieces is not moved for each of them.
        if unread > 0 && self.start < PAGE && self.end < capacity {
            return;
        }
        let place = self.storage.as_ptr().addr() + unread;
        let to = place.next_multiple_of(PAGE) - place;
        let to = if to + unread.saturating_add(piece).max(need) <= capacity { to } else { 0 };
        if let Storage::Own(bytes) = &mut self.storage {
            bytes.copy_within(self.start..self.end, to);
        }
        self.base = self.base.wrapping_add(self.start as u64).wrapping_sub(to as u64);
        (self.start, self.end) = (to, to + unread);
    }

    fn grow_to(&mut self, capacity: usize) -> Result<()> {
        let length = capacity + PADDING;
        let Storage::Own(bytes) = &mut self.storage else { return Ok(()) };
        bytes.try_reserve_exact(length - bytes.len()).map_err(|_| {
            Error::new(Kind::NoMemory, format!("no memory for a buffer of {length} bytes"))
        })?;
        fill(bytes, length);
        Ok(())
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
        assert_eq!(buffer.capacity(), need);
        assert!(buffer.unread().iter().all(|&b| b == 7));
    }
}
