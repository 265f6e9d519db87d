//! The options of what events carry and of how files are read: each with its setter and
//! its getter.

use super::guard::with_monitor;
use super::monitor::ipmon_t;
use super::options::set;
use super::status::{Failure, IPMON_STATUS_BAD_ARGUMENT, ipmon_status};
use super::text::put;
use crate::options::FileAccess;
use std::ffi::c_int;

/// Whether packets carry their addresses as text: not 0 (the default) or 0.
/// Without, `source_address` and `destination_address` are `""`, and each packet
/// costs less; `ipmon_format_address()` makes the text where it is needed.
///
/// Returns: `OK`. `BUSY` while the monitor runs. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_address_text(m: *mut ipmon_t, address_text: c_int) -> ipmon_status {
    set(m, |o| {
        o.address_text = address_text != 0;
        Ok(())
    })
}

/// What `ipmon_set_address_text()` set: 1 or 0.
///
/// Returns: `OK`, with `address_text` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_address_text(
    m: *mut ipmon_t,
    address_text: *mut c_int,
) -> ipmon_status {
    with_monitor(m, |monitor| {
        put(address_text, "address_text", c_int::from(monitor.options(|o| o.address_text)))
    })
}

/// Files are read into a buffer of the library.
pub const IPMON_FILE_ACCESS_READ: c_int = 0;
/// Files are mapped into memory.
pub const IPMON_FILE_ACCESS_MAP: c_int = 1;

/// How capture files are read: `IPMON_FILE_ACCESS_READ` (the default), or `_MAP`,
/// which maps them into memory and saves a copy of every byte: for files that
/// nobody touches meanwhile. The packets are the same. Small packets gain most;
/// where the system keeps the file in single pages, to map each can cost more than
/// the copy of large packets: measure with files of your own.
///
/// Map only files that are known to be left alone. Where a mapped file is
/// shortened while it is read, or a network file system loses it, this process
/// gets SIGBUS, whose default is to end it; what is written into it meanwhile
/// may or may not be seen, and what is added is not. Bytes of the file count
/// among the memory of the process while it is read, though the system may
/// take them back at any time.
///
/// What cannot be mapped is read: FIFOs, devices, standard input, compressed
/// and empty files, and any file that the system refuses to map. Live capture
/// ignores it.
///
/// Returns: `OK`. `BAD_ARGUMENT` for another number. `BUSY` while the monitor
/// runs. `BAD_HANDLE`, `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: while this monitor does not run.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_set_file_access(m: *mut ipmon_t, file_access: c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        let access = match file_access {
            IPMON_FILE_ACCESS_READ => FileAccess::Read,
            IPMON_FILE_ACCESS_MAP => FileAccess::Map,
            other => {
                let text = format!("file_access is {other}; it can be 0 (read) or 1 (map)");
                return Err(Failure::new(IPMON_STATUS_BAD_ARGUMENT, text));
            }
        };
        Ok(monitor.configure(|o| {
            o.file_access = access;
            Ok(())
        })?)
    })
}

/// What `ipmon_set_file_access()` set.
///
/// Returns: `OK`, with `file_access` written. `BAD_HANDLE`, `NULL_ARGUMENT`,
/// `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_get_file_access(m: *mut ipmon_t, file_access: *mut c_int) -> ipmon_status {
    with_monitor(m, |monitor| {
        put(file_access, "file_access", {
            match monitor.options(|o| o.file_access) {
                FileAccess::Read => IPMON_FILE_ACCESS_READ,
                FileAccess::Map => IPMON_FILE_ACCESS_MAP,
            }
        })
    })
}
