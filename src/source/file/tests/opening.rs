use super::super::FileSource;
use super::super::testing::{Endian, PcapWriter};
use super::{Folder, drain};
use crate::error::Kind;
use crate::source::Source;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

fn capture() -> Vec<u8> {
    PcapWriter::new(Endian::Little).frame(1, 0, b"one").frame(2, 0, b"two").bytes()
}

fn refused(path: &Path) -> (Kind, i32) {
    let error = FileSource::open(path.as_os_str()).unwrap_err();
    assert!(!error.text.contains('\n'), "{error}");
    (error.kind, error.errno)
}

#[test]
fn a_file_is_read_whatever_bytes_its_name_has() {
    let folder = Folder::new();
    let path = folder.0.join(OsStr::from_bytes(b"\xff\n .gz"));
    std::fs::write(&path, capture()).unwrap();
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    let (found, end) = drain(&mut source);
    assert_eq!((found.len(), end), (2, Ok(())));
    assert_eq!(source.bytes_read(), capture().len() as u64);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = Folder::new();
    assert_eq!(refused(&folder.0), (Kind::Io, libc::EISDIR));
    assert_eq!(refused(&folder.0.join("missing")), (Kind::NotFound, libc::ENOENT));
    assert_eq!(refused(Path::new("")), (Kind::NotFound, libc::ENOENT));
    assert_eq!(refused(&folder.file(b"").join("below")), (Kind::NotFound, libc::ENOTDIR));
    assert_eq!(refused(Path::new(&"x".repeat(5000))), (Kind::Io, libc::ENAMETOOLONG));
    assert_eq!(refused(Path::new("a\0b")), (Kind::Io, libc::EINVAL));
    let link = folder.0.join("loop");
    std::os::unix::fs::symlink(&link, &link).unwrap();
    assert_eq!(refused(&link), (Kind::Io, libc::ELOOP));
}

#[test]
fn a_file_that_this_user_may_not_read_is_no_permission() {
    let folder = Folder::new();
    let path = folder.file(&capture());
    let mut mode = std::fs::metadata(&path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0);
    std::fs::set_permissions(&path, mode).unwrap();
    // The superuser reads everything.
    if std::fs::File::open(&path).is_err() {
        assert_eq!(refused(&path), (Kind::NoPermission, libc::EACCES));
    }
}

#[test]
fn a_device_without_end_is_no_capture() {
    let error = drain(&mut FileSource::open("/dev/zero".as_ref()).unwrap()).1.unwrap_err();
    assert_eq!(error.kind, Kind::NotACapture);
}

#[test]
fn a_read_that_fails_is_an_io_error_with_its_offset() {
    // Page 0 of a process is not mapped.
    let error = drain(&mut FileSource::open("/proc/self/mem".as_ref()).unwrap()).1.unwrap_err();
    assert_eq!((error.kind, error.errno, error.offset), (Kind::Io, libc::EIO, Some(0)));
}

#[test]
fn no_descriptor_stays_open() {
    let folder = Folder::new();
    let path = folder.file(&capture());
    let open = || {
        let entries = std::fs::read_dir("/proc/self/fd").unwrap();
        entries
            .filter_map(|e| std::fs::read_link(e.unwrap().path()).ok())
            .filter(|p| *p == path)
            .count()
    };
    let mut source = FileSource::open(path.as_os_str()).unwrap();
    assert_eq!(drain(&mut source).1, Ok(()));
    assert_eq!(open(), 1);
    drop(source);
    assert_eq!(open(), 0);
}

/// What the kernel says of descriptor 0: its flags and its position.
fn standard_input() -> (String, String) {
    let info = std::fs::read_to_string("/proc/self/fdinfo/0").unwrap();
    let line = |name| info.lines().find(|l| l.starts_with(name)).unwrap().to_owned();
    (line("flags:"), line("pos:"))
}

/// Runs in a process of its own, as [`in_child`] starts it.
#[test]
#[ignore = "needs a capture of two frames on standard input"]
fn child_reads_standard_input() {
    let (flags, _) = standard_input();
    let mut source = FileSource::open("-".as_ref()).unwrap();
    let (found, end) = drain(&mut source);
    assert_eq!((found.len(), end), (2, Ok(())));
    assert_eq!(standard_input().0, flags);
    drop(source);
    assert_eq!(standard_input().0, flags);
}

fn in_child(stdin: Stdio) -> std::process::Child {
    let name = "source::file::tests::opening::child_reads_standard_input";
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "--ignored", name]).stdin(stdin).stdout(Stdio::piped());
    child.spawn().unwrap()
}

fn passed(child: std::process::Child) {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn standard_input_is_read_and_left_as_it_was() {
    use std::io::{Seek, Write};
    let mut child = in_child(Stdio::piped());
    let mut pipe = child.stdin.take().unwrap();
    for piece in capture().chunks(10) {
        pipe.write_all(piece).unwrap();
        pipe.flush().unwrap();
    }
    drop(pipe);
    passed(child);

    // From a file it goes on where the descriptor stands.
    let folder = Folder::new();
    let path = folder.file(&[b"something else".as_slice(), &capture()].concat());
    let mut file = std::fs::File::open(path).unwrap();
    file.seek(std::io::SeekFrom::Start(14)).unwrap();
    passed(in_child(file.into()));
}
