//! A version 3 ring: blocks that the kernel fills with frame after frame and hands
//! over when they are full, or when their time is up.

use super::memory::Memory;
use crate::sys::prefetch::prefetch;

/// Offsets in a block (`struct tpacket_block_desc`, linux/if_packet.h).
const STATUS: usize = 8;
const COUNT: usize = 12;
const FIRST: usize = 16;

/// The least that a frame takes: its header and the address behind it.
pub(super) const LEAST: usize = super::frame::V3.end;

/// Frames that are asked for before they are read.
const AHEAD: usize = 16;

/// The ring, and the block that is being read.
pub(super) struct Blocks {
    memory: Memory,
    size: usize,
    count: usize,
    current: usize,
    held: bool,
    given_back: u64,
    /// Where the next frame begins in the block.
    at: usize,
    left: u32,
    /// The kernel lost frames that it was not asked about yet.
    losing: bool,
    damaged: bool,
}

/// Where the frame behind this one begins; nowhere in the block, where there is none.
/// Asks for the memory of those to come.
#[inline(always)]
pub(super) fn behind(at: usize, slot: &[u8]) -> usize {
    let step = word(slot, 0).unwrap_or(0);
    // Another processor wrote it. The frames to come are as long as this one, more
    // or less; of each, three lines of memory have what is looked at.
    for line in 0..3 {
        prefetch(slot, AHEAD.wrapping_mul(step as usize) + 64 * line);
    }
    // 0 stands in the last one. With anything less than a header it would be read
    // again and again.
    if (step as usize) < LEAST {
        return usize::MAX;
    }
    // In 64 bits, where nothing that the kernel may say leads back.
    usize::try_from(at as u64 + u64::from(step)).unwrap_or(usize::MAX)
}

impl Blocks {
    pub(super) fn new(memory: Memory, size: usize, count: usize) -> Self {
        Blocks {
            memory,
            size,
            count,
            current: 0,
            held: false,
            given_back: 0,
            at: 0,
            left: 0,
            losing: false,
            damaged: false,
        }
    }

    /// Takes the next block that the kernel handed over and that holds frames.
    pub(super) fn take(&mut self) -> bool {
        for _ in 0..self.count {
            let start = self.current * self.size;
            let Some(status) = self.memory.handed_over(start + STATUS) else { return false };
            self.losing = status & libc::TP_STATUS_LOSING != 0;
            let block = self.memory.part(start, self.size);
            self.left = word(block, COUNT).unwrap_or(0);
            self.at = word(block, FIRST).map_or(self.size, |at| self.size.min(at as usize));
            self.held = true;
            if self.left > 0 {
                return true;
            }
            self.give_back();
        }
        false
    }

    /// Frames of the block that are not read yet.
    pub(super) fn left(&self) -> u32 {
        self.left
    }

    /// The block, and where the next frame begins in it.
    #[inline(always)]
    pub(super) fn unread(&mut self) -> (&[u8], usize) {
        (self.memory.part(self.current * self.size, self.size), self.at)
    }

    /// So many frames were read, and the next begins here.
    #[inline(always)]
    pub(super) fn leave(&mut self, at: usize, read: u32) {
        self.at = at;
        self.left = self.left.saturating_sub(read);
    }

    /// One frame's header, and all that follows it in the block.
    pub(super) fn next(&mut self) -> Option<&mut [u8]> {
        self.left = self.left.checked_sub(1)?;
        let block = self.memory.part(self.current * self.size, self.size);
        let slot = block.get(self.at..).filter(|slot| slot.len() >= LEAST);
        let Some(slot) = slot else {
            (self.left, self.damaged) = (0, true);
            return None;
        };
        let at = self.at;
        self.at = behind(at, slot);
        block.get_mut(at..)
    }

    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    pub(super) fn is_losing(&self) -> bool {
        self.losing
    }

    /// Whether half of the ring waits as well. A full one has to come by here before it
    /// has room again: losses are not overlooked.
    pub(super) fn is_behind(&self) -> bool {
        let half = (self.count / 2).max(1);
        self.memory.is_ours((self.current + half) % self.count * self.size + STATUS)
    }

    pub(super) fn give_back(&mut self) {
        self.memory.give_back(self.current * self.size + STATUS);
        self.current = (self.current + 1) % self.count;
        (self.held, self.left) = (false, 0);
        self.given_back += 1;
    }

