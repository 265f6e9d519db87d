//! Whatever form a capture comes in, and in whatever pieces it is read, its
//! frames and its end are the same.
//!
//! Every capture is read from a path, mapped, through a pipe, and compressed
//! again with gzip and zstd, at read sizes of 1 byte, 7 bytes and 128 KiB. What the first
//! reading told is what all others must tell, byte for byte. On the way, what is
//! decoded the fast way is decoded as the general decoder does it, too.
//!
//! The captures are those in the folder that `IPMON_CAPTURES` names, those in
//! `tests/data`, and those that [`own`] writes, which are always there.
#![allow(clippy::unwrap_used, reason = "a test may fail where its own tools do")]

mod origin;
mod own;
mod packing;
#[path = "../../src/source/file/testing.rs"]
mod testing;
mod transcript;

use origin::Origin;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use transcript::Transcript;

/// How much one read() asks for. What the first one tells is expected of the
/// others.
const READ_SIZES: [usize; 3] = [128 * 1024, 7, 1];

/// Each read() costs two or three calls into the kernel, so that reading all
/// captures byte by byte in every form takes minutes. Those that are longer than
/// this are read so from a path only, unless `IPMON_EVERY_BYTE` is set.
const BYTE_BY_BYTE: usize = 64 * 1024;

/// The form that is read first.
const AS_IT_IS: &str = "as it is";

/// A capture: a file as it lies there, or bytes that a test wrote.
enum Capture {
    File(PathBuf),
    Own(String, Vec<u8>),
}

impl Capture {
    fn name(&self) -> String {
        match self {
            Capture::File(path) => path.file_name().unwrap().to_string_lossy().into_owned(),
            Capture::Own(name, _) => name.clone(),
        }
    }

    fn size(&self) -> u64 {
        match self {
            Capture::File(path) => std::fs::metadata(path).unwrap().len(),
            Capture::Own(_, bytes) => bytes.len() as u64,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Capture::File(path) => std::fs::read(path).unwrap(),
            Capture::Own(_, bytes) => bytes.clone(),
        }
    }
}

/// What all captures gave.
#[derive(Default)]
struct Tally {
    equal: AtomicU64,
    frames: AtomicU64,
    ends: AtomicU64,
    readings: AtomicU64,
    left_out: AtomicU64,
    different: Mutex<Vec<String>>,
}

fn files_in(folder: &Path) -> Vec<Capture> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(Capture::File).collect()
}

/// Where each thread keeps the forms of the capture that it reads.
struct Folder(PathBuf);

impl Folder {
    fn new(number: usize) -> Self {
        let name = format!("ipmon-forms-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    /// The same name each time: the form before is not needed any more.
    fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.join("form");
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Reads one capture in every form at every size.
fn read_all(capture: &Capture, folder: &Folder, tally: &Tally) {
    let bytes = capture.bytes();
    let plain = packing::plain(&bytes);
    let mut equal = true;
    let every = plain.len() <= BYTE_BY_BYTE || std::env::var_os("IPMON_EVERY_BYTE").is_some();
    let mut expected = None;
    let mut compare = |form: &str, origin: &Origin| {
        for size in READ_SIZES {
            if size == 1 && !every && form != AS_IT_IS {
                tally.left_out.fetch_add(1, Relaxed);
                continue;
            }
            let found = origin.read(size);
            tally.readings.fetch_add(1, Relaxed);
            let expected: &Transcript = expected.get_or_insert_with(|| found.clone());
            if let Some(difference) = expected.difference(&found) {
                equal = false;
                let text = format!("{}, {form}, {size} a read: {difference}", capture.name());
                tally.different.lock().unwrap().push(text);
            }
        }
    };
    compare(AS_IT_IS, &Origin::Path(folder.write(&bytes)));
    if plain != bytes {
        compare("plain", &Origin::Path(folder.write(&plain)));
    }
    compare("mapped", &Origin::Mapped(folder.write(&bytes)));
    compare("pipe", &Origin::Pipe(&plain));
    compare("gzip", &Origin::Path(folder.write(&packing::gzip(&plain))));
    compare("zstd", &Origin::Path(folder.write(&packing::zstd(&plain))));
    compare("gzip members through a pipe", &Origin::Pipe(&packing::pieces(&plain, packing::gzip)));
    compare("zstd frames through a pipe", &Origin::Pipe(&packing::pieces(&plain, packing::zstd)));

    let expected = expected.unwrap();
    tally.equal.fetch_add(u64::from(equal), Relaxed);
    tally.frames.fetch_add(expected.frames, Relaxed);
    tally.ends.fetch_add(u64::from(expected.end.is_some()), Relaxed);
}

#[test]
fn every_capture_reads_the_same_in_every_form_and_at_every_size() {
    let own = own::captures();
    let own_count = own.len();
    let mut captures: Vec<_> =
        own.into_iter().map(|(name, bytes)| Capture::Own(name, bytes)).collect();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    if data.is_dir() {
        captures.extend(files_in(&data));
    }
    if let Some(folder) = std::env::var_os("IPMON_CAPTURES") {
        let found = files_in(Path::new(&folder));
        assert!(!found.is_empty(), "no captures in {}", folder.display());
        captures.extend(found);
    }
    // The longest first, so that no thread is left with one at the end.
    captures.sort_by_key(|capture| std::cmp::Reverse(capture.size()));

    let (tally, next) = (Tally::default(), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for number in 0..threads {
            let (captures, tally, next) = (&captures, &tally, &next);
            scope.spawn(move || {
                let folder = Folder::new(number);
                while let Some(capture) = captures.get(next.fetch_add(1, Relaxed)) {
                    read_all(capture, &folder, tally);
                }
            });
        }
    });

    let different = tally.different.into_inner().unwrap();
    for text in different.iter().take(20) {
        println!("DIFFERENT {text}");
    }
    let (all, equal) = (captures.len() as u64, tally.equal.into_inner());
    println!(
        "forms: captures equal {equal} different {}; {own_count} of them written here, {} frames, \
         {} errors at the end; {} readings, {} left out (byte by byte of more than {BYTE_BY_BYTE} \
         bytes, but from a path); {} frames decoded both ways",
        all - equal,
        tally.frames.into_inner(),
        tally.ends.into_inner(),
        tally.readings.into_inner(),
        tally.left_out.into_inner(),
        transcript::COMMON.load(Relaxed),
    );
    assert!(transcript::COMMON.load(Relaxed) > 0);
    assert!(different.is_empty() && equal == all);
}
