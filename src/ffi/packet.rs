//! The event: one IP packet, as C sees it.

use crate::packet::notes;
use std::ffi::c_char;
use std::mem::{offset_of, size_of};

/// Which way a packet went is not known, or does not matter.
pub const IPMON_DIRECTION_ANY: u32 = 0;
/// Received by the interface.
pub const IPMON_DIRECTION_IN: u32 = 1;
/// Sent by the interface.
pub const IPMON_DIRECTION_OUT: u32 = 2;

/// The capture holds less of the packet than its header announces.
pub const IPMON_NOTE_TRUNCATED: u32 = 1 << 0;
/// A fragment: more fragments follow, or its offset is not 0.
pub const IPMON_NOTE_FRAGMENT: u32 = 1 << 1;
/// Bytes behind the packet (padding or a trailer of the link layer) were left
/// out.
pub const IPMON_NOTE_PADDING: u32 = 1 << 2;
/// The header states a length of 0 (segmentation offload); the packet runs to
/// the end of what was captured.
pub const IPMON_NOTE_LENGTH_ZERO: u32 = 1 << 3;
/// An IPv6 extension header is not wholly there; `ip_protocol` is its number
/// and the payload begins with it.
pub const IPMON_NOTE_EXTENSION_TRUNCATED: u32 = 1 << 4;
/// The time does not fit 64-bit nanoseconds; both time fields hold the nearest
/// that does.
pub const IPMON_NOTE_TIME_OUT_OF_RANGE: u32 = 1 << 5;
/// The file holds no time for this packet; both time fields are 0.
pub const IPMON_NOTE_NO_TIME: u32 = 1 << 6;
/// The kernel handed over a packet that segmentation offload will cut, or has
/// joined; its length may be above what the wire carries.
pub const IPMON_NOTE_OFFLOADED: u32 = 1 << 7;
/// The checksum of TCP or UDP was not there yet when the packet was captured: the
/// network card, or nobody between two virtual interfaces, fills it in. It is no sign
/// of damage. Live captures alone.
pub const IPMON_NOTE_CHECKSUM_NOT_READY: u32 = 1 << 8;

