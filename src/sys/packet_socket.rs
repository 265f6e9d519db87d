//! What Linux packet sockets can do beyond libpcap's interface (packet(7)).

use super::wake::errno;
use crate::error::{Error, Kind, Result};
use std::mem::size_of;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// Whether this program may open packet sockets. The socket is bound to no
/// protocol, so that it sees no packet.
///
/// # Errors
/// `NoPermission` without `CAP_NET_RAW`; `System`.
pub fn check_permission() -> Result<()> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
    // SAFETY: socket takes three integers.
    let fd = unsafe { libc::socket(libc::AF_PACKET, kind, 0) };
    if fd >= 0 {
        // SAFETY: fd was opened just now and nobody else owns it.
        drop(unsafe { OwnedFd::from_raw_fd(fd) });
        return Ok(());
    }
    match errno() {
        denied @ (libc::EPERM | libc::EACCES) => Err(Error::os(
            Kind::NoPermission,
            denied,
            format_args!(
                "capturing needs root or CAP_NET_RAW: run as root, or once: \
                 sudo setcap cap_net_raw=ep {} (in a container: --cap-add=NET_RAW)",
                program()
            ),
        )),
        other => Err(Error::os(Kind::System, other, "no packet socket")),
    }
}

fn program() -> String {
    std::env::current_exe().map_or_else(|_| "PROGRAM".into(), |p| p.display().to_string())
}

/// Attaches a kernel filter that accepts nothing: what arrived stays in the
/// ring, nothing further gets in.
///
/// # Errors
/// `System` when the kernel refuses.
pub fn reject_all(fd: RawFd) -> Result<()> {
    let mut nothing = [libc::sock_filter {
        // BPF_RET | BPF_K: accept k = 0 bytes.
        code: 0x06,
        jt: 0,
        jf: 0,
        k: 0,
    }];
    let program = libc::sock_fprog { len: 1, filter: nothing.as_mut_ptr() };
    let size = size_of::<libc::sock_fprog>();
    // SAFETY: the kernel reads the program and its one instruction during the
    // call; both live through it.
    let failed = unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const program).cast(),
            libc::socklen_t::try_from(size).unwrap_or(0),
        )
    };
    if failed != 0 {
        return Err(Error::os(Kind::System, errno(), "cannot close the packet socket's intake"));
    }
    Ok(())
}

/// Whether the kernel filters this socket.
pub fn has_filter(fd: RawFd) -> bool {
    let mut instructions: libc::socklen_t = 0;
    // SAFETY: with a length of 0 the kernel writes only the length, in
    // instructions.
    let failed = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_GET_FILTER,
            std::ptr::null_mut(),
            &raw mut instructions,
        )
    };
    failed == 0 && instructions > 0
}
