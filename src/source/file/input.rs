//! The bytes of a file as they come: from a descriptor or from memory.

use crate::error::{Error, Kind, Result};
use crate::source::file::buffer::READ_SIZE;
use crate::sys::file::{self, FileType};
use crate::sys::mapping::Mapping;
use crate::sys::wake::Waker;
use std::ffi::{OsStr, OsString};
use std::io::Stdin;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

/// How often a file is tried whose lease somebody holds: an open that waits
/// for it could not be ended.
const TRY: Duration = Duration::from_millis(10);

/// What a read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Got {
    /// So many bytes, at least one.
    Bytes(usize),
    /// The waker was set, or the time is over.
    Nothing,
    /// The end of the file.
    End,
}

/// How long, and until whose call, a read may wait.
pub(super) struct Wait<'a> {
    waker: &'a Waker,
    end: Option<Instant>,
}

impl<'a> Wait<'a> {
    /// A time-out beyond what the clock can count is none.
    pub(super) fn new(waker: &'a Waker, timeout: Option<Duration>) -> Self {
        Wait { waker, end: timeout.and_then(|t| Instant::now().checked_add(t)) }
    }

    fn left(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// Whether the waker is set or the time is over.
    pub(super) fn is_over(&self) -> Result<bool> {
        let woken = self.waker.wait(self.waker.as_raw_fd(), Some(Duration::ZERO))?;
        Ok(woken || self.left() == Some(Duration::ZERO))
    }
}

/// Where the bytes come from.
enum Origin {
    File(OwnedFd),
    /// Not open yet: somebody has to give up a lease on it.
    Leased(OsString),
    /// Borrowed from the program: neither closed nor changed.
    Standard(Stdin),
    Memory {
        bytes: Vec<u8>,
        position: usize,
    },
}

/// A file that is being read.
pub(super) struct Input {
    origin: Origin,
    /// Whether a read may have to wait for somebody.
    waits: bool,
    /// For error texts: quoted, in one line whatever the name holds.
    name: String,
    read_size: usize,
    bytes_read: u64,
}

impl Input {
    /// Opens `path`; "-" is standard input. Nothing is read and nobody waited
    /// for yet.
    pub(super) fn open(path: &OsStr) -> Result<Self> {
        let (origin, name) = if path == "-" {
            (Origin::Standard(std::io::stdin()), "standard input".to_owned())
        } else {
            let name = format!("{path:?}");
            match file::open(path) {
                Ok(fd) => (Origin::File(fd), name),
                Err(libc::EWOULDBLOCK) => (Origin::Leased(path.to_owned()), name),
                Err(errno) => return Err(unopened(&name, errno)),
            }
        };
        let mut input = Input { origin, waits: true, name, read_size: READ_SIZE, bytes_read: 0 };
        input.look()?;
        Ok(input)
    }

    /// Looks at what was opened.
    fn look(&mut self) -> Result<()> {
        let Some(fd) = self.descriptor() else { return Ok(()) };
        match file::file_type(fd).map_err(|errno| self.failure(errno))? {
            FileType::Directory => return Err(self.failure(libc::EISDIR)),
            FileType::Regular => self.waits = false,
            FileType::Stream => {}
        }
        Ok(())
    }

    /// Waits for the file to be given up; false when the waker or the time-out
    /// ended that.
    pub(super) fn opened(&mut self, wait: &Wait<'_>) -> Result<bool> {
        while let Origin::Leased(path) = &self.origin {
            match file::open(path) {
                Ok(fd) => {
                    self.origin = Origin::File(fd);
                    self.look()?;
                }
                Err(libc::EWOULDBLOCK) => {
                    if wait.is_over()? {
                        return Ok(false);
                    }
                    let left = wait.left().map_or(TRY, |left| left.min(TRY));
                    wait.waker.wait_until_set(Some(left))?;
                }
                Err(errno) => return Err(unopened(&self.name, errno)),
            }
        }
        Ok(true)
    }

