//! What went wrong, for people and for programs.

use std::fmt;

/// The kind of a failure; the C boundary maps each to one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An argument has a value that means nothing here.
    BadArgument,
    /// The monitor does something else at the moment.
    Busy,
    /// The call cannot wait here; what it asked for happens soon.
    Pending,
    /// A stop, a free or an interrupt ended the call.
    Interrupted,
    /// The time that the caller gave is over.
    Timeout,
    /// There are no more packets.
    End,
    /// Not enough memory.
    NoMemory,
    /// The operating system refuses this to this user.
    NoPermission,
    /// No interface of that name, or none has that address.
    NoDevice,
    /// The interface is down.
    DeviceDown,
    /// The interface went away during the capture.
    DeviceGone,
    /// libpcap is needed and not installed.
    NoLibpcap,
    /// The filter expression is wrong.
    BadFilter,
    /// The filter expression is longer or larger than the limits.
    FilterTooComplex,
    /// The file does not exist.
    NotFound,
    /// Reading failed.
    Io,
    /// The file is no capture file.
    NotACapture,
    /// The capture file ends in the middle of a record.
    Truncated,
    /// The capture file contradicts its format.
    Malformed,
    /// The capture file is of a version that is not read, or goes beyond a limit; the
    /// interface cannot do what an option asks of it.
    Unsupported,
    /// A bug in this library, caught.
    Panic,
    /// The operating system failed in a way that has no kind of its own.
    System,
}

/// One failure: its kind, what the operating system said, where, and one line
/// of text that says what happened and, where there is one, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind.
    pub kind: Kind,
    /// The operating system's error number, 0 where it had none.
    pub errno: i32,
    /// The byte offset in the file, where one is known; in a compressed file
    /// it counts the decompressed bytes.
    pub offset: Option<u64>,
    /// One line, without a full stop at its end.
    pub text: String,
}

/// The result of what can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A failure that the operating system has no part in.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Error { kind, errno: 0, offset: None, text: text.into() }
    }

    /// A failure at a byte offset of a capture file.
    pub fn at(kind: Kind, offset: u64, text: impl Into<String>) -> Self {
        Error { kind, errno: 0, offset: Some(offset), text: text.into() }
    }

    /// A failed system call: `what` was tried, and `errno` is why it failed.
    pub fn os(kind: Kind, errno: i32, what: impl fmt::Display) -> Self {
        let why = std::io::Error::from_raw_os_error(errno).to_string();
        // The number has a field of its own.
        let why = why.split(" (os error").next().unwrap_or_default();
        Error { kind, errno, offset: None, text: format!("{what}: {why}") }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}
