//! What the kernel says of changes to interfaces (rtnetlink(7)).

use super::libpcap::Instruction;
use super::packet_socket::attach;
use super::wake::errno;
use crate::error::{Error, Kind, Result};
use std::mem::size_of;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// A socket on which the kernel tells of each change.
#[derive(Debug)]
pub struct LinkChanges {
    fd: OwnedFd,
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// Messages: so many bytes.
    Bytes(usize),
    /// Nothing more.
    Nothing,
    /// Messages were lost.
    Lost,
}

impl LinkChanges {
    /// Changes from now on; of one interface, or of all of them (0).
    ///
    /// # Errors
    /// `System`.
    pub fn new(index: u32) -> Result<Self> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: socket takes three integers.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_ROUTE) };
        if fd < 0 {
            return Err(Error::os(Kind::System, errno(), "no socket for news of interfaces"));
        }
        // SAFETY: fd was opened just now and nobody else owns it.
        let changes = LinkChanges { fd: unsafe { OwnedFd::from_raw_fd(fd) } };
        if index != 0 {
            changes.only(index)?;
        }
        // SAFETY: all bytes zero is a value of this struct of integers.
        let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        address.nl_family = libc::sa_family_t::try_from(libc::AF_NETLINK).unwrap_or(0);
        address.nl_groups = u32::try_from(libc::RTMGRP_LINK).unwrap_or(0);
        let size = libc::socklen_t::try_from(size_of::<libc::sockaddr_nl>()).unwrap_or(0);
        // SAFETY: reads an address of this size, which lives through the call.
        let failed = unsafe { libc::bind(fd, (&raw const address).cast(), size) };
        if failed != 0 {
            return Err(Error::os(Kind::System, errno(), "no news of interfaces"));
        }
        Ok(changes)
    }

    /// Has the kernel leave out other interfaces: on a machine with many they are
    /// no reason to wake up.
    fn only(&self, index: u32) -> Result<()> {
        let instruction = |code, k, jf| Instruction { code, jt: 0, jf, k };
        attach(
            self.as_raw_fd(),
            &[
                // ifi_index behind nlmsghdr (16 bytes): a number of this machine,
                // which the instruction takes for one in network order.
                instruction(0x20, 20, 0),
                instruction(0x15, index.to_be(), 1),
                instruction(0x06, u32::MAX, 0),
                instruction(0x06, 0, 0),
            ],
        )
    }

    /// Takes the messages that came together next.
    pub fn receive(&self, room: &mut [u8]) -> Received {
        // SAFETY: all bytes zero is a value of this struct of integers.
        let mut from: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        let mut size = libc::socklen_t::try_from(size_of::<libc::sockaddr_nl>()).unwrap_or(0);
        // SAFETY: writes at most room.len() bytes into room, and at most `size`
        // bytes into the address.
        let n = unsafe {
            libc::recvfrom(
                self.as_raw_fd(),
                room.as_mut_ptr().cast(),
                room.len(),
                0,
                (&raw mut from).cast(),
                &raw mut size,
            )
        };
        match usize::try_from(n) {
            // Only the kernel is believed.
            Ok(n) if from.nl_pid == 0 => Received::Bytes(n),
            Ok(_) => Received::Bytes(0),
            Err(_) if errno() == libc::EAGAIN => Received::Nothing,
            Err(_) => Received::Lost,
        }
    }
}

impl AsRawFd for LinkChanges {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}
