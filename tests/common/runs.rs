//! Reading a capture from its first byte to its last event, in two ways.

use super::random::Random;
use ipmon::decode::{Malformed, NoEvent, decode};
use ipmon::error::Error;
use ipmon::monitor::{Monitor, Notice, Removal, Sink, Stats};
use ipmon::options::Options;
use ipmon::packet::{Fields, Headers, Packet};
use ipmon::source::file::FileSource;
use ipmon::source::{Direction, Frame, Refill, Source};
use ipmon::sys::wake::Waker;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// An event, with all that it says and lends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) number: u64,
    pub(crate) timestamp_ns: i64,
    pub(crate) link_type: u32,
    pub(crate) interface: u32,
    pub(crate) direction: Direction,
    pub(crate) wire_length: u32,
    pub(crate) headers: Headers,
    pub(crate) notes: u32,
    pub(crate) frame: Vec<u8>,
    pub(crate) ip: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

impl Event {
    fn of(packet: &Packet<'_, impl Fields>) -> Self {
        let frame = packet.frame;
        Event {
            number: packet.number,
            timestamp_ns: frame.timestamp_ns,
            link_type: frame.link_type.0,
            interface: frame.interface,
            direction: frame.direction,
            wire_length: frame.wire_length,
            headers: Headers::of(packet.headers),
            notes: packet.notes(),
            frame: frame.bytes.to_vec(),
            ip: packet.ip().to_vec(),
            payload: packet.payload().to_vec(),
        }
    }
}

/// All that a run told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) events: Vec<Event>,
    pub(crate) stats: Stats,
    pub(crate) end: Result<(), Error>,
}

struct Collector(Arc<Mutex<Vec<Event>>>);

impl Sink for Collector {
    fn begin(&mut self, _: &Options) {}
    fn packet(&mut self, packet: &Packet<'_, impl Fields>) {
        self.0.lock().unwrap().push(Event::of(packet));
    }
    fn error(&mut self, _: &Error) {}
    fn notice(&mut self, _: &Notice<'_>) {}
    fn remove(&mut self, _: Removal) {}
}

/// As a program reads it: a monitor parses the file.
pub(crate) fn by_monitor(path: &Path) -> Told {
    let events = Arc::new(Mutex::new(Vec::new()));
    let monitor = Monitor::new(Collector(Arc::clone(&events))).unwrap();
    let end = monitor.parse(path.as_os_str());
    let stats = monitor.stats();
    assert_eq!(stats.accounted(), stats.received, "the ledger does not add up");
    let events = std::mem::take(&mut *events.lock().unwrap());
    assert_eq!(events.len() as u64, stats.delivered);
    Told { events, stats, end }
}

/// Step by step and from memory, with another read size, and with counters of
/// our own.
pub(crate) fn by_hand(file: &[u8], read_size: usize) -> Told {
    let mut source = FileSource::from_bytes(file.to_vec()).unwrap().with_read_size(read_size);
    let mut told = Told { events: Vec::new(), stats: Stats::default(), end: Ok(()) };
    let waker = Waker::new().unwrap();
    loop {
        match source.refill(&waker, None) {
            Ok(Refill::Ready) => {}
            Ok(Refill::End) => break,
            Ok(Refill::Nothing) => panic!("nobody set the waker"),
            Err(error) => {
                told.end = Err(error);
                break;
            }
        }
        while let Some(frame) = source.next_frame() {
            take(&frame, &mut told);
        }
    }
    told.stats.bytes = source.bytes_read();
    told
}

fn take(frame: &Frame<'_>, told: &mut Told) {
    let stats = &mut told.stats;
    stats.received += 1;
    let counter = match decode(frame) {
        Ok(headers) => {
            let packet = Packet { frame: *frame, number: stats.received, headers: &headers };
            told.events.push(Event::of(&packet));
            &mut stats.delivered
        }
        Err(NoEvent::NotIp) => &mut stats.not_ip,
        Err(NoEvent::Unsupported) => &mut stats.unsupported,
        Err(NoEvent::Truncated) => &mut stats.truncated,
        Err(NoEvent::Malformed(Malformed::Version)) => &mut stats.malformed_version,
        Err(NoEvent::Malformed(Malformed::HeaderLength)) => &mut stats.malformed_header_length,
        Err(NoEvent::Malformed(Malformed::TotalLength)) => &mut stats.malformed_total_length,
        Err(NoEvent::Malformed(Malformed::Short)) => &mut stats.malformed_short,
    };
    *counter += 1;
}

/// A file that goes away with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        // In memory where that can be: thousands of files pass through it.
        let shared_memory = PathBuf::from("/dev/shm");
        let folder = if shared_memory.is_dir() { shared_memory } else { std::env::temp_dir() };
        Scratch(folder.join(format!("ipmon-{name}-{}", std::process::id())))
    }

    pub(crate) fn write(&self, file: &[u8]) -> &Path {
        std::fs::write(&self.0, file).unwrap();
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Reads a file in both ways, which must tell the same.
pub(crate) fn both_ways(file: &[u8], scratch: &Scratch, random: &mut Random) -> Told {
    let told = by_monitor(scratch.write(file));
    // Each read is a system call: few bytes at once for small files only.
    let sizes = if file.len() < 8192 { [1, 3, 7, 100] } else { [61, 500, 1000, 20_000] };
    let mut again = by_hand(file, *random.one_of(&sizes));
    // How much was read in front of an error depends on how much one read asks
    // for.
    if told.end.is_err() {
        again.stats.bytes = told.stats.bytes;
    }
    assert_eq!(told.stats, again.stats);
    assert_eq!(told.end, again.end);
    assert!(told.events == again.events, "the events depend on the read size");
    told
}
