//! The way into every function: panics stay here, cancellation stays outside, handles are
//! looked up, failures are kept for `ipmon_last_error`.

use super::handle::{self, Instance};
use super::monitor::ipmon_t;
use super::process;
use super::status::{
    Failure, IPMON_STATUS_BAD_HANDLE, IPMON_STATUS_FORKED, IPMON_STATUS_NULL_ARGUMENT,
    IPMON_STATUS_OK, IPMON_STATUS_PANIC, ipmon_status,
};
use crate::sys::cancellation::Uncancelled;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body`; a panic in it becomes `failed`.
///
/// Where `body` is async-signal-safe, so is this: only a panic touches more
/// than the stack.
pub(super) fn guard<T>(failed: T, body: impl FnOnce() -> T) -> T {
    let _whole = Uncancelled::new();
    caught(body).unwrap_or(failed)
}

/// Runs `body`; `None` when it panicked.
fn caught<T>(body: impl FnOnce() -> T) -> Option<T> {
    let body = || {
        #[cfg(ipmon_faults)]
        crate::faults::point();
        body()
    };
    catch_unwind(AssertUnwindSafe(body)).ok()
}

/// A function that needs no monitor.
pub(super) fn without_monitor(body: impl FnOnce() -> Result<(), Failure>) -> ipmon_status {
    guard(IPMON_STATUS_PANIC, || {
        if process::forked() {
            return IPMON_STATUS_FORKED;
        }
        body().map_or_else(|failure| failure.status, |()| IPMON_STATUS_OK)
    })
}

/// A function of one monitor.
pub(super) fn with_monitor(
    m: *mut ipmon_t,
    body: impl FnOnce(&Instance) -> Result<(), Failure>,
) -> ipmon_status {
    guard(IPMON_STATUS_PANIC, || {
        if process::forked() {
            return IPMON_STATUS_FORKED;
        }
        if m.is_null() {
            return IPMON_STATUS_NULL_ARGUMENT;
        }
        let Some(instance) = handle::get(m) else { return IPMON_STATUS_BAD_HANDLE };
        // Caught here too: the monitor has to say what its newest failure was.
        match caught(|| body(&instance)).unwrap_or_else(|| Err(bug())) {
            Ok(()) => IPMON_STATUS_OK,
            Err(failure) => {
                instance.failed(&failure.text);
                failure.status
            }
        }
    })
}

/// What a panic is told as.
pub(super) fn bug() -> Failure {
    Failure::new(IPMON_STATUS_PANIC, "a bug in ipmon ended the call; please report it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_status_of_a_bug() {
        assert_eq!(without_monitor(|| panic!("planted")), IPMON_STATUS_PANIC);
        let m = super::super::monitor::ipmon_new();
        assert_eq!(with_monitor(m, |_| panic!("planted")), IPMON_STATUS_PANIC);
        assert!(handle::get(m).unwrap().last_error().contains("bug in ipmon"));
        // The monitor can still be used, and freed.
        assert_eq!(with_monitor(m, |_| Ok(())), IPMON_STATUS_OK);
        assert_eq!(super::super::monitor::ipmon_free(m), IPMON_STATUS_OK);
    }
}
