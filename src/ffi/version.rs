//! Which library this is.

use super::guard::guard;
use std::ffi::{CStr, c_char};

/// The version of the ABI: it grows when something is added to it. What it
/// had is never changed or taken away. Compare it with `ipmon_abi_version()`
/// to learn whether the library that was loaded is older than this header.
pub const IPMON_ABI_VERSION: u32 = 1;

/// The version of the library that was loaded, as `"MAJOR.MINOR.PATCH"`.
///
/// Returns: a text that is valid for ever; `""` where the statuses of other
/// functions say `PANIC`.
/// Threads: any thread, at any time.
/// Ownership: the text belongs to the library.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(text) => text,
            Err(_) => c"",
        };
    guard(c"".as_ptr(), || VERSION.as_ptr())
}

/// The version of the ABI of the library that was loaded.
///
/// Returns: `IPMON_ABI_VERSION` of the header that it was built with; 0, which
/// no version is, where the statuses of other functions say `PANIC`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_abi_version() -> u32 {
    guard(0, || IPMON_ABI_VERSION)
}
