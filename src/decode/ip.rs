//! The IPv4 and IPv6 headers, and where their payload lies.

use super::cursor::Cursor;
use super::extensions::{jumbo_length, walk};
use super::ports::ports;
use super::{Malformed, NoEvent};
use crate::packet::{Headers, notes};
use crate::source::Frame;
use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

/// The version of IP that the link layer announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V4,
    V6,
}

/// The fixed part of an IPv6 header, in bytes (RFC 8200 section 3).
const IPV6_HEADER: usize = 40;

/// Reads an IPv4 header (RFC 791) at the cursor. Neither the checksum nor the
/// options are looked at: a packet that was damaged or that carries odd options
/// still crossed the wire.
#[inline]
pub(super) fn version_4(frame: &Frame<'_>, cursor: Cursor<'_>) -> Result<Headers, NoEvent> {
    let ip = cursor.rest();
    let first = *ip.first().ok_or(NoEvent::Malformed(Malformed::Short))?;
    // Told apart in this order, also where too little was captured for the rest.
    if first >> 4 != 4 {
        return Err(NoEvent::Malformed(Malformed::Version));
    }
    if first & 0x0f < 5 {
        return Err(NoEvent::Malformed(Malformed::HeaderLength));
    }
    let header =
        Ipv4HeaderSlice::from_slice(ip).map_err(|_| NoEvent::Malformed(Malformed::Short))?;
    let header_length = header.slice().len();
    let total_length = usize::from(header.total_len());

    let mut notes = 0;
    let stated = if total_length == 0 {
        notes |= notes::LENGTH_ZERO;
        to_the_end_of_the_frame(frame, &cursor)
    } else if total_length < header_length {
        return Err(NoEvent::Malformed(Malformed::TotalLength));
    } else {
        total_length
    };

    let offset = header.fragments_offset().value();
    if header.more_fragments() || offset != 0 {
        notes |= notes::FRAGMENT;
    }
    let flags_and_offset = header.slice().get(6).copied().unwrap_or_default();
    let place = Place::new(&cursor, stated, header_length, notes);
    let protocol = header.protocol().0;
    let (source_port, destination_port) = ports(protocol, offset, place.payload);
    Ok(Headers {
        version: 4,
        tos: header.dcp().value() << 2 | header.ecn().value(),
        flags: flags_and_offset >> 5,
        ttl: header.ttl(),
        protocol,
        offset,
        checksum: header.header_checksum(),
        source_port,
        destination_port,
        id: u32::from(header.identification()),
        source: padded(header.source()),
        destination: padded(header.destination()),
        ip_start: place.ip_start,
        ip_length: place.ip_length,
        payload_start: place.payload_start,
        payload_length: place.payload_length,
        payload_wire_length: place.payload_wire_length,
        notes: place.notes,
    })
}

/// Reads an IPv6 header (RFC 8200) at the cursor, and walks its extension
/// headers.
#[inline]
pub(super) fn version_6(frame: &Frame<'_>, cursor: Cursor<'_>) -> Result<Headers, NoEvent> {
    let ip = cursor.rest();
    let first = *ip.first().ok_or(NoEvent::Malformed(Malformed::Short))?;
    if first >> 4 != 6 {
        return Err(NoEvent::Malformed(Malformed::Version));
    }
    let header =
        Ipv6HeaderSlice::from_slice(ip).map_err(|_| NoEvent::Malformed(Malformed::Short))?;
    let behind = ip.get(IPV6_HEADER..).unwrap_or_default();

    let mut notes = 0;
    let stated = match header.payload_length() {
        0 => match jumbo_length(header.next_header().0, behind) {
            Some(length) => length,
            // The kernel leaves the length of a packet beyond 64 KiB at 0.
            None if frame.notes & notes::OFFLOADED != 0 => {
                notes |= notes::LENGTH_ZERO;
                to_the_end_of_the_frame(frame, &cursor) - IPV6_HEADER
            }
            None => 0,
        },
        length => usize::from(length),
    };

    let chain = walk(header.next_header().0, behind.get(..stated).unwrap_or(behind));
    notes |= chain.notes();
    let place =
        Place::new(&cursor, IPV6_HEADER.saturating_add(stated), IPV6_HEADER + chain.length, notes);
    let (source_port, destination_port) = ports(chain.protocol, chain.offset, place.payload);
    Ok(Headers {
        version: 6,
        tos: header.traffic_class(),
        flags: u8::from(chain.more_fragments),
        ttl: header.hop_limit(),
        protocol: chain.protocol,
        offset: chain.offset,
        checksum: 0,
        source_port,
        destination_port,
        id: chain.id,
        source: header.source(),
        destination: header.destination(),
        ip_start: place.ip_start,
        ip_length: place.ip_length,
        payload_start: place.payload_start,
        payload_length: place.payload_length,
        payload_wire_length: place.payload_wire_length,
        notes: place.notes,
    })
}

