//! What getifaddrs tells of this machine's interfaces, as plain values.

use crate::error::{Error, Kind, Result};
use crate::sys::wake::errno;
use std::ffi::CStr;
use std::net::{Ipv4Addr, Ipv6Addr};

/// One line of what the system says: an interface and one thing that it has.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The interface's name, or `name:label` beside an IPv4 address.
    pub name: Vec<u8>,
    /// IFF_ flags.
    pub flags: u32,
    /// The thing.
    pub what: What,
}

/// What an interface has.
#[derive(Clone, Debug)]
pub enum What {
    /// Itself.
    Link(Link),
    /// An IPv4 address and the length of its prefix.
    V4(Ipv4Addr, u8),
    /// An IPv6 address, the length of its prefix and its scope.
    V6(Ipv6Addr, u8, u32),
    /// Something that nobody here asks about.
    Other,
}

/// An interface without what it has.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its index.
    pub index: u32,
    /// Its kind (ARPHRD_ in linux/if_arp.h).
    pub hardware_type: u16,
    /// Its link-layer address.
    pub address: Vec<u8>,
}

/// The list, given back to the system when it goes.
struct List(*mut libc::ifaddrs);

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: getifaddrs made the list, and nothing of it is kept.
        unsafe { libc::freeifaddrs(self.0) };
    }
}

/// # Errors
/// `System` when the system does not tell.
pub fn entries() -> Result<Vec<Entry>> {
    let mut list = List(std::ptr::null_mut());
    // SAFETY: writes one pointer, to a place that lives through the call.
    if unsafe { libc::getifaddrs(&raw mut list.0) } != 0 {
        return Err(Error::os(Kind::System, errno(), "cannot list the interfaces"));
    }
    let mut entries = Vec::new();
    let mut at = list.0;
    // SAFETY: the list's pointers are null or valid until it is freed, which
    // is after the loop.
    while let Some(one) = unsafe { at.as_ref() } {
        // SAFETY: every entry has a name that ends in NUL.
        let name = unsafe { CStr::from_ptr(one.ifa_name) };
        entries.push(Entry {
            name: name.to_bytes().to_vec(),
            flags: one.ifa_flags,
            what: what(one),
        });
        at = one.ifa_next;
    }
    Ok(entries)
}

fn what(one: &libc::ifaddrs) -> What {
    match family(one.ifa_addr) {
        Some(libc::AF_PACKET) => {
            // SAFETY: an address of this family is a sockaddr_ll.
            let link = unsafe { one.ifa_addr.cast::<libc::sockaddr_ll>().read_unaligned() };
            let length = usize::from(link.sll_halen).min(link.sll_addr.len());
            let index = u32::try_from(link.sll_ifindex).unwrap_or(0);
            let address = link.sll_addr[..length].to_vec();
            What::Link(Link { index, hardware_type: link.sll_hatype, address })
        }
        Some(libc::AF_INET) => {
            let mask = v4(one.ifa_netmask).map_or(32, prefix_length_v4);
            v4(one.ifa_addr).map_or(What::Other, |address| What::V4(address, mask))
        }
        Some(libc::AF_INET6) => {
            let mask = v6(one.ifa_netmask).map_or(128, |(mask, _)| prefix_length_v6(mask));
            v6(one.ifa_addr).map_or(What::Other, |(address, scope)| What::V6(address, mask, scope))
        }
        _ => What::Other,
    }
}

/// `None` where there is no address.
fn family(address: *const libc::sockaddr) -> Option<i32> {
    // SAFETY: getifaddrs gives null or a whole address.
    unsafe { address.as_ref() }.map(|address| i32::from(address.sa_family))
}

fn v4(address: *const libc::sockaddr) -> Option<Ipv4Addr> {
    (family(address)? == libc::AF_INET).then(|| {
        // SAFETY: an address of this family is a sockaddr_in.
        let address = unsafe { address.cast::<libc::sockaddr_in>().read_unaligned() };
        Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr))
    })
}

fn v6(address: *const libc::sockaddr) -> Option<(Ipv6Addr, u32)> {
    (family(address)? == libc::AF_INET6).then(|| {
        // SAFETY: an address of this family is a sockaddr_in6.
        let address = unsafe { address.cast::<libc::sockaddr_in6>().read_unaligned() };
        (Ipv6Addr::from(address.sin6_addr.s6_addr), address.sin6_scope_id)
    })
}

fn prefix_length_v4(mask: Ipv4Addr) -> u8 {
    u8::try_from(u32::from(mask).leading_ones()).unwrap_or(32)
}

fn prefix_length_v6(mask: Ipv6Addr) -> u8 {
    u8::try_from(u128::from(mask).leading_ones()).unwrap_or(128)
}

/// Moves this thread, and no other, into a network namespace.
#[cfg(test)]
pub(crate) fn enter_namespace(namespace: &std::fs::File) {
    let fd = std::os::fd::AsRawFd::as_raw_fd(namespace);
    // SAFETY: takes two integers and touches no memory of ours.
    let status = unsafe { libc::setns(fd, libc::CLONE_NEWNET) };
    assert_eq!(status, 0, "setns: {}", std::io::Error::last_os_error());
}
