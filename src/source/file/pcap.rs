//! The classic format: a file header, then records (draft-ietf-opsawg-pcap).

use super::buffer::{Buffer, IN_ONE_GO};
use super::order::Order;
use super::step::{Step, ends_inside};
use crate::error::{Error, Kind, Result};
use crate::source::{Direction, Frame, LinkType, Taker, Window};

/// The longest captured length that is read: the largest snap length that
/// libpcap and tcpdump write (MAXIMUM_SNAPLEN). A larger one is no frame but a
/// damaged length.
pub(super) const MAX_CAPTURED: u32 = 262_144;

/// Magic, version, two unused fields, snap length, link type.
const FILE_HEADER: usize = 24;
/// Seconds, fraction, captured length, length.
const RECORD_HEADER: usize = 16;
/// The same, and what "modified" pcap adds: an interface index, a protocol, a
/// packet type, a byte of padding.
const MODIFIED_RECORD_HEADER: usize = 24;

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

/// The upper six bits of the link type field tell about frame check sequences.
const LINK_TYPE_MASK: u32 = 0x03ff_ffff;

/// Where a record keeps its captured length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    /// In front of the length, as specified.
    First,
    /// Behind it: the versions before 2.3, and what DG/UX wrote as 543.0.
    Last,
    /// Version 2.3 was written both ways; the captured one is not the longer.
    Smaller,
}

/// Reads records.
pub(super) struct Pcap {
    order: Order,
    lengths: Lengths,
    record_header: usize,
    /// The fraction counts nanoseconds, not microseconds.
    nanoseconds: bool,
    link_type: LinkType,
    /// Records handed out.
    records: u64,
}

/// The byte order and kind of a file that begins with `magic`.
fn known(magic: [u8; 4]) -> Option<(Order, u32)> {
    let is_known = |n| matches!(n, MICROSECONDS | NANOSECONDS | MODIFIED);
    let n = u32::from_ne_bytes(magic);
    if is_known(n) {
        Some((Order::NATIVE, n))
    } else if is_known(n.swap_bytes()) {
        Some((Order::SWAPPED, n.swap_bytes()))
    } else {
        None
    }
}

/// Whether a file that begins so is a pcap file.
pub(super) fn is_magic(magic: [u8; 4]) -> bool {
    known(magic).is_some()
}

impl Pcap {
    /// Reads the file header; `None` when it is not wholly there yet.
    pub(super) fn open(buffer: &mut Buffer) -> Option<Self> {
        let header = buffer.unread();
        let (order, kind) = known(*header.first_chunk()?)?;
        if header.len() < FILE_HEADER {
            return None;
        }
        // The version is not judged otherwise: files with odd ones read well.
        let lengths = match (order.u16(header, 4), order.u16(header, 6)) {
            (2, 0..=2) | (543, 0) => Lengths::Last,
            (2, 3) => Lengths::Smaller,
            _ => Lengths::First,
        };
        let link_type = LinkType(order.u32(header, 20) & LINK_TYPE_MASK);
        buffer.take(FILE_HEADER);
        Some(Pcap {
            order,
            lengths,
            record_header: if kind == MODIFIED { MODIFIED_RECORD_HEADER } else { RECORD_HEADER },
            nanoseconds: kind == NANOSECONDS,
            link_type,
            records: 0,
        })
    }

    /// How many bytes the file header needs.
    pub(super) const fn header_length() -> usize {
        FILE_HEADER
    }

    /// The captured length and the length of the record that begins so.
    #[inline(always)]
    fn lengths(&self, header: &[u8; RECORD_HEADER]) -> (u32, u32) {
        let (first, last) = (self.order.u32(header, 8), self.order.u32(header, 12));
        match self.lengths {
            Lengths::First => (first, last),
            Lengths::Last => (last, first),
            Lengths::Smaller => (first.min(last), first.max(last)),
        }
    }

