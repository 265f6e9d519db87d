//! The life cycle of a monitor's runs.
//!
//! ```text
//! Idle ──claim──▶ Starting ──▶ Running ──stop──▶ Stopping
//!  ▲                 │            │                 │
//!  └─────────────────┴──── over ──┴─────────────────┘
//! ```

use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::sync::thread::JoinHandle;

/// Where a monitor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing runs; also the end of every run.
    Idle,
    /// A thread opens a source.
    Starting,
    /// A source is read.
    Running,
    /// A source is read to its end after a stop.
    Stopping,
}

/// What a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// A live capture, on a thread of its own.
    Capture,
    /// A file, on its caller's thread.
    Parse,
    /// A file or an interface, pulled call by call.
    Pull { live: bool },
}

/// The state behind the monitor's lock.
pub(crate) struct Life {
    pub(crate) phase: Phase,
    pub(crate) job: Job,
    /// Counts the runs, so that a waiter knows whether its own is over.
    pub(crate) run: u64,
    /// How the last run ended.
    pub(crate) outcome: Result<()>,
    /// The text of the newest failure.
    pub(crate) last_error: String,
    /// No run begins any more.
    pub(crate) closed: bool,
    /// The thread of the last capture: it may still be giving memory back
    /// after its run is over.
    pub(crate) thread: Option<JoinHandle<()>>,
    /// What is open to be pulled from, while nobody is inside a call that pulls.
    pub(crate) session: Option<Box<Session>>,
    /// How the last session ended, until another run begins.
    pub(crate) pulled: Option<Result<()>>,
    /// What is open is for one reader alone.
    pub(crate) reserved: bool,
}

impl Life {
    pub(crate) fn new() -> Self {
        Life {
            phase: Phase::Idle,
            job: Job::Parse,
            run: 0,
            outcome: Ok(()),
            last_error: String::new(),
            closed: false,
            thread: None,
            session: None,
            pulled: None,
            reserved: false,
        }
    }

    /// Takes the monitor for a new run.
    pub(crate) fn claim(&mut self, job: Job) -> Result<()> {
        if self.closed {
            return Err(Error::new(Kind::Interrupted, "the monitor was freed meanwhile"));
        }
        if self.phase != Phase::Idle {
            return Err(self.busy());
        }
        self.phase = Phase::Starting;
        self.job = job;
        self.pulled = None;
        self.reserved = false;
        self.run += 1;
        Ok(())
    }

    pub(crate) fn capturing(&self) -> bool {
        self.job == Job::Capture && matches!(self.phase, Phase::Starting | Phase::Running)
    }

    /// Whether a call that pulls is under way.
    pub(crate) fn pulling(&self) -> bool {
        matches!(self.job, Job::Pull { .. }) && self.phase != Phase::Idle && self.session.is_none()
    }

    pub(crate) fn busy(&self) -> Error {
        let what = match (self.phase, self.job) {
            (Phase::Stopping | Phase::Idle, _) => {
                "the last run is still ending; ipmon_wait tells when it is over"
            }
            (_, Job::Capture) => "a capture runs; stop it first",
            (_, Job::Pull { .. }) => "something is open to be pulled from; stop it first",
            (_, Job::Parse) => "a file is being parsed; stop it first, or wait",
        };
        Error::new(Kind::Busy, what)
    }
}
