//! Promises about whole files, on files that are written here.

mod compressed;
mod damage;
mod limits;
mod opening;
mod pcap;
mod pcapng;
mod waiting;

use super::FileSource;
use crate::error::Error;
use crate::source::{Direction, Refill, Source};
use crate::sys::wake::Waker;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A frame that outlives its source's buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    bytes: Vec<u8>,
    wire_length: u32,
    timestamp_ns: i64,
    link_type: u32,
    interface: u32,
    direction: Direction,
    notes: u32,
}

/// The read sizes whose frames must be the same.
const READ_SIZES: [usize; 3] = [1, 7, 128 * 1024];

/// All frames of a source, and how it ended.
fn drain(source: &mut FileSource) -> (Vec<Owned>, Result<(), Error>) {
    let waker = Waker::new().unwrap();
    let mut frames = Vec::new();
    let end = loop {
        match source.refill(&waker, None) {
            Ok(Refill::Ready) => {}
            Ok(Refill::End) => break Ok(()),
            Ok(Refill::Nothing) => panic!("nobody set the waker"),
            Err(e) => break Err(e),
        }
        let before = frames.len();
        while let Some(f) = source.next_frame() {
            frames.push(Owned {
                bytes: f.bytes.to_vec(),
                wire_length: f.wire_length,
                timestamp_ns: f.timestamp_ns,
                link_type: f.link_type.0,
                interface: f.interface,
                direction: f.direction,
                notes: f.notes,
            });
        }
        assert!(frames.len() > before, "a batch without a frame");
    };
    // An end and an error are reported once, and nothing comes behind them.
    assert!(source.next_frame().is_none());
    assert_eq!(source.refill(&waker, None), Ok(Refill::End));
    assert!(source.next_frame().is_none());
    (frames, end)
}

/// Reads a file at every read size, which must make no difference.
fn read(file: &[u8]) -> (Vec<Owned>, Result<(), Error>) {
    let mut results = READ_SIZES.map(|size| {
        drain(&mut FileSource::from_bytes(file.to_vec()).unwrap().with_read_size(size))
    });
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
    std::mem::replace(&mut results[0], (Vec::new(), Ok(())))
}

/// The frames of a file that is right.
fn frames(file: &[u8]) -> Vec<Owned> {
    let (frames, end) = read(file);
    assert_eq!(end, Ok(()));
    frames
}

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ipmon-file-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn fifo(&self) -> PathBuf {
        let path = self.0.join("fifo");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.join("file");
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
