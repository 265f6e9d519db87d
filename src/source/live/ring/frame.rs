//! What the kernel says of a frame in the ring, and the frame as other captures
//! have it.
//!
//! In front of the frame lie the kernel's header, an address (`struct
//! sockaddr_ll`) and a gap. The kernel takes a VLAN tag out of the frame, and on
//! cooked captures the link-layer header; both are written into the gap, which
//! has room for them: the kernel aligns the network header to 16 bytes behind
//! what comes before it.

use crate::packet::notes;
use crate::source::{Direction, Frame, LinkType, Window};

/// Ethernet, and cooked version 2 (LINKTYPE_LINUX_SLL2).
pub(super) const ETHERNET: LinkType = LinkType(1);
pub(super) const SLL2: LinkType = LinkType(276);

/// The length of the cooked header.
pub(super) const SLL2_LENGTH: usize = 20;
const TAG_LENGTH: usize = 4;
const BOTH_ADDRESSES: usize = 12;

/// linux/if_packet.h, since Linux 5.18.
const TP_STATUS_GSO_TCP: u32 = 1 << 8;
/// The packet type of what this machine sent.
const PACKET_OUTGOING: u8 = 4;
/// The Ethernet type of a VLAN tag, where the kernel does not say another.
const ETH_P_8021Q: u16 = 0x8100;

/// Where the fields of a header lie.
pub(super) struct Layout {
    seconds: usize,
    nanoseconds: usize,
    captured: usize,
    length: usize,
    status: usize,
    frame: usize,
    tag: usize,
    tag_type: usize,
    address: usize,
    /// Where the gap begins.
    pub(super) end: usize,
}

/// `struct tpacket3_hdr`.
pub(super) const V3: Layout = Layout {
    seconds: 4,
    nanoseconds: 8,
    captured: 12,
    length: 16,
    status: 20,
    frame: 24,
    // The lower half of 32 bits.
    tag: if cfg!(target_endian = "big") { 34 } else { 32 },
    tag_type: 36,
    address: 48,
    end: 68,
};

/// `struct tpacket2_hdr`.
pub(super) const V2: Layout = Layout {
    status: 0,
    length: 4,
    captured: 8,
    frame: 12,
    seconds: 16,
    nanoseconds: 20,
    tag: 24,
    tag_type: 26,
    address: 32,
    end: 52,
};

/// What all frames of a capture have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common {
    pub(super) link_type: LinkType,
    /// The interface's index; 0 where each frame says its own.
    pub(super) interface: u32,
    pub(super) snap_length: u32,
}

impl Common {
    /// The same, its link type a constant where it is Ethernet's.
    #[inline(always)]
    pub(super) fn known<const IS_ETHERNET: bool>(self) -> Self {
        Common { link_type: if IS_ETHERNET { ETHERNET } else { self.link_type }, ..self }
    }
}

/// The frame in the slot of a block out of which the kernel took nothing, and that is
/// not the block's last; `None` where [`frame`] has to look.
#[inline(always)]
pub(super) fn plain<'a>(slot: &'a [u8], common: &Common) -> Option<Frame<'a>> {
    // One check for all of its fields.
    let header: &[u8; V3.end] = slot.first_chunk()?;
    if word(header, V3.status)? & libc::TP_STATUS_VLAN_VALID != 0 {
        return None;
    }
    let start = usize::from(half(header, V3.frame)?);
    let captured = word(header, V3.captured)?;
    if start < V3.end || captured > common.snap_length {
        return None;
    }
    let memory = slot.get(start..)?;
    let window = memory.first_chunk()?;
    let bytes = memory.get(..captured as usize)?;
    told(header, &V3, common, bytes, Some(window))
}

/// The frame in a slot, its tag and its cooked header put back; `None` where the
/// header tells what cannot be.
pub(super) fn frame<'a>(slot: &'a mut [u8], at: &Layout, common: &Common) -> Option<Frame<'a>> {
    let mut start = usize::from(half(slot, at.frame)?);
    let mut captured = word(slot, at.captured)?;
    if start < at.end {
        return None;
    }
    let added = put_back(slot, at, common.link_type, start, captured)?;
    start -= added as usize;
    captured = captured.checked_add(added)?;
    let slot: &'a [u8] = slot;
    let (header, memory) = (slot.get(..at.end)?, slot.get(start..)?);
    let bytes = memory.get(..captured as usize)?;
    // What was put back is not the kernel's to cut.
    let bytes = bytes.get(..common.snap_length as usize).unwrap_or(bytes);
    let mut frame = told(header, at, common, bytes, memory.first_chunk())?;
    frame.wire_length = frame.wire_length.saturating_add(added);
    if common.link_type == SLL2 {
        // sockaddr_ll has the index at 4.
        frame.interface = word(header, at.address + 4)?;
    }
    Some(frame)
}

