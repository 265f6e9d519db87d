//! Live capture through libpcap.
//!
//! The capture is non-blocking, and the wait is our own `poll` over its
//! descriptor and the waker, so that a stop needs nothing of libpcap. Frames
//! are copied out of libpcap's ring once, because it lends them only to a
//! callback of its own.

use super::expression::expression;
use super::gone;
use super::tally::Tally;
use super::target::Target;
use super::watch::Watch;
use crate::error::{Error, Kind, Result};
use crate::filter::{cooked, on_big_stack};
use crate::options::Options;
use crate::source::{
    DeviceEvent, Direction, Frame, KernelCounts, LinkType, Refill, Source, Watchable,
};
use crate::sys::wake::Waker;
use crate::sys::{libpcap as library, packet_socket};
use pcap::{Active, Capture, Linktype, Precision};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

/// Frames a batch: enough to make the call into libpcap cheap, and few enough
/// that the copies stay in the cache.
const BATCH: usize = 128;

/// How often an idle capture looks whether its interface still exists, should
/// the kernel not wake it.
const LOOK: Duration = Duration::from_millis(250);

/// How long an end may take after the last frame: several times the longest
/// latency. Past it the shortfall stands in the ledger instead of a stop that
/// hangs.
const END: Duration = Duration::from_millis(100);

/// What libpcap 1.10, and those before it, say when an interface that is down
/// has no longer the name that it had.
const AWAY: [&str; 2] = ["The interface disappeared", "The interface went down"];

/// Linux cooked v2 carries the interface of each packet, v1 does not
/// (LINKTYPE_LINUX_SLL2).
const SLL2: Linktype = Linktype(276);

/// A capture of one interface, or of all of them.
pub(super) struct PcapSource {
    capture: Capture<Active>,
    fd: RawFd,
    watch: Watch,
    link_type: LinkType,
    interface: u32,
    direction: Direction,
    batch: Batch,
    next: usize,
    tally: Tally,
    /// Frames read since the capture began to count.
    read: u64,
    bytes: u64,
    /// Set by `close_intake`: when to give up waiting for the last frame.
    closing: Option<Instant>,
    /// The kernel goes on letting frames in, so that the last may never come.
    leaky: bool,
    /// Why the capture ends where nobody asked for it. Told after the frames
    /// that had arrived.
    failure: Option<Error>,
    /// Nothing is read any more, and so nothing counted.
    over: bool,
}

#[derive(Default)]
struct Batch {
    heads: Vec<Head>,
    bytes: Vec<u8>,
}

struct Head {
    timestamp_ns: i64,
    start: usize,
    length: usize,
    wire_length: u32,
}

impl PcapSource {
    /// Opens an interface that exists and is up, with libpcap loaded.
    ///
    /// # Errors
    /// `BadFilter`, `FilterTooComplex`; `System` with libpcap's reason.
    pub(super) fn open(target: &Target, options: &Options) -> Result<Self> {
        let (name, interface) = match target {
            Target::Any => ("any", 0),
            Target::Interface { name, index } => {
                let unsaid = || Error::new(Kind::NoDevice, "the interface's name is not UTF-8");
                (name.to_str().ok_or_else(unsaid)?, *index)
            }
        };
        let failed = |e: &pcap::Error| failure(name, e);
        let watch = Watch::new(interface)?;
        let capture = Capture::from_device(name)
            .map_err(|e| failed(&e))?
            // Not on `any`: Linux has no promiscuous mode for all interfaces.
            .promisc(options.promiscuous && interface != 0)
            .snaplen(i32::try_from(options.snap_length).unwrap_or(i32::MAX))
            .buffer_size(i32::try_from(options.buffer_size).unwrap_or(i32::MAX))
            // The kernel's timer has whole milliseconds; below that, each
            // packet is handed over as it comes.
            .timeout(i32::try_from(options.latency.div_ceil(1000).max(1)).unwrap_or(i32::MAX))
            .immediate_mode(options.latency < 1000)
            .precision(Precision::Nano)
            .open()
            .and_then(Capture::setnonblock)
            .map_err(|e| failed(&e))?;
        let fd = capture.as_raw_fd();
        packet_socket::close_on_exec(fd);
        if options.all_multicast && interface != 0 {
            packet_socket::join(fd, interface, packet_socket::Mode::AllMulticast)?;
        }
        let mut source = PcapSource {
            fd,
            capture,
            watch,
            link_type: LinkType(0),
            interface,
            direction: options.direction,
            batch: Batch::default(),
            next: 0,
            tally: Tally::default(),
            read: 0,
            bytes: 0,
            closing: None,
            leaky: false,
            failure: None,
            over: false,
        };
        if interface == 0 && source.capture.list_datalinks().is_ok_and(|l| l.contains(&SLL2)) {
            source.capture.set_datalink(SLL2).map_err(|e| failed(&e))?;
        }
        source.link_type = link_type(source.capture.get_datalink());
        if let Some(expression) = expression(target, options)? {
            source.filter(&expression)?;
        }
        Ok(source)
    }

