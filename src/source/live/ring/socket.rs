//! A packet socket and its options (packet(7)).

use crate::error::{Error, Kind, Result};
use crate::sys::packet_socket;
use crate::sys::wake::errno;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

/// A packet socket; what it joined, it leaves when it is closed.
pub(super) struct Socket(OwnedFd);

impl Socket {
    /// Opened for no protocol: it sees no packet before `bind`.
    ///
    /// # Errors
    /// `NoPermission`; `System`.
    pub(super) fn open(cooked: bool) -> Result<Self> {
        let kind = if cooked { libc::SOCK_DGRAM } else { libc::SOCK_RAW };
        packet_socket::open(kind | libc::SOCK_NONBLOCK).map(Socket)
    }

    /// Which version of ring it will have.
    ///
    /// # Errors
    /// `System`.
    pub(super) fn set_version(&self, version: libc::tpacket_versions) -> Result<()> {
        self.set(libc::PACKET_VERSION, &(version as libc::c_int))
            .map_err(|e| Error::os(Kind::System, e, "the kernel has no such packet ring"))
    }

    /// Has the kernel make a ring of whole pages.
    ///
    /// # Errors
    /// The error number of the operating system; `ENOMEM` where it is too large.
    pub(super) fn make_blocks(&self, request: &libc::tpacket_req3) -> std::result::Result<(), i32> {
        self.set(libc::PACKET_RX_RING, request)
    }

    /// Likewise, with slots.
    ///
    /// # Errors
    /// As `make_blocks`.
    pub(super) fn make_slots(&self, request: &libc::tpacket_req) -> std::result::Result<(), i32> {
        self.set(libc::PACKET_RX_RING, request)
    }

    /// Lets packets in: of one interface, or of all of them (0).
    ///
    /// # Errors
    /// `System`.
    pub(super) fn bind(&self, index: u32) -> Result<()> {
        // SAFETY: all bytes zero is a value of this struct of integers.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = u16::try_from(libc::AF_PACKET).unwrap_or(0);
        address.sll_protocol = u16::try_from(libc::ETH_P_ALL).unwrap_or(0).to_be();
        address.sll_ifindex = libc::c_int::try_from(index).unwrap_or(-1);
        let size = length_of::<libc::sockaddr_ll>();
        // SAFETY: reads an address of this size, which lives through the call.
        let failed = unsafe { libc::bind(self.as_raw_fd(), (&raw const address).cast(), size) };
        if failed != 0 {
            return Err(Error::os(Kind::System, errno(), "the interface cannot be captured on"));
        }
        match self.take_error() {
            0 => Ok(()),
            e => Err(Error::os(Kind::System, e, "the interface cannot be captured on")),
        }
    }

    /// The error that waits on the socket, which is gone with this call; 0 for none.
    pub(super) fn take_error(&self) -> i32 {
        let mut error: libc::c_int = 0;
        let mut size = length_of::<libc::c_int>();
        // SAFETY: writes at most `size` bytes, which the integer has.
        let failed = unsafe {
            libc::getsockopt(
                self.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_ERROR,
                (&raw mut error).cast(),
                &raw mut size,
            )
        };
        if failed == 0 { error } else { 0 }
    }

    fn set<T: Copy>(&self, option: libc::c_int, value: &T) -> std::result::Result<(), i32> {
        packet_socket::set_option(self.as_raw_fd(), option, value)
    }
}

fn length_of<T>() -> libc::socklen_t {
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0)
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