    /// How many blocks there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// How many were read and given back.
    pub(super) fn given_back(&self) -> u64 {
        self.given_back
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

#[cfg(test)]
mod tests {
    use super::super::frame::{Common, ETHERNET};
    use super::super::walk::in_blocks;
    use super::*;
    use crate::source::{Frame, Taker};
    use std::fs::{File, OpenOptions};
    use std::os::unix::fs::FileExt;

    const SIZE: usize = 65_536;

    /// A ring in a file, which is written to as the kernel would write.
    fn ring(name: &str, count: usize) -> (File, Blocks) {
        let path = std::env::temp_dir().join(format!("ipmon-{name}-{}", std::process::id()));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .unwrap();
        std::fs::remove_file(path).unwrap();
        file.set_len((SIZE * count) as u64).unwrap();
        let memory = Memory::map(&file, SIZE * count).unwrap();
        (file, Blocks::new(memory, SIZE, count))
    }

    fn put(file: &File, at: usize, word: u32) {
        file.write_all_at(&word.to_ne_bytes(), at as u64).unwrap();
    }

    const COMMON: Common = Common { link_type: ETHERNET, interface: 1, snap_length: 65_535 };

    /// Counts frames, and wants so many.
    struct Taken(u64, u64);

    impl Taker for Taken {
        fn take(&mut self, _: Frame<'_>) -> bool {
            self.0 += 1;
            self.0 < self.1
        }

        fn taken(&self) -> u64 {
            self.0
        }
    }

    /// Where a header lies, and how far it says the next one is.
    type Header = (usize, u32);

    /// Hands over a block.
    fn hand_over(file: &File, block: usize, count: u32, first: u32, headers: &[Header]) {
        let start = block * SIZE;
        put(file, start + COUNT, count);
        put(file, start + FIRST, first);
        for (at, step) in headers {
            put(file, start + at, *step);
            put(file, start + at + 4, 77);
            // An empty frame behind the header.
            put(file, start + at + 24, 82);
        }
        put(file, start + STATUS, 1);
    }

    #[test]
    fn blocks_are_read_in_turn_and_go_back() {
        let (file, mut blocks) = ring("turn", 3);
        assert!(!blocks.take());
        for round in 0..4 {
            hand_over(&file, round % 3, 3, 48, &[(48, 160), (208, 96), (304, 0)]);
            assert!(blocks.take());
            assert_eq!(blocks.left(), 3);
            let rooms: Vec<_> = (0..3).map(|_| blocks.next().unwrap().len()).collect();
            assert_eq!(rooms, [SIZE - 48, SIZE - 208, SIZE - 304]);
            assert!(blocks.next().is_none() && blocks.is_held());
            blocks.give_back();
            assert!(!blocks.take() && !blocks.is_damaged());
        }
    }

    #[test]
    fn blocks_without_a_frame_are_passed_over() {
        let (file, mut blocks) = ring("empty", 4);
        hand_over(&file, 0, 0, 48, &[]);
        hand_over(&file, 1, 0, 48, &[]);
        hand_over(&file, 2, 1, 48, &[(48, 0)]);
        assert!(blocks.take());
        assert_eq!(blocks.next().unwrap().get(4), Some(&77));
    }

    #[test]
    fn lengths_that_lead_out_of_a_block_end_it() {
        let size = u32::try_from(SIZE).unwrap();
        let cases: [(u32, u32, &[Header], u64); 7] = [
            (3, size - 60, &[], 0),
            (3, u32::MAX, &[], 0),
            (u32::MAX, 48, &[(48, 96), (144, 96), (240, 0)], 3),
            (3, 48, &[(48, 96), (144, size)], 2),
            (3, 48, &[(48, u32::MAX)], 1),
            (3, 48, &[(48, 0)], 1),
            (3, 48, &[(48, 96), (144, 67)], 2),
        ];
        for (count, first, headers, read) in cases {
            let (file, mut blocks) = ring("damaged", 1);
            hand_over(&file, 0, count, first, headers);
            assert!(blocks.take());
            let mut frames = 0;
            while blocks.next().is_some() {
                frames += 1;
            }
            assert_eq!((frames, blocks.is_damaged()), (read, true), "{count} {first} {headers:?}");

            let (file, mut blocks) = ring("damaged-in-a-loop", 1);
            hand_over(&file, 0, count, first, headers);
            assert!(blocks.take());
            let mut taken = Taken(0, u64::MAX);
            let walked = in_blocks(&mut blocks, count.into(), &COMMON, &mut taken);
            assert_eq!((taken.0, walked.frames, walked.damaged), (read, read, true));
            assert!(blocks.is_damaged());
        }
    }

    #[test]
    fn a_loop_goes_on_where_it_was_left() {
        let (file, mut blocks) = ring("left", 1);
        hand_over(&file, 0, 4, 48, &[(48, 160), (208, 96), (304, 96), (400, 0)]);
        assert!(blocks.take());
        let walked = in_blocks(&mut blocks, 4, &COMMON, &mut Taken(0, 1));
        assert!(walked.full && walked.frames == 1 && blocks.left() == 3);
        assert_eq!(blocks.next().unwrap().len(), SIZE - 208);
        let walked = in_blocks(&mut blocks, 2, &COMMON, &mut Taken(0, u64::MAX));
        assert!(!walked.full && walked.frames == 2 && blocks.left() == 0);
        assert!(!walked.damaged && !blocks.is_damaged());
    }
}
