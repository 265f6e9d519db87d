//! A source that does what a test says, and a sink that writes down what it
//! gets.

use crate::error::{Error, Kind, Result};
use crate::monitor::{Monitor, Notice, Removal, Sink, Topic};
use crate::options::Options;
use crate::packet::{Fields, Packet};
use crate::source::{Direction, Frame, KernelCounts, LinkType, Refill, Source};
use crate::sys::wake::Waker;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// An IPv4 packet of protocol 253 (RFC 3692: for experiments), without payload.
pub(super) const PACKET: [u8; 20] =
    [0x45, 0, 0, 20, 0, 1, 0, 0, 64, 253, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];

/// LINKTYPE_RAW.
pub(super) const RAW: LinkType = LinkType(101);

/// A live source: hands out batches of so many frames as the test sends them.
pub(super) struct Script {
    pub(super) batches: Receiver<Act>,
    pub(super) left: usize,
    pub(super) handed_out: u64,
    pub(super) dropped: u64,
    pub(super) closed: bool,
}

pub(super) enum Act {
    Frames(usize),
    Drop(u64),
    Fail,
    Panic,
}

impl Source for Script {
    const LIVE: bool = true;

    fn refill(&mut self, waker: &Waker, _: Option<Duration>) -> Result<Refill> {
        // A short wait stands for the descriptor that a real source polls.
        match self.batches.recv_timeout(Duration::from_millis(1)) {
            Ok(Act::Frames(n)) => {
                self.left = n;
                Ok(Refill::Ready)
            }
            Ok(Act::Drop(n)) => {
                self.dropped += n;
                Ok(Refill::Ready)
            }
            Ok(Act::Fail) => Err(Error::new(Kind::DeviceGone, "the interface was removed")),
            Ok(Act::Panic) => panic!("planted"),
            Err(_) if self.closed => Ok(Refill::End),
            Err(_) => {
                waker.wait_until_set(Some(Duration::from_millis(1)))?;
                Ok(Refill::Nothing)
            }
        }
    }

    fn next_frame(&mut self) -> Option<Frame<'_>> {
        self.left = self.left.checked_sub(1)?;
        self.handed_out += 1;
        Some(Frame {
            bytes: &PACKET,
            window: None,
            wire_length: 20,
            timestamp_ns: 0,
            link_type: RAW,
            interface: 1,
            direction: Direction::Unknown,
            notes: 0,
        })
    }

    fn bytes_read(&self) -> u64 {
        self.handed_out * 20
    }

    fn close_intake(&mut self) -> Result<()> {
        self.closed = true;
        Ok(())
    }

    fn kernel_counts(&mut self) -> Option<KernelCounts> {
        Some(KernelCounts {
            received: self.handed_out + self.dropped,
            dropped: self.dropped,
            placed: self.dropped,
        })
    }
}

/// What a run told, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    Packet(u64),
    Error(Kind),
    Notice(Topic, u64, Option<Kind>),
}

pub(super) type React = Box<dyn FnMut(&Event) + Send>;

/// Writes down every event, then does what the test says.
pub(super) struct Recorder {
    pub(super) events: Sender<Event>,
    pub(super) react: React,
    pub(super) wants: (bool, bool, bool),
}

impl Recorder {
    pub(super) fn take(&mut self, event: Event) {
        (self.react)(&event);
        self.events.send(event).unwrap();
    }
}

impl Sink for Recorder {
    fn begin(&mut self, _: &Options) {}

    fn packet(&mut self, packet: &Packet<'_, impl Fields>) {
        if self.wants.0 {
            self.take(Event::Packet(packet.number));
        }
    }

    fn error(&mut self, error: &Error) {
        if self.wants.1 {
            self.take(Event::Error(error.kind));
        }
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        if self.wants.2 {
            self.take(Event::Notice(notice.topic, notice.count, notice.error.map(|e| e.kind)));
        }
    }

    fn remove(&mut self, removal: Removal) {
        self.wants.0 &= !removal.packets;
        self.wants.1 &= !removal.errors;
        self.wants.2 &= !removal.notices;
    }
}

pub(super) struct Fixture {
    pub(super) monitor: Monitor<Recorder>,
    pub(super) acts: Sender<Act>,
    pub(super) events: Receiver<Event>,
}

pub(super) const ENDED: Event = Event::Notice(Topic::Ended, 0, None);

impl Fixture {
    pub(super) fn new() -> Self {
        Self::reacting(Box::new(|_| ()))
    }

    pub(super) fn reacting(react: React) -> Self {
        let (sender, events) = channel();
        let sink = Recorder { events: sender, react, wants: (true, true, true) };
        let monitor = Monitor::new(sink).unwrap();
        Fixture { monitor, acts: channel().0, events }
    }

    pub(super) fn react(&self, react: React) {
        self.monitor.set_sink(|sink| sink.react = react).unwrap();
    }

    pub(super) fn start(&mut self) {
        let (acts, batches) = channel();
        self.acts = acts;
        let source = Script { batches, left: 0, handed_out: 0, dropped: 0, closed: false };
        self.monitor.start_with(|_| Ok(source)).unwrap();
    }

    pub(super) fn act(&self, act: Act) {
        self.acts.send(act).unwrap();
    }

    pub(super) fn next(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).unwrap()
    }

    pub(super) fn rest(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }
}
