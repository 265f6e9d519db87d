//! Runs that are pulled: a source is read when its owner calls, on the caller's
//! thread, and nothing of it goes on in between.
//!
//! What is open rests in the monitor's `life` and is taken out for the length of a
//! call: a second call meanwhile is `Busy`, and a stop knows whom to wait for.

use super::Monitor;
use super::control::STOP;
use super::here::{Inside, inside};
use super::life::{Job, Life, Phase};
use super::run::{Events, Pull, interrupted};
use super::session::{Opened, Session};
use super::shared::guarded;
use super::sink::{Batch, Sink};
use crate::error::{Error, Kind, Result};
use crate::filter::FileFilter;
use crate::options::Options;
use crate::source::file::FileSource;
use crate::source::live;
use crate::sync::MutexGuard;
use std::ffi::OsStr;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

/// What a pull found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// Packets were handed out.
    Packets,
    /// The time is over.
    TimeOver,
    /// There are no more packets.
    End,
}

impl<S: Sink + 'static> Monitor<S> {
    /// Opens a live capture to be pulled from.
    ///
    /// # Errors
    /// As for `start`.
    pub fn open_live(&self) -> Result<()> {
        self.open(true, |options| Ok((Opened::Live(live::open(options)?), None)))
    }

    /// Opens a file to be pulled from.
    ///
    /// # Errors
    /// As for `parse`, as far as they show before the file is read.
    pub fn open_file(&self, path: &OsStr) -> Result<()> {
        self.open(false, |options| {
            let source = FileSource::open(path)?.with_access(options.file_access);
            Ok((Opened::File(source), options.filter.as_ref().map(FileFilter::new)))
        })
    }

    pub(super) fn open(
        &self,
        live: bool,
        open: impl FnOnce(&Options) -> Result<(Opened, Option<FileFilter>)>,
    ) -> Result<()> {
        let shared = &self.0;
        let life = shared.life();
        // At the end of the last capture's thread, which would be waited for.
        if life.phase == Phase::Idle && inside(self.id()) {
            return Err(life.busy());
        }
        shared.take_over(life, Job::Pull { live })?;
        let options = shared.options().clone();
        let opened = guarded(|| open(&options));
        let (source, filter) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                shared.end(&mut shared.life(), Err(error.clone()));
                return Err(error);
            }
        };
        let session = Session::new(source, filter);
        shared.gate().begin(&options);
        let mut life = shared.life();
        // Under the lock: a descriptor that is asked for now watches what rests there.
        let watched = if life.phase == Phase::Starting {
            shared.beacon.watch(&session.watchable())
        } else {
            Err(interrupted())
        };
        if let Err(error) = watched {
            drop(life);
            shared.conclude(session, Err(error.clone()), false);
            return Err(error);
        }
        shared.beacon.rest(true);
        life.phase = Phase::Running;
        life.session = Some(session);
        Ok(())
    }

    /// Takes packets into `batch`, of one reading of the source at most. Waits for the
    /// first of them.
    ///
    /// # Errors
    /// What ended the source, behind every packet before it; `Interrupted`; `Busy` while
    /// another thread pulls, and in this monitor's callbacks; `BadArgument` when nothing
    /// is open.
    pub fn pull(
        &self,
        batch: &mut (impl Batch<S> + Send),
        timeout: Option<Duration>,
    ) -> Result<Pulled> {
        self.pull_for(None, batch, timeout)
    }

    /// Keeps what is open for one reader alone, whose pulls name what this returns: the
    /// run.
    ///
    /// # Errors
    /// `Busy` when another has it, or pulls; otherwise as for `pull`.
    pub fn reserve(&self) -> Result<u64> {
        let mut life = self.0.life();
        if life.session.is_none() {
            return Err(nothing_there(&life, self.told_to_end()));
        }
        if life.reserved {
            return Err(reserved());
        }
        life.reserved = true;
        Ok(life.run)
    }

    /// What is open is for everybody again, if the run is still that one.
    pub fn release(&self, run: u64) {
        let mut life = self.0.life();
        if life.run == run {
            life.reserved = false;
        }
    }

    /// Takes packets as `pull` does, for the reader that has reserved the run.
    ///
    /// # Errors
    /// As for `pull`; `BadArgument` once another run began.
    pub fn pull_reserved(
        &self,
        run: u64,
        batch: &mut (impl Batch<S> + Send),
        timeout: Option<Duration>,
    ) -> Result<Pulled> {
        self.pull_for(Some(run), batch, timeout)
    }

    /// Whether a stop is at work; this monitor's own callbacks are inside what ends.
    fn told_to_end(&self) -> bool {
        self.0.control.get() & STOP != 0 && !inside(self.id())
    }

    fn pull_for(
        &self,
        reader: Option<u64>,
        batch: &mut (impl Batch<S> + Send),
        timeout: Option<Duration>,
    ) -> Result<Pulled> {
        let shared = &self.0;
        let mut session = {
            let mut life = shared.life();
            take(&mut life, reader, self.told_to_end())?
        };
        let inside = Inside::of(self.id());
        let end = timeout.and_then(|t| Instant::now().checked_add(t));
        // Whatever happens in it, the session is put back or ended.
        let found = guarded(|| {
            let found = session.pull(shared, batch, end);
            batch.done(&mut *shared.gate());
            found
        });
        drop(inside);
        let watched = shared.beacon.watch(&session.watchable());
        let (outcome, result) = match found.and_then(|pulled| watched.map(|()| pulled)) {
            Ok(Pull::End) => (Ok(()), Ok(Pulled::End)),
            Ok(Pull::Stopped) => (Err(interrupted()), Err(interrupted())),
            Err(error) => (Err(error.clone()), Err(error)),
            Ok(pulled) => {
                let life = shared.life();
                if let Some(mut life) = keeps(life) {
                    // Before another thread can pull.
                    match pulled {
                        Pull::TimeOver => shared.beacon.rest(false),
                        Pull::Again => shared.beacon.again(),
                        _ => shared.beacon.rest(true),
                    }
                    life.session = Some(session);
                    return match pulled {
                        Pull::Packets => Ok(Pulled::Packets),
                        Pull::Interrupted => Err(interrupted()),
                        _ => Ok(Pulled::TimeOver),
                    };
                }
                // A stop came, and what was taken goes with it: nobody sees it.
                shared.counters.take_back(batch.kept());
                shared.conclude(session, Err(interrupted()), false);
                return Err(interrupted());
            }
        };
        let ended = !matches!(&outcome, Err(error) if error.kind == Kind::Interrupted);
        shared.conclude(session, outcome, ended);
        result
    }

    /// Has the callbacks called, on this thread, for the packets of one reading.
    ///
    /// # Errors
    /// As for `pull`.
    pub fn do_events(&self, timeout: Option<Duration>) -> Result<Pulled> {
        self.pull(&mut Events(0), timeout)
    }

    /// Looks at what the last pull left in the sink.
    ///
    /// # Errors
    /// `Busy` while a call pulls; `BadArgument` when nothing is open.
    pub fn pulled<T>(&self, look: impl FnOnce(&S) -> T) -> Result<T> {
        let life = self.0.life();
        if life.pulling() {
            return Err(pulls());
        }
        if life.session.is_none() {
            return Err(nothing_open());
        }
        // Nobody delivers: whoever holds the gate removes a callback, and is soon done.
        Ok(look(&self.0.gate()))
    }

    /// A descriptor that is readable while a pull would find something.
    ///
    /// # Errors
    /// `System` when no descriptor is left.
    pub fn descriptor(&self) -> Result<RawFd> {
        let shared = &self.0;
        let life = shared.life();
        let fd = shared.beacon.light(&shared.control.wake)?;
        if let Some(session) = &life.session {
            shared.beacon.watch(&session.watchable())?;
        }
        Ok(fd)
    }
}

