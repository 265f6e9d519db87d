//! The waker while the life cycle is model-checked: the same promises without
//! a descriptor, in types that the model checker can follow.

use crate::error::Result;
use crate::sync::{Condvar, Mutex};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::PoisonError;
use std::time::Duration;

/// Set from any thread, it ends a wait at once, and stays set until cleared.
#[derive(Debug)]
pub struct Waker {
    set: Mutex<bool>,
    changed: Condvar,
}

impl Waker {
    /// # Errors
    /// None.
    pub fn new() -> Result<Self> {
        Ok(Waker { set: Mutex::new(false), changed: Condvar::new() })
    }

    /// Ends the wait that is under way, or the next one.
    pub fn set(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Makes the next wait wait again.
    pub fn clear(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Nothing but the waker ends a wait in a model.
    ///
    /// # Errors
    /// None.
    pub fn wait(&self, _: RawFd, timeout: Option<Duration>) -> Result<bool> {
        self.wait_until_set(timeout).map(|()| false)
    }

    /// Likewise.
    ///
    /// # Errors
    /// None.
    pub fn wait_for<const N: usize>(
        &self,
        _: [RawFd; N],
        timeout: Option<Duration>,
    ) -> Result<[i16; N]> {
        self.wait_until_set(timeout).map(|()| [0; N])
    }

    /// Waits until the waker is set; time does not pass in a model.
    ///
    /// # Errors
    /// None.
    pub fn wait_until_set(&self, _: Option<Duration>) -> Result<()> {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        while !*set {
            set = self.changed.wait(set).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}

impl AsRawFd for Waker {
    fn as_raw_fd(&self) -> RawFd {
        -1
    }
}

/// Nothing comes in a model.
///
/// # Errors
/// None.
pub fn wait_without_waker(_: RawFd, _: Duration) -> Result<i16> {
    Ok(0)
}

/// The error number of the system call that just failed on this thread.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
