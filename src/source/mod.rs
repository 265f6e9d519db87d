//! Where frames come from: capture files and interfaces.

pub mod file;
pub mod live;

use crate::error::Result;
use crate::sys::wake::Waker;
use std::os::fd::RawFd;
use std::time::Duration;

/// A link type by its LINKTYPE_ number, as capture files carry it
/// (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u32);

impl LinkType {
    /// Ethernet, and what calls itself that.
    pub const ETHERNET: LinkType = LinkType(1);
}

/// Which way a frame went, where the source knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The source does not say.
    #[default]
    Unknown,
    /// Received by the interface.
    In,
    /// Sent by the interface.
    Out,
}

/// What a decoder may look at from the start of a frame on without asking how
/// long the frame is.
pub type Window = [u8; WINDOW];

/// More than the headers of common frames take: two VLAN tags, IPv6 and the
/// ports behind it end at 66.
pub const WINDOW: usize = 128;

/// One captured frame, borrowed from its source's buffer.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The bytes that were captured.
    pub bytes: &'a [u8],
    /// The memory that begins with `bytes`, where the source has as much of it;
    /// what lies behind them means nothing. With it the frame can be decoded
    /// the fast way.
    pub window: Option<&'a Window>,
    /// The length of the frame on the wire, in bytes.
    pub wire_length: u32,
    /// When it was captured, in nanoseconds since 1970-01-01 00:00 UTC.
    pub timestamp_ns: i64,
    /// What its first header is.
    pub link_type: LinkType,
    /// The interface: its number in a pcapng section (0 in pcap), or the
    /// system's interface index for a live capture.
    pub interface: u32,
    /// Which way it went.
    pub direction: Direction,
    /// Bits of [`crate::packet::notes`].
    pub notes: u32,
}

/// What a refill found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// Frames are there for [`Source::next_frame`].
    Ready,
    /// The waker was set, or the time is over.
    Nothing,
    /// There will be no further frame.
    End,
}

/// What the kernel says of a live capture since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelCounts {
    /// Frames that it saw and that passed its filter, the dropped ones included.
    pub received: u64,
    /// Frames that it had no room for.
    pub dropped: u64,
    /// Those of them whose place in the stream of frames is reached.
    pub placed: u64,
}

/// Takes the frames of a batch.
pub trait Taker {
    /// Takes one; false when it shall be the last for now.
    fn take(&mut self, frame: Frame<'_>) -> bool;
    /// How many it took so far.
    fn taken(&self) -> u64;
}

/// What happened to an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChange {
    /// It was switched off.
    Down,
    /// It was switched on.
    Up,
    /// It has another name.
    Renamed,
    /// It is no longer there.
    Removed,
    /// It has another link-layer address.
    Address,
    /// It has another link type.
    LinkType,
    /// It was gone, and is captured again.
    Again,
}

/// Something that happened to a live source's interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// What.
    pub change: DeviceChange,
    /// One line, with the interface's name.
    pub text: String,
}

/// What tells that a refill would find something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watchable {
    /// Nothing: it always does, or has to be tried.
    Always,
    /// These descriptors are readable then; -1 is none.
    Descriptors([RawFd; 2]),
}

/// Something that yields frames in batches.
pub trait Source {
    /// Whether the frames come as they happen: then the kernel counts them and
    /// filters them, and an end has to be made.
    const LIVE: bool;

    /// Makes the next batch ready. Waits for it until the waker is set, and no
    /// longer than `timeout` (`None` waits for ever). The frames of the batch
    /// before are gone with this call, and stay where they are until then.
    ///
    /// # Errors
    /// What ends the source: every frame before the failure was handed out.
    fn refill(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill>;

    /// The next frame of the batch; `None` asks for a refill.
    fn next_frame(&mut self) -> Option<Frame<'_>>;

    /// Hands the next frames of the batch to `taker`, until it wants no more;
    /// true when a refill is asked for. They are those that `next_frame` yields
    /// one by one; a loop inside the source keeps what it knows of the batch in
    /// registers.
    #[inline(always)]
    fn frames(&mut self, taker: &mut impl Taker) -> bool {
        while let Some(frame) = self.next_frame() {
            if !taker.take(frame) {
                return false;
            }
        }
        true
    }

    /// What to watch until the next refill.
    fn watchable(&self) -> Watchable {
        Watchable::Always
    }

    /// Bytes read from the file so far, as they lie in it; for a live source
    /// the bytes captured.
    fn bytes_read(&self) -> u64;

    /// Lets nothing further in: the refills that follow hand out what had
    /// arrived, and then `End`.
    ///
    /// # Errors
    /// What keeps the source from ending; it is ended all the same.
    fn close_intake(&mut self) -> Result<()> {
        Ok(())
    }

    /// The kernel's counters of a live source, as of the last refill. A batch ends
    /// where frames were lost.
    fn kernel_counts(&mut self) -> Option<KernelCounts> {
        None
    }

    /// The next of the things that happened to the interface until the last refill,
    /// which returns when there is one.
    fn next_event(&mut self) -> Option<DeviceEvent> {
        None
    }
}
