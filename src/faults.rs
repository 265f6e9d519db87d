//! Panics on demand, so that a test can see where they end. Only in libraries
//! built with `--cfg ipmon_faults`, which are never released.
//!
//! It stands outside of `ffi`, because what is there gets into the header.
#![allow(unsafe_code, reason = "one exported name")]
#![allow(unreachable_pub, reason = "called by the C program of tests/no-panic-crosses.sh")]

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

static LEFT: AtomicU32 = AtomicU32::new(0);

/// The `nth` point from now on panics, on any thread; 0 for none. Returns what
/// was left of the last order: 0 when its panic has happened.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_fault(nth: u32) -> u32 {
    LEFT.swap(nth, SeqCst)
}

/// A point where a panic may be ordered.
pub(crate) fn point() {
    if LEFT.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)) == Ok(1) {
        panic!("ordered by a test");
    }
}
