//! The options of what is captured, and how: each with its setter and its getter.

use super::guard::with_monitor;
use super::monitor::ipmon_t;
use super::packet::{IPMON_DIRECTION_ANY, IPMON_DIRECTION_IN, IPMON_DIRECTION_OUT};
use super::status::{
    Failure, IPMON_STATUS_BAD_ARGUMENT, IPMON_STATUS_FILTER_TOO_COMPLEX, ipmon_status,
};
use super::text::{self, put};
use crate::error::Result;
use crate::filter::{self, Filter};
use crate::options::{
    MAX_BUFFER_SIZE, MAX_LATENCY, MAX_SNAP_LENGTH, MIN_BUFFER_SIZE, Options, within,
};
use crate::source::Direction;
use std::ffi::{c_char, c_int};

/// Longer than every interface name and every address with its zone.
const MAX_LOCAL_HOST: usize = 255;

pub(super) fn set(
    m: *mut ipmon_t,
    change: impl FnOnce(&mut Options) -> Result<()>,
) -> ipmon_status {
    with_monitor(m, |monitor| Ok(monitor.configure(change)?))
}

/// Which interface a live capture watches: the name of an interface, a local
/// address of it (IPv4 or IPv6 as text, with `%` and an interface where several
/// have it), or `"any"` for all interfaces. NULL or `""` is the interface of the
/// default route, which is the default.
///
/// It chooses an interface and filters nothing. It is resolved at every start.
/// Files ignore it.
///
/// Returns: `OK`. `BAD_ARGUMENT` for more than 255 bytes or for what is not
/// UTF-8. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `local_host` stays the caller's.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_local_host(m: *mut ipmon_t, local_host: *const c_char) -> ipmon_status {
    with_monitor(m, |monitor| {
        let host = text::utf8(local_host, "local_host", MAX_LOCAL_HOST)?;
        let host = host.filter(|h| !h.is_empty()).map(String::from);
        Ok(monitor.configure(|o| {
            o.local_host = host;
            Ok(())
        })?)
    })
}

/// What `ipmon_set_local_host()` set; `""` when unset.
///
/// `needed`, which may be NULL, gets the bytes that the text takes, its NUL
/// included. With `text` NULL and `size` 0 only that is told.
///
/// Returns: `OK`. `BAD_SIZE` when `size` is too small: `text` then holds as
/// much as fits. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `text` stays the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_local_host(
    m: *mut ipmon_t,
    text: *mut c_char,
    size: usize,
    needed: *mut usize,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        let value = monitor.options(|o| text::c_text(o.local_host.as_deref().unwrap_or("")));
        text::give(&value, text, size, needed)
    })
}

/// Which frames count: a filter expression as tcpdump has it (pcap-filter(7)),
/// for live capture and for files. NULL or `""` is all, which is the default.
///
/// The expression is checked here: it must be right for at least one link type.
/// In a file it is compiled for each link type anew; one that a link type cannot
/// express matches none of its frames, and `IPMON_NOTICE_FILTER_NOT_APPLICABLE`
/// says so once. What compiles is a thread of the library's that lives no longer:
/// libpcap needs more stack than a caller may have.
///
/// An expression may have 1,024 bytes. Host and network names are not looked
/// up: write addresses. Names of ports and protocols are fine.
///
/// Returns: `OK`. `BAD_FILTER`, for a name that would have to be looked up too:
/// the error text says why. `FILTER_TOO_COMPLEX`, beyond the limits.
/// `NO_LIBPCAP`: libpcap compiles filters. `BUSY` while the monitor runs.
/// `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `expression` stays the caller's.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_filter(m: *mut ipmon_t, expression: *const c_char) -> ipmon_status {
    with_monitor(m, |monitor| {
        let too_long = |_| {
            let text =
                format!("the filter expression is longer than {} bytes", filter::MAX_EXPRESSION);
            Failure::new(IPMON_STATUS_FILTER_TOO_COMPLEX, text)
        };
        let bytes = text::bytes(expression, "filter", filter::MAX_EXPRESSION).map_err(too_long)?;
        // Compiled outside the monitor's locks: it may take a while.
        let filter = match bytes {
            None | Some([]) => None,
            Some(bytes) => Some(Filter::new(bytes)?),
        };
        Ok(monitor.configure(|o| {
            o.filter = filter;
            Ok(())
        })?)
    })
}

/// What `ipmon_set_filter()` set; `""` when unset.
///
/// `needed`, which may be NULL, gets the bytes that the text takes, its NUL
/// included. With `text` NULL and `size` 0 only that is told.
///
/// Returns: `OK`. `BAD_SIZE` when `size` is too small: `text` then holds as
/// much as fits. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `text` stays the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_filter(
    m: *mut ipmon_t,
    text: *mut c_char,
    size: usize,
    needed: *mut usize,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        let value =
            monitor.options(|o| text::c_text(o.filter.as_ref().map_or("", Filter::expression)));
        text::give(&value, text, size, needed)
    })
}

