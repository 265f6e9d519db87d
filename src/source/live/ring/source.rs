//! A capture through the ring, from its start to the last frame after a stop.
//!
//! A stop is exact (all that had arrived is delivered, and the kernel's counters say
//! that it is all): a filter that lets nothing in; the kernel's counters, which say
//! how many frames are wanted; the blocks that were handed over, until all of those
//! are read; and the counters once more, which by then have not changed. A block that
//! the kernel still writes to is never read: it is handed over when its time is up.

use super::frame::{Common, SLL2_LENGTH};
use super::nap::{NAP, Rest};
use super::socket::Socket;
use super::walk::{in_blocks, in_slots};
use super::{Layer, Ring, program};
use crate::error::{Error, Kind, Result};
use crate::options::{Options, TimeSource};
use crate::source::live::gone;
use crate::source::live::tally::Tally;
use crate::source::live::target::Target;
use crate::source::live::watch::Watch;
use crate::source::{DeviceEvent, Frame, KernelCounts, Refill, Source, Taker, Watchable};
use crate::sys::wake::{Waker, wait_without_waker};
use crate::sys::{packet_socket, timestamps};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

/// How long an end may take after the last frame: several times the longest
/// latency. Past it the shortfall stands in the ledger instead of a stop that
/// hangs.
const END: Duration = Duration::from_millis(100);

/// Frames after which the kernel is asked for its counters even if all is well: it
/// counts in 32 bits.
const UNASKED: u64 = 1 << 20;

/// How long to wait for a block at the end before looking again.
const MOMENT: Duration = Duration::from_millis(1);

/// A capture of one interface, or of all of them.
pub(in crate::source::live) struct RingSource {
    // Dropped in this order.
    ring: Ring,
    socket: Socket,
    watch: Watch,
    common: Common,
    tally: Tally,
    /// Frames of this batch that are still to be handed out.
    left: u64,
    /// Frames read since the start.
    read: u64,
    bytes: u64,
    rest: Rest,
    /// Set by the end: when to give up waiting for the last frame.
    closing: Option<Instant>,
    /// The kernel goes on letting frames in, so that the last may never come.
    leaky: bool,
    /// A header in the ring told what cannot be.
    damaged: bool,
    /// Why the capture ends where nobody asked for it. Told after the frames
    /// that had arrived.
    failure: Option<Error>,
}

impl RingSource {
    /// Opens an interface that exists and is up.
    ///
    /// # Errors
    /// `BadFilter`, `FilterTooComplex`, `NoLibpcap` for a filter; `NoMemory`;
    /// `System`.
    pub(in crate::source::live) fn open(
        target: &Target,
        layer: Layer,
        options: &Options,
    ) -> Result<Self> {
        let index = match target {
            Target::Any => 0,
            Target::Interface { index, .. } => *index,
        };
        let in_front = if layer.cooked { SLL2_LENGTH } else { 0 };
        let keep = options.snap_length.saturating_sub(u32::try_from(in_front).unwrap_or(0)).max(1);
        let socket = Socket::open(layer.cooked)?;
        let program = program::program(target, layer, options, keep)?;
        // From here on what happens to the interface is not overlooked.
        let watch = Watch::new(index)?;
        packet_socket::attach(socket.as_raw_fd(), &program)?;
        let ring = Ring::new(&socket, options)?;
        // There are no modes of all interfaces.
        if index != 0 {
            for (wanted, mode) in [
                (options.promiscuous, packet_socket::Mode::Promiscuous),
                (options.all_multicast, packet_socket::Mode::AllMulticast),
            ] {
                if wanted {
                    packet_socket::join(socket.as_raw_fd(), index, mode)?;
                }
            }
        }
        if options.time_source == TimeSource::Adapter {
            timestamps::from_adapter(socket.as_raw_fd(), target.name())?;
        }
        socket.bind(index)?;
        Ok(RingSource {
            ring,
            socket,
            watch,
            common: Common {
                link_type: layer.link_type,
                interface: index,
                snap_length: options.snap_length,
            },
            tally: Tally::default(),
            left: 0,
            read: 0,
            bytes: 0,
            rest: Rest::new(options.latency),
            closing: None,
            leaky: false,
            damaged: false,
            failure: None,
        })
    }

    /// Gives back what was delivered. The ring has room again only then: what the
    /// kernel lost until just before lies behind all that it had let in.
    fn give_back(&mut self) {
        if !self.ring.is_held() || self.ring.left() > 0 {
            return;
        }
        // It was full only if the rest waits too. Else the kernel need not be asked,
        // but for a count of its own that would overflow.
        let asked = self.ring.is_behind() || self.read > self.tally.let_in() + UNASKED;
        // Counters that cannot be had now are had the next time.
        let lost = asked && self.ask().is_ok_and(|dropped| dropped > 0);
        self.ring.give_back();
        if lost && let Ok(counts) = packet_socket::take_statistics(self.socket.as_raw_fd()) {
            self.tally.add_after(counts);
        }
    }

    /// Makes a batch of what the kernel has handed over, up to where frames were
    /// lost; whether there is any.
    fn fill(&mut self) -> bool {
        if self.ring.left() == 0 && !self.ring.take() {
            return false;
        }
        if self.ring.is_losing() {
            let _ = self.ask();
        }
        let before_loss = self.tally.before_loss(self.read).unwrap_or(u64::MAX);
        self.left = self.ring.left().min(before_loss).max(1);
        true
    }

