//! What Linux packet sockets can do beyond libpcap's interface (packet(7)).

use super::libpcap::Instruction;
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

/// Has the kernel filter this socket: from now on only what `program` accepts
/// gets in; what is in the ring stays there.
///
/// # Errors
/// `FilterTooComplex` when the kernel has no room for it; `BadFilter` when it
/// cannot run it; `System`.
pub fn attach(fd: RawFd, program: &[Instruction]) -> Result<()> {
    let instruction =
        |i: &Instruction| libc::sock_filter { code: i.code, jt: i.jt, jf: i.jf, k: i.k };
    let mut filter: Vec<_> = program.iter().map(instruction).collect();
    let too_long = |_| Error::new(Kind::FilterTooComplex, "the filter has too many instructions");
    let len = u16::try_from(filter.len()).map_err(too_long)?;
    let program = libc::sock_fprog { len, filter: filter.as_mut_ptr() };
    let size = size_of::<libc::sock_fprog>();
    // SAFETY: the kernel reads the program and its `len` instructions during
    // the call; both live through it.
    let failed = unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const program).cast(),
            libc::socklen_t::try_from(size).unwrap_or(0),
        )
    };
    match failed {
        0 => Ok(()),
        _ if errno() == libc::ENOMEM => Err(Error::os(
            Kind::FilterTooComplex,
            libc::ENOMEM,
            "the kernel has no room for the filter; shorten it, or raise net.core.optmem_max",
        )),
        // A jump back is what it does not do, and no other word makes one.
        _ if errno() == libc::EINVAL => Err(Error::os(
            Kind::BadFilter,
            libc::EINVAL,
            "the kernel cannot run this filter (protochain is for files only)",
        )),
        _ => Err(Error::os(Kind::System, errno(), "the kernel refuses the filter")),
    }
}

/// A filter that lets nothing in: what arrived stays in the ring.
///
/// # Errors
/// As `attach`.
pub fn reject_all(fd: RawFd) -> Result<()> {
    // BPF_RET | BPF_K: accept k = 0 bytes.
    attach(fd, &[Instruction { code: 0x06, jt: 0, jf: 0, k: 0 }])
}
