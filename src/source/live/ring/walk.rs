//! The loops over frames that are ready. What they know stays in registers until they
//! are left.

use super::blocks::{Blocks, behind};
use super::frame::{Common, ETHERNET, SLL2, V2, V3, frame, plain};
use super::slots::Slots;
use crate::source::Taker;

/// What a loop came to.
#[derive(Default)]
pub(super) struct Walked {
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// The taker wants no more for now.
    pub(super) full: bool,
    /// A header told what cannot be.
    pub(super) damaged: bool,
}

/// Hands out the next frames of the block at hand, `most` of them at most.
#[inline(always)]
pub(super) fn in_blocks(
    blocks: &mut Blocks,
    most: u64,
    common: &Common,
    taker: &mut impl Taker,
) -> Walked {
    let mut walked = Walked::default();
    loop {
        match common.link_type {
            ETHERNET => plain_frames::<true>(blocks, most, common, taker, &mut walked),
            // Each has something to be put back.
            SLL2 => {}
            _ => plain_frames::<false>(blocks, most, common, taker, &mut walked),
        }
        if walked.full || walked.frames >= most {
            return walked;
        }
        other_frame(blocks, common, taker, &mut walked);
        if walked.full || walked.damaged {
            return walked;
        }
    }
}

/// Those that have nothing to be put back, up to one that has. A function of its own,
/// so that the loop has all registers.
#[inline(never)]
fn plain_frames<const IS_ETHERNET: bool>(
    blocks: &mut Blocks,
    most: u64,
    common: &Common,
    taker: &mut impl Taker,
    walked: &mut Walked,
) {
    let common = common.known::<IS_ETHERNET>();
    let most = u32::try_from(most - walked.frames).unwrap_or(u32::MAX).min(blocks.left());
    let (mut left, mut bytes, mut full) = (most, 0, false);
    let (block, mut at) = blocks.unread();
    while left > 0 {
        let Some(slot) = block.get(at..) else { break };
        let Some(frame) = plain(slot, &common) else { break };
        at = behind(at, slot);
        left -= 1;
        bytes += frame.bytes.len() as u64;
        if !taker.take(frame) {
            full = true;
            break;
        }
    }
    blocks.leave(at, most - left);
    walked.frames += u64::from(most - left);
    walked.bytes += bytes;
    walked.full = full;
}

/// The next one, whatever it is.
#[inline(never)]
fn other_frame(blocks: &mut Blocks, common: &Common, taker: &mut impl Taker, walked: &mut Walked) {
    let Some(frame) = blocks.next().and_then(|slot| frame(slot, &V3, common)) else {
        walked.damaged = true;
        return;
    };
    walked.frames += 1;
    walked.bytes += frame.bytes.len() as u64;
    walked.full = !taker.take(frame);
}

/// The same as [`in_blocks`] with slots.
#[inline(never)]
pub(super) fn in_slots(
    slots: &mut Slots,
    most: u64,
    common: &Common,
    taker: &mut impl Taker,
) -> Walked {
    let mut walked = Walked::default();
    while walked.frames < most && !walked.full {
        let Some(frame) = slots.next().and_then(|slot| frame(slot, &V2, common)) else {
            walked.damaged = true;
            break;
        };
        walked.frames += 1;
        walked.bytes += frame.bytes.len() as u64;
        walked.full = !taker.take(frame);
    }
    walked
}
