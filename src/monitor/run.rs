//! The loop that every run is: take a frame, decode it, count it, deliver it.

mod take;

pub(crate) use take::{Events, Pull};

use super::control::{
    AT_ONCE, Control, INTERRUPT, NO_ERRORS, NO_NOTICES, NO_PACKETS, PAUSED, REMOVALS, STOP, VISITOR,
};
use super::counters::Counters;
use super::shared::Shared;
use super::sink::{Notice, Removal, Sink, Topic};
use crate::decode::{Common, Malformed, NoEvent, decode, decode_common};
use crate::error::{Error, Kind, Result};
use crate::filter::{FileFilter, Match};
use crate::packet::{Fields, Packet};
use crate::source::{Frame, Refill, Source, Taker};
use crate::sync::{MutexGuard, now, pause};
use std::marker::PhantomData;
use std::time::{Duration, Instant};

/// How long a stop goes on delivering what had arrived before it: far above
/// the time that one retired block takes, and short enough that a stop under
/// flood with a slow callback is not felt. What is left then is counted as
/// discarded.
const DRAIN: Duration = Duration::from_millis(60);

/// The gate: whoever holds it may call the callbacks.
pub(crate) type Gate<'a, S> = MutexGuard<'a, S>;

/// One run of one source.
pub(crate) struct Run<'a, S: Sink, F: Source> {
    shared: &'a Shared<S>,
    source: &'a mut F,
    state: &'a mut Progress,
}

/// How far a run is; a pulled one keeps it from call to call.
#[derive(Default)]
pub(crate) struct Progress {
    /// For files only: the kernel filters live frames.
    filter: Option<FileFilter>,
    number: u64,
    /// Set once a stop was seen: when to stop delivering what is left.
    drain_until: Option<Instant>,
    /// Lost frames that a notice told of.
    gaps_told: u64,
}

impl Progress {
    pub(crate) fn new(filter: Option<FileFilter>) -> Self {
        Progress { filter, ..Progress::default() }
    }
}

/// What to do with the next frame.
enum Next {
    Deliver,
    Pause,
    Discard,
}

impl<'a, S: Sink + 'static, F: Source> Run<'a, S, F> {
    pub(crate) fn new(shared: &'a Shared<S>, source: &'a mut F, state: &'a mut Progress) -> Self {
        Run { shared, source, state }
    }

    /// Runs to the end of the source, or until it is told to stop.
    pub(crate) fn go(&mut self) -> Result<()> {
        let outcome = self.pump();
        // However it ended: the ledger is of the whole run.
        self.tell();
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
            self.tell();
            self.stopping(self.shared.control.get())?;
        }
    }

    /// Delivers the frames that the last refill made ready.
    fn batch(&mut self) -> Result<()> {
        let shared = self.shared;
        let mut gate = shared.gate();
        loop {
            let mut next = Next::Deliver;
            let word = shared.control.get();
            if word != 0 {
                self.stopping(word)?;
                (gate, next) = self.asked(gate, word);
            }
            if self.frames(next, &mut *gate)? {
                return Ok(());
            }
        }
    }

    /// Brings the ledger up to date, and says what happened so far.
    pub(crate) fn tell(&mut self) {
        self.take_counts();
        self.tell_of_devices();
    }

    /// Takes the next frame, and those behind it while nothing is asked for;
    /// true at the end of the batch. A function of its own, so that the loop in
    /// it has all registers.
    #[inline(never)]
    fn frames<K: Sink>(&mut self, next: Next, sink: K) -> Result<bool> {
        let plain = matches!(next, Next::Deliver) && self.state.filter.is_none();
        let mut delivery = Delivery::<K, F> {
            control: &self.shared.control,
            counters: &self.shared.counters,
            filter: &mut self.state.filter,
            number: self.state.number,
            next,
            sink,
            failure: None,
            source: PhantomData,
        };
        let ended = if plain {
            self.source.frames(&mut delivery)
        } else {
            loop {
                let Some(frame) = self.source.next_frame() else { break true };
                if !delivery.count_and_consider(frame) {
                    break false;
                }
            }
        };
        let failure = delivery.failure;
        self.state.number = delivery.number;
        failure.map_or(Ok(ended), Err)
    }

    /// Ends a run on its caller's thread that is told to stop, and makes a
    /// live source begin its end.
    fn stopping(&mut self, word: u32) -> Result<()> {
        if !F::LIVE && word & (STOP | INTERRUPT) != 0 {
            return Err(interrupted());
        }
        if F::LIVE && word & STOP != 0 && self.state.drain_until.is_none() {
            self.state.drain_until = Some(now() + DRAIN);
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
        let late = self.state.drain_until.is_some_and(|end| now() >= end);
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
        let lost = kernel.placed - self.state.gaps_told;
        self.state.gaps_told = kernel.placed;
        if lost > 0 && self.shared.control.get() & AT_ONCE == 0 {
            let text = format!(
                "the kernel dropped {lost} frames: buffer_size is too small for how they are taken"
            );
            let notice = Notice { topic: Topic::Gap, error: None, count: lost, text: &text };
            self.shared.gate().notice(&notice);
        }
    }

    /// Says what happened to the interface.
    fn tell_of_devices(&mut self) {
        while let Some(event) = self.source.next_event() {
            if self.shared.control.get() & AT_ONCE == 0 {
                let topic = Topic::Device(event.change);
                let notice = Notice { topic, error: None, count: 0, text: &event.text };
                self.shared.gate().notice(&notice);
            }
        }
    }
}