/// Which packets a live capture takes: `IPMON_DIRECTION_ANY` (the default),
/// `_IN` (received by the interface) or `_OUT` (sent by it). Packets on
/// loopback count as received. Files ignore it.
///
/// Returns: `OK`. `BAD_ARGUMENT` for another number. `BUSY` while the monitor
/// runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_direction(m: *mut ipmon_t, direction: c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        let direction = match u32::try_from(direction) {
            Ok(IPMON_DIRECTION_ANY) => Direction::Unknown,
            Ok(IPMON_DIRECTION_IN) => Direction::In,
            Ok(IPMON_DIRECTION_OUT) => Direction::Out,
            _ => {
                let text = format!("direction is {direction}; it can be 0 (any), 1 (in), 2 (out)");
                return Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text));
            }
        };
        Ok(monitor.configure(|o| {
            o.direction = direction;
            Ok(())
        })?)
    })
}

/// What `ipmon_set_direction()` set.
///
/// Returns: `OK`, with `direction` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_direction(m: *mut ipmon_t, direction: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        put(direction, "direction", {
            let direction = match monitor.options(|o| o.direction) {
                Direction::Unknown => IPMON_DIRECTION_ANY,
                Direction::In => IPMON_DIRECTION_IN,
                Direction::Out => IPMON_DIRECTION_OUT,
            };
            c_int::try_from(direction).unwrap_or(0)
        })
    })
}

/// Whether a live capture asks the interface for frames that are not addressed
/// to this host: not 0 (the default) or 0. Several captures of one interface do
/// not disturb each other. It has no effect on `"any"`. Files ignore it.
///
/// Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_promiscuous(m: *mut ipmon_t, promiscuous: c_int) -> ipmon_status {
    set(m, |o| {
        o.promiscuous = promiscuous != 0;
        Ok(())
    })
}

/// What `ipmon_set_promiscuous()` set: 1 or 0.
///
/// Returns: `OK`, with `promiscuous` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_promiscuous(m: *mut ipmon_t, promiscuous: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        put(promiscuous, "promiscuous", c_int::from(monitor.options(|o| o.promiscuous)))
    })
}

/// How many bytes of each frame a live capture keeps: 1 to 262,144, which is the
/// default. Headers that lie beyond are not decoded. Files ignore it: every
/// byte that they hold is read.
///
/// Returns: `OK`. `BAD_ARGUMENT` outside of these limits. `BUSY` while the
/// monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_snap_length(m: *mut ipmon_t, snap_length: u32) -> ipmon_status {
    set(m, |o| {
        o.snap_length = within("snap_length", snap_length, 1, MAX_SNAP_LENGTH)?;
        Ok(())
    })
}

/// What `ipmon_set_snap_length()` set.
///
/// Returns: `OK`, with `snap_length` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_snap_length(m: *mut ipmon_t, snap_length: *mut u32) -> ipmon_status {
    with_monitor(m, |monitor| put(snap_length, "snap_length", monitor.options(|o| o.snap_length)))
}

/// The size of the kernel's ring for a live capture in bytes: 1,048,576 to
/// 2,147,483,647; the default is 33,554,432. It is allocated whole at the start.
/// It is what is there for packets while a callback takes its time. Files
/// ignore it.
///
/// Returns: `OK`. `BAD_ARGUMENT` outside of these limits. `BUSY` while the
/// monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_buffer_size(m: *mut ipmon_t, buffer_size: u32) -> ipmon_status {
    set(m, |o| {
        o.buffer_size = within("buffer_size", buffer_size, MIN_BUFFER_SIZE, MAX_BUFFER_SIZE)?;
        Ok(())
    })
}

/// What `ipmon_set_buffer_size()` set.
///
/// Returns: `OK`, with `buffer_size` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_buffer_size(m: *mut ipmon_t, buffer_size: *mut u32) -> ipmon_status {
    with_monitor(m, |monitor| put(buffer_size, "buffer_size", monitor.options(|o| o.buffer_size)))
}

/// How long a packet of a live capture may wait for others to be handed over
/// with it, in microseconds: 0 to 20,000; the default is 1,000. More makes each
/// packet cheaper. With 1,000, where hundreds of packets come in a millisecond,
/// they may wait 4,000 longer. Below 1,000, every packet is handed over as soon
/// as possible, which costs a multiple of the processor time; the ring then has
/// a slot of `snap_length` bytes, at most 64 KiB, for each packet, so that a
/// smaller `snap_length` makes it hold more of them. Files ignore it.
///
/// Returns: `OK`. `BAD_ARGUMENT` outside of these limits. `BUSY` while the
/// monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_latency(m: *mut ipmon_t, latency: u32) -> ipmon_status {
    set(m, |o| {
        o.latency = within("latency", latency, 0, MAX_LATENCY)?;
        Ok(())
    })
}

/// What `ipmon_set_latency()` set.
///
/// Returns: `OK`, with `latency` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_latency(m: *mut ipmon_t, latency: *mut u32) -> ipmon_status {
    with_monitor(m, |monitor| put(latency, "latency", monitor.options(|o| o.latency)))
}
