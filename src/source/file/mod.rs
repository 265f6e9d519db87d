//! Capture files: pcap and pcapng, as they are or compressed with gzip or zstd,
//! from a path, a FIFO, standard input or memory.
//!
//! The bytes come in pieces ([`input`]), decompressed on the way where they have
//! to be ([`compressed`]), into one buffer ([`buffer`]); how they
//! begin says which format they have ([`recognise`]); a reader for that format
//! ([`pcap`], [`pcapng`]) hands out frames that borrow the buffer.
//!
//! The limits, so that no file takes more than 16 MiB of memory:
//!
//! | limit | constant | beyond it |
//! |---|---|---|
//! | captured length of a pcap record | `pcap::MAX_CAPTURED`, 262,144 | malformed |
//! | length of a pcapng block that is kept | `pcapng::MAX_BLOCK`, 4 MiB | unsupported |
//! | window of a zstd frame | `compressed::WINDOW_LOG`, 8 MiB | unsupported |
//! | interfaces of a pcapng section | `pcapng::MAX_INTERFACES`, 65,536 | unsupported |
//!
//! pcapng blocks that hold neither packets nor interfaces are skipped as they
//! pass, whatever their length.

mod block;
mod buffer;
mod compressed;
mod fault;
mod input;
mod interface;
mod options;
mod order;
mod pcap;
mod pcapng;
mod recognise;
mod step;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod time;

use crate::error::Result;
use crate::options::FileAccess;
use crate::source::{Frame, Refill, Source, Taker, Watchable};
use crate::sys::wake::Waker;
use buffer::Buffer;
use compressed::Unpacker;
use input::{Got, Input, Wait};
use pcap::Pcap;
use pcapng::Pcapng;
use recognise::Format;
use std::ffi::OsStr;
use std::fmt;
use std::time::Duration;
use step::Step;

/// A capture file as a source of frames.
pub struct FileSource {
    input: Input,
    access: FileAccess,
    /// For a compressed file.
    unpacker: Option<Unpacker>,
    buffer: Buffer,
    state: State,
}

enum State {
    /// The file did not yet say what it is.
    New,
    Pcap(Pcap),
    Pcapng(Pcapng),
    /// Nothing follows: the end or an error was reported.
    Over,
}

impl FileSource {
    /// Opens a file by its path, which may hold any bytes; `-` is standard
    /// input, which is read as it is set up and never closed. Nothing is read
    /// yet: what is no capture file shows at the first refill, and a FIFO
    /// without a writer is waited for there.
    ///
    /// # Errors
    /// `NotFound`, `NoPermission`, `NoMemory`, and `Io` for all else that cannot
    /// be opened or read, a directory for example.
    pub fn open(path: &OsStr) -> Result<Self> {
        Self::new(Input::open(path)?)
    }

