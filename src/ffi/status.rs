//! Statuses: how a call ended, and the text for each.

use super::guard::guard;
use crate::error::{Error, Kind};
use std::ffi::{CStr, c_char};

/// How a call ended: `IPMON_STATUS_OK`, which is 0, or a failure, which is
/// negative. Numbers are never reused.
pub type ipmon_status = i32;

/// The call did what it was asked to do.
pub const IPMON_STATUS_OK: i32 = 0;
/// A pointer that must not be NULL is NULL.
pub const IPMON_STATUS_NULL_ARGUMENT: i32 = -1;
/// An argument has a value that means nothing here; the error text gives the
/// limits. So has a struct's size below that of the struct's first version, or
/// above 65,536.
pub const IPMON_STATUS_BAD_ARGUMENT: i32 = -2;
/// The handle names no monitor: it was freed, or never was one.
pub const IPMON_STATUS_BAD_HANDLE: i32 = -3;
/// A buffer or an array of the caller's is too small.
pub const IPMON_STATUS_BAD_SIZE: i32 = -4;
/// The monitor does something else: stop it or wait for it first.
pub const IPMON_STATUS_BUSY: i32 = -5;
/// Asked for, and not over yet: a callback cannot wait. `ipmon_wait()`
/// tells when.
pub const IPMON_STATUS_PENDING: i32 = -6;
/// A stop, a free or `ipmon_interrupt()` ended the call.
pub const IPMON_STATUS_INTERRUPTED: i32 = -7;
/// The time that the caller gave is over.
pub const IPMON_STATUS_TIMEOUT: i32 = -8;
/// There are no further packets.
pub const IPMON_STATUS_END: i32 = -9;
/// Not enough memory.
pub const IPMON_STATUS_NO_MEMORY: i32 = -10;
/// The operating system does not allow it; the error text names the
/// command that grants it.
pub const IPMON_STATUS_NO_PERMISSION: i32 = -11;
/// No interface has that name or address; the error text lists those that
/// there are.
pub const IPMON_STATUS_NO_DEVICE: i32 = -12;
/// The interface is down.
pub const IPMON_STATUS_DEVICE_DOWN: i32 = -13;
/// The interface was removed during the capture.
pub const IPMON_STATUS_DEVICE_GONE: i32 = -14;
/// libpcap is needed for this and is not installed; the error text names
/// the package.
pub const IPMON_STATUS_NO_LIBPCAP: i32 = -15;
/// The filter expression is wrong; the error text says why.
pub const IPMON_STATUS_BAD_FILTER: i32 = -16;
/// The filter expression is beyond the limits.
pub const IPMON_STATUS_FILTER_TOO_COMPLEX: i32 = -17;
/// There is no such file.
pub const IPMON_STATUS_NOT_FOUND: i32 = -18;
/// Reading the file failed.
pub const IPMON_STATUS_IO: i32 = -19;
/// The file is no capture file.
pub const IPMON_STATUS_NOT_A_CAPTURE: i32 = -20;
/// The file ends in the middle of a record. Every packet before it was
/// delivered.
pub const IPMON_STATUS_TRUNCATED: i32 = -21;
/// The file contradicts its format. Every packet before that place was
/// delivered.
pub const IPMON_STATUS_MALFORMED: i32 = -22;
/// The file is of a version or kind that is not read; or the interface cannot do what an
/// option asks of it.
pub const IPMON_STATUS_UNSUPPORTED: i32 = -23;
/// The process was forked after the library was used in it: in the child, a
/// monitor can only be freed.
pub const IPMON_STATUS_FORKED: i32 = -24;
/// A bug in this library, which was contained. Please report it.
pub const IPMON_STATUS_PANIC: i32 = -25;
/// The operating system failed in another way; see the error text.
pub const IPMON_STATUS_SYSTEM: i32 = -26;

/// A short text for a status, such as `"no such interface"`. What exactly
/// happened and what to do about it is what `ipmon_last_error()` tells.
///
/// Returns: a text that is valid for ever; `"unknown status"` for a number
/// that is none, and where the statuses of other functions say `PANIC`.
/// Threads: any thread, at any time.
/// Ownership: the text belongs to the library.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_status_text(status: ipmon_status) -> *const c_char {
    guard(UNKNOWN.as_ptr(), || text(status).as_ptr())
}

const UNKNOWN: &CStr = c"unknown status";