/// The length of an IP packet that does not state one: what was captured, or
/// what the frame had on the wire where the capture cut it.
fn to_the_end_of_the_frame(frame: &Frame<'_>, cursor: &Cursor<'_>) -> usize {
    let captured = cursor.rest().len();
    // A record inside the frame has an end of its own.
    let runs_to_the_end = cursor.position() + captured == frame.bytes.len();
    let wire_length = usize::try_from(frame.wire_length).unwrap_or_default();
    if runs_to_the_end && wire_length > frame.bytes.len() {
        wire_length - cursor.position()
    } else {
        captured
    }
}

/// Where the parts of an IP packet lie in the frame.
struct Place<'a> {
    payload: &'a [u8],
    ip_start: u32,
    ip_length: u32,
    payload_start: u32,
    payload_length: u32,
    payload_wire_length: u32,
    notes: u32,
}

impl<'a> Place<'a> {
    /// For a packet at the cursor that states to be `stated` bytes long, with
    /// `headers` bytes in front of the payload.
    #[inline]
    fn new(cursor: &Cursor<'a>, stated: usize, headers: usize, mut notes: u32) -> Self {
        let captured = cursor.rest();
        let ip = captured.get(..stated).unwrap_or(captured);
        let payload = ip.get(headers..).unwrap_or_default();
        if captured.len() > stated {
            notes |= notes::PADDING;
        }
        if captured.len() < stated {
            notes |= notes::TRUNCATED;
        }
        Self {
            payload,
            ip_start: narrow(cursor.position()),
            ip_length: narrow(ip.len()),
            payload_start: narrow(cursor.position() + headers),
            payload_length: narrow(payload.len()),
            payload_wire_length: narrow(stated.saturating_sub(headers)),
            notes,
        }
    }
}

