//! The options of the interface that is captured: whether it may go, what it lets in
//! beyond its own, whose clock it has. Each with its setter and its getter.

use super::guard::with_monitor;
use super::monitor::ipmon_t;
use super::options::set;
use super::status::ipmon_status;
use super::text::put;
use crate::error::{Error, Kind};
use crate::options::TimeSource;
use std::ffi::c_int;

/// Whether a live capture outlives its interface: 0 (the default), and it ends with
/// `DEVICE_GONE` when the interface is removed or moved to another network namespace;
/// or not 0, and it waits until an interface with the name that it had at the start is
/// there and up, and captures on that one: `IPMON_NOTICE_DEVICE_REMOVED` and
/// `IPMON_NOTICE_DEVICE_AGAIN` tell when. The counters go on; what crossed the new
/// interface before it was captured was not received.
///
/// While there is none the monitor is active and sleeps. To capture again takes the
/// rights that a start takes: a program that gave them up meanwhile gets
/// `NO_PERMISSION` as the end of the run. `"any"` has no interface to lose.
///
/// Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_reopen(m: *mut ipmon_t, reopen: c_int) -> ipmon_status {
    set(m, |o| {
        o.reopen = reopen != 0;
        Ok(())
    })
}

/// What `ipmon_set_reopen()` set: 1 or 0.
///
/// Returns: `OK`, with `reopen` written. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_reopen(m: *mut ipmon_t, reopen: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| put(reopen, "reopen", c_int::from(monitor.options(|o| o.reopen))))
}

/// Whether a live capture asks its interface for the frames of every multicast group,
/// joined or not: not 0, or 0 (the default). Promiscuous mode includes them; this is
/// for captures without it. It ends with the capture. `"any"` and files ignore it.
///
/// Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_all_multicast(m: *mut ipmon_t, all_multicast: c_int) -> ipmon_status {
    set(m, |o| {
        o.all_multicast = all_multicast != 0;
        Ok(())
    })
}

/// What `ipmon_set_all_multicast()` set: 1 or 0.
///
/// Returns: `OK`, with `all_multicast` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_all_multicast(
    m: *mut ipmon_t,
    all_multicast: *mut c_int,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        put(all_multicast, "all_multicast", c_int::from(monitor.options(|o| o.all_multicast)))
    })
}

/// The system's clock stamps packets, as the kernel takes them in.
pub const IPMON_TIME_SOURCE_HOST: c_int = 0;
/// The adapter's own clock stamps packets, as they pass it.
pub const IPMON_TIME_SOURCE_ADAPTER: c_int = 1;

/// Which clock stamps the packets of a live capture: `IPMON_TIME_SOURCE_HOST` (the
/// default), or `_ADAPTER`, for interfaces whose hardware stamps every packet that it
/// receives: free of the delays between the wire and the kernel, but of a clock that only
/// agrees with the system's where something like phc2sys(8) sets it. Nanoseconds both.
///
/// The start switches the hardware's stamps on, for which it needs `CAP_NET_ADMIN` unless
/// they are on already; they stay on. It is `UNSUPPORTED` where the interface cannot do
/// so, and on `"any"`. A packet that the hardware left unstamped, such as one that is
/// sent, has the system's time. Files ignore it.
///
/// Returns: `OK`. `BAD_ARGUMENT` for another number. `BUSY` while the monitor runs.
/// `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_time_source(m: *mut ipmon_t, time_source: c_int) -> ipmon_status {
    set(m, |o| {
        o.time_source = match time_source {
            IPMON_TIME_SOURCE_HOST => TimeSource::Host,
            IPMON_TIME_SOURCE_ADAPTER => TimeSource::Adapter,
            other => {
                let text = format!("time_source is {other}; it can be 0 (host) or 1 (adapter)");
                return Err(Error::new(Kind::BadArgument, text));
            }
        };
        Ok(())
    })
}

/// What `ipmon_set_time_source()` set.
///
/// Returns: `OK`, with `time_source` written. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_time_source(m: *mut ipmon_t, time_source: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        put(time_source, "time_source", {
            match monitor.options(|o| o.time_source) {
                TimeSource::Host => IPMON_TIME_SOURCE_HOST,
                TimeSource::Adapter => IPMON_TIME_SOURCE_ADAPTER,
            }
        })
    })
}
