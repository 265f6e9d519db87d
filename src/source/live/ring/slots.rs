//! A version 2 ring: a slot for each frame, which the kernel hands over at once.

use super::memory::Memory;

/// Slots that are read before they are given back together.
const BATCH: usize = 64;

/// The ring, and the slots that are being read.
pub(super) struct Slots {
    memory: Memory,
    block_size: usize,
    slot_size: usize,
    slots_a_block: usize,
    count: usize,
    /// The first slot that is held, how many are, and how many of them were read.
    first: usize,
    held: usize,
    read: usize,
    /// The kernel lost frames that it was not asked about yet.
    losing: bool,
}

impl Slots {
    pub(super) fn new(memory: Memory, block_size: usize, blocks: usize, slot_size: usize) -> Self {
        let slots_a_block = block_size / slot_size;
        let count = slots_a_block * blocks;
        Slots {
            memory,
            block_size,
            slot_size,
            slots_a_block,
            count,
            first: 0,
            held: 0,
            read: 0,
            losing: false,
        }
    }

    fn offset(&self, slot: usize) -> usize {
        let slot = slot % self.count;
        slot / self.slots_a_block * self.block_size + slot % self.slots_a_block * self.slot_size
    }

    /// Takes the slots that the kernel handed over: up to a batch, and never so
    /// many that it has few left.
    pub(super) fn take(&mut self) -> bool {
        let most = BATCH.min(self.count.div_ceil(4));
        self.losing = false;
        while self.held < most
            && let Some(status) = self.memory.handed_over(self.offset(self.first + self.held))
        {
            self.losing |= status & libc::TP_STATUS_LOSING != 0;
            self.held += 1;
        }
        self.held > 0
    }

    /// Held slots that are not read yet.
    pub(super) fn left(&self) -> u64 {
        (self.held - self.read) as u64
    }

    /// The next frame's slot.
    #[inline]
    pub(super) fn next(&mut self) -> Option<&mut [u8]> {
        if self.read == self.held {
            return None;
        }
        let offset = self.offset(self.first + self.read);
        self.read += 1;
        Some(self.memory.part(offset, self.slot_size))
    }

    pub(super) fn is_held(&self) -> bool {
        self.held > 0
    }

    pub(super) fn is_losing(&self) -> bool {
        self.losing
    }

    /// Whether the slot behind those at hand waits as well.
    pub(super) fn is_behind(&self) -> bool {
        self.memory.is_ours(self.offset(self.first + self.held))
    }

    pub(super) fn give_back(&mut self) {
        for slot in self.first..self.first + self.held {
            let offset = self.offset(slot);
            self.memory.give_back(offset);
        }
        self.first = (self.first + self.held) % self.count;
        (self.held, self.read) = (0, 0);
    }
}