/// Lengths in a frame fit 32 bits; a frame beyond that would state ranges
/// outside itself, which read as empty.
#[inline]
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// An IPv4 address in the form of [`Headers`].
#[inline]
fn padded([a, b, c, d]: [u8; 4]) -> [u8; 16] {
    [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::{decode_as, frame, ipv4, ipv4_udp, ipv6_udp, udp};
    use super::super::{Malformed, NoEvent, decode};
    use super::*;

    const V4: u32 = 228;
    const V6: u32 = 229;

    fn malformed(link_type: u32, bytes: &[u8]) -> Malformed {
        match decode_as(link_type, bytes) {
            Err(NoEvent::Malformed(malformed)) => malformed,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_field_of_ipv4_is_read() {
        let headers = decode_as(V4, &ipv4_udp(b"data")).unwrap();
        let mut source = [0; 16];
        source[..4].copy_from_slice(&[192, 0, 2, 1]);
        let mut destination = [0; 16];
        destination[..4].copy_from_slice(&[198, 51, 100, 2]);
        let expected = Headers {
            version: 4,
            tos: 0xb8,
            flags: 2,
            ttl: 64,
            protocol: 17,
            offset: 0,
            checksum: 0x9abc,
            source_port: 53,
            destination_port: 0x1234,
            id: 0xabcd,
            source,
            destination,
            ip_start: 0,
            ip_length: 32,
            payload_start: 20,
            payload_length: 12,
            payload_wire_length: 12,
            notes: 0,
        };
        assert_eq!(headers, expected);
    }

    #[test]
    fn every_field_of_ipv6_is_read() {
        let headers = decode_as(V6, &ipv6_udp(b"data")).unwrap();
        let expected = Headers {
            version: 6,
            tos: 0xab,
            flags: 0,
            ttl: 58,
            protocol: 17,
            offset: 0,
            checksum: 0,
            source_port: 53,
            destination_port: 0x1234,
            id: 0,
            source: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            destination: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
            ip_start: 0,
            ip_length: 52,
            payload_start: 40,
            payload_length: 12,
            payload_wire_length: 12,
            notes: 0,
        };
        assert_eq!(headers, expected);
    }

    #[test]
    fn the_flags_of_ipv4_are_a_number_of_three_bits() {
        for flags in 0..8 {
            let mut packet = ipv4_udp(b"data");
            packet[6] = flags << 5;
            let headers = decode_as(V4, &packet).unwrap();
            assert_eq!(headers.flags, flags);
            assert_eq!(headers.notes & notes::FRAGMENT != 0, flags & 1 != 0);
        }
    }

    #[test]
    fn a_fragment_of_ipv4_is_an_event_without_ports() {
        let mut packet = ipv4_udp(b"data");
        packet[6..8].copy_from_slice(&[0x1f, 0xff]);
        let headers = decode_as(V4, &packet).unwrap();
        assert_eq!((headers.flags, headers.offset, headers.source_port), (0, 0x1fff, 0));
        assert_eq!(headers.notes, notes::FRAGMENT);
        packet[6..8].copy_from_slice(&[0x20, 0]);
        assert_eq!(decode_as(V4, &packet).unwrap().source_port, 53);
    }

    #[test]
    fn options_of_ipv4_are_passed_over() {
        let mut packet = ipv4(17, &[&[7; 8][..], &udp(b"x")].concat());
        packet[0] = 0x47;
        let headers = decode_as(V4, &packet).unwrap();
        assert_eq!((headers.payload_start, headers.payload_length), (28, 9));
        assert_eq!(headers.source_port, 53);
    }

    #[test]
    fn padding_behind_the_packet_is_left_out() {
        for (link_type, packet) in [(V4, ipv4_udp(b"x")), (V6, ipv6_udp(b"x"))] {
            let headers = decode_as(link_type, &[packet, vec![0; 9]].concat()).unwrap();
            assert_eq!((headers.payload_length, headers.notes), (9, notes::PADDING));
        }
    }

    #[test]
    fn a_cut_packet_keeps_its_stated_length() {
        for (link_type, packet) in [(V4, ipv4_udp(b"xyz")), (V6, ipv6_udp(b"xyz"))] {
            let headers = decode_as(link_type, &packet[..packet.len() - 7]).unwrap();
            assert_eq!((headers.payload_length, headers.payload_wire_length), (4, 11));
            assert_eq!((headers.source_port, headers.notes), (53, notes::TRUNCATED));
            let headers = decode_as(link_type, &packet[..packet.len() - 8]).unwrap();
            assert_eq!(headers.source_port, 0);
        }
    }

    #[test]
    fn total_length_zero_runs_to_the_end_of_the_frame() {
        let mut packet = ipv4_udp(b"data");
        packet[2..4].copy_from_slice(&[0, 0]);
        let headers = decode_as(V4, &packet).unwrap();
        assert_eq!((headers.payload_length, headers.payload_wire_length), (12, 12));
        assert_eq!(headers.notes, notes::LENGTH_ZERO);
        // The frame was longer on the wire.
        let cut = Frame { wire_length: 1_000, ..frame(V4, &packet) };
        let headers = decode(&cut).unwrap();
        assert_eq!((headers.payload_length, headers.payload_wire_length), (12, 980));
        assert_eq!(headers.notes, notes::LENGTH_ZERO | notes::TRUNCATED);
    }

    #[test]
    fn a_wrong_version_is_malformed() {
        assert_eq!(malformed(V4, &ipv6_udp(b"x")), Malformed::Version);
        assert_eq!(malformed(V6, &ipv4_udp(b"x")), Malformed::Version);
        assert_eq!(malformed(V4, &[0x50]), Malformed::Version);
    }

    #[test]
    fn a_header_length_below_five_is_malformed() {
        let mut packet = ipv4_udp(b"x");
        packet[0] = 0x44;
        assert_eq!(malformed(V4, &packet), Malformed::HeaderLength);
    }

    #[test]
    fn a_total_length_below_the_header_is_malformed() {
        let mut packet = ipv4_udp(b"x");
        packet[2..4].copy_from_slice(&[0, 19]);
        assert_eq!(malformed(V4, &packet), Malformed::TotalLength);
        packet[3] = 20;
        assert_eq!(decode_as(V4, &packet).unwrap().payload_length, 0);
    }

    #[test]
    fn a_header_that_was_not_captured_wholly_is_malformed() {
        for length in 0..20 {
            assert_eq!(malformed(V4, &ipv4_udp(b"x")[..length]), Malformed::Short);
        }
        for length in 0..40 {
            assert_eq!(malformed(V6, &ipv6_udp(b"x")[..length]), Malformed::Short);
        }
        let mut options = ipv4_udp(b"x");
        options[0] = 0x4f;
        assert_eq!(malformed(V4, &options), Malformed::Short);
    }

    #[test]
    fn payload_length_zero_is_an_empty_payload() {
        let mut packet = ipv6_udp(b"data");
        packet[4..6].copy_from_slice(&[0, 0]);
        let headers = decode_as(V6, &packet).unwrap();
        assert_eq!((headers.protocol, headers.payload_length, headers.source_port), (17, 0, 0));
        assert_eq!(headers.notes, notes::PADDING);
    }

    #[test]
    fn payload_length_zero_of_an_offloaded_packet_runs_to_the_end() {
        let mut packet = ipv6_udp(b"data");
        packet[4..6].copy_from_slice(&[0, 0]);
        let offloaded = Frame { notes: notes::OFFLOADED, ..frame(V6, &packet) };
        let headers = decode(&offloaded).unwrap();
        assert_eq!((headers.payload_length, headers.source_port), (12, 53));
        assert_eq!(headers.notes, notes::LENGTH_ZERO);
    }
}
