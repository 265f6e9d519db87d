//! Turns the core's events into C structs and calls the callbacks.

use super::callbacks::{ipmon_on_error_fn, ipmon_on_ip_packet_fn, ipmon_on_notice_fn};
use super::events::{
    IPMON_NOTICE_ENDED, IPMON_NOTICE_FILTER_NOT_APPLICABLE, IPMON_NOTICE_GAP, ipmon_error,
    ipmon_notice,
};
use super::packet::{IPMON_DIRECTION_ANY, IPMON_DIRECTION_IN, IPMON_DIRECTION_OUT, ipmon_packet};
use super::status::{self, IPMON_STATUS_OK};
use super::text::{c_text, size_of_struct};
use crate::address;
use crate::error::Error;
use crate::monitor::{Notice, Removal, Sink, Topic};
use crate::options::Options;
use crate::packet::Packet;
use crate::source::Direction;
use std::ffi::c_void;
use std::time::{SystemTime, UNIX_EPOCH};

/// The caller's pointer, handed back with every callback.
#[derive(Clone, Copy)]
pub(super) struct UserData(pub(super) *mut c_void);

// SAFETY: the library never follows the pointer; that the capture thread hands
// it to the callback is what the caller was promised.
unsafe impl Send for UserData {}

/// The callbacks of one monitor.
pub(super) struct CSink {
    pub(super) on_ip_packet: (ipmon_on_ip_packet_fn, UserData),
    pub(super) on_error: (ipmon_on_error_fn, UserData),
    pub(super) on_notice: (ipmon_on_notice_fn, UserData),
    address_text: bool,
}

impl CSink {
    pub(super) fn new() -> Self {
        let nobody = UserData(std::ptr::null_mut());
        CSink {
            on_ip_packet: (None, nobody),
            on_error: (None, nobody),
            on_notice: (None, nobody),
            address_text: true,
        }
    }
}

impl Sink for CSink {
    fn begin(&mut self, options: &Options) {
        self.address_text = options.address_text;
    }

    #[inline]
    fn packet(&mut self, packet: &Packet<'_>) {
        let (Some(callback), user_data) = self.on_ip_packet else { return };
        let (mut source, mut destination) = ([0; address::TEXT_SIZE], [0; address::TEXT_SIZE]);
        let h = packet.headers;
        if self.address_text {
            address::format(&h.source, h.version, &mut source);
            address::format(&h.destination, h.version, &mut destination);
        }
        let (frame, ip, payload) = (packet.frame.bytes, packet.ip(), packet.payload());
        let event = ipmon_packet {
            struct_size: size_of_struct::<ipmon_packet>(),
            ip_version: h.version,
            tos: h.tos,
            flags: h.flags,
            ttl: h.ttl,
            source_address: source.as_ptr().cast(),
            destination_address: destination.as_ptr().cast(),
            source_port: h.source_port,
            destination_port: h.destination_port,
            id: h.id,
            offset: h.offset,
            checksum: h.checksum,
            ip_protocol: h.protocol,
            direction: direction(packet.frame.direction),
            reserved: 0,
            timestamp: packet.frame.timestamp_ns.div_euclid(1000),
            timestamp_ns: packet.frame.timestamp_ns,
            payload: payload.as_ptr(),
            payload_length: h.payload_length,
            payload_wire_length: h.payload_wire_length,
            source_ip: h.source,
            destination_ip: h.destination,
            ip: ip.as_ptr(),
            frame: frame.as_ptr(),
            ip_length: h.ip_length,
            frame_length: u32::try_from(frame.len()).unwrap_or(u32::MAX),
            frame_wire_length: packet.frame.wire_length,
            link_type: packet.frame.link_type.0,
            interface_index: packet.frame.interface,
            notes: packet.notes(),
            frame_number: packet.number,
            frame_offset: 0,
            payload_offset: u64::from(h.payload_start),
        };
        // SAFETY: the caller set this function to be called with a packet that
        // lives through the call and with its own user data.
        unsafe { callback(&raw const event, user_data.0) };
    }

    fn error(&mut self, error: &Error) {
        let (Some(callback), user_data) = self.on_error else { return };
        let text = c_text(&error.text);
        let event = ipmon_error {
            struct_size: size_of_struct::<ipmon_error>(),
            status: status::of(error.kind),
            system_error: error.errno,
            reserved: 0,
            offset: error.offset.and_then(|o| i64::try_from(o).ok()).unwrap_or(-1),
            text: text.as_ptr(),
        };
        // SAFETY: as for packets.
        unsafe { callback(&raw const event, user_data.0) };
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        let (Some(callback), user_data) = self.on_notice else { return };
        let text = c_text(notice.text);
        let event = ipmon_notice {
            struct_size: size_of_struct::<ipmon_notice>(),
            code: match notice.topic {
                Topic::Ended => IPMON_NOTICE_ENDED,
                Topic::Gap => IPMON_NOTICE_GAP,
                Topic::FilterNotApplicable => IPMON_NOTICE_FILTER_NOT_APPLICABLE,
            },
            status: notice.error.map_or(IPMON_STATUS_OK, |e| status::of(e.kind)),
            reserved: 0,
            count: notice.count,
            timestamp: now(),
            text: text.as_ptr(),
        };
        // SAFETY: as for packets.
        unsafe { callback(&raw const event, user_data.0) };
    }

    fn remove(&mut self, removal: Removal) {
        if removal.packets {
            self.on_ip_packet.0 = None;
        }
        if removal.errors {
            self.on_error.0 = None;
        }
        if removal.notices {
            self.on_notice.0 = None;
        }
    }
}

fn direction(direction: Direction) -> u8 {
    let direction = match direction {
        Direction::Unknown => IPMON_DIRECTION_ANY,
        Direction::In => IPMON_DIRECTION_IN,
        Direction::Out => IPMON_DIRECTION_OUT,
    };
    u8::try_from(direction).unwrap_or(0)
}

/// Microseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
