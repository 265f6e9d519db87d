//! What there is to capture on, and whether it may be.

use super::guard::{with_monitor, without_monitor};
use super::monitor::ipmon_t;
use super::status::{Failure, ipmon_status};
use super::text::{self, size_of_struct};
use crate::address;
use crate::source::live;
use crate::source::live::adapters::{self, Adapter, Address};
use std::ffi::{OsStr, c_char};
use std::mem::{offset_of, size_of};
use std::os::unix::ffi::OsStrExt;

/// The interface is up.
pub const IPMON_ADAPTER_UP: u32 = 1 << 0;
/// The interface has a link.
pub const IPMON_ADAPTER_RUNNING: u32 = 1 << 1;
/// The loopback interface.
pub const IPMON_ADAPTER_LOOPBACK: u32 = 1 << 2;
/// The interface of the default route: what a monitor without `local_host`
/// watches.
pub const IPMON_ADAPTER_DEFAULT: u32 = 1 << 3;

/// A network interface.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ipmon_adapter {
    /// The size of this struct in the library, in bytes.
    pub struct_size: u32,
    /// The system's index of the interface.
    pub interface_index: u32,
    /// Bits of `IPMON_ADAPTER_`.
    pub flags: u32,
    /// How many IP addresses it has; `ipmon_list_ip_addresses()` lists them.
    pub address_count: u32,
    /// The hardware (MAC) address: the first `hardware_address_length` bytes.
    pub hardware_address: [u8; 8],
    /// 0 for an interface without one.
    pub hardware_address_length: u32,
    /// 0.
    pub reserved: u32,
    /// The name, NUL-terminated, for `ipmon_set_local_host()`.
    pub name: [c_char; 64],
}

/// An IP address of an interface.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ipmon_ip_address {
    /// The size of this struct in the library, in bytes.
    pub struct_size: u32,
    /// The system's index of the interface.
    pub interface_index: u32,
    /// 4 or 6.
    pub ip_version: u32,
    /// How many bits of the address name the network.
    pub prefix_length: u32,
    /// The address in network order; IPv4 in the first four bytes.
    pub ip: [u8; 16],
    /// The address as NUL-terminated text, for `ipmon_set_local_host()`. A
    /// link-local address bears its zone, the interface: `"fe80::1%eth0"`
    /// (RFC 4007).
    pub text: [c_char; 64],
    /// The name of the interface, NUL-terminated.
    pub interface_name: [c_char; 64],
}

const _: () = {
    assert!(size_of::<ipmon_adapter>() == 96);
    assert!(size_of::<ipmon_ip_address>() == 160);
};

impl text::Grows for ipmon_adapter {
    const FIRST: usize = offset_of!(ipmon_adapter, name) + 64;
}

impl text::Grows for ipmon_ip_address {
    const FIRST: usize = offset_of!(ipmon_ip_address, interface_name) + 64;
}

/// Lists the network interfaces, by index. It needs neither privileges nor
/// libpcap.
///
/// `out` is an array of `capacity` structs of `adapter_size`, which is
/// `sizeof(ipmon_adapter)`, bytes each. With `out` NULL and `capacity` 0 only
/// `count` is told.
///
/// Returns: `OK`, with `count` elements written. `BAD_SIZE` when `capacity` is
/// too small, with `count` telling how many there are and nothing else written.
/// `BAD_ARGUMENT` when the size of an element is none that any version had.
/// `NULL_ARGUMENT`, `FORKED`, `SYSTEM`.
/// Threads: any thread, at any time.
/// Ownership: `out` stays the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_list_adapters(
    out: *mut ipmon_adapter,
    adapter_size: usize,
    capacity: usize,
    count: *mut usize,
) -> ipmon_status {
    without_monitor(|| {
        let default = adapters::default_route();
        let list = adapters::list()?;
        let list: Vec<_> = list.iter().map(|a| adapter(a, default.as_deref())).collect();
        // SAFETY: the caller promises `capacity` structs of `adapter_size`
        // bytes; ipmon_adapter has no padding (4-byte fields, then bytes).
        unsafe { text::give_array(&list, out, adapter_size, capacity, count) }
    })
}

