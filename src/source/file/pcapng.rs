//! The block format: sections of blocks, each with its type, its length at both
//! ends and a body (draft-ietf-opsawg-pcapng).

use super::block::{ENHANCED_HEADER, ENHANCED_PACKET, PACKET, Packet, SIMPLE_PACKET};
use super::buffer::{Buffer, IN_ONE_GO};
use super::fault::{Checked, Fault};
use super::interface::{self, Interface};
use super::order::Order;
use super::step::{Step, ends_inside};
use super::time::Ticks;
use crate::error::{Error, Result};
use crate::source::{Frame, LinkType, Taker};

/// The longest block that is kept whole, as those with packets and interfaces
/// are: sixteen times the largest frame that capture programs keep. With a zstd
/// window of 8 MiB beside it, the whole stays below 16 MiB.
pub(super) const MAX_BLOCK: u32 = 4 * 1024 * 1024;

/// The most interfaces in a section: what the 16 bits of the obsolete packet
/// block can number. At 24 bytes each they take 1.5 MiB.
pub(super) const MAX_INTERFACES: usize = 65_536;

/// Type and length in front, the length again behind.
pub(super) const OVERHEAD: usize = 12;

/// How every file begins: the type of a section header reads the same in both
/// byte orders.
pub(super) const MAGIC: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
const MAJOR_VERSION: u16 = 1;

/// Byte-order magic, version, section length.
const SECTION_FIXED: usize = 16;

/// Reads blocks.
pub(super) struct Pcapng {
    order: Order,
    /// Of the section that is being read.
    interfaces: Vec<Interface>,
    /// Blocks that are read to their end.
    blocks: u64,
    /// The block that passes without being kept.
    skip: Option<Skip>,
}

/// A block of which only the end matters still.
#[derive(Clone, Copy)]
struct Skip {
    offset: u64,
    kind: u32,
    total: u32,
    /// Bytes to pass before the length at its end.
    left: u64,
}

/// What the front of the buffer turned out to be.
enum Found {
    /// A packet, in a block of so many bytes that is still in the buffer.
    Packet(Packet, usize),
    /// A block that is now consumed, or a part of one.
    Passed,
    /// Something that is not wholly there.
    Need(usize),
}

impl Pcapng {
    /// Before the first section.
    pub(super) fn new() -> Self {
        Pcapng { order: Order::NATIVE, interfaces: Vec::new(), blocks: 0, skip: None }
    }

