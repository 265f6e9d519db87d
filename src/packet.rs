//! One decoded IP packet, as the core sees it.

use crate::source::Frame;

/// Facts about a packet that its header fields do not tell, as bits.
pub mod notes {
    /// The capture holds less of the IP packet than its header announces.
    pub const TRUNCATED: u32 = 1 << 0;
    /// The packet is a fragment: more fragments follow, or its offset is not 0.
    pub const FRAGMENT: u32 = 1 << 1;
    /// Bytes behind the IP packet (link-layer padding, a trailer) were left out.
    pub const PADDING: u32 = 1 << 2;
    /// The header states length 0 (segmentation offload): the packet runs to
    /// the end of what was captured.
    pub const LENGTH_ZERO: u32 = 1 << 3;
    /// An IPv6 extension header is not wholly there: the walk stopped in front
    /// of it.
    pub const EXTENSION_TRUNCATED: u32 = 1 << 4;
    /// The time does not fit 64-bit nanoseconds and is saturated.
    pub const TIME_OUT_OF_RANGE: u32 = 1 << 5;
    /// The file has no time for this frame; the time fields are 0.
    pub const NO_TIME: u32 = 1 << 6;
    /// The kernel handed over a packet that segmentation offload will cut or
    /// has joined: where it states length 0, it runs to the end of what was
    /// captured.
    pub const OFFLOADED: u32 = 1 << 7;
    /// The network card was still to fill in the checksum of the transport.
    pub const CHECKSUM_NOT_READY: u32 = 1 << 8;
}

/// What the IP header and the headers behind it say.
///
/// Offsets count from the start of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headers {
    /// 4 or 6.
    pub version: u8,
    /// The IPv4 type of service (DS field and ECN) or IPv6 traffic class.
    pub tos: u8,
    /// IPv4: reserved 4, don't fragment 2, more fragments 1. IPv6: more
    /// fragments 1, of the last Fragment header walked.
    pub flags: u8,
    /// The time to live or hop limit.
    pub ttl: u8,
    /// The protocol of the payload: for IPv6 where the walk of the extension
    /// headers stopped.
    pub protocol: u8,
    /// The fragment offset in units of 8 bytes.
    pub offset: u16,
    /// The IPv4 header checksum as it stands in the packet; 0 for IPv6.
    pub checksum: u16,
    /// The port of the source, 0 where the protocol has none.
    pub source_port: u16,
    /// The port of the destination, 0 where the protocol has none.
    pub destination_port: u16,
    /// The identification of fragments: 16 bits in IPv4, 32 in IPv6, 0 without.
    pub id: u32,
    /// The source address in network order; IPv4 in the first four bytes, the
    /// rest 0.
    pub source: [u8; 16],
    /// The destination address, in the same form.
    pub destination: [u8; 16],
    /// Where the IP header begins in the frame.
    pub ip_start: u32,
    /// The bytes of the IP packet that were captured, headers included.
    pub ip_length: u32,
    /// Where the payload begins in the frame.
    pub payload_start: u32,
    /// The bytes of the payload that were captured.
    pub payload_length: u32,
    /// The bytes of the payload as the header states them.
    pub payload_wire_length: u32,
    /// Bits of [`notes`].
    pub notes: u32,
}

/// Several fields as they lie in the C event: source port, destination port,
/// identification, offset, checksum, protocol, and three bytes of zeros, in this
/// machine's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport(pub [u8; 16]);

impl Transport {
    /// From the fields one by one.
    #[inline(always)]
    pub fn of(fields: &(impl Fields + ?Sized)) -> Self {
        let ports = pair16(fields.source_port(), fields.destination_port());
        let first = pair32(ports, fields.id());
        let last = u32::from_ne_bytes([fields.protocol(), 0, 0, 0]);
        let second = pair32(pair16(fields.offset(), fields.checksum()), last);
        let both = if cfg!(target_endian = "little") { [first, second] } else { [second, first] };
        Transport((u128::from(both[0]) | u128::from(both[1]) << 64).to_ne_bytes())
    }
}

/// Version, type of service, flags and time to live as they follow each other in the C event,
/// in this machine's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First(pub u32);

impl First {
    /// From the fields one by one.
    #[inline(always)]
    pub fn of(fields: &(impl Fields + ?Sized)) -> Self {
        let bytes = [fields.version(), fields.tos(), fields.flags(), fields.ttl()];
        First(u32::from_ne_bytes(bytes))
    }
}

/// Two numbers as they follow each other in memory.
#[inline(always)]
pub(crate) fn pair16(first: u16, second: u16) -> u32 {
    let (first, second) = (u32::from(first), u32::from(second));
    if cfg!(target_endian = "little") { first | second << 16 } else { first << 16 | second }
}

/// Two numbers as they follow each other in memory.
#[inline(always)]
pub(crate) fn pair32(first: u32, second: u32) -> u64 {
    let (first, second) = (u64::from(first), u64::from(second));
    if cfg!(target_endian = "little") { first | second << 32 } else { first << 32 | second }
}

macro_rules! fields {
    ($($name:ident: $type:ty,)*) => {
        /// What [`Headers`] hold, each asked for on its own: it can be read where
        /// it lies in the frame at the moment it is wanted, without a copy of all
        /// of it being made.
        pub trait Fields {
            $(
                #[doc = concat!("[`Headers::", stringify!($name), "`].")]
                fn $name(&self) -> $type;
            )*

            /// Several of them at once.
            #[inline(always)]
            fn transport(&self) -> Transport {
                Transport::of(self)
            }

            /// Several others at once.
            #[inline(always)]
            fn first(&self) -> First {
                First::of(self)
            }
        }

        impl Fields for Headers {
            $(
                #[inline(always)]
                fn $name(&self) -> $type {
                    self.$name
                }
            )*
        }

        impl Headers {
            /// All of them.
            pub fn of(fields: &impl Fields) -> Self {
                Headers { $($name: fields.$name(),)* }
            }
        }
    };
}

fields! {
    version: u8,
    tos: u8,
    flags: u8,
    ttl: u8,
    protocol: u8,
    offset: u16,
    checksum: u16,
    source_port: u16,
    destination_port: u16,
    id: u32,
    source: [u8; 16],
    destination: [u8; 16],
    ip_start: u32,
    ip_length: u32,
    payload_start: u32,
    payload_length: u32,
    payload_wire_length: u32,
    notes: u32,
}

/// One packet: its frame, what its headers say, and its place in the run.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a, H = Headers> {
    /// The frame that carried it.
    pub frame: Frame<'a>,
    /// The number of the frame in this run, from 1.
    pub number: u64,
    /// What its headers say.
    pub headers: &'a H,
}

impl<'a, H: Fields> Packet<'a, H> {
    /// The captured bytes of the IP packet, headers included.
    #[inline(always)]
    pub fn ip(&self) -> &'a [u8] {
        part(self.frame.bytes, self.headers.ip_start(), self.headers.ip_length())
    }

    /// The captured bytes of the payload.
    #[inline(always)]
    pub fn payload(&self) -> &'a [u8] {
        part(self.frame.bytes, self.headers.payload_start(), self.headers.payload_length())
    }

    /// The notes of the frame and of the headers.
    #[inline(always)]
    pub fn notes(&self) -> u32 {
        self.frame.notes | self.headers.notes()
    }
}

/// Decoding only states ranges inside the frame; an empty slice stands for
/// anything else, so that a slip there cannot panic here.
#[inline(always)]
fn part(bytes: &[u8], start: u32, length: u32) -> &[u8] {
    let start = start as usize;
    bytes.get(start..start + length as usize).unwrap_or_default()
}
