//! The two live sources under one name.

use super::libpcap::PcapSource;
use super::ring::RingSource;
use crate::error::Result;
use crate::source::{DeviceEvent, Frame, KernelCounts, Refill, Source, Taker, Watchable};
use crate::sys::wake::Waker;
use std::time::Duration;

/// A live capture while its interface is there.
pub(super) enum LiveSource {
    /// Through our own packet ring.
    Ring(RingSource),
    /// Through libpcap.
    Libpcap(PcapSource),
}

macro_rules! each {
    ($source:expr, $inner:ident => $what:expr) => {
        match $source {
            LiveSource::Ring($inner) => $what,
            LiveSource::Libpcap($inner) => $what,
        }
    };
}

impl Source for LiveSource {
    const LIVE: bool = true;

    fn refill(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        each!(self, source => source.refill(waker, timeout))
    }

    fn next_frame(&mut self) -> Option<Frame<'_>> {
        each!(self, source => source.next_frame())
    }

    #[inline(always)]
    fn frames(&mut self, taker: &mut impl Taker) -> bool {
        each!(self, source => source.frames(taker))
    }

    fn watchable(&self) -> Watchable {
        each!(self, source => source.watchable())
    }

    fn bytes_read(&self) -> u64 {
        each!(self, source => source.bytes_read())
    }

    fn close_intake(&mut self) -> Result<()> {
        each!(self, source => source.close_intake())
    }

    fn kernel_counts(&mut self) -> Option<KernelCounts> {
        each!(self, source => source.kernel_counts())
    }

    fn next_event(&mut self) -> Option<DeviceEvent> {
        each!(self, source => source.next_event())
    }
}