/// Lists the IP addresses of this machine, interface by interface. It needs
/// neither privileges nor libpcap.
///
/// `out` is an array of `capacity` structs of `address_size`, which is
/// `sizeof(ipmon_ip_address)`, bytes each. With `out` NULL and `capacity` 0
/// only `count` is told.
///
/// Returns: `OK`, with `count` elements written. `BAD_SIZE` when `capacity` is
/// too small, with `count` telling how many there are and nothing else written.
/// `BAD_ARGUMENT` when the size of an element is none that any version had.
/// `NULL_ARGUMENT`, `FORKED`, `SYSTEM`.
/// Threads: any thread, at any time.
/// Ownership: `out` stays the caller's.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_list_ip_addresses(
    out: *mut ipmon_ip_address,
    address_size: usize,
    capacity: usize,
    count: *mut usize,
) -> ipmon_status {
    without_monitor(|| {
        let list = adapters::list()?;
        let list: Vec<_> =
            list.iter().flat_map(|a| a.addresses.iter().map(|ip| ip_address(a, ip))).collect();
        // SAFETY: the caller promises `capacity` structs of `address_size`
        // bytes; ipmon_ip_address has no padding (4-byte fields, then bytes).
        unsafe { text::give_array(&list, out, address_size, capacity, count) }
    })
}

/// Whether a live capture with the monitor's options could start now. If not,
/// `ipmon_last_error()` says what keeps it from that and what to do. Only a start
/// tells whether there is memory for the ring, whether the filter suits the
/// interface, and whether its adapter stamps packets.
///
/// Returns: `OK`. `NO_DEVICE`, `DEVICE_DOWN`, `NO_PERMISSION`, `NO_LIBPCAP`,
/// `UNSUPPORTED` for a `time_source` without an adapter, `SYSTEM`. `BAD_HANDLE`,
/// `NULL_ARGUMENT`, `FORKED`.
/// Threads: any thread, at any time.
/// Ownership: nothing changes hands.
/// From a callback: yes.
/// Since: 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn ipmon_check_access(m: *mut ipmon_t) -> ipmon_status {
    with_monitor(m, |monitor| {
        let options = monitor.options(Clone::clone);
        live::check_access(&options).map_err(Failure::from)
    })
}

fn adapter(a: &Adapter, default: Option<&OsStr>) -> ipmon_adapter {
    let flag = |set, bit| if set { bit } else { 0 };
    let mut hardware_address = [0; 8];
    for (to, from) in hardware_address.iter_mut().zip(&a.hardware_address) {
        *to = *from;
    }
    ipmon_adapter {
        struct_size: size_of_struct::<ipmon_adapter>(),
        interface_index: a.index,
        flags: flag(a.up, IPMON_ADAPTER_UP)
            | flag(a.running, IPMON_ADAPTER_RUNNING)
            | flag(a.loopback, IPMON_ADAPTER_LOOPBACK)
            | flag(default == Some(&a.name), IPMON_ADAPTER_DEFAULT),
        address_count: length(a.addresses.len()),
        hardware_address,
        hardware_address_length: length(a.hardware_address.len().min(8)),
        reserved: 0,
        name: array(a.name.as_bytes()),
    }
}

fn ip_address(a: &Adapter, ip: &Address) -> ipmon_ip_address {
    let mut text = [0; address::TEXT_SIZE];
    let end = address::format(&ip.ip, ip.version, &mut text);
    let mut text = text.get(..end).unwrap_or_default().to_vec();
    if ip.scope != 0 {
        // Every interface has fe80:: addresses; the zone (RFC 4007) says whose.
        text.push(b'%');
        text.extend(a.name.as_bytes());
    }
    ipmon_ip_address {
        struct_size: size_of_struct::<ipmon_ip_address>(),
        interface_index: a.index,
        ip_version: u32::from(ip.version),
        prefix_length: u32::from(ip.prefix_length),
        ip: ip.ip,
        text: array(&text),
        interface_name: array(a.name.as_bytes()),
    }
}

fn length(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A text in an array that is longer than any: 15 bytes a name, 45 an address.
fn array(text: &[u8]) -> [c_char; 64] {
    let mut array = [0; 64];
    for (to, from) in array.iter_mut().take(63).zip(text) {
        *to = c_char::from_ne_bytes([*from]);
    }
    array
}
