//! The descriptor that is readable while a pull would find something.
//!
//! It is made when it is asked for: until then a pull makes no system call for it.

use crate::error::Result;
use crate::source::Watchable;
use crate::sys::epoll::Epoll;
use crate::sys::wake::Waker;
use once_cell::sync::OnceCell;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// Dark until it is asked for.
#[derive(Debug, Default)]
pub(super) struct Beacon {
    light: OnceCell<Light>,
    /// Whether more may wait than descriptors tell: packets at hand, a file on a disk,
    /// an end.
    rest: AtomicBool,
    /// A file on a disk is open.
    always: AtomicBool,
}

#[derive(Debug)]
struct Light {
    epoll: Epoll,
    /// Set while `rest` or `always` is, as far as it was told.
    more: Waker,
    told: Mutex<bool>,
}

impl Beacon {
    /// The descriptor, which `wake` makes readable as well.
    pub(super) fn light(&self, wake: &Waker) -> Result<RawFd> {
        let light = self.light.get_or_try_init(|| {
            let light =
                Light { epoll: Epoll::new()?, more: Waker::new()?, told: Mutex::new(false) };
            light.epoll.add(light.more.as_raw_fd())?;
            light.epoll.add(wake.as_raw_fd())?;
            Ok(light)
        })?;
        self.show();
        Ok(light.epoll.as_raw_fd())
    }

    /// From here on watches this; what was watched before is closed, or the same.
    pub(super) fn watch(&self, watchable: &Watchable) -> Result<()> {
        let mut always = *watchable == Watchable::Always;
        if let (Some(light), Watchable::Descriptors(fds)) = (self.light.get(), watchable) {
            for fd in fds.iter().filter(|fd| **fd >= 0) {
                always |= !light.epoll.add(*fd)?;
            }
        }
        self.always.store(always, SeqCst);
        Ok(())
    }

    /// Forgets a descriptor that may stay open: standard input.
    pub(super) fn leave(&self, watchable: &Watchable) {
        self.always.store(false, SeqCst);
        if let (Some(light), Watchable::Descriptors(fds)) = (self.light.get(), watchable) {
            for fd in fds.iter().filter(|fd| **fd >= 0) {
                light.epoll.remove(*fd);
            }
        }
    }

    /// Whether more may wait than descriptors tell.
    pub(super) fn rest(&self, rest: bool) {
        self.rest.store(rest, SeqCst);
        self.show();
    }

    /// More may wait, though a pull came back with nothing: who waits for a change of the
    /// descriptor gets one.
    pub(super) fn again(&self) {
        self.rest(true);
        if let Some(light) = self.light.get() {
            light.more.set();
        }
    }

    fn show(&self) {
        let Some(light) = self.light.get() else { return };
        // Whoever comes last shows what holds then.
        let mut told = light.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let wanted = self.rest.load(SeqCst) || self.always.load(SeqCst);
        if wanted != *told {
            if wanted {
                light.more.set();
            } else {
                light.more.clear();
            }
            *told = wanted;
        }
    }
}
