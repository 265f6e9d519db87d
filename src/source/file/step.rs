//! What the format readers say to the loop that feeds them.

use crate::error::{Error, Kind};

/// What lies at the front of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A frame, wholly there.
    Ready,
    /// Something that takes this many bytes, of which some are missing.
    Need(usize),
}

/// The file ended in the middle of `what`, which begins at `offset`.
pub(super) fn ends_inside(what: &str, offset: u64, announced: u64, there: u64) -> Error {
    let text = format!(
        "capture ends inside {what} at byte offset {offset}: {announced} bytes announced, {there} \
         there"
    );
    Error::at(Kind::Truncated, offset, text)
}
