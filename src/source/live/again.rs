//! A live capture that may outlive its interface: where it is asked for, it begins
//! again when an interface of that name is there.

use super::adapters::Target;
use super::source::LiveSource;
use crate::error::{Error, Kind, Result};
use crate::options::Options;
use crate::source::{
    DeviceChange, DeviceEvent, Frame, KernelCounts, Refill, Source, Taker, Watchable,
};
use crate::sys::netlink::{LinkChanges, Received};
use crate::sys::wake::Waker;
use std::collections::VecDeque;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// Opens the interface that options choose.
pub(super) type Open = fn(&Options) -> Result<(Target, LiveSource)>;

/// A live capture.
pub struct Capture {
    /// None while the interface is not there.
    source: Option<LiveSource>,
    again: Option<Again>,
    /// What is to be told of the interface, in front of what the source has to tell.
    events: VecDeque<DeviceEvent>,
    /// Of the sources before this one.
    counts: KernelCounts,
    bytes: u64,
    closing: bool,
}

/// How it begins again.
struct Again {
    open: Open,
    /// Those of the start, with the interface's name.
    options: Options,
    name: String,
    /// While the interface is not there.
    news: Option<LinkChanges>,
}

impl Capture {
    pub(super) fn open(options: &Options, open: Open) -> Result<Self> {
        let (target, source) = open(options)?;
        let again = match target {
            Target::Interface { name, .. } if options.reopen => {
                // A name that is no text could not be asked for.
                name.into_string().ok().map(|name| Again {
                    open,
                    options: Options { local_host: Some(name.clone()), ..options.clone() },
                    name,
                    news: None,
                })
            }
            _ => None,
        };
        Ok(Capture {
            source: Some(source),
            again,
            events: VecDeque::new(),
            counts: KernelCounts::default(),
            bytes: 0,
            closing: false,
        })
    }

    /// Lets go of a source whose interface is gone, with all that it has to tell; or
    /// passes on why it ended.
    fn leave(&mut self, error: Error) -> Result<()> {
        let Some(again) = self.again.as_mut().filter(|_| !self.closing) else {
            return Err(error);
        };
        // From here on an interface that comes is not overlooked.
        again.news = Some(LinkChanges::new(0)?);
        self.counts = self.kernel_counts().unwrap_or_default();
        self.bytes = self.bytes_read();
        if let Some(mut source) = self.source.take() {
            self.events.extend(std::iter::from_fn(|| source.next_event()));
        }
        Ok(())
    }

    /// Begins again where it can; else waits for news of interfaces.
    fn look(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        let Some(again) = self.again.as_mut().filter(|_| !self.closing) else {
            return Ok(Refill::End);
        };
        match (again.open)(&again.options) {
            Ok((_, source)) => {
                let text = format!("capturing on {} again", again.name);
                self.events.push_back(DeviceEvent { change: DeviceChange::Again, text });
                again.news = None;
                self.source = Some(source);
                return Ok(Refill::Ready);
            }
            Err(error) if matches!(error.kind, Kind::NoDevice | Kind::DeviceDown) => {}
            Err(error) => return Err(error),
        }
        let Some(news) = &again.news else { return Ok(Refill::End) };
        if !waker.wait(news.as_raw_fd(), timeout)? {
            return Ok(Refill::Nothing);
        }
        // What it says does not matter: the next look tells what there is.
        let mut room = [0; 32_768];
        while news.receive(&mut room) != Received::Nothing {}
        Ok(Refill::Ready)
    }
}

impl Source for Capture {
    const LIVE: bool = true;

    fn refill(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        match self.source.as_mut().map(|source| source.refill(waker, timeout)) {
            Some(Err(error)) if error.kind == Kind::DeviceGone => {
                self.leave(error).map(|()| Refill::Ready)
            }
            Some(other) => other,
            None => self.look(waker, timeout),
        }
    }

    fn next_frame(&mut self) -> Option<Frame<'_>> {
        self.source.as_mut()?.next_frame()
    }

    #[inline(always)]
    fn frames(&mut self, taker: &mut impl Taker) -> bool {
        self.source.as_mut().is_none_or(|source| source.frames(taker))
    }

    fn watchable(&self) -> Watchable {
        let waits = || self.again.as_ref()?.news.as_ref();
        match (&self.source, waits()) {
            (Some(source), _) => source.watchable(),
            (None, Some(news)) => Watchable::Descriptors([news.as_raw_fd(), -1]),
            (None, None) => Watchable::Always,
        }
    }

    fn bytes_read(&self) -> u64 {
        self.bytes + self.source.as_ref().map_or(0, Source::bytes_read)
    }

    fn close_intake(&mut self) -> Result<()> {
        self.closing = true;
        self.source.as_mut().map_or(Ok(()), Source::close_intake)
    }

    fn kernel_counts(&mut self) -> Option<KernelCounts> {
        let now = self.source.as_mut().and_then(Source::kernel_counts).unwrap_or_default();
        Some(KernelCounts {
            received: self.counts.received + now.received,
            dropped: self.counts.dropped + now.dropped,
            placed: self.counts.placed + now.placed,
        })
    }

    fn next_event(&mut self) -> Option<DeviceEvent> {
        let own = self.events.pop_front();
        own.or_else(|| self.source.as_mut().and_then(Source::next_event))
    }
}