/// Takes frames to the sink.
struct Delivery<'r, S, F> {
    control: &'r Control,
    counters: &'r Counters,
    filter: &'r mut Option<FileFilter>,
    number: u64,
    next: Next,
    sink: S,
    /// Why this frame was the last of the run.
    failure: Option<Error>,
    source: PhantomData<F>,
}

impl<S: Sink, F: Source> Taker for Delivery<'_, S, F> {
    #[inline(always)]
    fn take(&mut self, frame: Frame<'_>) -> bool {
        // The way of nearly every frame. Each kind has one of its own: where
        // they met, what is known of a packet would have to be stored and
        // loaded again.
        match decode_common(&frame) {
            Some(Common::EthernetV4(headers)) => self.count_and_deliver(frame, &headers),
            Some(Common::EthernetV6(headers)) => self.count_and_deliver(frame, &headers),
            Some(Common::EthernetV6Extended(headers)) => self.count_and_deliver(frame, &headers),
            Some(Common::V4(headers)) => self.count_and_deliver(frame, &headers),
            Some(Common::V6(headers)) => self.count_and_deliver(frame, &headers),
            None => self.count_and_consider(frame),
        }
    }

    #[inline(always)]
    fn taken(&self) -> u64 {
        self.number()
    }
}

impl<S: Sink, F: Source> Delivery<'_, S, F> {
    /// Of a file there is one number for both: each store is felt.
    #[inline(always)]
    fn count(&mut self) {
        if F::LIVE {
            self.number += 1;
        } else {
            self.counters.received.add(1);
        }
    }

    /// How many frames the run has had.
    #[inline(always)]
    fn number(&self) -> u64 {
        if F::LIVE { self.number } else { self.counters.received.get() }
    }

    #[inline(always)]
    fn count_and_deliver(&mut self, frame: Frame<'_>, headers: &impl Fields) -> bool {
        self.count();
        self.deliver(frame, headers)
    }

    #[inline(never)]
    fn count_and_consider(&mut self, frame: Frame<'_>) -> bool {
        self.count();
        self.consider(frame)
    }

    /// False when something is asked for before the next packet.
    #[inline(always)]
    fn deliver(&mut self, frame: Frame<'_>, headers: &impl Fields) -> bool {
        self.counters.delivered.add(1);
        self.sink.packet(&Packet { frame, number: self.number(), headers });
        self.goes_on()
    }

    #[inline(always)]
    fn goes_on(&self) -> bool {
        self.control.get() == 0 && !self.sink.is_full()
    }

    /// Takes a frame that has no short way; false when it shall be the last.
    #[inline]
    fn consider(&mut self, frame: Frame<'_>) -> bool {
        let counters = self.counters;
        if let Next::Discard = self.next {
            counters.discarded.add(1);
            return false;
        }
        if let Some(filter) = self.filter {
            match passes(filter, &frame, counters, &mut self.sink) {
                Ok(true) => {}
                Ok(false) => return self.goes_on(),
                Err(error) => {
                    self.failure = Some(error);
                    return false;
                }
            }
        }
        match (decode(&frame), &self.next) {
            (Ok(_), Next::Pause) => counters.paused.add(1),
            (Ok(headers), _) => return self.deliver(frame, &headers),
            (Err(why), _) => count(counters, why),
        }
        self.goes_on()
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
