//! Live capture through a packet ring of our own (`AF_PACKET`, packet(7)).
//!
//! The kernel writes frames into memory that both sides map, and hands over what it
//! wrote; decoding reads it there, and it goes back when its frames are delivered.
//!
//! - [`socket`]: the socket and its options.
//! - [`memory`]: the mapping, and who owns which part of it; [`blocks`] and [`slots`]
//!   are its two forms, for many frames at once and for each as soon as possible.
//! - [`frame`]: from the kernel's header to a frame.
//! - [`walk`]: the loops over what is ready.
//! - [`nap`]: waking less often where packets come fast.
//! - [`program`]: what the kernel lets through.
//! - [`source`]: the capture, from its start to the last frame after a stop.
#![allow(unsafe_code, reason = "shared memory and options of sockets; each block says why")]

mod blocks;
mod frame;
mod memory;
mod nap;
mod program;
mod slots;
mod socket;
mod source;
mod walk;

pub(super) use source::RingSource;

use super::adapters::Adapter;
use crate::error::{Error, Kind, Result};
use crate::options::Options;
use crate::source::LinkType;
use blocks::Blocks;
use memory::Memory;
use slots::Slots;
use socket::Socket;

/// What the frames of an interface begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layer {
    link_type: LinkType,
    /// The kernel takes the link-layer header away.
    cooked: bool,
}

/// Of all interfaces together: a cooked header, which names the interface.
pub(super) const ANY: Layer = Layer { link_type: frame::SLL2, cooked: true };

impl Layer {
    /// `None` for an interface that the ring does not open.
    pub(super) fn of(adapter: &Adapter) -> Option<Self> {
        // ARPHRD_ in linux/if_arp.h.
        const ETHERNET: u16 = 1;
        const PPP: u16 = 512;
        const RAW_IP: u16 = 519;
        const LOOPBACK: u16 = 772;
        const IP_GRE: u16 = 778;
        const IP6_GRE: u16 = 823;
        const NONE: u16 = 0xfffe;
        match adapter.hardware_type {
            ETHERNET if has_switch_tags(adapter) => None,
            ETHERNET | LOOPBACK => Some(Layer { link_type: frame::ETHERNET, cooked: false }),
            NONE | RAW_IP => Some(Layer { link_type: LinkType(101), cooked: false }),
            // With or without a header, as the driver has it.
            PPP | IP_GRE | IP6_GRE => Some(ANY),
            _ => None,
        }
    }
}

/// The port of a switch to its processor: each frame has a tag that only libpcap
/// tells apart from others.
fn has_switch_tags(adapter: &Adapter) -> bool {
    let folder = std::path::Path::new("/sys/class/net").join(&adapter.name);
    folder.join("dsa/tagging").exists()
}

/// The two forms of a ring.
enum Ring {
    Blocks(Blocks),
    Slots(Slots),
}

/// The largest block: what a larger one would gain cannot be measured.
const LARGEST_BLOCK: usize = 1 << 20;

/// How many blocks there should be. While traffic is thin each is handed over nearly
/// empty when its time is up, so that their number times the latency is how long a
/// callback may take before frames are lost, whatever their size.
const BLOCKS: usize = 128;

/// The largest frame that there is room for: an IP packet of 65,535 bytes, its
/// link-layer headers, and the kernel's.
const LARGEST_FRAME: usize = 65_536 + 256;

/// What lies in front of a frame, at most, and in front of all in a block.
const IN_FRONT: usize = 256;

/// Below this latency, in microseconds, frames do not wait for each other.
const SOON: u32 = 1_000;

