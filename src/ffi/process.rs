//! The process that embeds the library: forks and exits.

use super::handle;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

static FORKED: AtomicBool = AtomicBool::new(false);

/// How long an exiting program waits for the callbacks that still run.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether this process was forked from one that used the library. Its threads
/// did not come along, and locks may be held by threads that are not there.
pub(super) fn forked() -> bool {
    FORKED.load(Relaxed)
}

extern "C" fn in_child() {
    FORKED.store(true, Relaxed);
}

/// Once, before the first monitor: notice forks.
pub(super) fn watch_forks() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler only stores to a static atomic, and the library is
    // never unloaded.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_child));
    });
}

/// Once, before the first capture: end captures at exit. Handlers run in
/// reverse order, so that this one comes before the destructors of statics
/// that the program had built by then, which its callbacks may use.
pub(super) fn watch_exit() {
    static ONCE: Once = Once::new();
    // SAFETY: the handler unwinds into nothing (its body is guarded), and the
    // library is never unloaded.
    ONCE.call_once(|| unsafe {
        libc::atexit(at_exit);
    });
}

extern "C" fn at_exit() {
    if forked() {
        return;
    }
    super::guard::guard((), || {
        for instance in handle::all() {
            // What runs on after that is a callback of the program's own.
            let _ = instance.stop_within(PATIENCE);
        }
    });
}
