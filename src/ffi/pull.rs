//! Pulling: packets come when they are asked for, on the thread that asks.

use super::batch::CBatch;
use super::guard::with_monitor;
use super::monitor::ipmon_t;
use super::packet::ipmon_packet;
use super::run::{start, timeout};
use super::sink::CSink;
use super::status::{
    Failure, IPMON_STATUS_BAD_ARGUMENT, IPMON_STATUS_END, IPMON_STATUS_OK, IPMON_STATUS_TIMEOUT,
    ipmon_status,
};
use super::text::{self, put};
use crate::error::Kind;
use crate::monitor::{Monitor, Pulled};
use std::ffi::{c_char, c_int};

/// Opens the interface for a live capture that is pulled: packets gather in the
/// kernel's ring, and `ipmon_next_batch()` or `ipmon_do_events()` takes them out on
/// the thread that calls it. The library starts no thread, but for short ones: for a
/// filter, and to give the ring's memory back when the capture is over.
///
/// What is open is a run like any other: it ends with a stop, a reset, a free or a
/// failure, its last callback, on the thread of the call that ends it, is the notice
/// `IPMON_NOTICE_ENDED`, and meanwhile start, parse, open and the setters are `BUSY`.
/// Frames that a stop finds waiting are counted as `discarded`.
///
/// Returns: `OK`. What `ipmon_set_active()` returns for a start, but `BUSY` also when
/// the monitor captures or is open already.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_open_live(m: *mut ipmon_t) -> ipmon_status {
    with_monitor(m, |monitor| start(monitor, Monitor::open_live))
}

/// Opens a capture file to be pulled from. `path` is what
/// `ipmon_parse_pcap_file()` takes. Nothing is read yet: what is no capture file
/// shows when packets are asked for.
///
/// Returns: `OK`. `NOT_FOUND`, `NO_PERMISSION`, `IO`, `NO_MEMORY`, `SYSTEM`. `BUSY` while
/// the monitor runs or is open. `INTERRUPTED` by a stop or a free meanwhile.
/// `BAD_ARGUMENT` for an empty path, or one of more than 4,096 bytes. `BAD_HANDLE`,
/// `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: `path` stays the caller's.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_open_pcap_file(m: *mut ipmon_t, path: *const c_char) -> ipmon_status {
    with_monitor(m, |monitor| Ok(monitor.open_file(text::path(path)?)?))
}

/// Takes the next packets of what is open: writes up to `capacity` of them into the
/// array `out`, and waits up to `timeout_ms` for the first.
///
/// `packet_size` is `sizeof(ipmon_packet)`, the distance from one packet to the next:
/// fields that the library does not know are 0, and `struct_size` tells how far it
/// knows them. There may be fewer packets than fit, at most 4,096, with more waiting. In
/// a packet `frame_offset` and `payload_offset` count from the base that
/// `ipmon_batch_bytes()` tells.
///
/// Notices that are due are called back on this thread, in front of the packets that
/// come behind them; the function for packets is not called.
///
/// Returns: how many packets were written, at least 1; 0 when the time is over. `END`
/// after the last packet of a file, again and again. What is wrong with the file, and
/// what ended a live capture, after every packet before that: the statuses of
/// `ipmon_parse_pcap_file()`, `DEVICE_GONE`, `SYSTEM`. `INTERRUPTED` by
/// `ipmon_interrupt()`, after which the next call goes on; by a stop or a free on
/// another thread, for good: packets that this call had taken count as `discarded`.
/// `BUSY` while another call pulls from this monitor, or an Arrow stream of it is not
/// released. `BAD_ARGUMENT` when nothing is open, for a `capacity` of 0, a size that is
/// none, an `out` that is not aligned or a time below -1. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread; one at a time for each monitor.
/// Ownership: `out` stays the caller's. What its packets point to, texts included, is
/// borrowed until the next `ipmon_next_batch()`, `ipmon_do_events()`, open, stop, reset
/// or free of this monitor, on whatever thread.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_next_batch(
    m: *mut ipmon_t,
    out: *mut ipmon_packet,
    packet_size: usize,
    capacity: usize,
    timeout_ms: c_int,
) -> isize {
    let mut count = 0;
    let status = with_monitor(m, |monitor| {
        if out.is_null() {
            return Err(Failure::null("out"));
        }
        text::check_size::<ipmon_packet>(packet_size)?;
        let timeout = timeout(timeout_ms)?;
        let aligned = |n: usize| n.is_multiple_of(align_of::<ipmon_packet>());
        if capacity == 0 || !aligned(out.addr()) || !aligned(packet_size) {
            let text = "capacity is 0, or out or packet_size not aligned as an ipmon_packet is";
            return Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text));
        }
        let address_text = monitor.options(|o| o.address_text);
        // SAFETY: the caller promises the array; sizes and alignment were checked.
        let mut batch = unsafe { CBatch::new(out, packet_size, capacity, address_text) };
        match monitor.pull(&mut batch, timeout) {
            Ok(Pulled::Packets) => count = batch.written(),
            Ok(Pulled::TimeOver) => {}
            Ok(Pulled::End) => count = end(),
            Err(error) if error.kind == Kind::End => count = end(),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    });
    if status == IPMON_STATUS_OK { count } else { wide(status) }
}

