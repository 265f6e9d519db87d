//! Files that are mapped into memory.

use super::wake::errno;
use std::ops::Deref;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr::NonNull;
use std::slice;

/// A file in memory, to be read.
///
/// Its bytes are the file's at the moment at which they are looked at. While
/// another process shortens the file, a look behind its end raises SIGBUS; so
/// only who knows the file to be left alone asks for a mapping.
pub struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the mapping belongs to this value alone, and is only read.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps the first `length` bytes of a file.
    ///
    /// # Errors
    /// The error number of the operating system: a length of 0, a file that
    /// cannot be mapped, no room in the address space.
    pub fn new(fd: BorrowedFd<'_>, length: usize) -> Result<Self, i32> {
        let (any, flags) = (std::ptr::null_mut(), libc::MAP_PRIVATE);
        // SAFETY: a mapping at a place that the system chooses disturbs no other
        // memory.
        let start = unsafe { libc::mmap(any, length, libc::PROT_READ, flags, fd.as_raw_fd(), 0) };
        if start == libc::MAP_FAILED {
            return Err(errno());
        }
        let start = NonNull::new(start.cast()).ok_or(libc::ENOMEM)?;
        Ok(Mapping { start, length })
    }
}

impl Deref for Mapping {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: the mapping is this long, readable, and lasts as long as this
        // value; no length beyond isize::MAX can be mapped. That another process
        // may write meanwhile is what who asked for it has ruled out.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's, and nothing borrows from it any
        // more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::AsFd;

    #[test]
    fn a_mapping_holds_the_file_and_ends_with_its_value() {
        let file = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
        let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
        let mapping = Mapping::new(file.as_fd(), bytes.len()).unwrap();
        drop(file);
        assert_eq!(*mapping, *bytes);
    }

    #[test]
    fn what_cannot_be_mapped_is_an_error() {
        let file = File::open("/dev/null").unwrap();
        assert_eq!(Mapping::new(file.as_fd(), 0).err(), Some(libc::EINVAL));
        assert_eq!(Mapping::new(file.as_fd(), 1).err(), Some(libc::ENODEV));
    }
}
