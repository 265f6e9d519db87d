//! Time stamps of the network adapter (Documentation/networking/timestamping.rst of the
//! kernel).

use super::packet_socket::set_option;
use super::wake::errno;
use crate::error::{Error, Kind, Result};
use std::ffi::OsStr;
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;

/// linux/sockios.h.
const SIOCSHWTSTAMP: libc::c_ulong = 0x89b0;
const SIOCGHWTSTAMP: libc::c_ulong = 0x89b1;
const SIOCETHTOOL: libc::c_ulong = 0x8946;
/// linux/ethtool.h.
const ETHTOOL_GET_TS_INFO: u32 = 0x41;
/// linux/net_tstamp.h.
const HWTSTAMP_FILTER_ALL: libc::c_int = 1;
const SOF_TIMESTAMPING_RAW_HARDWARE: libc::c_int = 1 << 6;

/// `struct hwtstamp_config`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Config {
    flags: libc::c_int,
    tx_type: libc::c_int,
    rx_filter: libc::c_int,
}

/// `struct ethtool_ts_info`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Abilities {
    command: u32,
    so_timestamping: u32,
    phc_index: i32,
    tx_types: u32,
    tx_reserved: [u32; 3],
    rx_filters: u32,
    rx_reserved: [u32; 3],
}

/// Has the adapter stamp every packet that it receives, and a packet socket report it.
///
/// # Errors
/// `Unsupported` where the adapter cannot; `NoPermission`; `System`.
pub fn from_adapter(socket: RawFd, name: &OsStr) -> Result<()> {
    // Asked first: to be told that it cannot be done takes a right, too.
    let asked = Abilities { command: ETHTOOL_GET_TS_INFO, ..Abilities::default() };
    let able = request(socket, SIOCETHTOOL, name, asked).map_err(|errno| refused(errno, name))?;
    if able.rx_filters & 1 << HWTSTAMP_FILTER_ALL == 0 {
        return Err(refused(libc::EOPNOTSUPP, name));
    }
    // Where they are on, nobody needs the right to switch them on.
    let on = request(socket, SIOCGHWTSTAMP, name, Config::default());
    if !on.is_ok_and(|now| now.rx_filter == HWTSTAMP_FILTER_ALL) {
        let wanted = Config { rx_filter: HWTSTAMP_FILTER_ALL, ..Config::default() };
        request(socket, SIOCSHWTSTAMP, name, wanted).map_err(|errno| refused(errno, name))?;
    }
    set_option(socket, libc::PACKET_TIMESTAMP, &SOF_TIMESTAMPING_RAW_HARDWARE)
        .map_err(|errno| refused(errno, name))
}

/// What the driver answers to a request: the value, as it changed it.
fn request<T>(
    socket: RawFd,
    what: libc::c_ulong,
    name: &OsStr,
    mut value: T,
) -> std::result::Result<T, i32> {
    // SAFETY: all bytes zero is a value of this struct of integers.
    let mut interface: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays 0.
    let most = interface.ifr_name.len() - 1;
    for (to, from) in interface.ifr_name[..most].iter_mut().zip(name.as_bytes()) {
        *to = libc::c_char::from_ne_bytes([*from]);
    }
    interface.ifr_ifru.ifru_data = (&raw mut value).cast();
    // SAFETY: reads the request, and reads or writes the value that it points to, which is
    // of the type that belongs to it; both live through the call.
    let failed = unsafe { libc::ioctl(socket, what, &raw mut interface) };
    if failed == 0 { Ok(value) } else { Err(errno()) }
}

fn refused(errno: i32, name: &OsStr) -> Error {
    let name = name.display();
    match errno {
        libc::EPERM | libc::EACCES => Error::os(
            Kind::NoPermission,
            errno,
            format_args!(
                "to switch on the time stamps of {name} needs root or CAP_NET_ADMIN: run as \
                 root, or let hwstamp_ctl -i {name} -r 1 do it before"
            ),
        ),
        libc::EOPNOTSUPP | libc::ENOTTY | libc::EINVAL | libc::ERANGE => Error::os(
            Kind::Unsupported,
            errno,
            format_args!("{name} does not stamp the packets it receives: time_source can be host"),
        ),
        _ => Error::os(Kind::System, errno, format_args!("no time stamps of {name}")),
    }
}