    /// Reads a file that lies in memory.
    ///
    /// # Errors
    /// `NoMemory`.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::new(Input::from_bytes(bytes))
    }

    /// Reads no more than so many bytes at once: at least 1, and at most 131,072,
    /// which is the default. Frames do not depend on it; tests prove that.
    #[must_use]
    pub fn with_read_size(mut self, bytes: usize) -> Self {
        self.input.set_read_size(bytes);
        self
    }

    /// Maps the file instead of reading it, where it can be mapped and is not
    /// compressed; frames do not depend on it.
    #[must_use]
    pub fn with_access(mut self, access: FileAccess) -> Self {
        self.access = access;
        self
    }

    fn new(input: Input) -> Result<Self> {
        let (access, buffer) = (FileAccess::Read, Buffer::new()?);
        Ok(FileSource { input, access, unpacker: None, buffer, state: State::New })
    }

    /// Reads until a frame is wholly there.
    fn advance(&mut self, wait: &Wait<'_>) -> Result<Refill> {
        let mut reads = 0u64;
        loop {
            let Step::Need(need) = self.look()? else {
                return Ok(Refill::Ready);
            };
            // Much can pass without a frame in it. The first read is not asked:
            // a look at the file with no time to wait is still a look.
            if reads > 0 && wait.is_over()? {
                return Ok(Refill::Nothing);
            }
            reads += 1;
            match self.fill(need, wait)? {
                Got::Bytes(n) => self.buffer.filled(n),
                Got::Nothing => return Ok(Refill::Nothing),
                Got::End => return self.end().map(|()| Refill::End),
            }
        }
    }

    /// What lies in front, with all that is no frame consumed.
    fn look(&mut self) -> Result<Step> {
        if let State::New = self.state {
            let Some(state) = self.recognise()? else {
                return Ok(Step::Need(Pcap::header_length()));
            };
            self.state = state;
        }
        match &mut self.state {
            State::New | State::Over => Ok(Step::Need(1)),
            State::Pcap(pcap) => pcap.look(&self.buffer),
            State::Pcapng(pcapng) => pcapng.look(&mut self.buffer),
        }
    }

    fn recognise(&mut self) -> Result<Option<State>> {
        let Some(magic) = self.buffer.unread().first_chunk() else {
            return Ok(None);
        };
        match recognise::recognise(*magic) {
            Some(Format::Pcap) => Ok(Pcap::open(&mut self.buffer).map(State::Pcap)),
            Some(Format::Pcapng) => Ok(Some(State::Pcapng(Pcapng::new()))),
            None => {
                let compression = compressed::compression(*magic);
                if let (None, Some(compression)) = (&self.unpacker, compression) {
                    let first = self.buffer.unread();
                    self.unpacker = Some(Unpacker::new(compression, first)?);
                    self.buffer.restart();
                    return Ok(None);
                }
                Err(recognise::refuse(self.buffer.unread()))
            }
        }
    }

    fn fill(&mut self, need: usize, wait: &Wait<'_>) -> Result<Got> {
        if self.access == FileAccess::Map {
            if !self.input.opened(wait)? {
                return Ok(Got::Nothing);
            }
            // Tried once; whatever cannot be mapped is read.
            self.access = FileAccess::Read;
            if let Some(map) = self.input.map().filter(|map| is_plain(map)) {
                self.buffer = Buffer::mapped(map);
            }
        }
        if let Some(n) = self.buffer.mapped_room(self.input.read_size()) {
            self.input.mapped(n);
            return Ok(if n == 0 { Got::End } else { Got::Bytes(n) });
        }
        let room = self.buffer.room(need, self.input.read_size())?;
        match &mut self.unpacker {
            None => self.input.read(room, wait),
            Some(unpacker) => unpacker.read(&mut self.input, room, wait),
        }
    }

    /// The verdict on a file that ends here.
    fn end(&self) -> Result<()> {
        match &self.state {
            State::Pcap(pcap) => pcap.end(&self.buffer),
            State::Pcapng(pcapng) => pcapng.end(&self.buffer),
            State::Over => Ok(()),
            State::New => {
                let start = self.buffer.unread();
                if start.first_chunk().is_some_and(|m| recognise::recognise(*m).is_some()) {
                    let (need, there) = (Pcap::header_length() as u64, start.len() as u64);
                    return Err(step::ends_inside("the file header", 0, need, there));
                }
                Err(recognise::refuse(start))
            }
        }
    }
}

/// Whether a file is a capture as it lies there.
fn is_plain(file: &[u8]) -> bool {
    file.first_chunk().is_some_and(|magic| recognise::recognise(*magic).is_some())
}

impl Source for FileSource {
    const LIVE: bool = false;

    fn refill(&mut self, waker: &Waker, timeout: Option<Duration>) -> Result<Refill> {
        if let State::Over = self.state {
            return Ok(Refill::End);
        }
        let found = self.advance(&Wait::new(waker, timeout));
        if matches!(found, Err(_) | Ok(Refill::End)) {
            self.state = State::Over;
        }
        found
    }

    /// `None` too where the file is damaged: the refill that follows says how.
    #[inline]
    fn next_frame(&mut self) -> Option<Frame<'_>> {
        match &mut self.state {
            State::Pcap(pcap) => pcap.next(&mut self.buffer),
            State::Pcapng(pcapng) => pcapng.next(&mut self.buffer),
            State::New | State::Over => None,
        }
    }

    #[inline(always)]
    fn frames(&mut self, taker: &mut impl Taker) -> bool {
        match &mut self.state {
            State::Pcap(pcap) => pcap.frames(&mut self.buffer, taker),
            State::Pcapng(pcapng) => pcapng.frames(&mut self.buffer, taker),
            State::New | State::Over => true,
        }
    }

    fn watchable(&self) -> Watchable {
        match self.input.stream() {
            Some(fd) => Watchable::Descriptors([fd, -1]),
            None => Watchable::Always,
        }
    }

    fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSource").field("bytes_read", &self.bytes_read()).finish_non_exhaustive()
    }
}
