//! All that a source says of a capture.

use ipmon::decode::{decode, decode_common};
use ipmon::error::Kind;
use ipmon::source::file::FileSource;
use ipmon::source::{Frame, Refill, Source, Taker};
use ipmon::sys::wake::Waker;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Frames that were decoded the fast way, and as the general decoder does.
pub(crate) static COMMON: AtomicU64 = AtomicU64::new(0);

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
    /// Reads a source to its end, frame by frame or in its own loop.
    pub(crate) fn of(mut source: FileSource, one_by_one: bool) -> Self {
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
            if one_by_one {
                while let Some(frame) = source.next_frame() {
                    found.take(frame);
                }
            } else {
                while !source.frames(&mut found) {}
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

impl Taker for Transcript {
    /// Every third frame is the last for now.
    fn take(&mut self, frame: Frame<'_>) -> bool {
        self.frames += 1;
        self.starts.push(self.bytes.len());
        let out = &mut self.bytes;
        out.extend(frame.timestamp_ns.to_le_bytes());
        out.extend(frame.wire_length.to_le_bytes());
        out.extend(frame.link_type.0.to_le_bytes());
        out.extend(frame.interface.to_le_bytes());
        out.extend(frame.notes.to_le_bytes());
        out.push(frame.direction as u8);
        out.extend(frame.bytes.len().to_le_bytes());
        out.extend_from_slice(frame.bytes);
        // The fast way gives the general decoder's answer, or none.
        if let Some(common) = decode_common(&frame) {
            assert_eq!(Ok(common.headers()), decode(&frame), "frame {}", self.frames);
            COMMON.fetch_add(1, Relaxed);
        }
        !self.frames.is_multiple_of(3)
    }

    fn taken(&self) -> u64 {
        self.frames
    }
}
