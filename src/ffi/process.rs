//! The process that embeds the library: forks and exits.

use super::handle;
use std::sync::Once;
use std::sync::atomic::{
    AtomicBool, AtomicU32,
    Ordering::{Relaxed, SeqCst},
};
use std::time::{Duration, Instant};

/// The process that used the library first; 0 before that.
static OWNER: AtomicU32 = AtomicU32::new(0);
static FORKED: AtomicBool = AtomicBool::new(false);
static ENDING: AtomicBool = AtomicBool::new(false);

/// How long an exiting program waits for the callbacks that still run, all
/// captures together.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether this process was forked from one that used the library. Its threads
/// did not come along, and locks may be held by threads that are not there.
pub(super) fn forked() -> bool {
    FORKED.load(Relaxed)
}

extern "C" fn in_child() {
    FORKED.store(true, Relaxed);
}

/// Before every monitor is made: notices forks from here on. False in a child
/// that was forked while another thread did this for the first time, too early
/// for the handler; what that thread held in the parent is held for ever here.
pub(super) fn watch_forks() -> bool {
    static ONCE: Once = Once::new();
    let here = std::process::id();
    if OWNER.compare_exchange(0, here, SeqCst, SeqCst).is_err_and(|owner| owner != here) {
        FORKED.store(true, Relaxed);
        return false;
    }
    // SAFETY: the handler only stores to a static atomic, and the library is
    // never unloaded.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_child));
    });
    true
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
        ENDING.store(true, SeqCst);
        let all = handle::all();
        // All are told before one is waited for.
        for instance in &all {
            let _ = instance.stop_within(Duration::ZERO);
        }
        let end = Instant::now() + PATIENCE;
        for instance in &all {
            // What runs on after that is a callback of the program's own.
            let _ = instance.stop_within(end.saturating_duration_since(Instant::now()));
        }
    });
}

/// Whether `exit()` was called: what starts now would outlive what it uses.
pub(super) fn ending() -> bool {
    ENDING.load(SeqCst)
}
