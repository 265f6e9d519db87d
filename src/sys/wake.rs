//! Waking a thread that waits for input.

use crate::error::{Error, Kind, Result};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

/// An eventfd: set from any thread (or a signal handler), it ends a wait at
/// once, and stays set until it is cleared.
#[derive(Debug)]
pub struct Waker {
    fd: OwnedFd,
}

impl Waker {
    /// # Errors
    /// `System` when no file descriptor is left.
    pub fn new() -> Result<Self> {
        // SAFETY: eventfd takes two integers and touches no memory of ours.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(Error::os(Kind::System, errno(), "no event descriptor"));
        }
        // SAFETY: fd was opened just now and nobody else owns it.
        Ok(Waker { fd: unsafe { OwnedFd::from_raw_fd(fd) } })
    }

    /// Ends the wait that is under way, or the next one. Safe in a signal
    /// handler: one write, nothing else.
    pub fn set(&self) {
        let one = 1u64;
        // SAFETY: writes the 8 bytes of a u64 that lives through the call.
        unsafe { libc::write(self.fd.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    /// Makes the next wait wait again.
    pub fn clear(&self) {
        let mut count = 0u64;
        // SAFETY: reads 8 bytes into a u64 that lives through the call.
        unsafe { libc::read(self.fd.as_raw_fd(), (&raw mut count).cast(), 8) };
    }

    /// Waits until `fd` is readable (or in error), the waker is set or
    /// `timeout` is over; true when `fd` is what ended the wait. Signals do not
    /// end it.
    ///
    /// # Errors
    /// `System` when the operating system cannot wait.
    pub fn wait(&self, fd: RawFd, timeout: Option<Duration>) -> Result<bool> {
        self.wait_for([fd], timeout).map(|[found]| found != 0)
    }

    /// The same for several descriptors: what poll found on each of them.
    ///
    /// # Errors
    /// `System` when the operating system cannot wait.
    pub fn wait_for<const N: usize>(
        &self,
        fds: [RawFd; N],
        timeout: Option<Duration>,
    ) -> Result<[i16; N]> {
        poll(self.fd.as_raw_fd(), fds, timeout)
    }

    /// Waits until the waker is set or `timeout` is over.
    ///
    /// # Errors
    /// `System` when the operating system cannot wait.
    pub fn wait_until_set(&self, timeout: Option<Duration>) -> Result<()> {
        self.wait_for([], timeout).map(drop)
    }
}

/// Waits for a descriptor when no waker may end it; what poll found on it.
///
/// # Errors
/// `System` when the operating system cannot wait.
pub fn wait_without_waker(fd: RawFd, timeout: Duration) -> Result<i16> {
    // poll passes over a negative descriptor.
    poll(-1, [fd], Some(timeout)).map(|[found]| found)
}

fn poll<const N: usize>(
    waker: RawFd,
    fds: [RawFd; N],
    timeout: Option<Duration>,
) -> Result<[i16; N]> {
    // Room for the waker in front of the others; N + 1 is no array length yet.
    let mut set = [libc::pollfd { fd: -1, events: libc::POLLIN, revents: 0 }; 4];
    for (place, fd) in set.iter_mut().zip(std::iter::once(waker).chain(fds)) {
        place.fd = fd;
    }
    let end = timeout.map(|t| Instant::now() + t);
    loop {
        let left = end.map(|e| e.saturating_duration_since(Instant::now()));
        let count = libc::nfds_t::try_from(N.min(3) + 1).unwrap_or(1);
        // SAFETY: the set has at least `count` elements and lives through the call.
        let n = unsafe { libc::poll(set.as_mut_ptr(), count, milliseconds(left)) };
        if n >= 0 {
            return Ok(std::array::from_fn(|i| set.get(i + 1).map_or(0, |fd| fd.revents)));
        }
        if errno() != libc::EINTR {
            return Err(Error::os(Kind::System, errno(), "cannot wait for packets"));
        }
    }
}

impl AsRawFd for Waker {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// poll's time-out: rounded up, so that a wait never ends early; -1 for ever.
fn milliseconds(left: Option<Duration>) -> i32 {
    left.map_or(-1, |d| i32::try_from(d.as_micros().div_ceil(1000)).unwrap_or(i32::MAX))
}

/// The error number of the system call that just failed on this thread.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waker_ends_a_wait_and_stays_set_until_cleared() {
        let waker = Waker::new().unwrap();
        let quiet = Waker::new().unwrap();
        let short = Some(Duration::from_millis(20));
        assert!(!waker.wait(quiet.as_raw_fd(), short).unwrap());
        waker.set();
        let start = Instant::now();
        assert!(!waker.wait(quiet.as_raw_fd(), None).unwrap());
        assert!(!waker.wait(quiet.as_raw_fd(), None).unwrap());
        assert!(start.elapsed() < Duration::from_secs(5));
        waker.clear();
        quiet.set();
        assert!(waker.wait(quiet.as_raw_fd(), None).unwrap());
    }
}