/// One IP packet: the outermost IP header of a frame, and its payload.
///
/// All numbers are in the byte order of this machine. Pointers are borrowed: those
/// of a callback are valid until it returns, those of a pulled packet until the next
/// call that pulls (`ipmon_next_batch()`).
///
/// Tunnels are not opened: their inner packet is payload. Fragments are not
/// put together: each is a packet of its own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ipmon_packet {
    /// The size of this struct in the library, in bytes. A field that lies
    /// beyond it is not there: `IPMON_HAS(packet, field)`.
    pub struct_size: u32,
    /// 4 or 6 (RFC 791, RFC 8200).
    pub ip_version: u8,
    /// Type of service: the DS field and ECN of IPv4 (RFC 2474, RFC 3168), the
    /// traffic class of IPv6.
    pub tos: u8,
    /// Flags of fragmentation as a number. IPv4: reserved 4, don't fragment 2,
    /// more fragments 1. IPv6: more fragments 1, of the Fragment header.
    pub flags: u8,
    /// Time to live of IPv4, hop limit of IPv6.
    pub ttl: u8,
    /// The source address as NUL-terminated text: dotted decimal, or RFC 5952
    /// for IPv6. `""` while the option `address_text` is 0; never NULL.
    pub source_address: *const c_char,
    /// The destination address, in the same form.
    pub destination_address: *const c_char,
    /// The source port of TCP, UDP, UDP-Lite, SCTP and DCCP; 0 for other
    /// protocols, for fragments but the first, and where it was not captured.
    pub source_port: u16,
    /// The destination port, likewise.
    pub destination_port: u16,
    /// The identification that fragments of one packet share: 16 bits in IPv4,
    /// 32 bits from the Fragment header of IPv6, 0 without one.
    pub id: u32,
    /// The fragment offset in units of 8 bytes, as it stands in the header.
    pub offset: u16,
    /// The header checksum of IPv4 as it stands in the header, which is not
    /// verified; 0 for IPv6.
    pub checksum: u16,
    /// The protocol of the payload (IANA protocol numbers). For IPv6, what
    /// follows the extension headers: hop-by-hop options, routing, fragment,
    /// destination options and authentication are walked.
    pub ip_protocol: u8,
    /// One of `IPMON_DIRECTION_ANY`, `_IN`, `_OUT`; `ANY` where the source does
    /// not say.
    pub direction: u8,
    /// 0.
    pub reserved: u16,
    /// When the packet was captured, in microseconds since 1970-01-01 00:00
    /// UTC, rounded down.
    pub timestamp: i64,
    /// The same in nanoseconds, as exact as the source has it.
    pub timestamp_ns: i64,
    /// What follows the IP header (for IPv6, the extension headers):
    /// `payload_length` bytes; not NULL even when there are none.
    pub payload: *const u8,
    /// Captured bytes of the payload.
    pub payload_length: u32,
    /// Bytes of the payload as the IP header states them; where it states a
    /// length of 0 (`IPMON_NOTE_LENGTH_ZERO`), as the frame's length on the wire
    /// has them. Where it is more than `payload_length`, the capture cut the rest.
    pub payload_wire_length: u32,
    /// The source address in network order; an IPv4 address in the first four
    /// bytes, the rest 0.
    pub source_ip: [u8; 16],
    /// The destination address, in the same form.
    pub destination_ip: [u8; 16],
    /// The whole IP packet, headers included: `ip_length` bytes.
    pub ip: *const u8,
    /// The whole frame, link-layer headers included: `frame_length` bytes.
    pub frame: *const u8,
    /// Captured bytes of the IP packet.
    pub ip_length: u32,
    /// Captured bytes of the frame.
    pub frame_length: u32,
    /// Bytes of the frame on the wire.
    pub frame_wire_length: u32,
    /// What the frame's first header is, by its LINKTYPE_ number
    /// (https://www.tcpdump.org/linktypes.html).
    pub link_type: u32,
    /// Live: the system's index of the interface. In a file: the number of the
    /// interface in its pcapng section, from 0; 0 in a pcap file.
    pub interface_index: u32,
    /// Bits of `IPMON_NOTE_`.
    pub notes: u32,
    /// The number of the frame in this run, from 1; frames that hold no IP
    /// packet count too.
    pub frame_number: u64,
    /// Where the frame begins, in bytes from the base that lends it: in a
    /// callback `frame` itself, so 0.
    pub frame_offset: u64,
    /// Where the payload begins, in bytes from the same base.
    pub payload_offset: u64,
}

// The layout is frozen: a field is added at the end, and nothing else changes.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(offset_of!(ipmon_packet, source_address) == 8);
    assert!(offset_of!(ipmon_packet, source_port) == 24);
    assert!(offset_of!(ipmon_packet, id) == 28);
    assert!(offset_of!(ipmon_packet, ip_protocol) == 36);
    assert!(offset_of!(ipmon_packet, timestamp) == 40);
    assert!(offset_of!(ipmon_packet, payload) == 56);
    assert!(offset_of!(ipmon_packet, source_ip) == 72);
    assert!(offset_of!(ipmon_packet, ip) == 104);
    assert!(offset_of!(ipmon_packet, ip_length) == 120);
    assert!(offset_of!(ipmon_packet, notes) == 140);
    assert!(offset_of!(ipmon_packet, payload_offset) == 160);
    assert!(size_of::<ipmon_packet>() == 168);
};

impl super::text::Grows for ipmon_packet {
    const FIRST: usize = offset_of!(ipmon_packet, payload_offset) + size_of::<u64>();
}

// The bits that decoding sets are the bits that C reads.
const _: () = {
    assert!(IPMON_NOTE_TRUNCATED == notes::TRUNCATED);
    assert!(IPMON_NOTE_FRAGMENT == notes::FRAGMENT);
    assert!(IPMON_NOTE_PADDING == notes::PADDING);
    assert!(IPMON_NOTE_LENGTH_ZERO == notes::LENGTH_ZERO);
    assert!(IPMON_NOTE_EXTENSION_TRUNCATED == notes::EXTENSION_TRUNCATED);
    assert!(IPMON_NOTE_TIME_OUT_OF_RANGE == notes::TIME_OUT_OF_RANGE);
    assert!(IPMON_NOTE_NO_TIME == notes::NO_TIME);
    assert!(IPMON_NOTE_OFFLOADED == notes::OFFLOADED);
    assert!(IPMON_NOTE_CHECKSUM_NOT_READY == notes::CHECKSUM_NOT_READY);
};