fn text(status: ipmon_status) -> &'static CStr {
    match status {
        IPMON_STATUS_OK => c"ok",
        IPMON_STATUS_NULL_ARGUMENT => c"an argument is NULL",
        IPMON_STATUS_BAD_ARGUMENT => c"an argument is out of range",
        IPMON_STATUS_BAD_HANDLE => c"the handle names no monitor",
        IPMON_STATUS_BAD_SIZE => c"a buffer is too small",
        IPMON_STATUS_BUSY => c"the monitor is busy",
        IPMON_STATUS_PENDING => c"the run ends soon",
        IPMON_STATUS_INTERRUPTED => c"interrupted",
        IPMON_STATUS_TIMEOUT => c"the time is over",
        IPMON_STATUS_END => c"the end of the packets",
        IPMON_STATUS_NO_MEMORY => c"not enough memory",
        IPMON_STATUS_NO_PERMISSION => c"no permission",
        IPMON_STATUS_NO_DEVICE => c"no such interface",
        IPMON_STATUS_DEVICE_DOWN => c"the interface is down",
        IPMON_STATUS_DEVICE_GONE => c"the interface was removed",
        IPMON_STATUS_NO_LIBPCAP => c"libpcap is not installed",
        IPMON_STATUS_BAD_FILTER => c"the filter expression is wrong",
        IPMON_STATUS_FILTER_TOO_COMPLEX => c"the filter expression is too complex",
        IPMON_STATUS_NOT_FOUND => c"no such file",
        IPMON_STATUS_IO => c"reading failed",
        IPMON_STATUS_NOT_A_CAPTURE => c"not a capture file",
        IPMON_STATUS_TRUNCATED => c"the capture file is cut off",
        IPMON_STATUS_MALFORMED => c"the capture file is damaged",
        IPMON_STATUS_UNSUPPORTED => c"not supported by this file or interface",
        IPMON_STATUS_FORKED => c"not usable in a forked child",
        IPMON_STATUS_PANIC => c"a bug in ipmon",
        IPMON_STATUS_SYSTEM => c"the operating system failed",
        _ => UNKNOWN,
    }
}

/// The status of a kind of failure.
pub(super) fn of(kind: Kind) -> ipmon_status {
    match kind {
        Kind::BadArgument => IPMON_STATUS_BAD_ARGUMENT,
        Kind::Busy => IPMON_STATUS_BUSY,
        Kind::Pending => IPMON_STATUS_PENDING,
        Kind::Interrupted => IPMON_STATUS_INTERRUPTED,
        Kind::Timeout => IPMON_STATUS_TIMEOUT,
        Kind::End => IPMON_STATUS_END,
        Kind::NoMemory => IPMON_STATUS_NO_MEMORY,
        Kind::NoPermission => IPMON_STATUS_NO_PERMISSION,
        Kind::NoDevice => IPMON_STATUS_NO_DEVICE,
        Kind::DeviceDown => IPMON_STATUS_DEVICE_DOWN,
        Kind::DeviceGone => IPMON_STATUS_DEVICE_GONE,
        Kind::NoLibpcap => IPMON_STATUS_NO_LIBPCAP,
        Kind::BadFilter => IPMON_STATUS_BAD_FILTER,
        Kind::FilterTooComplex => IPMON_STATUS_FILTER_TOO_COMPLEX,
        Kind::NotFound => IPMON_STATUS_NOT_FOUND,
        Kind::Io => IPMON_STATUS_IO,
        Kind::NotACapture => IPMON_STATUS_NOT_A_CAPTURE,
        Kind::Truncated => IPMON_STATUS_TRUNCATED,
        Kind::Malformed => IPMON_STATUS_MALFORMED,
        Kind::Unsupported => IPMON_STATUS_UNSUPPORTED,
        Kind::Panic => IPMON_STATUS_PANIC,
        Kind::System => IPMON_STATUS_SYSTEM,
    }
}

/// A failed call: its status, and the text that the monitor keeps.
pub(super) struct Failure {
    pub(super) status: ipmon_status,
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(status: ipmon_status, text: impl Into<String>) -> Self {
        Failure { status, text: text.into() }
    }

    /// `argument` is NULL and must not be.
    pub(super) fn null(argument: &str) -> Self {
        Failure::new(IPMON_STATUS_NULL_ARGUMENT, format!("{argument} is NULL"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { status: of(error.kind), text: error.text }
    }
}
