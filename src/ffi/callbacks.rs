//! The callbacks.

use super::guard::with_monitor;
use super::monitor::ipmon_t;
use super::notices::{ipmon_error, ipmon_notice};
use super::packet::ipmon_packet;
use super::sink::{CSink, UserData};
use super::status::{Failure, ipmon_status};
use crate::monitor::Removal;
use std::ffi::c_void;

/// Called for every IP packet of a run.
///
/// It runs on the capture thread of a live capture, and on the thread that called
/// `ipmon_parse_pcap_file()` for a file, or `ipmon_do_events()`. The callbacks of one
/// monitor never overlap; those of two monitors may. `packet` and all that it points
/// to are borrowed until the callback returns: copy what is to be kept.
///
/// It may call any function of this library, on this monitor too. It must
/// return: an exception that leaves it ends the program. While it runs, packets
/// of a live capture wait in the kernel's ring, which holds `buffer_size`
/// bytes; what does not fit is dropped and counted. All signals are blocked on
/// the capture thread.
pub type ipmon_on_ip_packet_fn =
    Option<unsafe extern "C-unwind" fn(packet: *const ipmon_packet, user_data: *mut c_void)>;

/// Called once when a failure ends a live capture on the library's thread, before the
/// notice `IPMON_NOTICE_ENDED`; `ipmon_get_active()` says 0 by then. What a call
/// returns as its status is not told here again.
///
/// Thread, borrowing and what it may do: as for `ipmon_on_ip_packet_fn`.
pub type ipmon_on_error_fn =
    Option<unsafe extern "C-unwind" fn(error: *const ipmon_error, user_data: *mut c_void)>;

/// Called for what happens during a run and is no packet; the last call of
/// every run is `IPMON_NOTICE_ENDED`.
///
/// Thread, borrowing and what it may do: as for `ipmon_on_ip_packet_fn`.
pub type ipmon_on_notice_fn =
    Option<unsafe extern "C-unwind" fn(notice: *const ipmon_notice, user_data: *mut c_void)>;

/// Sets the function that takes the packets; NULL for none.
///
/// Returns: `OK`. `BUSY` for another function while the monitor runs; NULL is
/// possible at any time, and afterwards no call of the former function is
/// running and none will start (called from inside that function, the current
/// call is the last). `PENDING` for NULL inside a callback of another monitor
/// while a callback of this one runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `user_data` stays the caller's; the library only hands it back.
/// From a callback: NULL only, while the monitor runs.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_on_ip_packet(
    m: *mut ipmon_t,
    callback: ipmon_on_ip_packet_fn,
    user_data: *mut c_void,
) -> ipmon_status {
    let removal = Removal { packets: true, ..Removal::default() };
    set(m, callback.is_none(), removal, move |sink| {
        sink.set_on_ip_packet(callback, UserData(user_data));
    })
}

/// Sets the function that is told what ended a live capture; NULL for none.
///
/// Returns: as `ipmon_set_on_ip_packet()`.
/// Threads: any thread, at any time.
/// Ownership: `user_data` stays the caller's.
/// From a callback: NULL only, while the monitor runs.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_on_error(
    m: *mut ipmon_t,
    callback: ipmon_on_error_fn,
    user_data: *mut c_void,
) -> ipmon_status {
    let removal = Removal { errors: true, ..Removal::default() };
    set(m, callback.is_none(), removal, move |sink| sink.on_error = (callback, UserData(user_data)))
}

/// Sets the function that takes notices; NULL for none.
///
/// Returns: as `ipmon_set_on_ip_packet()`.
/// Threads: any thread, at any time.
/// Ownership: `user_data` stays the caller's; it may be released when the
/// notice `IPMON_NOTICE_ENDED` has returned and no new run is started.
/// From a callback: NULL only, while the monitor runs.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_on_notice(
    m: *mut ipmon_t,
    callback: ipmon_on_notice_fn,
    user_data: *mut c_void,
) -> ipmon_status {
    let removal = Removal { notices: true, ..Removal::default() };
    set(m, callback.is_none(), removal, move |sink| {
        sink.on_notice = (callback, UserData(user_data))
    })
}

fn set(
    m: *mut ipmon_t,
    none: bool,
    removal: Removal,
    change: impl FnOnce(&mut CSink),
) -> ipmon_status {
    with_monitor(m, |monitor| {
        if none {
            return monitor.remove(removal).map_err(Failure::from);
        }
        monitor.set_sink(change).map_err(Failure::from)
    })
}
