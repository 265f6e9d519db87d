//! Where a form of a capture is read from.

use crate::transcript::Transcript;
use ipmon::options::FileAccess;
use ipmon::source::file::FileSource;
use std::ffi::OsString;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

/// A file that is read or mapped, or bytes that another thread writes into a pipe meanwhile.
pub(crate) enum Origin<'a> {
    Path(PathBuf),
    Mapped(PathBuf),
    Pipe(&'a [u8]),
}

impl Origin<'_> {
    /// Reads it to its end, `size` bytes at once.
    pub(crate) fn read(&self, size: usize) -> Transcript {
        match self {
            Origin::Path(path) => {
                let source = FileSource::open(path.as_os_str()).unwrap();
                Transcript::of(source.with_read_size(size), false)
            }
            Origin::Mapped(path) => {
                let source = FileSource::open(path.as_os_str()).unwrap();
                let source = source.with_access(FileAccess::Map).with_read_size(size);
                Transcript::of(source, false)
            }
            Origin::Pipe(bytes) => through_a_pipe(bytes, size),
        }
    }
}

fn through_a_pipe(bytes: &[u8], size: usize) -> Transcript {
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::thread::scope(|scope| {
        // Where the capture is damaged the reader leaves early, and the rest
        // finds nobody.
        scope.spawn(move || writer.write_all(bytes));
        let path = OsString::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
        let source = FileSource::open(&path).unwrap();
        // Or the writer would wait for ever.
        drop(reader);
        Transcript::of(source.with_read_size(size), true)
    })
}
