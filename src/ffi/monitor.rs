//! A monitor: made, freed, and what it has to say.

use super::guard::{guard, with_monitor};
use super::handle;
use super::process;
use super::sink::CSink;
use super::status::{
    IPMON_STATUS_BAD_HANDLE, IPMON_STATUS_OK, IPMON_STATUS_PANIC, ipmon_status, of,
};
use super::text;
use crate::monitor::Monitor;
use std::ffi::c_char;

/// A monitor: watches one interface, or reads one file, at a time.
///
/// The pointer names the monitor and points to nothing: it must not be
/// dereferenced. It may be used from several threads at once.
pub struct ipmon_t {
    _private: [u8; 0],
}

/// Makes a monitor with the default options and no callbacks.
///
/// Returns: the monitor; NULL when file descriptors (a monitor holds two) or
/// handles (4,096 in a process) are used up, in a forked child, or
/// where the statuses of other functions say `PANIC`.
/// Threads: any thread, at any time.
/// Ownership: the caller's, to be given to `ipmon_free()` once.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ipmon_new() -> *mut ipmon_t {
    guard(std::ptr::null_mut(), || {
        if process::forked() || !process::watch_forks() {
            return std::ptr::null_mut();
        }
        let monitor = Monitor::new(CSink::new()).ok();
        monitor.and_then(handle::put).unwrap_or(std::ptr::null_mut())
    })
}

/// Ends the run, if there is one, and the monitor. Afterwards the handle is
/// refused with `BAD_HANDLE`.
///
/// Returns: `OK`: no callback of the monitor is running and none will start,
/// except inside a callback of its own: there the current packet is the last,
/// and only `IPMON_NOTICE_ENDED` follows. `PENDING` inside a callback of
/// another monitor while this one runs: the monitor is freed, and its last
/// callback is `IPMON_NOTICE_ENDED`. `BAD_HANDLE`. NULL is fine.
/// Threads: any thread, at any time; calls on other threads that use the
/// monitor end soon, or with `INTERRUPTED`.
/// Ownership: takes the monitor. In a forked child, which has only a copy, it
/// does nothing.
/// From a callback: yes, of its own monitor too.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_free(m: *mut ipmon_t) -> ipmon_status {
    guard(IPMON_STATUS_PANIC, || {
        if m.is_null() || process::forked() {
            return IPMON_STATUS_OK;
        }
        let Some(monitor) = handle::take(m) else { return IPMON_STATUS_BAD_HANDLE };
        monitor.close().map_or_else(|e| of(e.kind), |()| IPMON_STATUS_OK)
    })
}

/// Ends the run, if there is one, and makes the monitor as new: default
/// options, delivery not paused, counters 0, no last run. Callbacks stay, and so
/// does the text of the last failure.
///
/// Returns: `OK`. `BUSY` inside a callback while the monitor runs: stop it
/// there, and reset it later. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: only while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_reset(m: *mut ipmon_t) -> ipmon_status {
    with_monitor(m, |monitor| Ok(monitor.reset()?))
}

/// The text of the monitor's newest failure: one line that says what happened
/// and, where there is one, what to do. Success does not clear it; before the
/// first failure it is empty.
///
/// `needed`, which may be NULL, gets the bytes that the text takes, its NUL
/// included. With `text` NULL and `size` 0 only that is told.
///
/// Returns: `OK`. `BAD_SIZE` when `size` is too small: `text` then holds as
/// much as fits. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time. Where several use one monitor, the newest
/// failure may be another thread's.
/// Ownership: `text` stays the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_last_error(
    m: *mut ipmon_t,
    text: *mut c_char,
    size: usize,
    needed: *mut usize,
) -> ipmon_status {
    // A too small buffer is no failure to remember: it would overwrite the
    // text that was asked for.
    let mut status = IPMON_STATUS_OK;
    let called = with_monitor(m, |monitor| {
        let value = text::c_text(&monitor.last_error());
        if let Err(failure) = text::give(&value, text, size, needed) {
            status = failure.status;
        }
        Ok(())
    });
    if called == IPMON_STATUS_OK { status } else { called }
}
