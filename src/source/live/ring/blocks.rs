//! A version 3 ring: blocks that the kernel fills with frame after frame and hands
//! over when they are full, or when their time is up.

use super::memory::Memory;

/// Offsets in a block (`struct tpacket_block_desc`, linux/if_packet.h).
const STATUS: usize = 8;
const COUNT: usize = 12;
const FIRST: usize = 16;

/// The least that a frame takes: its header and the address behind it.
const LEAST: usize = super::frame::V3.end;

/// The ring, and the block that is being read.
pub(super) struct Blocks {
    memory: Memory,
    size: usize,
    count: usize,
    current: usize,
    held: bool,
    /// Where the next frame begins in the block.
    at: usize,
    left: u32,
    damaged: bool,
}

impl Blocks {
    pub(super) fn new(memory: Memory, size: usize, count: usize) -> Self {
        Blocks { memory, size, count, current: 0, held: false, at: 0, left: 0, damaged: false }
    }

    /// Takes the next block that the kernel handed over and that holds frames.
    pub(super) fn take(&mut self) -> bool {
        for _ in 0..self.count {
            let start = self.current * self.size;
            if !self.memory.is_ours(start + STATUS) {
                return false;
            }
            let block = self.memory.part(start, self.size);
            self.left = word(block, COUNT).unwrap_or(0);
            self.at = word(block, FIRST).map_or(self.size, |at| at as usize);
            self.held = true;
            if self.left > 0 {
                return true;
            }
            self.give_back();
        }
        false
    }

    /// Frames of the block that are not read yet.
    pub(super) fn left(&self) -> u64 {
        u64::from(self.left)
    }

    /// The next frame's header, and all that follows it in the block.
    #[inline]
    pub(super) fn next(&mut self) -> Option<&mut [u8]> {
        self.left = self.left.checked_sub(1)?;
        let at = self.at;
        let room = self.size.checked_sub(at).filter(|room| *room >= LEAST);
        let Some(room) = room else {
            (self.left, self.damaged) = (0, true);
            return None;
        };
        let slot = self.memory.part(self.current * self.size + at, room);
        let step = word(slot, 0).unwrap_or(0) as usize;
        if step < LEAST && self.left > 0 {
            // It would be read again and again.
            (self.left, self.damaged) = (0, true);
        }
        self.at = at.saturating_add(step);
        Some(slot)
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    pub(super) fn give_back(&mut self) {
        self.memory.give_back(self.current * self.size + STATUS);
        self.current = (self.current + 1) % self.count;
        (self.held, self.left) = (false, 0);
    }

    /// Whether the kernel's own lengths led out of a block.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged
    }
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}