impl Ring {
    /// Makes the ring that the options ask for, as large as the kernel has memory.
    fn new(socket: &Socket, options: &Options) -> Result<Self> {
        let soon = options.latency < SOON;
        let snap_length = usize::try_from(options.snap_length).unwrap_or(usize::MAX);
        let frame = snap_length.saturating_add(IN_FRONT).next_multiple_of(16);
        let frame = frame.min(LARGEST_FRAME);
        socket.set_version(if soon {
            libc::tpacket_versions::TPACKET_V2
        } else {
            libc::tpacket_versions::TPACKET_V3
        })?;
        let mut refused = libc::ENOMEM;
        for (size, count) in sizes(options.buffer_size, frame) {
            let made = if soon {
                socket.make_slots(&libc::tpacket_req {
                    tp_block_size: number(size),
                    tp_block_nr: number(count),
                    tp_frame_size: number(frame),
                    tp_frame_nr: number(size / frame * count),
                })
            } else {
                socket.make_blocks(&libc::tpacket_req3 {
                    tp_block_size: number(size),
                    tp_block_nr: number(count),
                    // Means nothing here, but has to be consistent.
                    tp_frame_size: 2048,
                    tp_frame_nr: number(size / 2048 * count),
                    tp_retire_blk_tov: options.latency.div_ceil(1000),
                    tp_sizeof_priv: 0,
                    tp_feature_req_word: 0,
                })
            };
            match made {
                Ok(()) => {
                    let memory = Memory::map(socket, size * count)?;
                    return Ok(if soon {
                        Ring::Slots(Slots::new(memory, size, count, frame))
                    } else {
                        Ring::Blocks(Blocks::new(memory, size, count))
                    });
                }
                Err(errno) => refused = errno,
            }
            if refused != libc::ENOMEM {
                break;
            }
        }
        Err(match refused {
            libc::ENOMEM => {
                Error::os(Kind::NoMemory, refused, "no packet ring: buffer_size is too large")
            }
            _ => Error::os(Kind::System, refused, "no packet ring"),
        })
    }

    /// Makes the next frames ready; whether there are any.
    fn take(&mut self) -> bool {
        match self {
            Ring::Blocks(blocks) => blocks.take(),
            Ring::Slots(slots) => slots.take(),
        }
    }

    /// Frames that are ready and not read.
    fn left(&self) -> u64 {
        match self {
            Ring::Blocks(blocks) => blocks.left().into(),
            Ring::Slots(slots) => slots.left(),
        }
    }

    /// The next frame that is ready.
    #[inline]
    fn next<'a>(&'a mut self, common: &frame::Common) -> Option<crate::source::Frame<'a>> {
        match self {
            Ring::Blocks(blocks) => frame::frame(blocks.next()?, &frame::V3, common),
            Ring::Slots(slots) => frame::frame(slots.next()?, &frame::V2, common),
        }
    }

    /// Whether something is to be given back.
    fn is_held(&self) -> bool {
        match self {
            Ring::Blocks(blocks) => blocks.is_held(),
            Ring::Slots(slots) => slots.is_held(),
        }
    }

    /// Whether frames were lost that the kernel was not asked about yet.
    fn is_losing(&self) -> bool {
        match self {
            Ring::Blocks(blocks) => blocks.is_losing(),
            Ring::Slots(slots) => slots.is_losing(),
        }
    }

    /// Whether so much waits behind what was taken that the ring may be, or have been,
    /// full.
    fn is_behind(&self) -> bool {
        match self {
            Ring::Blocks(blocks) => blocks.is_behind(),
            Ring::Slots(slots) => slots.is_behind(),
        }
    }

    /// Gives what was taken back to the kernel.
    fn give_back(&mut self) {
        match self {
            Ring::Blocks(blocks) => blocks.give_back(),
            Ring::Slots(slots) => slots.give_back(),
        }
    }

    fn is_damaged(&self) -> bool {
        match self {
            Ring::Blocks(blocks) => blocks.is_damaged(),
            Ring::Slots(_) => false,
        }
    }
}

/// Sizes of blocks and their numbers, the wanted one first: then fewer, then smaller
/// blocks, down to two that hold one frame each.
fn sizes(buffer_size: u32, frame: usize) -> impl Iterator<Item = (usize, usize)> {
    let buffer = usize::try_from(buffer_size).unwrap_or(usize::MAX);
    let least = frame.next_power_of_two().clamp(1 << 16, LARGEST_BLOCK);
    let wanted = 1 << (buffer / BLOCKS).max(1).ilog2();
    let block = wanted.clamp(least, LARGEST_BLOCK);
    let fewer = move |size: usize, count: usize| {
        std::iter::successors(Some(count.max(2)), |n| (*n > 2).then(|| (n / 2).max(2)))
            .map(move |n| (size, n))
    };
    let smaller =
        std::iter::successors(Some(block), move |size| (*size > least).then_some(size / 2));
    smaller
        .enumerate()
        .flat_map(move |(i, size)| fewer(size, if i == 0 { buffer / size } else { 2 }))
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
