//! All that a source says of a capture.

use ipmon::error::Kind;
use ipmon::source::file::FileSource;
use ipmon::source::{Refill, Source};
use ipmon::sys::wake::Waker;

/// Every field of every frame as bytes, and the error at the end.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) frames: u64,
    /// Where each frame's bytes begin in `bytes`.
    starts: Vec<usize>,
    bytes: Vec<u8>,
    pub(crate) end: Option<(Kind, Option<u64>, String)>,
}

impl Transcript {
    /// Reads a source to its end.
    pub(crate) fn of(mut source: FileSource) -> Self {
        let waker = Waker::new().unwrap();
        let mut found = Transcript { frames: 0, starts: Vec::new(), bytes: Vec::new(), end: None };
        loop {
            match source.refill(&waker, None) {
                Ok(Refill::Ready) => {}
                Ok(Refill::End) => break,
                Ok(Refill::Nothing) => unreachable!("nobody set the waker, and time is unlimited"),
                Err(e) => {
                    found.end = Some((e.kind, e.offset, e.text));
                    break;
                }
            }
            while let Some(frame) = source.next_frame() {
                found.frames += 1;
                found.starts.push(found.bytes.len());
                let out = &mut found.bytes;
                out.extend(frame.timestamp_ns.to_le_bytes());
                out.extend(frame.wire_length.to_le_bytes());
                out.extend(frame.link_type.0.to_le_bytes());
                out.extend(frame.interface.to_le_bytes());
                out.extend(frame.notes.to_le_bytes());
                out.push(frame.direction as u8);
                out.extend(frame.bytes.len().to_le_bytes());
                out.extend_from_slice(frame.bytes);
            }
        }
        found
    }

    /// Where `other` says something else, if it does.
    pub(crate) fn difference(&self, other: &Transcript) -> Option<String> {
        if self == other {
            return None;
        }
        let frame = (0..self.starts.len().max(other.starts.len()))
            .find(|&n| self.frame(n) != other.frame(n));
        Some(match frame {
            Some(n) => format!(
                "frame {} is another ({} frames, expected {})",
                n + 1,
                other.frames,
                self.frames
            ),
            None => format!("the end is {:?}, expected {:?}", other.end, self.end),
        })
    }

    fn frame(&self, number: usize) -> Option<&[u8]> {
        let start = *self.starts.get(number)?;
        let end = self.starts.get(number + 1).copied().unwrap_or(self.bytes.len());
        self.bytes.get(start..end)
    }
}