/// These bytes, and what a header tells of them.
#[inline(always)]
fn told<'a>(
    header: &[u8],
    at: &Layout,
    common: &Common,
    bytes: &'a [u8],
    window: Option<&'a Window>,
) -> Option<Frame<'a>> {
    let status = word(header, at.status)?;
    let seconds = i64::from(word(header, at.seconds)?);
    let nanoseconds = i64::from(word(header, at.nanoseconds)?);
    // sockaddr_ll has the packet type at 10.
    let is_outgoing = *header.get(at.address + 10)? == PACKET_OUTGOING;
    Some(Frame {
        bytes,
        window,
        wire_length: word(header, at.length)?,
        timestamp_ns: seconds * 1_000_000_000 + nanoseconds,
        link_type: common.link_type,
        interface: common.interface,
        direction: if is_outgoing { Direction::Out } else { Direction::In },
        notes: moved(status, libc::TP_STATUS_CSUMNOTREADY, notes::CHECKSUM_NOT_READY)
            | moved(status, TP_STATUS_GSO_TCP, notes::OFFLOADED),
    })
}

/// One bit of the status as a note: its place is a constant, so that it is shifted
/// there, where a choice would take three steps.
#[inline(always)]
fn moved(status: u32, bit: u32, note: u32) -> u32 {
    status >> bit.trailing_zeros() << note.trailing_zeros() & note
}

/// Writes what the kernel took out of the frame at `start` in front of it: the tag, or
/// the cooked header with what follows a tag's type. How many bytes that is.
fn put_back(
    slot: &mut [u8],
    at: &Layout,
    link_type: LinkType,
    start: usize,
    captured: u32,
) -> Option<u32> {
    let status = word(slot, at.status)?;
    let is_tagged = status & libc::TP_STATUS_VLAN_VALID != 0;
    let tag = if is_tagged { Some(tag(slot, at, status)?) } else { None };
    if link_type == SLL2 {
        return u32::try_from(cook(slot, at, start, tag)?).ok();
    }
    if let Some(tag) = tag
        && link_type == ETHERNET
        && captured as usize >= BOTH_ADDRESSES
        && start - at.end >= TAG_LENGTH
    {
        if start + BOTH_ADDRESSES > slot.len() {
            return None;
        }
        slot.copy_within(start..start + BOTH_ADDRESSES, start - TAG_LENGTH);
        let place = start - TAG_LENGTH + BOTH_ADDRESSES;
        slot.get_mut(place..)?.first_chunk_mut::<TAG_LENGTH>()?.copy_from_slice(&tag);
        return u32::try_from(TAG_LENGTH).ok();
    }
    Some(0)
}

/// The VLAN tag as it stood in the frame: its type, then its value.
fn tag(slot: &[u8], at: &Layout, status: u32) -> Option<[u8; TAG_LENGTH]> {
    let value = half(slot, at.tag)?;
    let known = status & libc::TP_STATUS_VLAN_TPID_VALID != 0;
    let kind = if known { half(slot, at.tag_type)? } else { ETH_P_8021Q };
    let ([a, b], [c, d]) = (kind.to_be_bytes(), value.to_be_bytes());
    Some([a, b, c, d])
}

/// Writes the cooked header in front of the frame at `start`, and between them
/// what follows the type of a VLAN tag; how many bytes that is.
fn cook(
    slot: &mut [u8],
    at: &Layout,
    start: usize,
    tag: Option<[u8; TAG_LENGTH]>,
) -> Option<usize> {
    let address: [u8; 20] = *slot.get(at.address..)?.first_chunk()?;
    let [_, _, p, q, i, j, k, l, m, n, kind, length, link @ ..] = address;
    let protocol = [p, q];
    let added = SLL2_LENGTH + if tag.is_some() { TAG_LENGTH } else { 0 };
    let begin = start.checked_sub(added).filter(|begin| *begin >= at.end)?;
    // The index and the device's type are numbers of this machine; the protocol is
    // in network order.
    let index = u32::from_ne_bytes([i, j, k, l]).to_be_bytes();
    let device = u16::from_ne_bytes([m, n]).to_be_bytes();
    let outer = tag.map_or(protocol, |[a, b, ..]| [a, b]);
    let header = slot.get_mut(begin..)?.first_chunk_mut::<SLL2_LENGTH>()?;
    let (fixed, addresses) = header.split_at_mut(12);
    fixed.copy_from_slice(&[
        outer[0], outer[1], 0, 0, index[0], index[1], index[2], index[3], device[0], device[1],
        kind, length,
    ]);
    addresses.copy_from_slice(&link);
    if let Some([_, _, c, d]) = tag {
        let next = if begins_with_a_tag(slot.get(start..)?, protocol) {
            ETH_P_8021Q.to_be_bytes()
        } else {
            protocol
        };
        let inner = slot.get_mut(start - TAG_LENGTH..)?.first_chunk_mut::<TAG_LENGTH>()?;
        *inner = [c, d, next[0], next[1]];
    }
    Some(added)
}

/// Whether a second tag stands in front of the IP packet. Kernels since Linux 6.10 do
/// not say so on cooked captures: the protocol that they tell is what follows all tags.
fn begins_with_a_tag(bytes: &[u8], protocol: [u8; 2]) -> bool {
    let version = match protocol {
        [0x08, 0x00] => 4,
        [0x86, 0xdd] => 6,
        _ => return false,
    };
    matches!(bytes, [a, _, p, q, b, ..]
        if a >> 4 != version && [*p, *q] == protocol && b >> 4 == version)
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[inline]
fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
