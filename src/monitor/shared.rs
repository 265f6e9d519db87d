//! What the threads of one monitor share, and the way of a run through it.

use super::beacon::Beacon;
use super::control::{AT_ONCE, Control, INTERRUPT, REMOVALS, STOP};
use super::counters::Counters;
use super::here::{Inside, captures_for, inside, inside_any};
use super::life::{Job, Life, Phase};
use super::run::{Progress, Run, remove};
use super::sink::{Notice, Sink, Topic};
use crate::error::{Error, Kind, Result};
use crate::filter::FileFilter;
use crate::options::Options;
use crate::source::Source;
use crate::sync::thread::{Builder, JoinHandle};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard};
use crate::sys::cancellation::Uncancelled;
use crate::sys::signals;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// The stack of a thread that runs callbacks: what a C program expects of any
/// thread.
const STACK: usize = 8 << 20;

/// What the threads of one monitor share.
pub(crate) struct Shared<S: Sink> {
    pub(super) control: Control,
    pub(super) counters: Counters,
    pub(super) beacon: Beacon,
    /// Locked while events are delivered, and never while waiting.
    pub(super) gate: Mutex<S>,
    options: Mutex<Options>,
    life: Mutex<Life>,
    /// Signalled when the phase changes.
    changed: Condvar,
}

impl<S: Sink + 'static> Shared<S> {
    pub(super) fn new(sink: S) -> Result<Self> {
        let control = Control::new()?;
        // Nothing runs yet.
        control.over.set();
        Ok(Shared {
            control,
            counters: Counters::default(),
            beacon: Beacon::default(),
            gate: Mutex::new(sink),
            options: Mutex::new(Options::default()),
            life: Mutex::new(Life::new()),
            changed: Condvar::new(),
        })
    }

    /// Names this monitor among those whose callbacks a thread is in.
    pub(super) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn gate(&self) -> MutexGuard<'_, S> {
        // A callback cannot panic across C; were the sink to, its state is
        // still a list of function pointers.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn options(&self) -> MutexGuard<'_, Options> {
        self.options.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn changed<'g>(&self, life: MutexGuard<'g, Life>) -> MutexGuard<'g, Life> {
        self.changed.wait(life).unwrap_or_else(PoisonError::into_inner)
    }

    /// A claimed monitor is made ready for its run; under the lock of `life`.
    pub(super) fn begin(&self) {
        self.control.lower(STOP | AT_ONCE);
        self.control.wake.clear();
        self.control.over.clear();
        self.counters.clear();
    }

    /// Claims the monitor for a run, and makes it ready once the last one's thread has gone.
    pub(super) fn take_over(&self, mut life: MutexGuard<'_, Life>, job: Job) -> Result<()> {
        life.claim(job)?;
        self.begin();
        let before = life.thread.take();
        drop(life);
        // Outside the lock: the last thread may need a moment to give its ring back. It
        // calls no callback any more, so this cannot be that thread.
        if let Some(thread) = before {
            let _ = thread.join();
        }
        Ok(())
    }

    /// A run is over; under the lock of `life`.
    pub(super) fn end(&self, life: &mut Life, outcome: Result<()>) {
        if let Err(error) = &outcome {
            life.last_error.clone_from(&error.text);
        }
        life.outcome = outcome;
        life.phase = Phase::Idle;
        self.changed.notify_all();
        self.control.over.set();
    }

    /// A source is open; under the lock of `life`.
    pub(super) fn opened(&self, life: &mut Life) {
        // Unless it is to be ended already.
        if life.phase == Phase::Starting {
            life.phase = Phase::Running;
            self.changed.notify_all();
        }
    }

    /// Gives an opened source a thread of its own.
    pub(super) fn spawn<F: Source + Send + 'static>(
        this: &Arc<Self>,
        options: Options,
        mut source: F,
    ) -> Result<JoinHandle<()>> {
        let shared = Arc::clone(this);
        let body = move || {
            // A callback may have told the program which thread this is.
            let _to_its_end = Uncancelled::new();
            captures_for(shared.id());
            let _ = shared.conduct(&options, &mut source, None);
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
    pub(super) fn conduct<F: Source>(
        &self,
        options: &Options,
        source: &mut F,
        filter: Option<FileFilter>,
    ) -> Result<()> {
        let _inside = Inside::of(self.id());
        self.gate().begin(options);
        let mut state = Progress::new(filter);
        let outcome = guarded(|| Run::new(self, source, &mut state).go());
        if !F::LIVE {
            self.control.lower(INTERRUPT);
        }
        self.farewell(&outcome, F::LIVE);
        let mut life = self.life();
        self.end(&mut life, outcome.clone());
        outcome
    }

    /// The last events of a run; `tells` whether nobody is returned its failure.
    pub(super) fn farewell(&self, outcome: &Result<()>, tells: bool) {
        {
            // What `active` tells is true before the callbacks ask.
            let mut life = self.life();
            life.phase = Phase::Stopping;
            if let Err(error) = outcome {
                life.last_error.clone_from(&error.text);
            }
        }
        let mut gate = self.gate();
        remove(self.control.lower(REMOVALS), &mut *gate);
        if tells && let Err(error) = outcome {
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

    pub(super) fn stop(&self, for_good: bool, patience: Option<Duration>) -> Result<()> {
        let mut life = self.life();
        life.closed |= for_good;
        if life.phase == Phase::Idle {
            return Ok(());
        }
        let own = inside(self.id());
        if let Some(session) = life.session.take() {
            // Nobody is inside a call that could end it; one that comes is told why.
            self.control.raise(STOP);
            life.phase = Phase::Stopping;
            drop(life);
            self.abandon(session);
            return Ok(());
        }
        self.control.raise(if own { STOP | AT_ONCE } else { STOP });
        life.phase = Phase::Stopping;
        self.control.wake.set();
        if own {
            return Ok(());
        }
        // Who waits for a while only may do so inside a callback: at exit.
        if inside_any() && patience.is_none() {
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

pub(super) fn pending() -> Error {
    Error::new(
        Kind::Pending,
        "a callback cannot wait; the run ends soon, and ipmon_wait tells when",
    )
}

/// Runs `body`; a bug in it becomes an error.
pub(super) fn guarded<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        Err(Error::new(Kind::Panic, "a bug in ipmon ended the run; please report it"))
    })
}