    /// The next record, where it is wholly there and in order.
    pub(super) fn next<'b>(&mut self, buffer: &'b mut Buffer) -> Option<Frame<'b>> {
        let header = buffer.unread().first_chunk::<RECORD_HEADER>()?;
        let (captured, wire_length) = self.lengths(header);
        let total = self.record_header + captured as usize;
        if captured > MAX_CAPTURED || buffer.unread().len() < total {
            return None;
        }
        let time = Time {
            seconds: self.order.u32(header, 0),
            fraction: self.order.u32(header, 4),
            unit: if self.nanoseconds { 1 } else { 1000 },
        };
        self.records += 1;
        let (bytes, window) = buffer.take_frame(self.record_header, captured as usize, total)?;
        Some(frame(bytes, window, wire_length, time, self.link_type))
    }

    /// Hands out records until the taker wants no more, or none is left; true
    /// for the latter.
    #[inline(always)]
    pub(super) fn frames(&mut self, buffer: &mut Buffer, taker: &mut impl Taker) -> bool {
        let plain = self.order == Order::NATIVE
            && self.lengths == Lengths::First
            && self.record_header == RECORD_HEADER;
        let usual = self.link_type == LinkType::ETHERNET && !self.nanoseconds;
        let more = match (plain, usual, buffer.is_mapped()) {
            (false, ..) => true,
            (true, true, false) => self.plain_frames::<true, false>(buffer, taker),
            (true, true, true) => self.plain_frames::<true, true>(buffer, taker),
            (true, false, _) => self.plain_frames::<false, true>(buffer, taker),
        };
        more && self.other_frames(buffer, taker)
    }

    /// Those with a window, of a file that this machine's kind could have
    /// written; of a `USUAL` one the unit of time and the link type are known
    /// too. False when the taker wants no more. A function of its own, so that
    /// the loop has all registers.
    #[inline(never)]
    fn plain_frames<const USUAL: bool, const MAPPED: bool>(
        &mut self,
        buffer: &mut Buffer,
        taker: &mut impl Taker,
    ) -> bool {
        // No record that is too long is met there.
        const { assert!(IN_ONE_GO <= MAX_CAPTURED as usize) };
        let Some(mut ahead) = buffer.ahead::<MAPPED>() else { return true };
        let unit = if USUAL || !self.nanoseconds { 1000 } else { 1 };
        let link_type = if USUAL { LinkType::ETHERNET } else { self.link_type };
        let before = taker.taken();
        let mut more = true;
        while let Some((header, window)) = ahead.front::<RECORD_HEADER>() {
            let number = |at| Order::NATIVE.u32(header, at);
            let captured = number(8) as usize;
            let Some(record) = ahead.pass(RECORD_HEADER + captured) else { break };
            let Some((_, bytes)) = record.split_first_chunk::<RECORD_HEADER>() else { break };
            let time = Time { seconds: number(0), fraction: number(4), unit };
            if !taker.take(frame(bytes, Some(window), number(12), time, link_type)) {
                more = false;
                break;
            }
        }
        self.records += taker.taken() - before;
        let place = ahead.place();
        buffer.pass_to(place);
        more
    }

    /// All others, one by one.
    #[inline(never)]
    fn other_frames(&mut self, buffer: &mut Buffer, taker: &mut impl Taker) -> bool {
        while let Some(frame) = self.next(buffer) {
            if !taker.take(frame) {
                return false;
            }
        }
        true
    }

    /// What lies in front.
    pub(super) fn look(&self, buffer: &Buffer) -> Result<Step> {
        let rest = buffer.unread();
        let Some(header) = rest.first_chunk::<RECORD_HEADER>() else {
            return Ok(Step::Need(self.record_header));
        };
        let (captured, _) = self.lengths(header);
        if captured > MAX_CAPTURED {
            let (number, at) = (self.records + 1, buffer.offset());
            let text = format!(
                "record {number} at byte offset {at} is damaged: it announces {captured} captured \
                 bytes, and at most {MAX_CAPTURED} are read"
            );
            return Err(Error::at(Kind::Malformed, at, text));
        }
        let total = self.record_header + captured as usize;
        Ok(if rest.len() < total { Step::Need(total) } else { Step::Ready })
    }

    /// The verdict on a file that ends here.
    pub(super) fn end(&self, buffer: &Buffer) -> Result<()> {
        let (rest, at) = (buffer.unread(), buffer.offset());
        let number = self.records + 1;
        let header = self.record_header;
        match rest.first_chunk::<RECORD_HEADER>() {
            _ if rest.is_empty() => Ok(()),
            Some(first) if rest.len() >= header => {
                let what = format!("record {number}");
                let (captured, _) = self.lengths(first);
                Err(ends_inside(&what, at, captured.into(), (rest.len() - header) as u64))
            }
            _ => {
                let what = format!("the header of record {number}");
                Err(ends_inside(&what, at, header as u64, rest.len() as u64))
            }
        }
    }
}

/// When a frame was captured: seconds since 1970, and a fraction in units of so
/// many nanoseconds, 1 or 1000.
#[derive(Clone, Copy)]
struct Time {
    seconds: u32,
    fraction: u32,
    unit: u32,
}

impl Time {
    /// Seconds are unsigned. The largest sum is half of what fits, and a fraction
    /// of a second and more carries by itself. In units first: those of a known
    /// length need not be divided again.
    #[inline(always)]
    fn nanoseconds(self) -> i64 {
        let unit = i64::from(self.unit);
        (i64::from(self.seconds) * (1_000_000_000 / unit) + i64::from(self.fraction)) * unit
    }
}

#[inline(always)]
fn frame<'b>(
    bytes: &'b [u8],
    window: Option<&'b Window>,
    wire_length: u32,
    time: Time,
    link_type: LinkType,
) -> Frame<'b> {
    Frame {
        bytes,
        window,
        wire_length,
        timestamp_ns: time.nanoseconds(),
        link_type,
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    }
}
