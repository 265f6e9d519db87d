//! The ledger.

use crate::monitor::Stats;
use std::mem::{offset_of, size_of};

/// What became of every frame of the run that goes on, or of the last one.
///
/// After a run, `received` equals the sum of `delivered`, `not_ip`,
/// `unsupported`, `truncated`, the four `malformed_` counters, `filtered`,
/// `paused`, `discarded` and `dropped`, exactly. During a run, the counters of
/// the kernel are up to 250 ms and one batch of callbacks behind, and the others
/// one packet at most. A later version may tell causes apart further; what it
/// tells apart still counts in the field where this version counts it, so that
/// the sum holds.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ipmon_stats {
    /// The size of this struct in the library, in bytes.
    pub struct_size: u32,
    /// 0.
    pub reserved: u32,
    /// File: the records that it holds. Live: the frames that the kernel saw
    /// and that match the filter, the dropped ones included; on loopback, which
    /// shows every packet twice, one of the two.
    pub received: u64,
    /// Packets handed to the callback, or to a call that pulls; with no callback
    /// set, packets that would have been.
    pub delivered: u64,
    /// Frames whose link layer leads to something else than IP, such as ARP.
    pub not_ip: u64,
    /// Frames of a link type or encapsulation that is not decoded.
    pub unsupported: u64,
    /// Frames whose capture ends before IP could be reached.
    pub truncated: u64,
    /// IP headers of another version than the link layer announces.
    pub malformed_version: u64,
    /// IPv4 headers that state a header length below 20 bytes.
    pub malformed_header_length: u64,
    /// IPv4 headers that state a total length below their header length.
    pub malformed_total_length: u64,
    /// IP headers that are not wholly captured.
    pub malformed_short: u64,
    /// Frames of a file that the filter left out. Live, the kernel filters,
    /// and what it leaves out is not received.
    pub filtered: u64,
    /// Packets that came while delivery was paused.
    pub paused: u64,
    /// Frames that had arrived and that a stop kept from delivery: one from
    /// inside a callback, one of what is pulled, or one whose waiting frames took
    /// the callbacks longer than 60 ms. Also a frame that the system had no means
    /// to filter, with which the run failed.
    pub discarded: u64,
    /// Frames that the kernel had no room for.
    pub dropped: u64,
    /// File: bytes read from it, as they lie in it, compressed or not. Live: bytes
    /// captured.
    pub bytes: u64,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<ipmon_stats>() == 120);

impl super::text::Grows for ipmon_stats {
    const FIRST: usize = offset_of!(ipmon_stats, bytes) + size_of::<u64>();
}

impl From<Stats> for ipmon_stats {
    fn from(s: Stats) -> Self {
        ipmon_stats {
            struct_size: super::text::size_of_struct::<ipmon_stats>(),
            reserved: 0,
            received: s.received,
            delivered: s.delivered,
            not_ip: s.not_ip,
            unsupported: s.unsupported,
            truncated: s.truncated,
            malformed_version: s.malformed_version,
            malformed_header_length: s.malformed_header_length,
            malformed_total_length: s.malformed_total_length,
            malformed_short: s.malformed_short,
            filtered: s.filtered,
            paused: s.paused,
            discarded: s.discarded,
            dropped: s.dropped,
            bytes: s.bytes,
        }
    }
}