    /// A file that lies in memory.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Self {
        Input {
            origin: Origin::Memory { bytes, position: 0 },
            waits: false,
            name: "memory".to_owned(),
            read_size: READ_SIZE,
            bytes_read: 0,
        }
    }

    /// The file as it lies on a disk, mapped. `None` for all that cannot be,
    /// and is read instead: pipes, devices, standard input, which may be in the
    /// middle of its file, what is empty or does not say its length, and where
    /// the operating system refuses.
    pub(super) fn map(&self) -> Option<Mapping> {
        let Origin::File(fd) = &self.origin else { return None };
        if self.waits {
            return None;
        }
        Mapping::new(fd.as_fd(), file::length(fd.as_fd()).ok()?).ok()
    }

    /// Counts bytes that came from the mapping.
    pub(super) fn mapped(&mut self, bytes: usize) {
        self.bytes_read += bytes as u64;
    }

    pub(super) fn set_read_size(&mut self, bytes: usize) {
        self.read_size = bytes.clamp(1, READ_SIZE);
    }

    /// How much one read asks for.
    pub(super) fn read_size(&self) -> usize {
        self.read_size
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Reads what comes next into `room`, which is not empty.
    pub(super) fn read(&mut self, room: &mut [u8], wait: &Wait<'_>) -> Result<Got> {
        if !self.opened(wait)? {
            return Ok(Got::Nothing);
        }
        let piece = room.len().min(self.read_size);
        let room = &mut room[..piece];
        let n = match &mut self.origin {
            Origin::Memory { bytes, position } => {
                let rest = &bytes[*position..];
                let n = rest.len().min(room.len());
                room[..n].copy_from_slice(&rest[..n]);
                *position += n;
                n
            }
            _ => match self.read_descriptor(room, wait)? {
                Some(n) => n,
                None => return Ok(Got::Nothing),
            },
        };
        self.bytes_read += n as u64;
        Ok(if n == 0 { Got::End } else { Got::Bytes(n) })
    }

    /// `None` when the waker or the time-out ended the wait.
    fn read_descriptor(&self, room: &mut [u8], wait: &Wait<'_>) -> Result<Option<usize>> {
        let Some(fd) = self.descriptor() else {
            return Ok(Some(0));
        };
        let mut first = true;
        loop {
            // A FIFO that no writer ever opened reads as ended; poll waits for
            // the writer.
            if self.waits && !wait.waker.wait(fd.as_raw_fd(), wait.left())? {
                return Ok(None);
            }
            // Where another reader is faster each time, poll alone would never
            // let go.
            if !first && wait.is_over()? {
                return Ok(None);
            }
            first = false;
            match file::read(fd, room) {
                Ok(n) => return Ok(Some(n)),
                Err(libc::EAGAIN) if self.waits => {}
                Err(errno) => return Err(self.failure(errno)),
            }
        }
    }

    /// What is readable when something came, where that has to be waited for.
    pub(super) fn stream(&self) -> Option<RawFd> {
        self.descriptor().filter(|_| self.waits).map(|fd| fd.as_raw_fd())
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        match &self.origin {
            Origin::File(fd) => Some(fd.as_fd()),
            Origin::Standard(stdin) => Some(stdin.as_fd()),
            Origin::Leased(_) | Origin::Memory { .. } => None,
        }
    }

    fn failure(&self, errno: i32) -> Error {
        let mut error = Error::os(
            Kind::Io,
            errno,
            format_args!("cannot read {} at byte offset {}", self.name, self.bytes_read),
        );
        error.offset = Some(self.bytes_read);
        error
    }
}

fn unopened(name: &str, errno: i32) -> Error {
    Error::os(kind(errno), errno, format_args!("cannot open {name}"))
}

fn kind(errno: i32) -> Kind {
    match errno {
        libc::ENOENT | libc::ENOTDIR => Kind::NotFound,
        libc::EACCES | libc::EPERM => Kind::NoPermission,
        libc::ENOMEM => Kind::NoMemory,
        _ => Kind::Io,
    }
}
