//! Where the events of a run go.

use crate::error::Error;
use crate::options::Options;
use crate::packet::{Fields, Packet};
use crate::source::DeviceChange;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The run is over; this is its last event.
    Ended,
    /// The kernel had no room for some frames.
    Gap,
    /// The filter expression means nothing for a link type of the file, so
    /// that it matches none of its frames.
    FilterNotApplicable,
    /// Something happened to the interface of a live capture.
    Device(DeviceChange),
}

/// Something that happened during a run and is no packet.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// What it is about.
    pub topic: Topic,
    /// `Ended`: why, when it was not the end of the file or a stop.
    pub error: Option<&'a Error>,
    /// `Gap`: how many frames.
    pub count: u64,
    /// One line.
    pub text: &'a str,
}

/// Takes the events of a run, one at a time, on the thread that runs.
pub trait Sink: Send {
    /// A run begins.
    fn begin(&mut self, options: &Options);
    /// A packet.
    fn packet(&mut self, packet: &Packet<'_, impl Fields>);
    /// Whether there is no room for another packet now: then the source keeps the rest.
    #[inline(always)]
    fn is_full(&self) -> bool {
        false
    }
    /// What ended a live capture; `Topic::Ended` follows.
    fn error(&mut self, error: &Error);
    /// A notice.
    fn notice(&mut self, notice: &Notice<'_>);
    /// Another thread or a callback wants no more events of these kinds.
    fn remove(&mut self, removal: Removal);
}

impl<S: Sink> Sink for &mut S {
    fn begin(&mut self, options: &Options) {
        (**self).begin(options);
    }

    #[inline(always)]
    fn packet(&mut self, packet: &Packet<'_, impl Fields>) {
        (**self).packet(packet);
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        (**self).is_full()
    }

    fn error(&mut self, error: &Error) {
        (**self).error(error);
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        (**self).notice(notice);
    }

    fn remove(&mut self, removal: Removal) {
        (**self).remove(removal);
    }
}

/// Events that are no longer wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Removal {
    /// Packets.
    pub packets: bool,
    /// Errors.
    pub errors: bool,
    /// Notices.
    pub notices: bool,
}

/// Takes the packets of one pull call. What their frames borrow stays where it is until
/// the next one.
pub trait Batch<S: Sink> {
    /// A packet; it may be handed on to the monitor's sink.
    fn packet(&mut self, sink: &mut S, packet: &Packet<'_, impl Fields>);
    /// How many came.
    fn count(&self) -> usize;
    /// Whether there is no room for more.
    fn is_full(&self) -> bool;
    /// The call is over, and what was taken is lent until the next.
    fn done(&mut self, sink: &mut S);
    /// How many of them the caller sees only when the call returns.
    fn kept(&self) -> usize;
}
