//! What the readers in Rust share: `benches/readers/sums.h`, and the command line.

use std::ffi::{CString, c_char, c_void};

/// `struct packet`.
#[repr(C)]
pub struct Packet {
    pub ip_version: u8,
    pub tos: u8,
    pub flags: u8,
    pub ttl: u8,
    pub source_port: u16,
    pub destination_port: u16,
    pub id: u32,
    pub offset: u16,
    pub checksum: u16,
    pub ip_protocol: u8,
    pub timestamp_ns: i64,
    pub payload: *const u8,
    pub payload_length: u32,
    pub payload_wire_length: u32,
    pub ip_length: u32,
    pub frame_length: u32,
    pub frame_wire_length: u32,
    pub frame_number: u64,
    pub source_ip: [u8; 16],
    pub destination_ip: [u8; 16],
    source_address: *const c_char,
    destination_address: *const c_char,
}

impl Default for Packet {
    fn default() -> Packet {
        // SAFETY: zero is a value of every field.
        let zero: Packet = unsafe { std::mem::zeroed() };
        Packet { source_address: c"".as_ptr(), destination_address: c"".as_ptr(), ..zero }
    }
}

/// `struct sums`, with room to spare; only C looks into it.
#[repr(C, align(8))]
struct RawSums([u8; 256]);

type OnPacket = extern "C" fn(*const Packet, *mut c_void);

unsafe extern "C" {
    fn sums_begin(sums: *mut RawSums, mode: *const c_char) -> OnPacket;
    fn sums_end(sums: *mut RawSums);
}

/// The callback and what it sums up.
pub struct Sums {
    raw: Box<RawSums>,
    on_packet: OnPacket,
}

impl Sums {
    /// Starts the clocks.
    pub fn begin(mode: &str) -> Sums {
        let mut raw = Box::new(RawSums([0; 256]));
        let mode = CString::new(mode).expect("a mode without NUL");
        // SAFETY: both pointers are good for the call.
        let on_packet = unsafe { sums_begin(&mut *raw, mode.as_ptr()) };
        Sums { raw, on_packet }
    }

    /// Calls back, through a pointer.
    #[inline]
    pub fn deliver(&mut self, packet: &Packet) {
        let sums: *mut RawSums = &mut *self.raw;
        (self.on_packet)(packet, sums.cast());
    }

    /// Stops the clocks and prints.
    pub fn end(mut self) {
        // SAFETY: it is what sums_begin() began.
        unsafe { sums_end(&mut *self.raw) };
    }
}

/// `MODE FILE` of the command line.
pub fn arguments() -> (String, String) {
    let mut words = std::env::args().skip(1);
    match (words.next(), words.next()) {
        (Some(mode), Some(file)) => (mode, file),
        _ => {
            eprintln!("usage: READER MODE FILE");
            std::process::exit(2);
        }
    }
}
