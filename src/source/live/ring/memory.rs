//! The memory that the kernel and this program share, and who owns which part of
//! it (Documentation/networking/packet_mmap.rst of the kernel).
//!
//! Each part begins with, or holds, a status word: while its lowest bit is 0 the
//! kernel owns the part and writes into it, and while it is 1 this program does.
//! So a part is looked at only after its status was read (with acquire), and given
//! back only by writing the status (with release) when nothing of it is lent.

use crate::error::{Error, Kind, Result};
use crate::sys::wake::errno;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering::Acquire, Ordering::Release};

/// The ring of one socket, mapped until it is dropped.
pub(super) struct Memory {
    base: NonNull<u8>,
    length: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread, and only this
// value hands it out.
unsafe impl Send for Memory {}

impl Memory {
    /// Maps the ring that a socket has.
    ///
    /// # Errors
    /// `System`.
    pub(super) fn map(socket: impl AsFd, length: usize) -> Result<Self> {
        let fd = socket.as_fd().as_raw_fd();
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping, at a place that the kernel chooses.
        let base = unsafe {
            libc::mmap(std::ptr::null_mut(), length, protection, libc::MAP_SHARED, fd, 0)
        };
        match NonNull::new(base.cast::<u8>()) {
            Some(base) if base.as_ptr().cast() != libc::MAP_FAILED => Ok(Memory { base, length }),
            _ => Err(Error::os(Kind::System, errno(), "the packet ring cannot be mapped")),
        }
    }

    /// Whether the part with its status at `offset` is this program's.
    #[inline]
    pub(super) fn is_ours(&self, offset: usize) -> bool {
        self.handed_over(offset).is_some()
    }

    /// Its status, when it is.
    #[inline]
    pub(super) fn handed_over(&self, offset: usize) -> Option<u32> {
        let status = self.status(offset)?.load(Acquire);
        (status & libc::TP_STATUS_USER != 0).then_some(status)
    }

    /// Gives the part with its status at `offset` to the kernel.
    #[inline]
    pub(super) fn give_back(&mut self, offset: usize) {
        if let Some(status) = self.status(offset) {
            status.store(libc::TP_STATUS_KERNEL, Release);
        }
    }

    /// A part that is this program's; the caller has seen that it is.
    #[inline]
    pub(super) fn part(&mut self, offset: usize, length: usize) -> &mut [u8] {
        if offset.checked_add(length).is_none_or(|end| end > self.length) {
            return &mut [];
        }
        // SAFETY: the offset lies inside the mapping (looked at above).
        let start = unsafe { self.base.add(offset) };
        // SAFETY: the mapping is valid for these bytes, which the kernel leaves
        // alone while they are ours, and this value, borrowed mutably for as long
        // as the slice, is the only way to them here.
        unsafe { std::slice::from_raw_parts_mut(start.as_ptr(), length) }
    }

    #[inline]
    fn status(&self, offset: usize) -> Option<&AtomicU32> {
        if !offset.is_multiple_of(align_of::<AtomicU32>()) || offset + 4 > self.length {
            return None;
        }
        // SAFETY: the offset lies inside the mapping (looked at above).
        let word = unsafe { self.base.add(offset) };
        // SAFETY: the mapping begins at a page and the offset is aligned; both
        // sides use the word as an atomic one while it changes hands.
        Some(unsafe { AtomicU32::from_ptr(word.as_ptr().cast()) })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: this is the mapping that map() made, and nothing of it is lent.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.length) };
    }
}
