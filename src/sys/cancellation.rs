//! Keeping `pthread_cancel()` out of the library.
//!
//! A thread that is cancelled is unwound from the system call that it is in. That
//! unwinding is not Rust's, which ends the program when it meets it; and it would leave
//! a monitor in the midst of a packet.

use std::ffi::c_int;
use std::marker::PhantomData;

#[cfg(target_os = "linux")]
unsafe extern "C" {
    // pthread.h; the crate libc has it for other systems alone.
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
}

/// Sets the calling thread's state, which is two words of its own: also in a signal
/// handler. What it was.
#[cfg(target_os = "linux")]
fn set(state: c_int) -> c_int {
    let mut before = state;
    // SAFETY: writes one integer, which lives through the call.
    unsafe { pthread_setcancelstate(state, &raw mut before) };
    before
}

#[cfg(not(target_os = "linux"))]
fn set(state: c_int) -> c_int {
    state
}

/// `PTHREAD_CANCEL_DISABLE` of every C library of Linux.
const DISABLE: c_int = 1;

/// While it lives, this thread is not cancelled; one that was asked to end meanwhile
/// ends at its next cancellation point afterwards.
pub struct Uncancelled {
    before: c_int,
    /// It is this thread's.
    _thread: PhantomData<*const ()>,
}

impl Uncancelled {
    /// From here on.
    #[expect(clippy::new_without_default, reason = "it does something")]
    pub fn new() -> Self {
        Uncancelled { before: set(DISABLE), _thread: PhantomData }
    }
}

impl Drop for Uncancelled {
    fn drop(&mut self) {
        set(self.before);
    }
}
