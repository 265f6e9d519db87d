//! A monitor: options, one run at a time, and the rules of stopping.
//!
//! A run reads a source on the thread that runs it and holds the *gate* while
//! it delivers, the only lock around a callback. What other threads ask for
//! stands in one control word that the run looks at before every packet.

mod beacon;
mod control;
mod counters;
mod here;
mod life;
mod pull;
mod run;
mod session;
mod shared;
mod sink;

pub use counters::{Counter, Counters, Stats};
pub use pull::Pulled;
pub use sink::{Batch, Notice, Removal, Sink, Topic};

use crate::error::{Error, Kind, Result};
use crate::filter::FileFilter;
use crate::options::Options;
use crate::source::file::FileSource;
use crate::source::{Source, live};
use crate::sync::Arc;
use control::{INTERRUPT, NO_ERRORS, NO_NOTICES, NO_PACKETS, PAUSED, REMOVALS};
use here::{inside, inside_any};
use life::{Job, Phase};
use run::{interrupted, remove};
use shared::{Shared, guarded, pending};
use std::ffi::OsStr;
use std::sync::TryLockError;
use std::time::{Duration, Instant};

/// Watches one interface or reads one file at a time.
///
/// Every method may be called from any thread and from inside callbacks.
pub struct Monitor<S: Sink + 'static>(Arc<Shared<S>>);

