//! Whether the calling thread is inside a callback, and of which monitors.
//!
//! A thread that runs a source executes the user's code only in callbacks, so
//! the whole run is marked, once, and not every callback.

use std::cell::{Cell, RefCell};
#[cfg(not(loom))]
use std::mem::ManuallyDrop;

// Without a destructor: exit() called in a callback destroys the thread's
// locals first, and what runs at exit still has to know where it is.
#[cfg(not(loom))]
thread_local! {
    static RUNS: ManuallyDrop<RefCell<Vec<usize>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
    static CAPTURES: Cell<usize> = const { Cell::new(0) };
}

#[cfg(loom)]
loom::thread_local! {
    static RUNS: RefCell<Vec<usize>> = RefCell::new(Vec::new());
    static CAPTURES: Cell<usize> = Cell::new(0);
}

/// This thread is the library's own, for a capture of one monitor, to its end: the
/// program's destructors of thread-local data run on it after its run, and must not wait
/// for this very thread.
pub(crate) fn captures_for(monitor: usize) {
    CAPTURES.with(|captures| captures.set(monitor));
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
        RUNS.with(|runs| {
            let mut runs = runs.borrow_mut();
            runs.pop();
            if runs.is_empty() {
                // Nobody else gives the memory back.
                *runs = Vec::new();
            }
        });
    }
}

/// Whether this thread is inside a callback of this monitor.
pub(crate) fn inside(monitor: usize) -> bool {
    CAPTURES.with(Cell::get) == monitor || RUNS.with(|runs| runs.borrow().contains(&monitor))
}

/// Whether this thread is inside a callback of any monitor.
pub(crate) fn inside_any() -> bool {
    CAPTURES.with(Cell::get) != 0 || RUNS.with(|runs| !runs.borrow().is_empty())
}
