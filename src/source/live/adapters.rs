//! The interfaces of this machine, and the one that `local_host` means.

use crate::error::Result;
use crate::sys::interfaces::{self, Link, What};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::IpAddr;
use std::os::unix::ffi::OsStringExt;

pub use super::target::{Target, default_route, resolve};

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, at most 15 bytes of any value.
    pub name: OsString,
    /// The system's number for it, which a rename does not change.
    pub index: u32,
    /// Somebody switched it on.
    pub up: bool,
    /// It is up and has a carrier.
    pub running: bool,
    /// Packets to this machine itself go here.
    pub loopback: bool,
    /// Its kind (ARPHRD_ in linux/if_arp.h): 1 is Ethernet.
    pub hardware_type: u16,
    /// Its link-layer address: 6 bytes on Ethernet, none on a tunnel.
    pub hardware_address: Vec<u8>,
    /// Its IP addresses, in the system's order.
    pub addresses: Vec<Address>,
}

/// An IP address of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address in network order; IPv4 in the first four bytes.
    pub ip: [u8; 16],
    /// 4 or 6.
    pub version: u8,
    /// Leading bits that its whole network shares.
    pub prefix_length: u8,
    /// The interface that a link-local IPv6 address is of, otherwise 0.
    pub scope: u32,
}

impl Address {
    /// The address as the standard library has it.
    #[must_use]
    pub fn ip_addr(&self) -> IpAddr {
        match self.ip {
            [a, b, c, d, ..] if self.version == 4 => IpAddr::from([a, b, c, d]),
            all => IpAddr::from(all),
        }
    }
}

/// Every interface, those without addresses too, sorted by index. Needs no
/// privilege and no libpcap.
///
/// # Errors
/// `System` when the system does not tell.
pub fn list() -> Result<Vec<Adapter>> {
    let entries = interfaces::entries()?;
    let mut adapters = BTreeMap::new();
    for entry in &entries {
        if let What::Link(link) = &entry.what {
            adapters.insert(entry.name.as_slice(), adapter(&entry.name, link, entry.flags));
        }
    }
    for entry in &entries {
        // An IPv4 address may have a label of its own after the name.
        let name = entry.name.split(|&b| b == b':').next().unwrap_or_default();
        if let (Some(address), Some(adapter)) = (address(&entry.what), adapters.get_mut(name)) {
            adapter.addresses.push(address);
        }
    }
    let mut adapters: Vec<_> = adapters.into_values().collect();
    adapters.sort_by_key(|adapter| adapter.index);
    Ok(adapters)
}

fn adapter(name: &[u8], link: &Link, flags: u32) -> Adapter {
    let has = |flag: i32| u32::try_from(flag).is_ok_and(|flag| flags & flag != 0);
    Adapter {
        name: OsString::from_vec(name.to_vec()),
        index: link.index,
        up: has(libc::IFF_UP),
        running: has(libc::IFF_UP) && has(libc::IFF_RUNNING),
        loopback: has(libc::IFF_LOOPBACK),
        hardware_type: link.hardware_type,
        hardware_address: link.address.clone(),
        addresses: Vec::new(),
    }
}

fn address(what: &What) -> Option<Address> {
    match *what {
        What::V4(address, prefix_length) => {
            let mut ip = [0; 16];
            for (to, from) in ip.iter_mut().zip(address.octets()) {
                *to = from;
            }
            Some(Address { ip, version: 4, prefix_length, scope: 0 })
        }
        What::V6(address, prefix_length, scope) => {
            Some(Address { ip: address.octets(), version: 6, prefix_length, scope })
        }
        What::Link(..) | What::Other => None,
    }
}

#[cfg(test)]
#[path = "adapters_tests.rs"]
mod tests;
