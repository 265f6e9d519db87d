//! How a pull takes packets: as many as there is room for, of one batch of the source.

use super::super::control::{INTERRUPT, STOP};
use super::super::sink::{Batch, Notice, Removal, Sink};
use super::{Next, Run};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::packet::{Fields, Packet};
use crate::source::{Refill, Source};
use crate::sync::now;
use std::time::Instant;

/// What a pull came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pull {
    /// Packets were handed out.
    Packets,
    /// The time is over, and nothing waits.
    TimeOver,
    /// The time is over, and more may wait.
    Again,
    /// By an interrupt, which is over with this.
    Interrupted,
    /// A stop was asked for.
    Stopped,
    /// Nothing follows.
    End,
}

/// Packets go to the batch, and all else to the monitor's sink.
struct Both<'b, S, B> {
    sink: &'b mut S,
    batch: &'b mut B,
}

impl<S: Sink, B: Batch<S> + Send> Sink for Both<'_, S, B> {
    fn begin(&mut self, options: &Options) {
        self.sink.begin(options);
    }

    #[inline(always)]
    fn packet(&mut self, packet: &Packet<'_, impl Fields>) {
        self.batch.packet(self.sink, packet);
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        self.batch.is_full()
    }

    fn error(&mut self, error: &Error) {
        self.sink.error(error);
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        self.sink.notice(notice);
    }

    fn remove(&mut self, removal: Removal) {
        self.sink.remove(removal);
    }
}

/// Hands the packets on to the callbacks.
pub(crate) struct Events(pub(crate) usize);

impl<S: Sink> Batch<S> for Events {
    #[inline(always)]
    fn packet(&mut self, sink: &mut S, packet: &Packet<'_, impl Fields>) {
        self.0 += 1;
        sink.packet(packet);
    }

    fn count(&self) -> usize {
        self.0
    }

    fn is_full(&self) -> bool {
        false
    }

    fn done(&mut self, _: &mut S) {}

    fn kept(&self) -> usize {
        0
    }
}

impl<S: Sink + 'static, F: Source> Run<'_, S, F> {
    /// Hands out packets of one batch of the source, and waits for the first until
    /// `end`. What is told of a batch of which packets went out is told by the next
    /// pull: it comes behind them.
    pub(crate) fn pull<B: Batch<S> + Send>(
        &mut self,
        ready: &mut bool,
        batch: &mut B,
        end: Option<Instant>,
    ) -> Result<Pull> {
        let control = &self.shared.control;
        let late = || end.is_some_and(|end| now() >= end);
        loop {
            let word = control.get();
            if word & STOP != 0 {
                return Ok(Pull::Stopped);
            }
            if word & INTERRUPT != 0 {
                // Cleared first: one that comes now is not overlooked.
                control.wake.clear();
                control.lower(INTERRUPT);
                return Ok(Pull::Interrupted);
            }
            if !*ready {
                self.tell();
                let left = end.map(|end| end.saturating_duration_since(now()));
                match self.source.refill(&control.wake, left)? {
                    Refill::Ready => *ready = true,
                    Refill::End => return Ok(Pull::End),
                    Refill::Nothing => {
                        control.wake.clear();
                        if control.get() & (STOP | INTERRUPT) == 0 && late() {
                            return Ok(Pull::TimeOver);
                        }
                        continue;
                    }
                }
            }
            let taken = self.take_into(batch);
            *ready = !matches!(taken, Ok(true));
            taken?;
            if batch.count() > 0 {
                return Ok(Pull::Packets);
            }
            if late() {
                return Ok(Pull::Again);
            }
        }
    }

    /// Hands out the frames at hand; true at their end.
    fn take_into<B: Batch<S> + Send>(&mut self, batch: &mut B) -> Result<bool> {
        let shared = self.shared;
        let mut gate = shared.gate();
        loop {
            let mut next = Next::Deliver;
            let word = shared.control.get();
            if word & (STOP | INTERRUPT) != 0 || batch.is_full() {
                return Ok(false);
            }
            if word != 0 {
                (gate, next) = self.asked(gate, word);
            }
            let both = Both { sink: &mut *gate, batch: &mut *batch };
            if self.frames(next, both)? {
                return Ok(true);
            }
        }
    }

    /// Takes the counts of a run that is over; of one that was told to stop, once all that
    /// its live source still has is counted as discarded.
    pub(crate) fn close(&mut self, ended: bool, ready: bool) -> Result<()> {
        if ended {
            self.tell();
            return Ok(());
        }
        self.stopping(self.shared.control.get())?;
        if ready {
            self.batch()?;
        }
        self.go()
    }
}
