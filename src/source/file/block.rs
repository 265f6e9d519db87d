//! The three blocks that hold a packet (draft-ietf-opsawg-pcapng, sections 4.3,
//! 4.4 and A).

use super::fault::{Checked, Fault};
use super::interface::Interface;
use super::options::Options;
use super::order::Order;
use super::pcapng::OVERHEAD;
use super::time::Ticks;
use crate::packet::notes;
use crate::source::{Direction, Frame, LinkType, Window};

pub(super) const PACKET: u32 = 2;
pub(super) const SIMPLE_PACKET: u32 = 3;
pub(super) const ENHANCED_PACKET: u32 = 6;

/// Where a block's body begins: behind its type and length.
const BODY: usize = 8;
/// epb_flags and pack_flags: the direction is in the two lowest bits.
const FLAGS: u16 = 2;

/// Of an Enhanced Packet Block, what comes in front of its data.
pub(super) const ENHANCED_HEADER: usize = BODY + 20;

/// A packet's place in its block, and all that a frame says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    /// Where its bytes begin, from the start of the block.
    data: usize,
    captured: usize,
    wire_length: u32,
    timestamp_ns: i64,
    link_type: LinkType,
    interface: u32,
    direction: Direction,
    notes: u32,
}

impl Packet {
    /// Where its bytes begin in its block, and how many they are.
    #[inline(always)]
    pub(super) fn place(&self) -> (usize, usize) {
        (self.data, self.captured)
    }

    /// The frame, given its bytes.
    #[inline(always)]
    pub(super) fn frame<'b>(self, bytes: &'b [u8], window: Option<&'b Window>) -> Frame<'b> {
        Frame {
            bytes,
            window,
            wire_length: self.wire_length,
            timestamp_ns: self.timestamp_ns,
            link_type: self.link_type,
            interface: self.interface,
            direction: self.direction,
            notes: self.notes,
        }
    }

    /// An Enhanced Packet Block of the first interface, an Ethernet with these ticks, and
    /// without options, from its header and its length; `None` for every other. One
    /// comparison says that its lengths fit each other.
    #[inline(always)]
    pub(super) fn usual(head: &[u8; ENHANCED_HEADER], ticks: Ticks) -> Option<(Packet, usize)> {
        let number = |at| Order::NATIVE.u32(head, at);
        let captured = number(20) as usize;
        let total = ENHANCED_HEADER + padded(captured) + 4;
        let is_usual = number(0) == ENHANCED_PACKET && number(8) == 0;
        if !is_usual || number(4) as usize != total {
            return None;
        }
        let packet = Packet {
            data: ENHANCED_HEADER,
            captured,
            wire_length: number(24),
            timestamp_ns: ticks.nanoseconds(time(number(12), number(16)))?,
            link_type: LinkType::ETHERNET,
            interface: 0,
            direction: Direction::Unknown,
            notes: 0,
        };
        Some((packet, total))
    }

    /// An Enhanced Packet Block: interface, time, captured length, length, data,
    /// options.
    #[inline(always)]
    pub(super) fn enhanced(
        order: Order,
        block: &[u8],
        interfaces: &[Interface],
    ) -> Checked<Packet> {
        Self::timed(order, block, interfaces, order.u32(block, 8))
    }

    /// The obsolete Packet Block: as the enhanced one, but the interface in 16
    /// bits, and a count of drops.
    pub(super) fn obsolete(
        order: Order,
        block: &[u8],
        interfaces: &[Interface],
    ) -> Checked<Packet> {
        Self::timed(order, block, interfaces, order.u16(block, 8).into())
    }

    #[inline(always)]
    fn timed(order: Order, block: &[u8], interfaces: &[Interface], number: u32) -> Checked<Packet> {
        const DATA: usize = BODY + 20;
        let end = fixed_part(block, DATA)?;
        let captured = order.u32(block, 20);
        let (data, room) = (DATA, end - DATA);
        if captured as usize > room {
            return Err(Fault::Captured { captured, room });
        }
        let interface = find(interfaces, number)?;
        let ticks = time(order.u32(block, 12), order.u32(block, 16));
        let (timestamp_ns, notes) = interface.clock.nanoseconds(ticks);
        let captured = captured as usize;
        let padded = padded(captured);
        let direction = if padded < room {
            direction(order, &block[data + padded..end])
        } else {
            Direction::Unknown
        };
        Ok(Packet {
            data,
            captured,
            wire_length: order.u32(block, 24),
            timestamp_ns,
            link_type: interface.link_type(),
            interface: number,
            direction,
            notes,
        })
    }

    /// A Simple Packet Block: the length and the data, of the first interface.
    pub(super) fn simple(order: Order, block: &[u8], interfaces: &[Interface]) -> Checked<Packet> {
        const DATA: usize = BODY + 4;
        let end = fixed_part(block, DATA)?;
        let interface = find(interfaces, 0)?;
        let wire_length = order.u32(block, 8);
        let limit = if interface.snap_length == 0 { u32::MAX } else { interface.snap_length };
        Ok(Packet {
            data: DATA,
            // The block does not state it: what was cut off by the snap length,
            // and the padding, are not there.
            captured: (wire_length.min(limit) as usize).min(end - DATA),
            wire_length,
            timestamp_ns: 0,
            link_type: interface.link_type(),
            interface: 0,
            direction: Direction::Unknown,
            notes: notes::NO_TIME,
        })
    }
}

/// Data go to a multiple of 4. From 32 bits it does not overflow.
#[inline(always)]
fn padded(captured: usize) -> usize {
    (captured + 3) & !3
}

#[inline(always)]
fn time(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// Where the body of a whole block ends, whose data begin at `data`.
#[inline(always)]
fn fixed_part(block: &[u8], data: usize) -> Checked<usize> {
    match block.len().checked_sub(4) {
        Some(end) if end >= data => Ok(end),
        _ => Err(Fault::Short { least: data + OVERHEAD - BODY }),
    }
}

#[inline(always)]
fn find(interfaces: &[Interface], number: u32) -> Checked<&Interface> {
    interfaces.get(number as usize).ok_or(Fault::Interface { number, known: interfaces.len() })
}

#[cold]
fn direction(order: Order, options: &[u8]) -> Direction {
    let flags = Options::new(order, options).find(|(code, v)| *code == FLAGS && v.len() == 4);
    match flags.map(|(_, v)| order.u32(v, 0) & 3) {
        Some(1) => Direction::In,
        Some(2) => Direction::Out,
        _ => Direction::Unknown,
    }
}
