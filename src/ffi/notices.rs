//! What else a run tells: notices, and the error that ends a capture.

use super::status::ipmon_status;
use crate::monitor::Topic;
use crate::source::DeviceChange;
use std::ffi::c_char;
use std::mem::size_of;

/// The run is over, with its status; the last callback of every run. User data
/// that only callbacks use may be released when it returns. A start or a parse
/// that fails before it runs (no such interface, no such file) is no run: its
/// status says it all.
pub const IPMON_NOTICE_ENDED: i32 = 1;
/// The kernel had no room for `count` frames: the callback is too slow for the
/// traffic, or `buffer_size` too small. It comes where they are missing, as
/// closely as the kernel tells: behind the packets that had arrived before them,
/// and in front of those that arrived after them.
pub const IPMON_NOTICE_GAP: i32 = 2;
/// The filter expression means nothing for a link type of the file, and so
/// matches none of its frames. Told once for each link type.
pub const IPMON_NOTICE_FILTER_NOT_APPLICABLE: i32 = 3;
/// The interface of a live capture was switched off. The capture goes on, and sees
/// packets again when it is switched on. The text of this notice and of those that
/// follow names the interface; a capture of `"any"` tells them of every interface.
/// They come within a quarter of a second.
pub const IPMON_NOTICE_DEVICE_DOWN: i32 = 4;
/// The interface was switched on.
pub const IPMON_NOTICE_DEVICE_UP: i32 = 5;
/// The interface has another name; the text has both. The capture goes on.
pub const IPMON_NOTICE_DEVICE_RENAMED: i32 = 6;
/// The interface is gone, or was moved to another network namespace. An interface
/// that is up goes down first. The capture of one interface ends with it, with
/// `IPMON_STATUS_DEVICE_GONE`, unless `ipmon_set_reopen()` has it wait for the next.
pub const IPMON_NOTICE_DEVICE_REMOVED: i32 = 7;
/// The interface has another link-layer (MAC) address.
pub const IPMON_NOTICE_DEVICE_ADDRESS: i32 = 8;
/// The interface has another link type; a new start captures with it.
pub const IPMON_NOTICE_DEVICE_LINK_TYPE: i32 = 9;
/// An interface of the name that was removed is there and up, and is captured:
/// what `ipmon_set_reopen()` asked for.
pub const IPMON_NOTICE_DEVICE_AGAIN: i32 = 10;

/// What ended a live capture.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ipmon_error {
    /// The size of this struct in the library, in bytes.
    pub struct_size: u32,
    /// The failure.
    pub status: ipmon_status,
    /// The operating system's error number, 0 where it had none.
    pub system_error: i32,
    /// 0.
    pub reserved: u32,
    /// The byte offset in the file, -1 where there is none.
    pub offset: i64,
    /// One line: what happened and, where there is one, what to do. Borrowed
    /// until the callback returns.
    pub text: *const c_char,
}

/// Something that happened during a run and is no packet.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ipmon_notice {
    /// The size of this struct in the library, in bytes.
    pub struct_size: u32,
    /// One of `IPMON_NOTICE_`. A newer library may send codes that this header
    /// does not list: pass over them.
    pub code: i32,
    /// `ENDED`: how the run ended; `IPMON_STATUS_OK` otherwise.
    pub status: ipmon_status,
    /// 0.
    pub reserved: u32,
    /// `GAP`: how many frames; 0 otherwise.
    pub count: u64,
    /// When it was told, by the system's clock, in microseconds since 1970-01-01
    /// 00:00 UTC.
    pub timestamp: i64,
    /// One line. Borrowed until the callback returns.
    pub text: *const c_char,
}

pub(super) fn code(topic: Topic) -> i32 {
    match topic {
        Topic::Ended => IPMON_NOTICE_ENDED,
        Topic::Gap => IPMON_NOTICE_GAP,
        Topic::FilterNotApplicable => IPMON_NOTICE_FILTER_NOT_APPLICABLE,
        Topic::Device(DeviceChange::Down) => IPMON_NOTICE_DEVICE_DOWN,
        Topic::Device(DeviceChange::Up) => IPMON_NOTICE_DEVICE_UP,
        Topic::Device(DeviceChange::Renamed) => IPMON_NOTICE_DEVICE_RENAMED,
        Topic::Device(DeviceChange::Removed) => IPMON_NOTICE_DEVICE_REMOVED,
        Topic::Device(DeviceChange::Address) => IPMON_NOTICE_DEVICE_ADDRESS,
        Topic::Device(DeviceChange::LinkType) => IPMON_NOTICE_DEVICE_LINK_TYPE,
        Topic::Device(DeviceChange::Again) => IPMON_NOTICE_DEVICE_AGAIN,
    }
}

// The layouts are frozen: a field is added at the end, and nothing else changes.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<ipmon_error>() == 32);
    assert!(size_of::<ipmon_notice>() == 40);
};