/// The session, for one call of the reader that reserved the run, or of anybody.
fn take(life: &mut Life, reader: Option<u64>, stopped: bool) -> Result<Box<Session>> {
    if reader.is_some_and(|run| run != life.run) {
        return Err(Error::new(Kind::BadArgument, "what was read from is no longer open"));
    }
    if reader.is_none() && life.reserved && life.session.is_some() {
        return Err(reserved());
    }
    life.session.take().ok_or_else(|| nothing_there(life, stopped))
}

/// Why there is no session.
fn nothing_there(life: &Life, stopped: bool) -> Error {
    if life.pulling() {
        return if stopped { interrupted() } else { pulls() };
    }
    match (life.phase, &life.pulled) {
        (Phase::Idle, Some(Err(error))) => error.clone(),
        (Phase::Idle, Some(Ok(()))) => Error::new(Kind::End, "all packets were handed out"),
        (Phase::Idle, None) => nothing_open(),
        _ => life.busy(),
    }
}

/// Whether what is open stays so.
fn keeps(life: MutexGuard<'_, Life>) -> Option<MutexGuard<'_, Life>> {
    (life.phase == Phase::Running).then_some(life)
}

fn pulls() -> Error {
    Error::new(Kind::Busy, "another call pulls from this monitor; one at a time can")
}

fn reserved() -> Error {
    Error::new(Kind::Busy, "an Arrow stream reads what is open; release it first")
}

fn nothing_open() -> Error {
    let text = "nothing is open; call ipmon_open_pcap_file() or ipmon_open_live() first";
    Error::new(Kind::BadArgument, text)
}
