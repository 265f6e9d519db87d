//! A monitor: options, one run at a time, and the rules of stopping.
//!
//! A run reads a source on the thread that runs it and holds the *gate* while
//! it delivers, the only lock around a callback. What other threads ask for
//! stands in one control word that the run looks at before every packet.

mod control;
mod counters;
mod here;
mod life;
mod run;
mod sink;

pub use counters::{Counter, Counters, Stats};
use here::inside_any;
pub use sink::{Notice, Removal, Sink, Topic};

use crate::error::{Error, Kind, Result};
use crate::filter::FileFilter;
use crate::options::Options;
use crate::source::file::FileSource;
use crate::source::{Source, live};
use crate::sys::signals;
use control::{
    AT_ONCE, Control, INTERRUPT, NO_ERRORS, NO_NOTICES, NO_PACKETS, PAUSED, REMOVALS, STOP,
};
use here::{Inside, inside};
use life::{Job, Life, Phase};
use run::{Run, interrupted, remove};
use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// The stack of a thread that runs callbacks: what a C program expects of any
/// thread.
const STACK: usize = 8 << 20;

/// What the threads of one monitor share.
pub(crate) struct Shared<S: Sink> {
    control: Control,
    counters: Counters,
    /// Locked while events are delivered, and never while waiting.
    gate: Mutex<S>,
    options: Mutex<Options>,
    life: Mutex<Life>,
    /// Signalled when the phase changes.
    changed: Condvar,
}

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
        let control = Control::new()?;
        // Nothing runs yet.
        control.over.set();
        Ok(Monitor(Arc::new(Shared {
            control,
            counters: Counters::default(),
            gate: Mutex::new(sink),
            options: Mutex::new(Options::default()),
            life: Mutex::new(Life::new()),
            changed: Condvar::new(),
        })))
    }

    /// Starts a live capture. Starting what is started is fine.
    ///
    /// # Errors
    /// `Busy` while another run goes on or ends; what the interface, the
    /// filter or the operating system refuse.
    pub fn start(&self) -> Result<()> {
        let shared = &self.0;
        let before = {
            let mut life = shared.life();
            while life.job == Job::Capture && life.phase == Phase::Starting {
                life = shared.changed(life);
            }
            if life.capturing() {
                return Ok(());
            }
            life.claim(Job::Capture)?;
            shared.begin();
            life.thread.take()
        };
        // Outside the lock: the last thread may need a moment to give its ring
        // back. It calls no callback any more, so this cannot be that thread.
        if let Some(thread) = before {
            let _ = thread.join();
        }
        let options = shared.options().clone();
        let opened = guarded(|| live::open(&options)).and_then(|source| shared.spawn(source));
        let mut life = shared.life();
        match opened {
            Ok(thread) => {
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
        let shared = &self.0;
        {
            let mut life = shared.life();
            life.claim(Job::Parse)?;
            if shared.control.lower(INTERRUPT) != 0 {
                shared.end(&mut life, Err(interrupted()));
                return Err(interrupted());
            }
            shared.begin();
        }
        let opened = guarded(|| {
            let filter = shared.options().filter.as_ref().map(FileFilter::new);
            Ok((FileSource::open(path)?, filter))
        });
        match opened {
            Ok((mut source, filter)) => shared.conduct(&mut source, filter),
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
        let life = shared.life();
        if life.phase != Phase::Idle {
            return Err(life.busy());
        }
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
                if life.phase == Phase::Idle {
                    return life.outcome.clone();
                }
                if inside_any() {
                    return Err(pending());
                }
            }
            if shared.control.get() & INTERRUPT != 0 {
                shared.control.over.clear();
                let life = shared.life();
                if life.phase == Phase::Idle {
                    shared.control.over.set();
                }
                // An interrupt of a parse ends the parse, and so this wait.
                if life.job == Job::Capture {
                    shared.control.lower(INTERRUPT);
                    return Err(interrupted());
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
        self.0.life().capturing()
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
        change(&mut self.0.gate());
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
        if inside_any() {
            return match shared.gate.try_lock() {
                Ok(mut gate) => {
                    remove(shared.control.lower(REMOVALS), &mut *gate);
                    Ok(())
                }
                Err(_) => Err(pending()),
            };
        }
        shared.control.visitor_comes();
        let mut gate = shared.gate();
        shared.control.visitor_leaves();
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

impl<S: Sink + 'static> Shared<S> {
    /// Names this monitor among those whose callbacks a thread is in.
    fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options(&self) -> MutexGuard<'_, Options> {
        self.options.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed<'g>(&self, life: MutexGuard<'g, Life>) -> MutexGuard<'g, Life> {
        self.changed.wait(life).unwrap_or_else(PoisonError::into_inner)
    }

    /// A claimed monitor is made ready for its run; under the lock of `life`.
    fn begin(&self) {
        self.control.lower(STOP | AT_ONCE);
        self.control.wake.clear();
        self.control.over.clear();
        self.counters.clear();
    }

    /// A run is over; under the lock of `life`.
    fn end(&self, life: &mut Life, outcome: Result<()>) {
        if let Err(error) = &outcome {
            life.last_error.clone_from(&error.text);
        }
        life.outcome = outcome;
        life.phase = Phase::Idle;
        self.changed.notify_all();
        self.control.over.set();
    }

    /// Gives an opened source a thread of its own.
    fn spawn<F: Source + Send + 'static>(
        self: &Arc<Self>,
        mut source: F,
    ) -> Result<JoinHandle<()>> {
        let shared = Arc::clone(self);
        let body = move || {
            let _ = shared.conduct(&mut source, None);
            // The run is over for everyone; giving the ring back takes the
            // kernel tens of milliseconds, which nobody has to wait for.
            drop(source);
        };
        let builder = Builder::new().name("ipmon".into()).stack_size(STACK);
        signals::with_all_blocked(|| builder.spawn(body)).map_err(|e| {
            let errno = e.raw_os_error().unwrap_or(0);
            Error::os(Kind::System, errno, "no thread for the capture")
        })
    }

    /// Runs a source from its first frame to its last event.
    fn conduct<F: Source>(&self, source: &mut F, filter: Option<FileFilter>) -> Result<()> {
        let _inside = Inside::of(self.id());
        {
            let mut life = self.life();
            if life.phase == Phase::Starting {
                life.phase = Phase::Running;
                self.changed.notify_all();
            }
        }
        let options = self.options().clone();
        self.gate().begin(&options);
        let outcome = guarded(|| Run::new(self, source, filter).go());
        self.farewell::<F>(&outcome);
        let mut life = self.life();
        self.end(&mut life, outcome.clone());
        outcome
    }

    /// The last events of a run.
    fn farewell<F: Source>(&self, outcome: &Result<()>) {
        {
            // What `active` tells is true before the callbacks ask.
            let mut life = self.life();
            life.phase = Phase::Stopping;
            if let Err(error) = outcome {
                life.last_error.clone_from(&error.text);
            }
        }
        if !F::LIVE {
            self.control.lower(INTERRUPT);
        }
        let mut gate = self.gate();
        remove(self.control.lower(REMOVALS), &mut *gate);
        if F::LIVE
            && let Err(error) = outcome
        {
            gate.error(error);
            remove(self.control.lower(REMOVALS), &mut *gate);
        }
        let text = match outcome {
            Ok(()) => "the run ended",
            Err(error) => &error.text,
        };
        let error = outcome.as_ref().err();
        gate.notice(&Notice { topic: Topic::Ended, error, count: 0, text });
        remove(self.control.lower(REMOVALS), &mut *gate);
    }

    fn stop(&self, for_good: bool, patience: Option<Duration>) -> Result<()> {
        let mut life = self.life();
        life.closed |= for_good;
        if life.phase == Phase::Idle {
            return Ok(());
        }
        let own = inside(self.id());
        self.control.raise(if own { STOP | AT_ONCE } else { STOP });
        life.phase = Phase::Stopping;
        self.control.wake.set();
        if own {
            return Ok(());
        }
        if inside_any() {
            return Err(pending());
        }
        let run = life.run;
        let end = patience.and_then(|p| Instant::now().checked_add(p));
        while life.run == run && life.phase != Phase::Idle {
            life = match end.map(|e| e.saturating_duration_since(Instant::now())) {
                None => self.changed(life),
                Some(Duration::ZERO) => return Err(pending()),
                Some(left) => {
                    self.changed.wait_timeout(life, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Ok(())
    }
}

fn pending() -> Error {
    Error::new(
        Kind::Pending,
        "a callback cannot wait; the run ends soon, and ipmon_wait tells when",
    )
}

/// Runs `body`; a bug in it becomes an error.
fn guarded<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(Error::new(Kind::Panic, "a bug in ipmon ended the run; please report it"))
    })
}

#[cfg(test)]
mod tests;
