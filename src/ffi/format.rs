//! Addresses as text, on demand.

use super::guard::without_monitor;
use super::status::{Failure, IPMON_STATUS_BAD_ARGUMENT, IPMON_STATUS_BAD_SIZE, ipmon_status};
use super::text;
use crate::address;
use std::ffi::c_char;

/// Bytes that the text of any address takes, its NUL included.
pub const IPMON_ADDRESS_TEXT_SIZE: u32 = 46;

const _: () = assert!(IPMON_ADDRESS_TEXT_SIZE as usize == address::TEXT_SIZE);

/// Writes an address as NUL-terminated text: dotted decimal, or RFC 5952 for
/// IPv6.
///
/// `ip` holds 4 bytes in network order for `ip_version` 4, and 16 for 6, such
/// as `source_ip` of a packet. `IPMON_ADDRESS_TEXT_SIZE` bytes of `text` are
/// enough for any address.
///
/// Returns: `OK`. `BAD_ARGUMENT` for another version. `BAD_SIZE` when `size` is
/// too small: `text` then holds as much as fits. `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: both buffers stay the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_format_address(
    ip: *const u8,
    ip_version: u32,
    text: *mut c_char,
    size: usize,
) -> ipmon_status {
    without_monitor(|| {
        let (version, length) = match ip_version {
            4 => (4, 4),
            6 => (6, 16),
            other => {
                let text = format!("ip_version is {other}; it can be 4 or 6");
                return Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text));
            }
        };
        if ip.is_null() {
            return Err(Failure::null("ip"));
        }
        if text.is_null() {
            return Err(Failure::null("text"));
        }
        if size == 0 {
            return Err(Failure::new(IPMON_STATUS_BAD_SIZE, "text has no room"));
        }
        let mut address = [0; 16];
        // SAFETY: the caller promises 4 or 16 bytes, by the version.
        unsafe { std::ptr::copy_nonoverlapping(ip, address.as_mut_ptr(), length) };
        let mut formatted = [0; address::TEXT_SIZE];
        let length = address::format(&address, version, &mut formatted);
        let formatted = String::from_utf8_lossy(formatted.get(..length).unwrap_or_default());
        text::give(&text::c_text(&formatted), text, size, std::ptr::null_mut())
    })
}
