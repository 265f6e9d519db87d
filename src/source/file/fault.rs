//! What can be wrong with a block, and how that is told.

use super::pcapng::{MAX_BLOCK, MAX_INTERFACES};
use crate::error::Kind;

/// Why a block cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Shorter than the fixed part of its type.
    Short {
        least: usize,
    },
    /// The two lengths differ.
    Trailer {
        total: u32,
        trailer: u32,
    },
    /// A section header without the byte-order magic.
    ByteOrder,
    Version {
        major: u16,
        minor: u16,
    },
    /// A packet of an interface that the section does not describe.
    Interface {
        number: u32,
        known: usize,
    },
    /// A packet longer than its block.
    Captured {
        captured: u32,
        room: usize,
    },
    /// Longer than [`MAX_BLOCK`].
    Long,
    TooManyInterfaces,
    NoMemory,
}

/// A block, or what is wrong with it; the text is made at the end, once.
pub(super) type Checked<T> = std::result::Result<T, Fault>;

impl Fault {
    /// The status, and the text behind the block's name and place.
    pub(super) fn explain(self) -> (Kind, String) {
        match self {
            Fault::Short { least } => {
                (Kind::Malformed, format!("is shorter than the {least} bytes that it needs"))
            }
            Fault::Trailer { total, trailer } => (
                Kind::Malformed,
                format!("has a length of {total} bytes at its start and of {trailer} at its end"),
            ),
            Fault::ByteOrder => (Kind::Malformed, "has no byte-order magic".to_owned()),
            Fault::Version { major, minor } => {
                (Kind::Unsupported, format!("is of version {major}.{minor}, and 1 is read"))
            }
            Fault::Interface { number, known } => (
                Kind::Malformed,
                format!("is of interface {number}, and the section has described {known}"),
            ),
            Fault::Captured { captured, room } => (
                Kind::Malformed,
                format!("announces {captured} captured bytes and has room for {room}"),
            ),
            Fault::Long => {
                (Kind::Unsupported, format!("is longer than the {MAX_BLOCK} bytes that are read"))
            }
            Fault::TooManyInterfaces => (
                Kind::Unsupported,
                format!(
                    "is one interface more than the {MAX_INTERFACES} of a section that are read"
                ),
            ),
            Fault::NoMemory => (Kind::NoMemory, "finds no memory for its interface".to_owned()),
        }
    }
}
