//! libpcap: loaded when it is first needed, and what the `pcap` crate keeps to
//! itself.

use crate::error::{Error, Kind, Result};
use std::ffi::{CStr, c_char, c_int};
use std::io::Write;
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;

const INSTALL: &str =
    "install the package libpcap0.8 (Debian, Ubuntu) or libpcap (Fedora, Arch, Alpine)";

#[cfg(target_os = "linux")]
unsafe extern "C" {
    fn ipmon_libpcap_load(error: *mut c_char, size: usize) -> c_int;
}

/// Makes libpcap ready; every use of the `pcap` crate comes after it. Cheap
/// when it is ready, and a failure is tried anew with the next call.
///
/// # Errors
/// `NoLibpcap` where it is not installed or cannot be loaded.
#[cfg(target_os = "linux")]
pub fn load() -> Result<()> {
    let mut reason = [0u8; 512];
    // SAFETY: writes at most as many bytes as the buffer has, NUL included.
    let status = unsafe { ipmon_libpcap_load(reason.as_mut_ptr().cast(), reason.len()) };
    if status == 0 {
        return Ok(());
    }
    let reason = CStr::from_bytes_until_nul(&reason).unwrap_or_default().to_string_lossy();
    Err(Error::new(Kind::NoLibpcap, why(&reason)))
}

/// Elsewhere the program does not start without libpcap.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn load() -> Result<()> {
    Ok(())
}

/// The dynamic linker's reason adds nothing when it only says that there is no
/// such file; anything else (a missing dependency, the wrong architecture) is
/// what the user needs to know.
fn why(reason: &str) -> String {
    if reason.is_empty() || (reason.starts_with("libpcap.so") && reason.contains("No such file")) {
        format!("libpcap is not installed: filters and some kinds of interfaces need it; {INSTALL}")
    } else {
        format!(
            "libpcap cannot be loaded ({reason}): filters and some kinds of interfaces need it; {INSTALL}"
        )
    }
}

/// A capture file of a link type (its LINKTYPE_ number) without a frame in it.
///
/// libpcap compiles some expressions otherwise for a file than for a handle of
/// no capture (`pcap_open_dead`): it refuses `inbound`, and takes the number
/// that each BSD has for IPv6 in LINKTYPE_NULL.
///
/// # Errors
/// What the system or libpcap says.
pub fn empty_file(
    link_type: u32,
) -> std::result::Result<pcap::Capture<pcap::Offline>, pcap::Error> {
    let no_descriptor = |why: std::io::Error| pcap::Error::IoError(why.kind());
    let (reader, mut writer) = UnixStream::pair().map_err(no_descriptor)?;
    writer.write_all(&file_header(link_type)).map_err(no_descriptor)?;
    // SAFETY: the descriptor was open and ours alone, and is libpcap's now.
    unsafe { pcap::Capture::from_raw_fd(reader.into_raw_fd()) }
}

/// In this machine's byte order, as libpcap would write it.
fn file_header(link_type: u32) -> [u8; 24] {
    let version = u32::from_ne_bytes(if cfg!(target_endian = "little") {
        [2, 0, 4, 0]
    } else {
        [0, 2, 0, 4]
    });
    let mut header = [0; 24];
    let words = [0xa1b2_c3d4, version, 0, 0, 262_144, link_type];
    for (to, from) in header.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&from.to_ne_bytes());
    }
    header
}

/// One instruction of a classic BPF program, as libpcap lays it out
/// (`struct bpf_insn`).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What it does.
    pub code: u16,
    /// Instructions to skip when the comparison holds.
    pub jt: u8,
    /// Instructions to skip when it does not.
    pub jf: u8,
    /// Its operand.
    pub k: u32,
}

// The crate's type is one `struct bpf_insn` and nothing else.
const _: () = assert!(size_of::<pcap::BpfInstruction>() == size_of::<Instruction>());
const _: () = assert!(align_of::<pcap::BpfInstruction>() == align_of::<Instruction>());

/// A compiled program's instructions, whose fields the crate keeps private.
pub fn instructions(program: &pcap::BpfProgram) -> Vec<Instruction> {
    let theirs = program.get_instructions();
    // SAFETY: both types are the same 8 bytes (asserted above), every bit
    // pattern of which is an Instruction, and the program lives through the copy.
    unsafe { std::slice::from_raw_parts(theirs.as_ptr().cast::<Instruction>(), theirs.len()) }
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loading_twice_and_from_many_threads_is_loading_once() {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| load().unwrap());
            }
        });
        load().unwrap();
    }

    /// In a process of its own: here libpcap is loaded.
    #[test]
    fn a_load_that_failed_is_tried_anew() {
        let itself = std::env::current_exe().unwrap();
        let done = std::process::Command::new(itself)
            .args(["--exact", "--ignored", "sys::libpcap::tests::child_without_libpcap"])
            .env("IPMON_LIBPCAP", "/nonexistent/libpcap.so")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && text.contains("1 passed"), "{text}");
    }

    #[test]
    #[ignore = "runs in the process that another test starts"]
    fn child_without_libpcap() {
        let error = crate::filter::Filter::new("tcp").unwrap_err();
        assert_eq!(error.kind, Kind::NoLibpcap);
        assert!(error.text.contains("/nonexistent/libpcap.so"), "{error}");
        // A call that comes nevertheless fails and does nothing else.
        assert!(pcap::Capture::dead(pcap::Linktype::ETHERNET).is_err());
        assert!(pcap::Device::list().is_err());
        // SAFETY: no other thread of this process reads the environment.
        unsafe { std::env::remove_var("IPMON_LIBPCAP") };
        load().unwrap();
        assert!(crate::filter::Filter::new("tcp").is_ok());
    }

    #[test]
    fn a_missing_library_is_told_with_the_package_to_install() {
        let plain = why("libpcap.so.1: cannot open shared object file: No such file or directory");
        assert!(plain.starts_with("libpcap is not installed: "), "{plain}");
        assert!(plain.contains("libpcap0.8") && !plain.contains("shared object"), "{plain}");
        let odd = why("libdbus-1.so.3: cannot open shared object file: No such file or directory");
        assert!(odd.contains("libdbus") && odd.contains("install the package"), "{odd}");
    }

    #[test]
    fn an_empty_file_is_of_the_link_type_asked_for_and_leaves_nothing_open() {
        load().unwrap();
        let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        let before = open();
        for _ in 0..500 {
            assert_eq!(empty_file(113).unwrap().get_datalink().0, 113);
        }
        // Other tests open and close descriptors meanwhile.
        assert!(open() < before + 400);
        assert!(matches!(empty_file(1).unwrap().next_packet(), Err(pcap::Error::NoMorePackets)));
    }

    #[test]
    fn instructions_are_those_of_the_program() {
        load().unwrap();
        let ethernet = pcap::Capture::dead(pcap::Linktype::ETHERNET).unwrap();
        let program = ethernet.compile("ip", true).unwrap();
        // ldh [12]; jeq #0x800 jt 0 jf 1; ret #snaplen; ret #0
        let want = [(0x28, 0, 0, 12), (0x15, 0, 1, 0x800), (6, 0, 0, 65535), (6, 0, 0, 0)];
        let got: Vec<_> =
            instructions(&program).iter().map(|i| (i.code, i.jt, i.jf, i.k)).collect();
        assert_eq!(got, want);
    }
}
