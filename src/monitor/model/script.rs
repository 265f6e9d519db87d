//! What the model runs with: a source, and callbacks that every thread can
//! look at.

use crate::error::{Error, Kind, Result};
use crate::monitor::Monitor;
use crate::monitor::sink::{Notice, Removal, Sink, Topic};
use crate::options::Options;
use crate::packet::{Fields, Packet};
use crate::source::{Direction, Frame, KernelCounts, LinkType, Refill, Source};
use crate::sync::Arc;
use crate::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use crate::sys::wake::Waker;
use std::time::Duration;

pub(super) const PACKET: [u8; 20] =
    [0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];

/// Hands out `frames` frames, then fails or waits to be ended: a live source, or
/// a file that somebody still writes.
pub(in crate::monitor) struct Script<const LIVE: bool = true> {
    pub(super) frames: u64,
    pub(super) fails: bool,
    pub(super) left: bool,
    pub(super) handed_out: u64,
    pub(super) closed: bool,
    /// Counts the sources that are open.
    open: Option<Arc<AtomicUsize>>,
}

impl Script {
    pub(super) fn new(frames: u64, fails: bool) -> Self {
        Script { frames, fails, left: false, handed_out: 0, closed: false, open: None }
    }

    pub(super) fn counted_in(mut self, open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, SeqCst);
        self.open = Some(Arc::clone(open));
        self
    }
}

impl Script<false> {
    pub(super) fn file() -> Self {
        Script { frames: 0, fails: false, left: false, handed_out: 0, closed: false, open: None }
    }
}

impl<const LIVE: bool> Drop for Script<LIVE> {
    fn drop(&mut self) {
        if let Some(open) = &self.open {
            open.fetch_sub(1, SeqCst);
        }
    }
}

impl<const LIVE: bool> Source for Script<LIVE> {
    const LIVE: bool = LIVE;

    fn refill(&mut self, waker: &Waker, _: Option<Duration>) -> Result<Refill> {
        if self.handed_out < self.frames {
            self.left = true;
            return Ok(Refill::Ready);
        }
        if self.closed {
            return Ok(Refill::End);
        }
        if self.fails {
            return Err(Error::new(Kind::DeviceGone, "gone"));
        }
        waker.wait_until_set(None)?;
        Ok(Refill::Nothing)
    }

    fn next_frame(&mut self) -> Option<Frame<'_>> {
        if !std::mem::take(&mut self.left) {
            return None;
        }
        self.handed_out += 1;
        Some(Frame {
            bytes: &PACKET,
            window: None,
            wire_length: 20,
            timestamp_ns: 0,
            link_type: LinkType(101),
            interface: 1,
            direction: Direction::Unknown,
            notes: 0,
        })
    }

    fn bytes_read(&self) -> u64 {
        0
    }

    fn close_intake(&mut self) -> Result<()> {
        self.closed = true;
        Ok(())
    }

    fn kernel_counts(&mut self) -> Option<KernelCounts> {
        Some(KernelCounts { received: self.handed_out, dropped: 0, placed: 0 })
    }
}

/// What the callbacks saw, where every thread can look.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) packets: AtomicUsize,
    pub(super) ended: AtomicUsize,
}

impl Seen {
    pub(super) fn events(&self) -> usize {
        self.packets.load(SeqCst) + self.ended.load(SeqCst)
    }
}

pub(super) type React = Box<dyn FnMut() + Send>;

pub(super) struct Watcher {
    pub(super) seen: Arc<Seen>,
    /// What the callback does with the first packet.
    pub(super) react: Option<React>,
}

impl Sink for Watcher {
    fn begin(&mut self, _: &Options) {
        self.seen.ended.store(0, SeqCst);
    }

    fn packet(&mut self, _: &Packet<'_, impl Fields>) {
        assert_eq!(self.seen.ended.load(SeqCst), 0, "a packet after ENDED");
        self.seen.packets.fetch_add(1, SeqCst);
        if let Some(mut react) = self.react.take() {
            react();
        }
    }

    fn error(&mut self, _: &Error) {}

    fn notice(&mut self, notice: &Notice<'_>) {
        assert_eq!(notice.topic, Topic::Ended);
        assert_eq!(self.seen.ended.fetch_add(1, SeqCst), 0, "ENDED twice");
    }

    fn remove(&mut self, _: Removal) {}
}

pub(super) fn monitor() -> (Monitor<Watcher>, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let sink = Watcher { seen: Arc::clone(&seen), react: None };
    (Monitor::new(sink).unwrap(), seen)
}

pub(super) fn react(monitor: &Monitor<Watcher>, react: impl FnMut() + Send + 'static) {
    monitor.set_sink(|sink| sink.react = Some(Box::new(react))).unwrap();
}

pub(super) fn adds_up(monitor: &Monitor<Watcher>) {
    let stats = monitor.stats();
    assert_eq!(stats.received, stats.accounted(), "{stats:?}");
}
