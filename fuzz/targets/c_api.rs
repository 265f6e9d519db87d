//! What include/ipmon.h declares, for Rust: the functions that the library exports, and
//! the statuses that they return.

use std::ffi::{c_char, c_int, c_void};

/// A handle: a number in the guise of a pointer.
pub type Handle = *mut c_void;
pub type Callback = Option<unsafe extern "C-unwind" fn(*const c_void, *mut c_void)>;

/// `struct ArrowArrayStream`.
#[repr(C)]
pub struct Stream {
    pub get_schema: Option<unsafe extern "C" fn(*mut Stream, *mut c_void) -> c_int>,
    pub get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int>,
    pub get_last_error: Option<unsafe extern "C" fn(*mut Stream) -> *const c_char>,
    pub release: Option<unsafe extern "C" fn(*mut Stream)>,
    pub private_data: *mut c_void,
}

/// `struct ArrowArray`.
#[repr(C)]
pub struct Array {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *const *const u8,
    pub children: *const *mut Array,
    pub dictionary: *mut Array,
    pub release: Option<unsafe extern "C" fn(*mut Array)>,
    pub private_data: *mut c_void,
}

// As include/ipmon.h declares them, but for a live capture. The packet, the error, the notice and the adapters are
// bytes here: what they hold is tested elsewhere.
#[rustfmt::skip]
unsafe extern "C" {
    pub safe fn ipmon_new() -> Handle;
    pub safe fn ipmon_free(m: Handle) -> i32;
    pub safe fn ipmon_reset(m: Handle) -> i32;
    pub unsafe fn ipmon_last_error(m: Handle, text: *mut c_char, size: usize, needed: *mut usize) -> i32;
    pub unsafe fn ipmon_set_on_ip_packet(m: Handle, f: Callback, user: *mut c_void) -> i32;
    pub unsafe fn ipmon_set_on_error(m: Handle, f: Callback, user: *mut c_void) -> i32;
    pub unsafe fn ipmon_set_on_notice(m: Handle, f: Callback, user: *mut c_void) -> i32;
    pub unsafe fn ipmon_set_local_host(m: Handle, text: *const c_char) -> i32;
    pub unsafe fn ipmon_get_local_host(m: Handle, text: *mut c_char, size: usize, needed: *mut usize) -> i32;
    pub unsafe fn ipmon_set_filter(m: Handle, text: *const c_char) -> i32;
    pub unsafe fn ipmon_get_filter(m: Handle, text: *mut c_char, size: usize, needed: *mut usize) -> i32;
    pub safe fn ipmon_set_direction(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_direction(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_promiscuous(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_promiscuous(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_snap_length(m: Handle, value: u32) -> i32;
    pub unsafe fn ipmon_get_snap_length(m: Handle, value: *mut u32) -> i32;
    pub safe fn ipmon_set_buffer_size(m: Handle, value: u32) -> i32;
    pub unsafe fn ipmon_get_buffer_size(m: Handle, value: *mut u32) -> i32;
    pub safe fn ipmon_set_latency(m: Handle, value: u32) -> i32;
    pub unsafe fn ipmon_get_latency(m: Handle, value: *mut u32) -> i32;
    pub safe fn ipmon_set_address_text(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_address_text(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_file_access(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_file_access(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_reopen(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_reopen(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_all_multicast(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_all_multicast(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_time_source(m: Handle, value: c_int) -> i32;
    pub unsafe fn ipmon_get_time_source(m: Handle, value: *mut c_int) -> i32;
    pub safe fn ipmon_set_active(m: Handle, active: c_int) -> i32;
    pub unsafe fn ipmon_get_active(m: Handle, active: *mut c_int) -> i32;
    pub safe fn ipmon_wait(m: Handle, timeout_ms: c_int) -> i32;
    pub unsafe fn ipmon_parse_pcap_file(m: Handle, path: *const c_char) -> i32;
    pub safe fn ipmon_set_accept_data(m: Handle, accept: c_int) -> i32;
    pub unsafe fn ipmon_get_accept_data(m: Handle, accept: *mut c_int) -> i32;
    pub safe fn ipmon_interrupt(m: Handle);
    pub unsafe fn ipmon_get_stats(m: Handle, out: *mut u64, size: usize) -> i32;
    pub unsafe fn ipmon_open_pcap_file(m: Handle, path: *const c_char) -> i32;
    pub unsafe fn ipmon_next_batch(m: Handle, out: *mut u64, size: usize, capacity: usize, timeout_ms: c_int) -> isize;
    pub unsafe fn ipmon_batch_bytes(m: Handle, base: *mut *const u8, length: *mut usize) -> i32;
    pub unsafe fn ipmon_arrow_stream(m: Handle, rows: usize, columns: u32, out: *mut Stream) -> i32;
    pub safe fn ipmon_do_events(m: Handle, timeout_ms: c_int) -> i32;
    pub unsafe fn ipmon_get_fd(m: Handle, fd: *mut c_int) -> i32;
    pub unsafe fn ipmon_list_adapters(out: *mut u8, size: usize, capacity: usize, count: *mut usize) -> i32;
    pub unsafe fn ipmon_list_ip_addresses(out: *mut u8, size: usize, capacity: usize, count: *mut usize) -> i32;
    pub safe fn ipmon_check_access(m: Handle) -> i32;
    pub unsafe fn ipmon_format_address(ip: *const u8, version: u32, text: *mut c_char, size: usize) -> i32;
    pub safe fn ipmon_status_text(status: i32) -> *const c_char;
    pub safe fn memfd_create(name: *const c_char, flags: u32) -> c_int;
}

// The statuses, as the header numbers them.
pub const OK: i32 = 0;
pub const NULL_ARGUMENT: i32 = -1;
pub const BAD_ARGUMENT: i32 = -2;
pub const BAD_HANDLE: i32 = -3;
pub const BAD_SIZE: i32 = -4;
pub const BUSY: i32 = -5;
pub const PENDING: i32 = -6;
pub const INTERRUPTED: i32 = -7;
pub const TIMEOUT: i32 = -8;
pub const END: i32 = -9;
pub const NO_DEVICE: i32 = -12;
pub const NO_LIBPCAP: i32 = -15;
pub const BAD_FILTER: i32 = -16;
pub const FILTER_TOO_COMPLEX: i32 = -17;
pub const NOT_FOUND: i32 = -18;
pub const IO: i32 = -19;