impl<S: Sink + 'static> Monitor<S> {
    /// A monitor with the default options.
    ///
    /// # Errors
    /// `System` when no file descriptor is left for its wake-up calls.
    pub fn new(sink: S) -> Result<Self> {
        Ok(Monitor(Arc::new(Shared::new(sink)?)))
    }

    /// Starts a live capture. Starting what is started is fine.
    ///
    /// # Errors
    /// `Busy` while another run goes on or ends; what the interface, the
    /// filter or the operating system refuse.
    pub fn start(&self) -> Result<()> {
        self.start_with(live::open)
    }

    fn start_with<F: Source + Send + 'static>(
        &self,
        open: impl FnOnce(&Options) -> Result<F>,
    ) -> Result<()> {
        let shared = &self.0;
        let mut life = shared.life();
        // At the end of the last capture's thread, for which a start has to wait.
        if matches!(life.phase, Phase::Idle | Phase::Starting) && inside(self.id()) {
            return Err(life.busy());
        }
        while life.job == Job::Capture && life.phase == Phase::Starting {
            life = shared.changed(life);
        }
        if life.capturing() {
            return Ok(());
        }
        shared.take_over(life, Job::Capture)?;
        let options = shared.options().clone();
        let opened = guarded(|| open(&options));
        // Under the lock, which the thread needs to go on: its run is not over,
        // and no other begins, before the thread is there to be joined.
        let mut life = shared.life();
        match opened.and_then(|source| guarded(|| Shared::spawn(shared, options, source))) {
            Ok(thread) => {
                shared.opened(&mut life);
                life.thread = Some(thread);
                Ok(())
            }
            Err(error) => {
                shared.end(&mut life, Err(error.clone()));
                Err(error)
            }
        }
    }

    /// Reads a capture file to its end, on this thread; `-` is standard input.
    ///
    /// # Errors
    /// `Busy` while another run goes on; `Interrupted`; what is wrong with the
    /// file, after every packet before the damage was delivered.
    pub fn parse(&self, path: &OsStr) -> Result<()> {
        self.parse_with(|options| {
            let source = FileSource::open(path)?.with_access(options.file_access);
            Ok((source, options.filter.as_ref().map(FileFilter::new)))
        })
    }

    fn parse_with<F: Source>(
        &self,
        open: impl FnOnce(&Options) -> Result<(F, Option<FileFilter>)>,
    ) -> Result<()> {
        let shared = &self.0;
        {
            let mut life = shared.life();
            life.claim(Job::Parse)?;
            // Clears the waker before the word is read: an interrupt that comes
            // in between ends this call, however silent its file is.
            shared.begin();
            if shared.control.lower(INTERRUPT) != 0 {
                shared.end(&mut life, Err(interrupted()));
                return Err(interrupted());
            }
        }
        let options = shared.options().clone();
        match guarded(|| open(&options)) {
            Ok((mut source, filter)) => {
                shared.opened(&mut shared.life());
                shared.conduct(&options, &mut source, filter)
            }
            Err(error) => {
                shared.end(&mut shared.life(), Err(error.clone()));
                Err(error)
            }
        }
    }

    /// Ends the run. When it returns `Ok`, no callback is running and none
    /// will start; inside a callback of this monitor the current packet is the
    /// last.
    ///
    /// # Errors
    /// `Pending` inside a callback of another monitor, while this one may
    /// still be in a callback.
    pub fn stop(&self) -> Result<()> {
        self.0.stop(false, None)
    }

    /// `stop` that waits no longer than `patience`, for a program that ends.
    ///
    /// # Errors
    /// `Pending` when the run goes on.
    pub fn stop_within(&self, patience: Duration) -> Result<()> {
        self.0.stop(false, Some(patience))
    }

    /// `stop`, for good: no run begins afterwards.
    ///
    /// # Errors
    /// As for `stop`.
    pub fn close(&self) -> Result<()> {
        let stopped = self.0.stop(true, None);
        // Joined so that nothing of this monitor is left when its owner goes
        // on; the thread itself, and callbacks, leave that to the thread.
        if stopped.is_ok() && !inside_any() {
            let thread = self.0.life().thread.take();
            if let Some(thread) = thread {
                let _ = thread.join();
            }
        }
        stopped
    }

    /// Ends the run, brings back the default options and sets the counters to
    /// 0. The sink stays.
    ///
    /// # Errors
    /// `Busy` inside a callback, where the run cannot be waited for.
    pub fn reset(&self) -> Result<()> {
        let shared = &self.0;
        if inside_any() && shared.life().phase != Phase::Idle {
            return Err(Error::new(Kind::Busy, "a callback cannot reset a running monitor"));
        }
        shared.stop(false, None)?;
        let mut life = shared.life();
        if life.phase != Phase::Idle {
            return Err(life.busy());
        }
        life.outcome = Ok(());
        life.pulled = None;
        *shared.options() = Options::default();
        shared.control.lower(PAUSED | INTERRUPT);
        shared.counters.clear();
        Ok(())
    }

    /// Waits until no run is under way: how the last one ended.
    ///
    /// # Errors
    /// The failure that ended the run; `Timeout`; `Interrupted`; `Pending`
    /// inside a callback, while the run goes on.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<()> {
        let shared = &self.0;
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            {
                let life = shared.life();
                let idle = life.phase == Phase::Idle;
                // An interrupt of a parse ends the parse, and so this wait.
                // And one of a call that pulls, that call.
                let ours = idle || life.job == Job::Capture || life.session.is_some();
                // Cleared before the word is read, and set after it is written:
                // no interrupt is overlooked, and none wakes a wait for ever.
                if !idle {
                    shared.control.over.clear();
                }
                if ours && shared.control.lower(INTERRUPT) != 0 {
                    return Err(interrupted());
                }
                if idle {
                    return life.outcome.clone();
                }
                if inside_any() {
                    return Err(pending());
                }
            }
            let left = end.map(|e| e.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Err(Error::new(Kind::Timeout, "the run goes on"));
            }
            shared.control.over.wait_until_set(left)?;
        }
    }

    /// Ends a parse after the current callback, or a wait; remembered for the
    /// next such call when there is none. Async-signal-safe.
    pub fn interrupt(&self) {
        self.0.control.interrupt();
    }

    /// Whether a live capture runs.
    pub fn active(&self) -> bool {
        let life = self.0.life();
        life.capturing() || life.job == Job::Pull { live: true } && life.phase == Phase::Running
    }

    /// Delivers packets, or counts them as paused, from the next one on.
    pub fn set_accept_data(&self, accept: bool) {
        if accept {
            self.0.control.lower(PAUSED);
        } else {
            self.0.control.raise(PAUSED);
        }
    }

    /// Whether packets are delivered.
    pub fn accept_data(&self) -> bool {
        self.0.control.get() & PAUSED == 0
    }

    /// Changes the options.
    ///
    /// # Errors
    /// `Busy` while a run goes on; what `change` returns.
    pub fn configure(&self, change: impl FnOnce(&mut Options) -> Result<()>) -> Result<()> {
        let life = self.0.life();
        if life.phase != Phase::Idle {
            return Err(life.busy());
        }
        change(&mut self.0.options())
    }

    /// Looks at the options.
    pub fn options<T>(&self, look: impl FnOnce(&Options) -> T) -> T {
        look(&self.0.options())
    }

    /// Changes the sink.
    ///
    /// # Errors
    /// `Busy` while a run goes on.
    pub fn set_sink(&self, change: impl FnOnce(&mut S)) -> Result<()> {
        let life = self.0.life();
        if life.phase != Phase::Idle {
            return Err(life.busy());
        }
        let mut gate = self.0.gate();
        // What was removed before is not this.
        remove(self.0.control.lower(REMOVALS), &mut *gate);
        change(&mut gate);
        Ok(())
    }

    /// Asks for no more events of some kinds, at any time. When it returns
    /// `Ok`, none of them is being delivered and none will be; inside a
    /// callback of this monitor the current event is the last of its kind.
    ///
    /// # Errors
    /// `Pending` inside a callback of another monitor, while this one may
    /// still be in a callback.
    pub fn remove(&self, removal: Removal) -> Result<()> {
        let shared = &self.0;
        let bits = [
            (removal.packets, NO_PACKETS),
            (removal.errors, NO_ERRORS),
            (removal.notices, NO_NOTICES),
        ];
        let bits = bits.iter().filter(|(wanted, _)| *wanted).fold(0, |sum, (_, bit)| sum | bit);
        shared.control.raise(bits);
        if inside(self.id()) {
            return Ok(());
        }
        let mut gate = if inside_any() {
            match shared.gate.try_lock() {
                Ok(gate) => gate,
                Err(TryLockError::Poisoned(gate)) => gate.into_inner(),
                Err(TryLockError::WouldBlock) => return Err(pending()),
            }
        } else {
            shared.control.visitor_comes();
            let gate = shared.gate();
            shared.control.visitor_leaves();
            gate
        };
        remove(shared.control.lower(REMOVALS), &mut *gate);
        Ok(())
    }

    /// The counters of the run, or of the last one.
    pub fn stats(&self) -> Stats {
        self.0.counters.stats()
    }

    /// The text of the newest failure; empty before there was one.
    pub fn last_error(&self) -> String {
        self.0.life().last_error.clone()
    }

    /// Keeps the text of a failure that this monitor's owner reports.
    pub fn failed(&self, text: &str) {
        text.clone_into(&mut self.0.life().last_error);
    }

    fn id(&self) -> usize {
        self.0.id()
    }
}

impl<S: Sink + 'static> Clone for Monitor<S> {
    fn clone(&self) -> Self {
        Monitor(Arc::clone(&self.0))
    }
}

#[cfg(loom)]
#[cfg(test)]
mod model;
#[cfg(not(loom))]
#[cfg(test)]
mod tests;
