use super::super::FileSource;
use super::super::testing::{Endian, PcapWriter, PcapngWriter};
use super::{Folder, drain};
use crate::error::Kind;
use crate::source::{Refill, Source};
use crate::sys::wake::Waker;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(30);
const LONG: Duration = Duration::from_secs(20);

fn capture() -> Vec<u8> {
    PcapWriter::new(Endian::Big).frame(1, 0, b"one").frame(2, 0, b"two").bytes()
}

fn writer(path: &Path) -> std::fs::File {
    OpenOptions::new().write(true).open(path).unwrap()
}

#[test]
fn a_fifo_without_a_writer_opens_at_once_and_is_no_empty_file() {
    let folder = Folder::new();
    let path = folder.fifo();
    let start = Instant::now();
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    let waker = Waker::new().unwrap();
    assert_eq!(source.refill(&waker, Some(Duration::ZERO)), Ok(Refill::Nothing));
    assert_eq!(source.refill(&waker, Some(SHORT)), Ok(Refill::Nothing));
    assert!(start.elapsed() >= SHORT && start.elapsed() < LONG);
    let late = thread::spawn(move || writer(&path).write_all(&capture()).unwrap());
    let (found, end) = drain(&mut source);
    assert_eq!((found.len(), end), (2, Ok(())));
    late.join().unwrap();
}

#[test]
fn a_fifo_that_a_writer_closes_empty_is_an_empty_file() {
    let folder = Folder::new();
    let path = folder.fifo();
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    drop(writer(&path));
    assert_eq!(drain(&mut source).1.unwrap_err().kind, Kind::NotACapture);
}

#[test]
fn a_frame_is_handed_out_before_the_next_one_is_written() {
    let folder = Folder::new();
    let path = folder.fifo();
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    let mut pipe = writer(&path);
    let waker = Waker::new().unwrap();
    let file = capture();
    // The first record whole, the second without its last byte.
    pipe.write_all(&file[..file.len() - 1]).unwrap();
    assert_eq!(source.refill(&waker, None), Ok(Refill::Ready));
    assert_eq!(source.next_frame().unwrap().bytes, b"one");
    assert!(source.next_frame().is_none());
    assert_eq!(source.refill(&waker, Some(SHORT)), Ok(Refill::Nothing));
    assert!(source.next_frame().is_none());
    pipe.write_all(&file[file.len() - 1..]).unwrap();
    assert_eq!(source.refill(&waker, None), Ok(Refill::Ready));
    assert_eq!(source.next_frame().unwrap().bytes, b"two");
    assert_eq!(source.refill(&waker, Some(Duration::ZERO)), Ok(Refill::Nothing));
    drop(pipe);
    assert_eq!(source.refill(&waker, None), Ok(Refill::End));
}

#[test]
fn the_waker_ends_a_wait_and_reading_goes_on_after_it() {
    let folder = Folder::new();
    let path = folder.fifo();
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    let waker = Arc::new(Waker::new().unwrap());
    let other = Arc::clone(&waker);
    let start = Instant::now();
    let setter = thread::spawn(move || {
        thread::sleep(SHORT);
        other.set();
    });
    assert_eq!(source.refill(&waker, Some(LONG)), Ok(Refill::Nothing));
    assert!(start.elapsed() < LONG);
    setter.join().unwrap();
    waker.clear();
    writer(&path).write_all(&capture()).unwrap();
    let (found, end) = drain(&mut source);
    assert_eq!((found.len(), end), (2, Ok(())));
}

#[test]
fn the_waker_ends_a_block_without_end() {
    // A block of 4 GiB from a writer that never pauses: no frame ever comes.
    let folder = Folder::new();
    let path = folder.fifo();
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    let waker = Arc::new(Waker::new().unwrap());
    let mut pipe = writer(&path);
    let flood = thread::spawn(move || {
        let mut start = PcapngWriter::new(Endian::Little);
        start.block(77, b"");
        let at = start.file.len() - 8;
        start.file[at..at + 4].copy_from_slice(&0xffff_fffcu32.to_le_bytes());
        pipe.write_all(&start.file).unwrap();
        while pipe.write_all(&[0; 65_536]).is_ok() {}
    });
    assert_eq!(source.refill(&waker, Some(SHORT)), Ok(Refill::Nothing));
    let other = Arc::clone(&waker);
    let setter = thread::spawn(move || {
        thread::sleep(SHORT);
        other.set();
    });
    let start = Instant::now();
    assert_eq!(source.refill(&waker, None), Ok(Refill::Nothing));
    assert!(start.elapsed() < LONG);
    drop(source);
    setter.join().unwrap();
    flood.join().unwrap();
}

#[test]
fn a_look_at_a_regular_file_reads_it() {
    let folder = Folder::new();
    let mut source = FileSource::open(folder.file(&capture()).as_os_str()).unwrap();
    let waker = Waker::new().unwrap();
    assert_eq!(source.refill(&waker, Some(Duration::ZERO)), Ok(Refill::Ready));
    // A time-out that no clock reaches is none.
    while source.next_frame().is_some() {}
    assert_eq!(source.refill(&waker, Some(Duration::MAX)), Ok(Refill::End));
}
