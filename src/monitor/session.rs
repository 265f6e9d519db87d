//! What is open to be pulled from: a source that rests from call to call, and its end.

use super::control::{AT_ONCE, STOP};
use super::here::Inside;
use super::run::{Progress, Pull, Run, interrupted};
use super::shared::{Shared, guarded};
use super::sink::{Batch, Sink};
use crate::error::{Error, Kind, Result};
use crate::filter::FileFilter;
use crate::source::file::FileSource;
use crate::source::live::Capture;
use crate::source::{Source, Watchable};
use crate::sync::thread::{Builder, JoinHandle};
use crate::sys::signals;
use std::time::Instant;

/// What is open to be pulled from.
pub(crate) struct Session {
    source: Opened,
    state: Progress,
    /// The source has frames at hand that were not taken yet.
    ready: bool,
    /// To be told by the next call: this one had packets to hand out.
    failure: Option<Error>,
}

#[allow(clippy::large_enum_variant, reason = "there is one, in a box")]
pub(super) enum Opened {
    File(FileSource),
    Live(Capture),
    #[cfg(all(loom, test))]
    Model(super::model::Script),
}

impl Session {
    pub(super) fn new(source: Opened, filter: Option<FileFilter>) -> Box<Self> {
        let state = Progress::new(filter);
        Box::new(Session { source, state, ready: false, failure: None })
    }

    /// What to watch until the next pull.
    pub(super) fn watchable(&self) -> Watchable {
        match &self.source {
            Opened::File(file) => file.watchable(),
            Opened::Live(capture) => capture.watchable(),
            #[cfg(all(loom, test))]
            Opened::Model(script) => script.watchable(),
        }
    }

    /// Takes packets of one reading into `batch`, and waits for the first of them until
    /// `end`. A failure behind packets is for the next call.
    pub(super) fn pull<S: Sink + 'static, B: Batch<S> + Send>(
        &mut self,
        shared: &Shared<S>,
        batch: &mut B,
        end: Option<Instant>,
    ) -> Result<Pull> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let (state, ready) = (&mut self.state, &mut self.ready);
        let found = guarded(|| match &mut self.source {
            Opened::File(file) => Run::new(shared, file, state).pull(ready, batch, end),
            Opened::Live(live) => Run::new(shared, live, state).pull(ready, batch, end),
            #[cfg(all(loom, test))]
            Opened::Model(script) => Run::new(shared, script, state).pull(ready, batch, end),
        });
        match found {
            Err(error) if batch.count() > 0 => {
                self.failure = Some(error);
                Ok(Pull::Packets)
            }
            other => other,
        }
    }

    /// Makes the ledger one of the whole session; what a stop left in a live source is
    /// counted as discarded.
    fn close<S: Sink + 'static>(&mut self, shared: &Shared<S>, ended: bool) -> Result<()> {
        let (state, ready) = (&mut self.state, self.ready);
        match &mut self.source {
            Opened::File(file) => Run::new(shared, file, state).close(true, ready),
            Opened::Live(live) => Run::new(shared, live, state).close(ended, ready),
            #[cfg(all(loom, test))]
            Opened::Model(script) => Run::new(shared, script, state).close(ended, ready),
        }
    }

    /// Closes the source. Giving a ring back takes the kernel tens of milliseconds, for
    /// which nobody has to wait; as in every capture, whoever starts or frees joins.
    fn let_go(self: Box<Self>) -> Option<JoinHandle<()>> {
        // A model tries orders of calls, not of what comes behind them.
        if cfg!(loom) || !matches!(self.source, Opened::Live(_)) {
            return None;
        }
        let builder = Builder::new().name("ipmon".into());
        // Without a thread to be had, here.
        signals::with_all_blocked(|| builder.spawn(move || drop(self))).ok()
    }
}

impl<S: Sink + 'static> Shared<S> {
    /// Ends a session that nobody pulls from any more; its phase is `Stopping`.
    pub(super) fn abandon(&self, session: Box<Session>) {
        self.conclude(session, Err(interrupted()), false);
    }

    /// Ends a session: `ended` where its source did by itself.
    pub(super) fn conclude(&self, mut session: Box<Session>, outcome: Result<()>, ended: bool) {
        let _inside = Inside::of(self.id());
        if !ended {
            self.control.raise(STOP | AT_ONCE);
            self.control.wake.set();
        }
        let _ = guarded(|| session.close(self, ended));
        self.farewell(&outcome, false);
        self.beacon.leave(&session.watchable());
        let mut life = self.life();
        // The run is not over before the thread is there to be joined.
        life.thread = session.let_go();
        life.pulled = Some(outcome.clone());
        self.beacon.rest(true);
        // What a stop ended did not fail.
        let stopped = matches!(&outcome, Err(error) if error.kind == Kind::Interrupted);
        self.end(&mut life, if stopped { Ok(()) } else { outcome });
    }
}
