//! The event that packets are written into, one after the other.

use super::packet::{IPMON_DIRECTION_ANY, IPMON_DIRECTION_IN, IPMON_DIRECTION_OUT, ipmon_packet};
use crate::packet::{Fields, Packet};
use crate::source::Direction;
use std::ffi::c_char;
use std::mem::{offset_of, size_of};
use std::ptr::null;

/// An [`ipmon_packet`] whose smallest fields are grouped into words, where decoding
/// finds several at once. Numbers of 32 bits stand alone: to join two takes more
/// instructions than the second store.
#[repr(C, packed(4))]
#[derive(Clone, Copy)]
struct Words {
    struct_size: u32,
    version_tos_flags_ttl: u32,
    source_address: *const c_char,
    destination_address: *const c_char,
    /// The direction stands in its first byte of zeros.
    transport: [u8; 16],
    timestamp: i64,
    timestamp_ns: i64,
    payload: *const u8,
    payload_length: u32,
    payload_wire_length: u32,
    source_ip: [u8; 16],
    destination_ip: [u8; 16],
    ip: *const u8,
    frame: *const u8,
    ip_length: u32,
    frame_length: u32,
    frame_wire_length: u32,
    link_type: u32,
    interface_index: u32,
    notes: u32,
    frame_number: u64,
    frame_offset: u64,
    payload_offset: u64,
}

/// Where the direction is among the fields of [`crate::packet::Transport`].
const DIRECTION: usize = 13;

const _: () = {
    assert!(size_of::<Event>() == size_of::<ipmon_packet>());
    assert!(align_of::<Event>() >= align_of::<ipmon_packet>());
    assert!(offset_of!(Words, version_tos_flags_ttl) == offset_of!(ipmon_packet, ip_version));
    assert!(offset_of!(Words, transport) == offset_of!(ipmon_packet, source_port));
    assert!(offset_of!(Words, transport) + DIRECTION == offset_of!(ipmon_packet, direction));
    assert!(offset_of!(Words, timestamp) == offset_of!(ipmon_packet, timestamp));
    assert!(offset_of!(Words, payload_length) == offset_of!(ipmon_packet, payload_length));
    assert!(offset_of!(Words, source_ip) == offset_of!(ipmon_packet, source_ip));
    assert!(offset_of!(Words, ip) == offset_of!(ipmon_packet, ip));
    assert!(offset_of!(Words, ip_length) == offset_of!(ipmon_packet, ip_length));
    assert!(offset_of!(Words, notes) == offset_of!(ipmon_packet, notes));
    assert!(offset_of!(Words, frame_number) == offset_of!(ipmon_packet, frame_number));
    assert!(offset_of!(Words, payload_offset) == offset_of!(ipmon_packet, payload_offset));
};

/// The event of one monitor, or one of many in an array of the caller's.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
pub(super) struct Event(Words);

// SAFETY: its pointers are followed by the callback alone, for which they are
// written anew each time, or lead to a constant.
unsafe impl Send for Event {}

impl Event {
    /// What no packet changes, with addresses as empty text.
    pub(super) fn new() -> Self {
        Event(Words {
            struct_size: super::text::size_of_struct::<ipmon_packet>(),
            version_tos_flags_ttl: 0,
            source_address: c"".as_ptr(),
            destination_address: c"".as_ptr(),
            transport: [0; 16],
            timestamp: 0,
            timestamp_ns: 0,
            payload: null(),
            payload_length: 0,
            payload_wire_length: 0,
            source_ip: [0; 16],
            destination_ip: [0; 16],
            ip: null(),
            frame: null(),
            ip_length: 0,
            frame_length: 0,
            frame_wire_length: 0,
            link_type: 0,
            interface_index: 0,
            notes: 0,
            frame_number: 0,
            frame_offset: 0,
            payload_offset: 0,
        })
    }

    /// Writes a packet into it, word by word, each as its fields are read: kept
    /// together first, they would not fit the registers.
    #[inline(always)]
    pub(super) fn write(&mut self, packet: &Packet<'_, impl Fields>) {
        let (h, frame, event) = (packet.headers, &packet.frame, &mut self.0);
        debug_assert_eq!(packet.payload().len(), h.payload_length() as usize);
        let bytes = frame.bytes.as_ptr();
        event.transport = h.transport().0;
        let direction = direction(frame.direction);
        if direction != 0 {
            event.transport[DIRECTION] = direction;
        }
        event.interface_index = frame.interface;
        event.notes = packet.notes();
        event.payload_length = h.payload_length();
        event.payload_wire_length = h.payload_wire_length();
        event.ip_length = h.ip_length();
        event.frame_length = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
        event.version_tos_flags_ttl = h.first().0;
        event.timestamp = microseconds(frame.timestamp_ns);
        event.timestamp_ns = frame.timestamp_ns;
        event.payload = bytes.wrapping_add(h.payload_start() as usize);
        event.source_ip = h.source();
        event.destination_ip = h.destination();
        event.ip = bytes.wrapping_add(h.ip_start() as usize);
        event.frame = bytes;
        event.frame_wire_length = frame.wire_length;
        event.link_type = frame.link_type.0;
        event.frame_number = packet.number;
        event.payload_offset = h.payload_start().into();
    }

    /// Writes every field, over whatever was there: what [`Event::new`] writes and packets
    /// do not change, too.
    #[inline(always)]
    pub(super) fn write_new(&mut self, packet: &Packet<'_, impl Fields>, frame_offset: u64) {
        self.0.struct_size = super::text::size_of_struct::<ipmon_packet>();
        self.set_text(c"".as_ptr(), c"".as_ptr());
        self.write(packet);
        self.0.frame_offset = frame_offset;
        self.0.payload_offset = frame_offset + u64::from(packet.headers.payload_start());
    }

    /// Gives the addresses as text.
    #[inline(always)]
    pub(super) fn set_text(&mut self, source: *const c_char, destination: *const c_char) {
        self.0.source_address = source;
        self.0.destination_address = destination;
    }

    /// Says where the frame begins, in bytes from a base other than the frame itself.
    #[inline(always)]
    pub(super) fn set_frame_offset(&mut self, offset: u64) {
        self.0.payload_offset =
            self.0.payload_offset.wrapping_sub(self.0.frame_offset).wrapping_add(offset);
        self.0.frame_offset = offset;
    }

    /// Where the frame begins, from the base.
    pub(super) fn frame_offset(&self) -> u64 {
        self.0.frame_offset
    }

    /// As C sees it.
    #[inline(always)]
    pub(super) fn as_packet(&self) -> *const ipmon_packet {
        (&raw const *self).cast()
    }
}

#[inline(always)]
pub(super) fn direction(direction: Direction) -> u8 {
    let direction = match direction {
        Direction::Unknown => IPMON_DIRECTION_ANY,
        Direction::In => IPMON_DIRECTION_IN,
        Direction::Out => IPMON_DIRECTION_OUT,
    };
    direction.to_le_bytes()[0]
}

/// Rounded down. Times after 1970 do without the steps that a signed division
/// takes.
#[inline(always)]
fn microseconds(ns: i64) -> i64 {
    match u64::try_from(ns) {
        Ok(ns) => (ns / 1000).cast_signed(),
        Err(_) => ns.div_euclid(1000),
    }
}
