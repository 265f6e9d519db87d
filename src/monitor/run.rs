//! The loop that every run is: take a frame, decode it, count it, deliver it.

use super::control::{
    AT_ONCE, INTERRUPT, NO_ERRORS, NO_NOTICES, NO_PACKETS, PAUSED, REMOVALS, STOP, VISITOR,
};
use super::counters::Counters;
use super::shared::Shared;
use super::sink::{Notice, Removal, Sink, Topic};
use crate::decode::{Malformed, NoEvent, decode};
use crate::error::{Error, Kind, Result};
use crate::filter::{FileFilter, Match};
use crate::packet::Packet;
use crate::source::{Frame, Refill, Source};
use crate::sync::{MutexGuard, now, pause};
use std::time::{Duration, Instant};

/// How long a stop goes on delivering what had arrived before it: far above
/// the time that one retired block takes, and short enough that a stop under
/// flood with a slow callback is not felt. What is left then is counted as
/// discarded.
const DRAIN: Duration = Duration::from_millis(80);

/// The gate: whoever holds it may call the callbacks.
pub(crate) type Gate<'a, S> = MutexGuard<'a, S>;

/// One run of one source.
pub(crate) struct Run<'a, S: Sink, F: Source> {
    shared: &'a Shared<S>,
    source: &'a mut F,
    /// For files only: the kernel filters live frames.
    filter: Option<FileFilter>,
    number: u64,
    /// Set once a stop was seen: when to stop delivering what is left.
    drain_until: Option<Instant>,
    /// Lost frames that a notice told of.
    gaps_told: u64,
}

/// What to do with the next frame.
enum Next {
    Deliver,
    Pause,
    Discard,
}

impl<'a, S: Sink + 'static, F: Source> Run<'a, S, F> {
    pub(crate) fn new(
        shared: &'a Shared<S>,
        source: &'a mut F,
        filter: Option<FileFilter>,
    ) -> Self {
        Run { shared, source, filter, number: 0, drain_until: None, gaps_told: 0 }
    }

    /// Runs to the end of the source, or until it is told to stop.
    pub(crate) fn go(&mut self) -> Result<()> {
        let outcome = self.pump();
        // However it ended: the ledger is of the whole run.
        self.take_counts();
        outcome
    }

    fn pump(&mut self) -> Result<()> {
        loop {
            match self.source.refill(&self.shared.control.wake, None)? {
                Refill::Ready => self.batch()?,
                // Cleared before the word is read, and set after it is written:
                // nothing that is asked for can be overlooked.
                Refill::Nothing => self.shared.control.wake.clear(),
                Refill::End => return Ok(()),
            }
            self.take_counts();
            self.stopping(self.shared.control.get())?;
        }
    }

    /// Delivers the frames that the last refill made ready.
    fn batch(&mut self) -> Result<()> {
        let shared = self.shared;
        let counters = &shared.counters;
        let mut gate = shared.gate();
        loop {
            let mut next = Next::Deliver;
            let word = shared.control.get();
            if word != 0 {
                self.stopping(word)?;
                (gate, next) = self.asked(gate, word);
            }
            let Some(frame) = self.source.next_frame() else { return Ok(()) };
            self.number += 1;
            if !F::LIVE {
                counters.received.add(1);
            }
            if matches!(next, Next::Discard) {
                counters.discarded.add(1);
                continue;
            }
            if let Some(filter) = &mut self.filter
                && !passes(filter, &frame, counters, &mut *gate)?
            {
                continue;
            }
            match decode(&frame) {
                Ok(headers) => {
                    if matches!(next, Next::Pause) {
                        counters.paused.add(1);
                        continue;
                    }
                    counters.delivered.add(1);
                    gate.packet(&Packet { frame, number: self.number, headers: &headers });
                }
                Err(why) => count(counters, why),
            }
        }
    }

    /// Ends a run on its caller's thread that is told to stop, and makes a
    /// live source begin its end.
    fn stopping(&mut self, word: u32) -> Result<()> {
        if !F::LIVE && word & (STOP | INTERRUPT) != 0 {
            return Err(interrupted());
        }
        if F::LIVE && word & STOP != 0 && self.drain_until.is_none() {
            self.drain_until = Some(now() + DRAIN);
            self.source.close_intake()?;
        }
        Ok(())
    }

    /// Does what the control word asks for before the next frame.
    fn asked<'g>(&mut self, mut gate: Gate<'g, S>, mut word: u32) -> (Gate<'g, S>, Next)
    where
        'a: 'g,
    {
        let control = &self.shared.control;
        if word >= VISITOR {
            drop(gate);
            while word >= VISITOR {
                pause();
                word = control.get();
            }
            gate = self.shared.gate();
        }
        if word & REMOVALS != 0 {
            remove(control.lower(REMOVALS), &mut *gate);
        }
        let late = self.drain_until.is_some_and(|end| now() >= end);
        let next = if late || word & (STOP | AT_ONCE) == STOP | AT_ONCE {
            Next::Discard
        } else if word & PAUSED != 0 {
            Next::Pause
        } else {
            Next::Deliver
        };
        (gate, next)
    }

    /// Brings the source's counters into the ledger, and says where frames were
    /// lost.
    fn take_counts(&mut self) {
        let counters = &self.shared.counters;
        counters.bytes.set(self.source.bytes_read());
        let Some(kernel) = self.source.kernel_counts() else { return };
        counters.received.set(kernel.received);
        counters.dropped.set(kernel.dropped);
        let lost = kernel.placed - self.gaps_told;
        self.gaps_told = kernel.placed;
        if lost > 0 && self.shared.control.get() & AT_ONCE == 0 {
            let text = format!(
                "the kernel dropped {lost} frames: buffer_size is too small for this callback"
            );
            let notice = Notice { topic: Topic::Gap, error: None, count: lost, text: &text };
            self.shared.gate().notice(&notice);
        }
    }
}

/// Tells the sink which events are no longer wanted.
pub(crate) fn remove<S: Sink>(bits: u32, sink: &mut S) {
    if bits != 0 {
        sink.remove(Removal {
            packets: bits & NO_PACKETS != 0,
            errors: bits & NO_ERRORS != 0,
            notices: bits & NO_NOTICES != 0,
        });
    }
}

fn passes<S: Sink>(
    filter: &mut FileFilter,
    frame: &Frame<'_>,
    counters: &Counters,
    sink: &mut S,
) -> Result<bool> {
    match filter.matches(frame) {
        Match::Yes => return Ok(true),
        Match::No => {}
        Match::Inexpressible(reason) => {
            let topic = Topic::FilterNotApplicable;
            sink.notice(&Notice { topic, error: None, count: 0, text: &reason.text });
        }
        Match::Failed(error) => {
            counters.discarded.add(1);
            return Err(*error);
        }
    }
    counters.filtered.add(1);
    Ok(false)
}

fn count(counters: &Counters, why: NoEvent) {
    match why {
        NoEvent::NotIp => &counters.not_ip,
        NoEvent::Unsupported => &counters.unsupported,
        NoEvent::Truncated => &counters.truncated,
        NoEvent::Malformed(Malformed::Version) => &counters.malformed_version,
        NoEvent::Malformed(Malformed::HeaderLength) => &counters.malformed_header_length,
        NoEvent::Malformed(Malformed::TotalLength) => &counters.malformed_total_length,
        NoEvent::Malformed(Malformed::Short) => &counters.malformed_short,
    }
    .add(1);
}

pub(crate) fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "a stop, a free or an interrupt ended the call")
}
