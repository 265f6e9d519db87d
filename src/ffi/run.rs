//! Runs: started, waited for, stopped, counted.

use super::guard::{guard, with_monitor};
use super::handle::{self, Instance};
use super::monitor::ipmon_t;
use super::process;
use super::stats::ipmon_stats;
use super::status::{Failure, IPMON_STATUS_BAD_ARGUMENT, IPMON_STATUS_INTERRUPTED, ipmon_status};
use super::text::{self, put};
use crate::monitor::Monitor;
use std::ffi::{c_char, c_int};
use std::time::Duration;

/// Starts (`active` not 0) or stops (0) the live capture. A stop also ends a
/// file that another thread parses, and what is open to be pulled from.
///
/// A start opens the interface on this thread, so that its errors are
/// returned here, and captures on a thread of the library.
///
/// A stop lets nothing further in, delivers the packets that had arrived (for
/// up to 60 ms; a callback that takes longer leaves the rest counted as
/// `discarded`), and then returns.
///
/// Returns: `OK`: started; or stopped: no callback of this monitor is running
/// and none will start. Starting what is started and stopping what is stopped
/// is `OK`. Start: `BUSY` while a file is parsed, while the last run is still
/// ending, and inside this monitor's callbacks after its end was asked for;
/// `NO_PERMISSION`, `NO_DEVICE`, `DEVICE_DOWN`, `NO_LIBPCAP`, `BAD_FILTER`,
/// `FILTER_TOO_COMPLEX`, `UNSUPPORTED` for a `time_source`, `NO_MEMORY`, `SYSTEM`;
/// `INTERRUPTED` once `exit()` was called.
/// Stop: `PENDING` inside a callback of another monitor while this one runs.
/// `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: a stop, always: inside a callback of this monitor it
/// returns at once, the current packet is the last, and only
/// `IPMON_NOTICE_ENDED` follows. A start, of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_active(m: *mut ipmon_t, active: c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        if active == 0 {
            return Ok(monitor.stop()?);
        }
        start(monitor, Monitor::start)
    })
}

/// Starts a live capture, unless the program is ending.
pub(super) fn start(
    monitor: &Instance,
    how: impl FnOnce(&Instance) -> crate::error::Result<()>,
) -> Result<(), Failure> {
    process::watch_exit();
    if process::ending() {
        return Err(too_late());
    }
    how(monitor)?;
    // The end may have come meanwhile, and have overlooked this capture.
    if process::ending() {
        monitor.stop()?;
        return Err(too_late());
    }
    Ok(())
}

fn too_late() -> Failure {
    Failure::new(IPMON_STATUS_INTERRUPTED, "the program is ending; no capture starts any more")
}

/// Whether a live capture runs: 1 from a start or `ipmon_open_live()` until a stop,
/// or until a failure ends it.
///
/// Returns: `OK`, with `active` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_active(m: *mut ipmon_t, active: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| put(active, "active", c_int::from(monitor.active())))
}

/// Waits until nothing runs, and nothing is open.
///
/// `timeout_ms` is in milliseconds; 0 only looks, -1 waits for ever.
///
/// Returns: `OK`: the last run ended without failure, or nothing ran since the
/// monitor was made or reset. The failure that ended it otherwise, or that the
/// last start, parse or open was refused with. `TIMEOUT`: it goes on. `INTERRUPTED`
/// by `ipmon_interrupt()`. `PENDING` inside a callback while it goes on.
/// `BAD_ARGUMENT` for a time below -1. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time; several may wait.
/// Ownership: nothing changes hands.
/// From a callback: yes, but it does not wait there.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_wait(m: *mut ipmon_t, timeout_ms: c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        let timeout = timeout(timeout_ms)?;
        Ok(monitor.wait(timeout)?)
    })
}

pub(super) fn timeout(ms: c_int) -> Result<Option<Duration>, Failure> {
    if ms == -1 {
        return Ok(None);
    }
    u64::try_from(ms).map(Duration::from_millis).map(Some).map_err(|_| {
        let text = format!("timeout_ms is {ms}; it can be -1 (for ever), 0 or more");
        Failure::new(IPMON_STATUS_BAD_ARGUMENT, text)
    })
}

/// Reads a capture file to its end on this thread and calls back for every IP
/// packet in it.
///
/// `path` is a path of any bytes, or `"-"` for standard input. pcap and pcapng
/// files are recognised by their content. Filter and `accept_data` apply; the
/// options for live capture do not.
///
/// Returns: `OK`: read to the end. `INTERRUPTED` by a stop, a free (on any
/// thread or in a callback) or `ipmon_interrupt()`. `NOT_FOUND`,
/// `NO_PERMISSION`, `IO` (a directory is that too). `NOT_A_CAPTURE`; `TRUNCATED`,
/// `MALFORMED`, `UNSUPPORTED`: every packet before that place was delivered, and the
/// error text names the byte offset and the reason. `NO_MEMORY`, `SYSTEM`.
/// `BUSY` while the monitor runs. `BAD_ARGUMENT` for an empty path, or one of
/// more than 4,096 bytes. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread; returns when the file is over.
/// Ownership: `path` stays the caller's.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_parse_pcap_file(m: *mut ipmon_t, path: *const c_char) -> ipmon_status {
    with_monitor(m, |monitor| Ok(monitor.parse(text::path(path)?)?))
}

/// Pauses (`accept` 0) or resumes (not 0) delivery, at any time. While paused,
/// packets are counted as `paused` and not delivered. Takes effect with the
/// next packet; the default is 1.
///
/// Returns: `OK`. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_accept_data(m: *mut ipmon_t, accept: c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        monitor.set_accept_data(accept != 0);
        Ok(())
    })
}

/// Whether packets are delivered.
///
/// Returns: `OK`, with `accept` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_accept_data(m: *mut ipmon_t, accept: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| put(accept, "accept", c_int::from(monitor.accept_data())))
}

/// Ends a parse after the current callback (and with it every wait for its
/// end), a call that pulls, or a wait for the end of a live capture or of what is
/// open, which go on; when there is none of these, the next such call ends at once.
///
/// Returns: nothing, not even a failure; a handle that names no monitor is
/// passed over.
/// Threads: any thread, at any time, and signal handlers: it is
/// async-signal-safe.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_interrupt(m: *mut ipmon_t) {
    guard((), || {
        if !process::forked() {
            handle::peek(m, Monitor::interrupt);
        }
    });
}

/// The counters of the run, or of the last one. A start, a parse or an open that
/// is refused by the interface or the file sets them to 0.
///
/// `stats_size` is `sizeof(ipmon_stats)`: a library that knows fewer fields
/// sets the rest to 0, and `struct_size` tells how far it knows them.
///
/// Returns: `OK`, with `out` written. `BAD_ARGUMENT` for a size that is none.
/// `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `out` stays the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_stats(
    m: *mut ipmon_t,
    out: *mut ipmon_stats,
    stats_size: usize,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        if out.is_null() {
            return Err(Failure::null("out"));
        }
        text::check_size::<ipmon_stats>(stats_size)?;
        let stats = ipmon_stats::from(monitor.stats());
        // SAFETY: the caller promises `stats_size` bytes; ipmon_stats has no
        // padding (its fields are 4, 4 and then 8 bytes each).
        unsafe { text::give_struct(&stats, out.cast(), stats_size) };
        Ok(())
    })
}
