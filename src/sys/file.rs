//! Opening and reading files, without ever waiting in a call that nothing ends.

use crate::sys::wake::errno;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;

/// What reading a descriptor is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A file on a disk: a read never waits for anybody.
    Regular,
    /// A directory: nothing to read.
    Directory,
    /// A pipe, a terminal, a socket, a device: a read waits for its other end.
    Stream,
}

/// Opens a file for reading. A FIFO opens at once, writer or not, and its
/// descriptor stays non-blocking: the flag is on this descriptor alone, and a
/// read after a poll cannot hang when another reader was faster.
///
/// # Errors
/// The error number of the operating system. `EWOULDBLOCK` while somebody holds
/// a lease on the file (a file server does): the holder was told to give it up,
/// and has up to a minute for that, after which the kernel takes it away.
pub fn open(path: &OsStr) -> Result<OwnedFd, i32> {
    let flags = libc::O_NOCTTY | libc::O_NONBLOCK;
    // The standard library adds O_CLOEXEC, and repeats the call after a signal.
    match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => Ok(file.into()),
        // A path with a NUL in it never reaches the operating system.
        Err(e) => Err(e.raw_os_error().unwrap_or(libc::EINVAL)),
    }
}

/// What kind of file a descriptor is open on.
///
/// # Errors
/// The error number of the operating system.
pub fn file_type(fd: BorrowedFd<'_>) -> Result<FileType, i32> {
    Ok(match status(fd)?.st_mode & libc::S_IFMT {
        libc::S_IFREG => FileType::Regular,
        libc::S_IFDIR => FileType::Directory,
        _ => FileType::Stream,
    })
}

/// How many bytes the file has now that a descriptor is open on.
///
/// # Errors
/// The error number of the operating system.
pub fn length(fd: BorrowedFd<'_>) -> Result<usize, i32> {
    usize::try_from(status(fd)?.st_size).map_err(|_| libc::EOVERFLOW)
}

fn status(fd: BorrowedFd<'_>) -> Result<libc::stat, i32> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: fstat writes one stat into memory that is large enough for it.
    let failed = unsafe { libc::fstat(fd.as_raw_fd(), status.as_mut_ptr()) };
    if failed != 0 {
        return Err(errno());
    }
    // SAFETY: fstat succeeded and so filled the structure.
    Ok(unsafe { status.assume_init() })
}

/// Reads into `room` and says how many bytes came; 0 is the end of the file.
/// Signals do not end it.
///
/// # Errors
/// The error number of the operating system.
pub fn read(fd: BorrowedFd<'_>, room: &mut [u8]) -> Result<usize, i32> {
    loop {
        // SAFETY: read writes at most room.len() bytes into room.
        let n = unsafe { libc::read(fd.as_raw_fd(), room.as_mut_ptr().cast(), room.len()) };
        match usize::try_from(n) {
            Ok(n) => return Ok(n),
            Err(_) if errno() == libc::EINTR => {}
            Err(_) => return Err(errno()),
        }
    }
}