    /// Puts the filter in the kernel, and what came before it out of the way
    /// and out of the count.
    fn filter(&mut self, expression: &str) -> Result<()> {
        packet_socket::reject_all(self.fd)?;
        let waker = Waker::new()?;
        let end = Instant::now() + END;
        self.ask()?;
        while !self.complete() && Instant::now() < end {
            self.dispatch(u64::MAX)?;
            if self.batch.heads.is_empty() {
                waker.wait(self.fd, Some(Duration::from_millis(1)))?;
            }
            self.ask()?;
        }
        self.tally = Tally::default();
        (self.read, self.bytes) = (0, 0);
        self.batch.heads.clear();
        // Not pcap_setfilter: that filters the block at hand in the program,
        // where what the kernel knows of a packet is missing, and loses packets.
        let capture = &mut self.capture;
        let program = on_big_stack(move || {
            capture.compile(expression, true).map(|p| library::instructions(&p))
        })?
        .map_err(|e| Error::new(Kind::BadFilter, format!("bad filter: {}", text(&e))))?;
        let unsuited = || {
            let text = "the filter looks at link-layer fields that this interface does not have";
            Error::new(Kind::BadFilter, text)
        };
        let program = cooked::for_kernel(&program, self.link_type).ok_or_else(unsuited)?;
        packet_socket::attach(self.fd, &program)
    }

    /// Takes frames out of the ring, unless some were lost just here: whether they
    /// were.
    fn take(&mut self) -> Result<bool> {
        self.clear();
        // Counters that cannot be had now are had the next time.
        let asked = self.ask();
        if self.tally.reach(self.read) {
            return Ok(true);
        }
        self.dispatch(asked.map_or(u64::MAX, |()| self.tally.without_gap(self.read)))?;
        if let Ok(counts) = packet_socket::take_statistics(self.fd) {
            self.tally.add_after(counts);
        }
        Ok(false)
    }

    /// Copies what libpcap holds, up to a batch, and up to `most` frames.
    fn dispatch(&mut self, most: u64) -> Result<()> {
        // 0 would be all that there is.
        let most = usize::try_from(most).map_or(BATCH, |n| n.clamp(1, BATCH));
        self.clear();
        let batch = &mut self.batch;
        let taken = self.capture.dispatch(Some(most), |packet| {
            let start = batch.bytes.len();
            batch.bytes.extend_from_slice(packet.data);
            let time = packet.header.ts;
            batch.heads.push(Head {
                // With nanosecond precision the fraction counts nanoseconds.
                timestamp_ns: time.tv_sec * 1_000_000_000 + time.tv_usec,
                start,
                length: packet.data.len(),
                wire_length: packet.header.len,
            });
        });
        self.read += batch.heads.len() as u64;
        self.bytes += batch.bytes.len() as u64;
        match taken {
            Ok(_) => Ok(()),
            Err(_) if self.removed() => Err(gone()),
            // libpcap looks for the name, and a renamed interface is still there.
            Err(pcap::Error::PcapError(text)) if AWAY.contains(&text.as_str()) => Ok(()),
            Err(error) => Err(failure("the capture", &error)),
        }
    }

    fn clear(&mut self) {
        self.batch.heads.clear();
        self.batch.bytes.clear();
        self.next = 0;
    }

    fn removed(&self) -> bool {
        self.interface != 0 && packet_socket::lost_its_interface(self.fd)
    }

