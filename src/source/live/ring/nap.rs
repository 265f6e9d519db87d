//! Leaving the ring alone for a while where packets come fast.
//!
//! The kernel hands over a block when its time is up, a thousand times a second with
//! the shortest time there is, and waking a thread costs as much as some hundred packets
//! do. So where the last block brought hundreds, the thread sleeps until there are a few
//! blocks, and wakes less often.

use super::Ring;
use std::time::Duration;

/// How long: then there are four blocks or five. A packet waits so much longer.
pub(super) const NAP: Duration = Duration::from_millis(4);

/// Frames in a millisecond from which on waking costs more than it is worth.
const MANY: u64 = 256;

/// The time of a block and the nap behind it, over the time of a block.
const LONGER: u64 = 5;

/// What was read until the last wait.
pub(super) struct Rest {
    /// Blocks are handed over more seldom than each millisecond: so was asked for, and a
    /// nap would gain little.
    is_pointless: bool,
    frames: u64,
    blocks: u64,
    napped: bool,
}

impl Rest {
    /// For blocks that are handed over after so many microseconds.
    pub(super) fn new(latency: u32) -> Self {
        let is_pointless = latency > 1000;
        Rest { is_pointless, frames: 0, blocks: 0, napped: false }
    }

    /// Whether to take a nap before waiting, when so many frames were read from the ring,
    /// which has nothing now.
    pub(super) fn is_due(&mut self, read: u64, ring: &Ring) -> bool {
        match ring {
            Ring::Blocks(blocks) if !self.is_pointless => {
                self.is_due_in(read, blocks.given_back(), blocks.count())
            }
            _ => false,
        }
    }

    fn is_due_in(&mut self, read: u64, given_back: u64, count: usize) -> bool {
        let (frames, blocks) = (read - self.frames, given_back - self.blocks);
        let many = if self.napped { LONGER * MANY } else { MANY };
        // What comes meanwhile finds room many times over.
        self.napped = frames >= many && blocks.saturating_mul(8) <= count as u64;
        (self.frames, self.blocks) = (read, given_back);
        self.napped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nap_is_for_many_frames_in_a_ring_with_room() {
        let mut rest = Rest::new(1000);
        assert!(!rest.is_due_in(255, 1, 128));
        assert!(rest.is_due_in(511, 2, 128));
        // Five times as long, five times as many.
        assert!(!rest.is_due_in(511 + 1279, 7, 128));
        assert!(rest.is_due_in(2100, 8, 128));
        assert!(rest.is_due_in(3380, 13, 128));
        // After a stall; and in a small ring.
        assert!(!rest.is_due_in(80_000, 60, 128));
        assert!(Rest::new(1001).is_pointless && !Rest::new(1000).is_pointless);
        assert!(!Rest::new(1000).is_due_in(300, 1, 7));
        assert!(Rest::new(1000).is_due_in(300, 1, 8));
    }
}
