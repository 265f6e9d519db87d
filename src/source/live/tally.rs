//! What the kernel counted on a packet socket, and where in the stream of
//! frames its losses lie.
//!
//! The kernel has no room for a frame while the ring is full, and it is full
//! until frames are taken out of it. So it is asked before and after that:
//!
//! - What was lost until just before lies behind all that it had let in by then.
//! - What was lost meanwhile found the ring full still, and lies there too: what
//!   was let in meanwhile came later.

use crate::source::KernelCounts;
use std::collections::VecDeque;

/// Losses that are kept apart while they wait for their place; beyond that, the
/// newest are put together. Each stands behind frames that wait in the ring, so
/// that few are ever needed.
const MOST_GAPS: usize = 1024;

/// 64-bit sums of the kernel's counters, which it sets to 0 when it is asked.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: KernelCounts,
    gaps: VecDeque<Gap>,
}

#[derive(Debug)]
struct Gap {
    /// The frames in front of it.
    behind: u64,
    lost: u64,
}

impl Tally {
    /// Adds what the kernel counted until frames are taken out of the ring: those
    /// that passed the filter, and among them those that it had no room for.
    pub(super) fn add_before(&mut self, (received, dropped): (u32, u32)) {
        self.count(received, dropped);
        self.lose(self.let_in(), dropped);
    }

    /// Adds what it counted while frames were taken out.
    pub(super) fn add_after(&mut self, (received, dropped): (u32, u32)) {
        self.lose(self.let_in(), dropped);
        self.count(received, dropped);
    }

    fn count(&mut self, received: u32, dropped: u32) {
        self.counts.received += u64::from(received);
        self.counts.dropped += u64::from(dropped);
    }

    fn lose(&mut self, behind: u64, dropped: u32) {
        let lost = u64::from(dropped);
        let full = self.gaps.len() == MOST_GAPS;
        match self.gaps.back_mut() {
            _ if lost == 0 => {}
            Some(last) if full || last.behind == behind => last.lost += lost,
            _ => self.gaps.push_back(Gap { behind, lost }),
        }
    }

    /// How many frames there were, or will be, to be read.
    pub(super) fn let_in(&self) -> u64 {
        self.counts.received - self.counts.dropped
    }

    /// Counts the losses in front of which `read` frames lie; whether there are
    /// any new ones.
    pub(super) fn reach(&mut self, read: u64) -> bool {
        let before = self.counts.placed;
        while self.gaps.front().is_some_and(|gap| gap.behind <= read) {
            self.counts.placed += self.gaps.pop_front().map_or(0, |gap| gap.lost);
        }
        self.counts.placed != before
    }

    /// How many frames can be read, when `read` were, so that no loss lies among
    /// them: neither one that is known nor one that happens meanwhile.
    pub(super) fn without_gap(&self, read: u64) -> u64 {
        self.before_loss(read).unwrap_or_else(|| self.let_in().saturating_sub(read))
    }

    /// How many frames can be read, when `read` were, in front of the first loss that
    /// is known.
    pub(super) fn before_loss(&self, read: u64) -> Option<u64> {
        self.gaps.front().map(|gap| gap.behind.saturating_sub(read))
    }

    /// Everything is told that is known. What was read had been received,
    /// whatever the kernel could not say.
    pub(super) fn close(&mut self, read: u64) {
        self.reach(u64::MAX);
        self.counts = self.counts(read);
    }

    pub(super) fn counts(&self, read: u64) -> KernelCounts {
        let received = self.counts.received.max(read + self.counts.dropped);
        KernelCounts { received, ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_go_on_beyond_32_bits() {
        let mut tally = Tally::default();
        tally.add_before((u32::MAX, 7));
        tally.add_before((3, 2));
        let counts = tally.counts(0);
        assert_eq!((counts.received, counts.dropped), ((1 << 32) + 2, 9));
    }

    #[test]
    fn a_loss_lies_behind_the_frames_that_were_let_in_before_it() {
        let mut tally = Tally::default();
        tally.add_before((10, 0));
        assert_eq!(tally.without_gap(4), 6);
        tally.add_before((25, 5));
        assert!(!tally.reach(10));
        assert_eq!(tally.without_gap(10), 20);
        // Lost before the ring had room again: the same place.
        tally.add_after((7, 3));
        tally.add_before((15, 1));
        assert!(tally.reach(30));
        assert_eq!(tally.counts(30).placed, 8);
        assert_eq!(tally.without_gap(30), 18);
        assert!(!tally.reach(47));
        assert!(tally.reach(48));
        assert_eq!(tally.counts(48), KernelCounts { received: 57, dropped: 9, placed: 9 });
    }

    #[test]
    fn losses_are_put_together_before_they_become_too_many() {
        let mut tally = Tally::default();
        for _ in 0..3 * MOST_GAPS {
            tally.add_before((2, 1));
        }
        assert_eq!(tally.gaps.len(), MOST_GAPS);
        tally.close(0);
        assert_eq!(tally.counts(0).placed, 3 * MOST_GAPS as u64);
    }
}
