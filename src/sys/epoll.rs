//! A descriptor that is readable while any of several is.

use super::wake::errno;
use crate::error::{Error, Kind, Result};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// An epoll instance that is never asked itself: it is a descriptor for others to
/// wait for.
#[derive(Debug)]
pub struct Epoll(OwnedFd);

impl Epoll {
    /// # Errors
    /// `System` when no descriptor is left.
    pub fn new() -> Result<Self> {
        // SAFETY: takes an integer and touches no memory of ours.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(Error::os(Kind::System, errno(), "no descriptor to wait for"));
        }
        // SAFETY: fd was opened just now and nobody else owns it.
        Ok(Epoll(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Adds a descriptor until it is closed; one that is there already is fine. A file
    /// that is always readable (`EPERM`) cannot be added: false.
    ///
    /// # Errors
    /// `System`.
    pub fn add(&self, fd: RawFd) -> Result<bool> {
        let events = u32::try_from(libc::EPOLLIN).unwrap_or(1);
        let mut event = libc::epoll_event { events, u64: 0 };
        let (epoll, add) = (self.0.as_raw_fd(), libc::EPOLL_CTL_ADD);
        // SAFETY: `event` lives through the call; descriptors are numbers.
        match unsafe { libc::epoll_ctl(epoll, add, fd, &raw mut event) } {
            0 => Ok(true),
            _ if errno() == libc::EEXIST => Ok(true),
            _ if errno() == libc::EPERM => Ok(false),
            _ => Err(Error::os(Kind::System, errno(), "a descriptor cannot be waited for")),
        }
    }

    /// Takes a descriptor out that stays open; one that is not in it is fine.
    pub fn remove(&self, fd: RawFd) {
        let (epoll, del) = (self.0.as_raw_fd(), libc::EPOLL_CTL_DEL);
        // SAFETY: the event is not looked at; descriptors are numbers.
        unsafe { libc::epoll_ctl(epoll, del, fd, std::ptr::null_mut()) };
    }
}

impl AsRawFd for Epoll {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