    /// Begins the end that nobody asked for.
    fn fail(&mut self, error: Error) {
        if self.failure.is_none() {
            if error.kind == Kind::DeviceGone {
                self.watch.removed();
            }
            self.failure = Some(error);
            self.close();
        }
    }

    fn close(&mut self) {
        self.closing.get_or_insert(Instant::now() + END);
        if let Err(error) = packet_socket::reject_all(self.fd) {
            self.leaky = true;
            self.failure.get_or_insert(error);
        }
    }

    /// Asks the kernel for its counters: not by libpcap, which opens a file each
    /// time to add what the card dropped, and has 32 bits for their sums.
    fn ask(&mut self) -> Result<()> {
        self.tally.add_before(packet_socket::take_statistics(self.fd)?);
        Ok(())
    }

    /// Whether everything that the kernel had counted when it was asked was read.
    fn complete(&self) -> bool {
        self.read >= self.tally.let_in()
    }

    /// After the last frame, or when it is too late for it.
    fn finish(&mut self) -> Result<Refill> {
        self.over = true;
        self.tally.close(self.read);
        self.failure.take().map_or(Ok(Refill::End), Err)
    }
}

impl Source for PcapSource {
    const LIVE: bool = true;

    fn refill(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        let late = self.closing.is_some_and(|end| Instant::now() >= end);
        if late && self.leaky {
            self.clear();
            return self.finish();
        }
        match self.take() {
            // Told before what follows.
            Ok(true) => return Ok(Refill::Ready),
            Ok(false) => {}
            Err(error) => self.fail(error),
        }
        if !self.batch.heads.is_empty() {
            if self.closing.is_some() && !self.leaky {
                self.closing = Some(Instant::now() + END);
            }
            return Ok(Refill::Ready);
        }
        if self.closing.is_some() {
            // The last block is handed over when its time is up.
            if late || (self.ask().is_ok() && self.complete()) {
                return self.finish();
            }
            std::thread::sleep(Duration::from_millis(1));
            return Ok(Refill::Ready);
        }
        let wait = timeout.map_or(LOOK, |t| t.min(LOOK));
        let found = waker.wait_for([self.fd, self.watch.as_raw_fd()], Some(wait));
        if found.as_ref().is_ok_and(|[_, news]| *news != 0) {
            self.watch.read();
        }
        match found {
            Ok([packets, 0]) if packets != 0 => {}
            Ok(_) if self.removed() => self.fail(gone()),
            Ok([0, 0]) => return Ok(Refill::Nothing),
            Ok(_) => {}
            Err(error) => self.fail(error),
        }
        Ok(Refill::Ready)
    }

    fn next_frame(&mut self) -> Option<Frame<'_>> {
        let head = self.batch.heads.get(self.next)?;
        self.next += 1;
        let rest = self.batch.bytes.get(head.start..)?;
        let bytes = rest.get(..head.length)?;
        let (interface, direction) = match (self.link_type, bytes) {
            // LINKTYPE_LINUX_SLL2: interface index at 4, packet type at 10,
            // where 4 is "sent by us".
            (LinkType(276), &[_, _, _, _, a, b, c, d, _, _, kind, ..]) => {
                let way = if kind == 4 { Direction::Out } else { Direction::In };
                (u32::from_be_bytes([a, b, c, d]), way)
            }
            _ => (self.interface, self.direction),
        };
        Some(Frame {
            bytes,
            window: rest.first_chunk(),
            wire_length: head.wire_length,
            timestamp_ns: head.timestamp_ns,
            link_type: self.link_type,
            interface,
            direction,
            notes: 0,
        })
    }

    fn watchable(&self) -> Watchable {
        Watchable::Descriptors([self.fd, self.watch.as_raw_fd()])
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

/// libpcap speaks of DLT_ numbers on open captures; files, and this library,
/// of LINKTYPE_ numbers. On Linux they differ for raw IP alone.
fn link_type(dlt: Linktype) -> LinkType {
    match dlt.0 {
        12 => LinkType(101),
        other => LinkType(u32::try_from(other).unwrap_or(u32::MAX)),
    }
}

fn failure(what: &str, error: &pcap::Error) -> Error {
    Error::new(Kind::System, format!("{what}: {}", text(error)))
}

fn text(error: &pcap::Error) -> String {
    match error {
        pcap::Error::PcapError(text) => text.replace('\n', " "),
        other => other.to_string(),
    }
}
