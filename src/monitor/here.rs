//! Whether the calling thread is inside a callback, and of which monitors.
//!
//! A thread that runs a source executes the user's code only in callbacks, so
//! the whole run is marked, once, and not every callback.

use std::cell::RefCell;

#[cfg(not(loom))]
thread_local! {
    static RUNS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

#[cfg(loom)]
loom::thread_local! {
    static RUNS: RefCell<Vec<usize>> = RefCell::new(Vec::new());
}

/// While it lives, this thread is inside the callbacks of one monitor.
pub(crate) struct Inside;

impl Inside {
    pub(crate) fn of(monitor: usize) -> Self {
        RUNS.with(|runs| runs.borrow_mut().push(monitor));
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        RUNS.with(|runs| runs.borrow_mut().pop());
    }
}

/// Whether this thread is inside a callback of this monitor.
pub(crate) fn inside(monitor: usize) -> bool {
    // A thread that is being torn down has no run left on it.
    RUNS.try_with(|runs| runs.borrow().contains(&monitor)).unwrap_or(false)
}

/// Whether this thread is inside a callback of any monitor.
pub(crate) fn inside_any() -> bool {
    RUNS.try_with(|runs| !runs.borrow().is_empty()).unwrap_or(false)
}
