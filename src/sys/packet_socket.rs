//! What Linux packet sockets can do beyond libpcap's interface (packet(7)).

use super::libpcap::Instruction;
use super::wake::errno;
use crate::error::{Error, Kind, Result};
use std::mem::size_of;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// Whether this program may open packet sockets. The socket is bound to no
/// protocol, so that it sees no packet; to close it takes the kernel some 10 ms.
///
/// # Errors
/// `NoPermission` without `CAP_NET_RAW`; `System`.
pub fn check_permission() -> Result<()> {
    open(libc::SOCK_RAW).map(drop)
}

/// A packet socket that is bound to no protocol: it sees no packet.
///
/// # Errors
/// `NoPermission` without `CAP_NET_RAW`; `System`.
pub fn open(kind: libc::c_int) -> Result<OwnedFd> {
    // SAFETY: socket takes three integers.
    let fd = unsafe { libc::socket(libc::AF_PACKET, kind | libc::SOCK_CLOEXEC, 0) };
    if fd >= 0 {
        // SAFETY: fd was opened just now and nobody else owns it.
        return Ok(unsafe { OwnedFd::from_raw_fd(fd) });
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

/// Keeps a descriptor that libpcap opened from programs that this one starts.
pub fn close_on_exec(fd: RawFd) {
    // SAFETY: fcntl with integers touches no memory of ours.
    unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
}

/// What an interface is asked to receive beyond what is addressed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything.
    Promiscuous,
    /// The frames of every multicast group.
    AllMulticast,
}

/// Puts an interface into a mode, until the socket is closed.
///
/// # Errors
/// `System`.
pub fn join(fd: RawFd, index: u32, mode: Mode) -> Result<()> {
    let (kind, text) = match mode {
        Mode::Promiscuous => (libc::PACKET_MR_PROMISC, "the interface refuses promiscuous mode"),
        Mode::AllMulticast => {
            (libc::PACKET_MR_ALLMULTI, "the interface refuses the frames of all multicast groups")
        }
    };
    let request = libc::packet_mreq {
        mr_ifindex: libc::c_int::try_from(index).unwrap_or(0),
        mr_type: u16::try_from(kind).unwrap_or(0),
        mr_alen: 0,
        mr_address: [0; 8],
    };
    set_option(fd, libc::PACKET_ADD_MEMBERSHIP, &request)
        .map_err(|errno| Error::os(Kind::System, errno, text))
}

/// Sets an option of packet sockets, whose value is of the type that belongs to it.
///
/// # Errors
/// The error number of the operating system.
pub fn set_option<T: Copy>(
    fd: RawFd,
    option: libc::c_int,
    value: &T,
) -> std::result::Result<(), i32> {
    // SAFETY: reads a value of this size, which lives through the call.
    let failed = unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_PACKET,
            option,
            (&raw const *value).cast(),
            libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0),
        )
    };
    if failed == 0 { Ok(()) } else { Err(errno()) }
}

/// Has the kernel filter this socket: from now on only what `program` accepts
/// gets in; what is in the ring stays there.
///
/// # Errors
/// `FilterTooComplex` when the kernel has no room for it; `BadFilter` when it
/// cannot run it; `System`.
pub fn attach(fd: RawFd, program: &[Instruction]) -> Result<()> {
    set_filter(fd, program).map_err(|errno| match errno {
        libc::E2BIG => Error::new(Kind::FilterTooComplex, "the filter has too many instructions"),
        libc::ENOMEM => Error::os(
            Kind::FilterTooComplex,
            errno,
            "the kernel has no room for the filter; shorten it, or raise net.core.optmem_max",
        ),
        // A jump back is what it does not do, and no other word makes one.
        libc::EINVAL => Error::os(
            Kind::BadFilter,
            errno,
            "the kernel cannot run this filter (protochain is for files only)",
        ),
        _ => Error::os(Kind::System, errno, "the kernel refuses the filter"),
    })
}

/// The error number where the kernel refuses; `E2BIG` for what does not fit the
/// call.
fn set_filter(fd: RawFd, program: &[Instruction]) -> std::result::Result<(), i32> {
    let instruction =
        |i: &Instruction| libc::sock_filter { code: i.code, jt: i.jt, jf: i.jf, k: i.k };
    let mut filter: Vec<_> = program.iter().map(instruction).collect();
    let len = u16::try_from(filter.len()).map_err(|_| libc::E2BIG)?;
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
    if failed == 0 { Ok(()) } else { Err(errno()) }
}

/// A filter that lets nothing in: what arrived stays in the ring.
///
/// # Errors
/// `System`.
pub fn reject_all(fd: RawFd) -> Result<()> {
    // BPF_RET | BPF_K: accept k = 0 bytes.
    set_filter(fd, &[Instruction { code: 0x06, jt: 0, jf: 0, k: 0 }])
        .map_err(|errno| Error::os(Kind::System, errno, "the kernel goes on capturing"))
}

/// The frames that passed the filter since the last call, and those among them
/// that the kernel had no room for; it counts from 0 again.
///
/// # Errors
/// `System`.
pub fn take_statistics(fd: RawFd) -> Result<(u32, u32)> {
    let mut counts = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
    let mut size = libc::socklen_t::try_from(size_of::<libc::tpacket_stats>()).unwrap_or(0);
    // SAFETY: writes at most `size` bytes, which the struct has. A version 3
    // ring has one field more behind these, and leaves out what has no room.
    let failed = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            (&raw mut counts).cast(),
            &raw mut size,
        )
    };
    if failed != 0 {
        return Err(Error::os(Kind::System, errno(), "the capture's counters"));
    }
    Ok((counts.tp_packets, counts.tp_drops))
}

/// Whether the interface that this socket was bound to was removed, or moved to
/// another network namespace. The socket itself knows best: a name may be given
/// to another interface, an index is of one namespace, and to look for either
/// takes a descriptor.
pub fn lost_its_interface(fd: RawFd) -> bool {
    // SAFETY: all bytes zero is a value of this struct of integers.
    let mut bound: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    let mut size = libc::socklen_t::try_from(size_of::<libc::sockaddr_ll>()).unwrap_or(0);
    // SAFETY: writes at most `size` bytes, which the address has.
    let failed = unsafe { libc::getsockname(fd, (&raw mut bound).cast(), &raw mut size) };
    // The kernel's word for none; 0 is every interface.
    failed == 0 && bound.sll_ifindex == -1
}