    /// The next packet, where it is wholly there and in order.
    pub(super) fn next<'b>(&mut self, buffer: &'b mut Buffer) -> Option<Frame<'b>> {
        loop {
            match self.find(buffer) {
                Ok(Found::Packet(packet, length)) => {
                    self.blocks += 1;
                    let (at, captured) = packet.place();
                    let (bytes, window) = buffer.take_frame(at, captured, length)?;
                    return Some(packet.frame(bytes, window));
                }
                Ok(Found::Passed) => {}
                Ok(Found::Need(_)) | Err(_) => return None,
            }
        }
    }

    /// Hands out packets until the taker wants no more, or none is left; true
    /// for the latter.
    #[inline(always)]
    pub(super) fn frames(&mut self, buffer: &mut Buffer, taker: &mut impl Taker) -> bool {
        loop {
            let plain = self.order == Order::NATIVE && self.skip.is_none();
            let usual = if plain { self.usual() } else { None };
            let more = match (usual, buffer.is_mapped()) {
                (None, _) => true,
                (Some(ticks), false) => self.usual_frames::<false>(ticks, buffer, taker),
                (Some(ticks), true) => self.usual_frames::<true>(ticks, buffer, taker),
            };
            if !more || plain && !self.plain_frames(buffer, taker) {
                return false;
            }
            match self.other_frame(buffer, taker) {
                Some(true) => {}
                Some(false) => return false,
                None => return true,
            }
        }
    }

    /// Of a section whose first interface is an Ethernet, its ticks.
    fn usual(&self) -> Option<Ticks> {
        let first = self.interfaces.first()?;
        if first.link_type() == LinkType::ETHERNET { first.clock.ticks() } else { None }
    }

    /// Those of [`Packet::usual`] with a window, up to the first that is another; false
    /// when the taker wants no more. A function of its own, so that the loop has all
    /// registers. It has the steps of [`Pcapng::plain_frames`]: one function for both, which
    /// is given how a block is read, takes 144 instructions for a small packet, and not 136.
    #[inline(never)]
    fn usual_frames<const MAPPED: bool>(
        &mut self,
        ticks: Ticks,
        buffer: &mut Buffer,
        taker: &mut impl Taker,
    ) -> bool {
        let Some(mut ahead) = buffer.ahead::<MAPPED>() else { return true };
        let before = taker.taken();
        let mut more = true;
        while let Some((head, window)) = ahead.front::<ENHANCED_HEADER>() {
            let Some((packet, total)) = Packet::usual(head, ticks) else { break };
            let mut behind = ahead;
            let Some(block) = behind.pass(total) else { break };
            if Order::NATIVE.u32(block, total - 4) as usize != total {
                break;
            }
            let (at, captured) = packet.place();
            let Some(bytes) = block.get(at..at + captured) else { break };
            ahead = behind;
            if !taker.take(packet.frame(bytes, Some(window))) {
                more = false;
                break;
            }
        }
        self.blocks += taker.taken() - before;
        let place = ahead.place();
        buffer.pass_to(place);
        more
    }

    /// Those of enhanced packet blocks with a window, of a section that this
    /// machine's kind could have written; false when the taker wants no more.
    #[inline(never)]
    fn plain_frames(&mut self, buffer: &mut Buffer, taker: &mut impl Taker) -> bool {
        // No block that is too long is met there.
        const { assert!(IN_ONE_GO <= MAX_BLOCK as usize) };
        let Some(mut ahead) = buffer.ahead::<true>() else { return true };
        let before = taker.taken();
        let mut more = true;
        while let Some((head, window)) = ahead.front::<ENHANCED_HEADER>() {
            let total = Order::NATIVE.u32(head, 4);
            if Order::NATIVE.u32(head, 0) != ENHANCED_PACKET {
                break;
            }
            let mut behind = ahead;
            let Some(block) = behind.pass(total as usize) else { break };
            let Ok(Some(block)) = whole(Order::NATIVE, block, total) else { break };
            let packet = Packet::enhanced(Order::NATIVE, block, &self.interfaces);
            let Ok(packet) = packet else { break };
            let (at, captured) = packet.place();
            let Some(bytes) = block.get(at..at + captured) else { break };
            ahead = behind;
            if !taker.take(packet.frame(bytes, Some(window))) {
                more = false;
                break;
            }
        }
        self.blocks += taker.taken() - before;
        let place = ahead.place();
        buffer.pass_to(place);
        more
    }

    /// Hands out the packet that comes next, whatever its block; `None` where
    /// there is none.
    #[inline(never)]
    fn other_frame(&mut self, buffer: &mut Buffer, taker: &mut impl Taker) -> Option<bool> {
        self.next(buffer).map(|frame| taker.take(frame))
    }

    /// What lies in front once all that is no packet is consumed.
    pub(super) fn look(&mut self, buffer: &mut Buffer) -> Result<Step> {
        loop {
            match self.find(buffer) {
                Ok(Found::Packet(..)) => return Ok(Step::Ready),
                Ok(Found::Passed) => {}
                Ok(Found::Need(n)) => return Ok(Step::Need(n)),
                Err(fault) => return Err(self.failure(buffer, fault)),
            }
        }
    }

    fn find(&mut self, buffer: &mut Buffer) -> Checked<Found> {
        if let Some(skip) = self.skip {
            return self.pass(buffer, skip);
        }
        let rest = buffer.unread();
        if rest.len() < 8 {
            return Ok(Found::Need(8));
        }
        let kind = self.order.u32(rest, 0);
        if kind == SECTION_HEADER {
            return self.section(buffer);
        }
        let total = self.order.u32(rest, 4);
        if (total as usize) < OVERHEAD {
            return Err(Fault::Short { least: OVERHEAD });
        }
        let read: fn(Order, &[u8], &[Interface]) -> Checked<Packet> = match kind {
            ENHANCED_PACKET => Packet::enhanced,
            PACKET => Packet::obsolete,
            SIMPLE_PACKET => Packet::simple,
            INTERFACE_DESCRIPTION if total <= MAX_BLOCK => return self.interface(buffer, total),
            _ => return self.pass(buffer, Skip::whole(buffer.offset(), kind, total)),
        };
        if total > MAX_BLOCK {
            return self.pass(buffer, Skip::whole(buffer.offset(), kind, total));
        }
        match whole(self.order, rest, total)? {
            None => Ok(Found::Need(total as usize)),
            Some(block) => {
                Ok(Found::Packet(read(self.order, block, &self.interfaces)?, block.len()))
            }
        }
    }

    /// A section begins: what its header says holds from here on, and the
    /// interfaces before it are gone. Its options pass unread.
    fn section(&mut self, buffer: &mut Buffer) -> Checked<Found> {
        let rest = buffer.unread();
        if rest.len() < 12 {
            return Ok(Found::Need(12));
        }
        let order = match Order::NATIVE.u32(rest, 8) {
            BYTE_ORDER_MAGIC => Order::NATIVE,
            n if n.swap_bytes() == BYTE_ORDER_MAGIC => Order::SWAPPED,
            _ => return Err(Fault::ByteOrder),
        };
        let total = order.u32(rest, 4);
        let least = OVERHEAD + SECTION_FIXED;
        if (total as usize) < least {
            return Err(Fault::Short { least });
        }
        if rest.len() < 8 + SECTION_FIXED {
            return Ok(Found::Need(8 + SECTION_FIXED));
        }
        let (major, minor) = (order.u16(rest, 12), order.u16(rest, 14));
        if major != MAJOR_VERSION {
            return Err(Fault::Version { major, minor });
        }
        self.order = order;
        self.interfaces.clear();
        self.pass(buffer, Skip::whole(buffer.offset(), SECTION_HEADER, total))
    }

    fn interface(&mut self, buffer: &mut Buffer, total: u32) -> Checked<Found> {
        let Some(block) = whole(self.order, buffer.unread(), total)? else {
            return Ok(Found::Need(total as usize));
        };
        let least = OVERHEAD + interface::FIXED;
        if block.len() < least {
            return Err(Fault::Short { least });
        }
        if self.interfaces.len() == MAX_INTERFACES {
            return Err(Fault::TooManyInterfaces);
        }
        let interface = Interface::parse(self.order, &block[8..block.len() - 4]);
        self.interfaces.try_reserve(1).map_err(|_| Fault::NoMemory)?;
        self.interfaces.push(interface);
        buffer.take(total as usize);
        self.blocks += 1;
        Ok(Found::Passed)
    }

    /// Lets a block pass as far as it is there, and checks its end. A packet or
    /// an interface too long to keep is judged there too: a file that ends
    /// inside it is a truncated one.
    fn pass(&mut self, buffer: &mut Buffer, mut skip: Skip) -> Checked<Found> {
        let there = buffer.unread().len();
        let step = usize::try_from(skip.left).map_or(there, |left| left.min(there));
        buffer.take(step);
        skip.left -= step as u64;
        self.skip = Some(skip);
        if skip.left > 0 || there - step < 4 {
            return Ok(Found::Need(4));
        }
        let trailer = self.order.u32(buffer.unread(), 0);
        if trailer != skip.total {
            return Err(Fault::Trailer { total: skip.total, trailer });
        }
        if matches!(skip.kind, ENHANCED_PACKET | SIMPLE_PACKET | PACKET | INTERFACE_DESCRIPTION) {
            return Err(Fault::Long);
        }
        buffer.take(4);
        self.skip = None;
        self.blocks += 1;
        Ok(Found::Passed)
    }

    /// The verdict on a file that ends here.
    pub(super) fn end(&self, buffer: &Buffer) -> Result<()> {
        let (rest, number) = (buffer.unread(), self.blocks + 1);
        let there = rest.len() as u64;
        if let Some(skip) = self.skip {
            let what = format!("block {number} ({})", name(skip.kind));
            let there = u64::from(skip.total) - 4 - skip.left + there;
            return Err(ends_inside(&what, skip.offset, skip.total.into(), there));
        }
        if rest.is_empty() {
            return Ok(());
        }
        let at = buffer.offset();
        let kind = self.order.u32(rest, 0);
        // A section header's length means nothing before its byte order.
        if rest.len() < 8 || kind == SECTION_HEADER {
            let least = if rest.starts_with(&MAGIC) { 8 + SECTION_FIXED } else { 8 };
            let what = format!("the header of block {number}");
            return Err(ends_inside(&what, at, least as u64, there));
        }
        let what = format!("block {number} ({})", name(kind));
        Err(ends_inside(&what, at, self.order.u32(rest, 4).into(), there))
    }

    #[cold]
    fn failure(&self, buffer: &Buffer, fault: Fault) -> Error {
        let number = self.blocks + 1;
        let (at, kind) = match self.skip {
            Some(skip) => (skip.offset, skip.kind),
            None => (buffer.offset(), self.order.u32(buffer.unread(), 0)),
        };
        let (status, why) = fault.explain();
        let name = name(kind);
        Error::at(status, at, format!("block {number} ({name}) at byte offset {at} {why}"))
    }
}

impl Skip {
    /// All of the block at the front of the buffer.
    fn whole(offset: u64, kind: u32, total: u32) -> Self {
        Skip { offset, kind, total, left: u64::from(total).saturating_sub(4) }
    }
}

/// The block of `total` bytes at the front, when it is wholly there.
#[inline(always)]
fn whole(order: Order, rest: &[u8], total: u32) -> Checked<Option<&[u8]>> {
    let length = total as usize;
    if length < OVERHEAD {
        return Err(Fault::Short { least: OVERHEAD });
    }
    let Some(block) = rest.get(..length) else {
        return Ok(None);
    };
    let trailer = order.u32(block, length - 4);
    if trailer != total { Err(Fault::Trailer { total, trailer }) } else { Ok(Some(block)) }
}

/// What a block of that type is called.
fn name(kind: u32) -> &'static str {
    match kind {
        SECTION_HEADER => "section header",
        INTERFACE_DESCRIPTION => "interface description",
        PACKET => "packet",
        SIMPLE_PACKET => "simple packet",
        ENHANCED_PACKET => "enhanced packet",
        _ => "of another type",
    }
}