/// No failure, and so not the text of the newest.
fn end() -> isize {
    wide(IPMON_STATUS_END)
}

fn wide(status: ipmon_status) -> isize {
    // No system has an isize of less than 32 bits and this library.
    isize::try_from(status).unwrap_or(isize::MIN)
}

/// The memory that holds the frames of the last batch: what the offsets of its packets
/// count from. For columns, and for languages without pointers.
///
/// Returns: `OK`, with `base`, never NULL, and `length` in bytes written; a length of 0
/// before the first batch. `BUSY` while a call pulls from this monitor. `BAD_ARGUMENT`
/// when nothing is open. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: the memory is borrowed, as what the packets point to.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_batch_bytes(
    m: *mut ipmon_t,
    base: *mut *const u8,
    length: *mut usize,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        if base.is_null() {
            return Err(Failure::null("base"));
        }
        if length.is_null() {
            return Err(Failure::null("length"));
        }
        let bytes = monitor.pulled(|sink: &CSink| Bytes(sink.lent.base, sink.lent.length))?;
        put(base, "base", bytes.0)?;
        put(length, "length", bytes.1)
    })
}

struct Bytes(*const u8, usize);

/// Calls the callbacks, on this thread, for what waits in what is open: up to one
/// reading of the file, or one block of the ring. Waits up to `timeout_ms` for the first
/// packet.
///
/// Returns: `OK`: packets were delivered, and more may wait. `TIMEOUT`: none came.
/// `END` and failures as `ipmon_next_batch()`; what is returned is not told to the
/// function for errors as well. `INTERRUPTED` also when a callback stops or frees the
/// monitor: the current packet was the last.
/// Threads: any thread; one at a time for each monitor.
/// Ownership: what callbacks get is borrowed until they return.
/// From a callback: of another monitor.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_do_events(m: *mut ipmon_t, timeout_ms: c_int) -> ipmon_status {
    let mut found = IPMON_STATUS_OK;
    let status = with_monitor(m, |monitor| {
        found = match monitor.do_events(timeout(timeout_ms)?) {
            Ok(Pulled::Packets) => IPMON_STATUS_OK,
            Ok(Pulled::TimeOver) => IPMON_STATUS_TIMEOUT,
            Ok(Pulled::End) => IPMON_STATUS_END,
            Err(error) if error.kind == Kind::End => IPMON_STATUS_END,
            Err(error) => return Err(error.into()),
        };
        Ok(())
    });
    if status == IPMON_STATUS_OK { found } else { status }
}

/// A descriptor that is readable while a call that pulls would find something: packets,
/// the end, a failure, a notice or an interrupt. For `poll()`, `epoll` and every loop
/// that is built on them; it is level-triggered.
///
/// Once it is readable, pull with a time of 0 until nothing comes (a count of 0,
/// `TIMEOUT`); it may be readable once more than there is something. With `EPOLLET` that
/// is a duty. A file on a disk is always readable, to its end. The descriptor can be
/// asked for before something is open, and stays the same for the monitor's life.
///
/// Returns: `OK`, with `fd` written. `SYSTEM` when no descriptor is left. `BAD_HANDLE`,
/// `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: the descriptor stays the library's, and is closed with the monitor: take it
/// out of your loop first. It must not be closed, nor read or written.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_fd(m: *mut ipmon_t, fd: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        if fd.is_null() {
            return Err(Failure::null("fd"));
        }
        put(fd, "fd", monitor.descriptor()?)
    })
}