    /// Asks the kernel for its counters; how many frames it lost since the last time.
    fn ask(&mut self) -> Result<u32> {
        let counts = packet_socket::take_statistics(self.socket.as_raw_fd())?;
        self.tally.add_before(counts);
        Ok(counts.1)
    }

    /// Whether all that the kernel let in was read, and it says so when asked now.
    fn is_complete(&mut self) -> bool {
        self.ask().is_ok() && self.read >= self.tally.let_in()
    }

    fn is_removed(&self) -> bool {
        self.common.interface != 0 && packet_socket::lost_its_interface(self.socket.as_raw_fd())
    }

    /// Begins the end that nobody asked for.
    fn fail(&mut self, error: Error) {
        if self.failure.is_none() {
            self.failure = Some(error);
            self.close();
        }
    }

    fn close(&mut self) {
        self.closing.get_or_insert(Instant::now() + END);
        if let Err(error) = packet_socket::reject_all(self.socket.as_raw_fd()) {
            self.leaky = true;
            self.failure.get_or_insert(error);
        }
        // Counters that cannot be had now are had before the end.
        let _ = self.ask();
    }

    /// After the last frame, or when it is too late for it.
    fn finish(&mut self) -> Result<Refill> {
        self.left = 0;
        self.tally.close(self.read);
        self.failure.take().map_or(Ok(Refill::End), Err)
    }

    /// One step of the end without a frame at hand.
    fn step_to_end(&mut self, late: bool) -> Result<Refill> {
        if late || self.is_complete() {
            return self.finish();
        }
        match wait_without_waker(self.socket.as_raw_fd(), MOMENT) {
            // An error would be found there for ever.
            Ok(found) if found & libc::POLLERR != 0 => drop(self.socket.take_error()),
            Ok(_) => {}
            Err(_) => std::thread::sleep(MOMENT),
        }
        Ok(Refill::Ready)
    }

    fn wait(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        let mut timeout = timeout;
        if self.rest.is_due(self.read, &self.ring) && timeout.is_none_or(|left| left > NAP) {
            // News of the interface are for the wait, and anything else that ends it
            // early is found by it too.
            if waker.wait_for([self.watch.as_raw_fd()], Some(NAP)) == Ok([0]) && self.fill() {
                return Ok(Refill::Ready);
            }
            timeout = timeout.map(|left| left - NAP);
        }
        let fds = [self.socket.as_raw_fd(), self.watch.as_raw_fd()];
        match waker.wait_for(fds, timeout) {
            Ok([0, 0]) => return Ok(Refill::Nothing),
            Ok([libc::POLLIN, 0]) => {
                self.fill();
            }
            Ok([socket, watch]) => {
                if watch != 0 {
                    self.watch.read();
                }
                // It went down, for a while or for ever.
                if socket & libc::POLLERR != 0 {
                    self.socket.take_error();
                }
                if (socket & libc::POLLERR != 0 || watch != 0) && self.is_removed() {
                    self.watch.removed();
                    self.fail(gone());
                }
            }
            Err(error) => self.fail(error),
        }
        Ok(Refill::Ready)
    }
}

impl Source for RingSource {
    const LIVE: bool = true;

    fn refill(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        let late = self.closing.is_some_and(|end| Instant::now() >= end);
        if late && self.leaky {
            return self.finish();
        }
        self.give_back();
        if self.damaged || self.ring.is_damaged() {
            self.fail(Error::new(Kind::System, "the kernel's packet ring contradicts itself"));
            return self.finish();
        }
        // Told before what follows.
        if self.tally.reach(self.read) {
            return Ok(Refill::Ready);
        }
        if self.fill() {
            if self.closing.is_some() && !self.leaky {
                self.closing = Some(Instant::now() + END);
            }
            return Ok(Refill::Ready);
        }
        if self.closing.is_some() { self.step_to_end(late) } else { self.wait(waker, timeout) }
    }

    fn next_frame(&mut self) -> Option<Frame<'_>> {
        self.left = self.left.checked_sub(1)?;
        let frame = self.ring.next(&self.common);
        self.damaged = frame.is_none();
        let frame = frame?;
        self.read += 1;
        self.bytes += frame.bytes.len() as u64;
        Some(frame)
    }

    #[inline(always)]
    fn frames(&mut self, taker: &mut impl Taker) -> bool {
        // A loop for each form of ring, and one for what most interfaces have: no
        // question is left in it which that is.
        let (left, common) = (self.left, &self.common);
        let walked = match &mut self.ring {
            Ring::Blocks(blocks) => in_blocks(blocks, left, common, taker),
            Ring::Slots(slots) => in_slots(slots, left, common, taker),
        };
        self.left -= walked.frames;
        self.read += walked.frames;
        self.bytes += walked.bytes;
        self.damaged |= walked.damaged;
        !walked.full
    }

    fn watchable(&self) -> Watchable {
        Watchable::Descriptors([self.socket.as_raw_fd(), self.watch.as_raw_fd()])
    }

    fn bytes_read(&self) -> u64 {
        self.bytes
    }

    fn close_intake(&mut self) -> Result<()> {
        self.close();
        Ok(())
    }

    fn kernel_counts(&mut self) -> Option<KernelCounts> {
        Some(self.tally.counts(self.read))
    }

    fn next_event(&mut self) -> Option<DeviceEvent> {
        self.watch.next()
    }
}
