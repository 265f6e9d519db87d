//! Headers that a capturing system writes in the place of the link layer's own.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::{Next, Step, link_type_of_dlt};
use crate::source::LinkType;

/// Linux's cooked capture (LINKTYPE_LINUX_SLL): packet type, device type,
/// address length, address, protocol.
pub(super) fn sll(cursor: &mut Cursor<'_>) -> Next {
    let header = cursor.take::<16>()?;
    let device = u16::from_be_bytes([header[2], header[3]]);
    let protocol = u16::from_be_bytes([header[14], header[15]]);
    cooked(device, protocol)
}

/// Its second version (LINKTYPE_LINUX_SLL2): protocol, reserved, interface,
/// device type, packet type, address length, address.
pub(super) fn sll2(cursor: &mut Cursor<'_>) -> Next {
    let header = cursor.take::<20>()?;
    let protocol = u16::from_be_bytes([header[0], header[1]]);
    let device = u16::from_be_bytes([header[8], header[9]]);
    cooked(device, protocol)
}

/// What follows a cooked header. For some types of device the protocol is not
/// an Ethernet type, or says nothing.
fn cooked(device: u16, protocol: u16) -> Next {
    // Linux's ARPHRD_ numbers.
    const FRAME_RELAY: u16 = 770;
    const RADIOTAP: u16 = 803;
    const NETLINK: u16 = 824;
    // Linux's ETH_P_802_2.
    const LLC: u16 = 0x0004;
    match (device, protocol) {
        (FRAME_RELAY, _) => Ok(Step::Link(LinkType(107))),
        (RADIOTAP, _) => Ok(Step::Link(LinkType(127))),
        (NETLINK, _) => Err(NoEvent::NotIp),
        (_, LLC) => Ok(Step::Llc),
        _ => Ok(Step::EtherType(protocol)),
    }
}

/// What Linux's packet filter logs (LINKTYPE_NFLOG): an address family, a
/// version, a group, and records of length, type and value.
pub(super) fn nflog(cursor: &mut Cursor<'_>) -> Next {
    const AF_INET: u8 = 2;
    const AF_INET6: u8 = 10;
    let &[family, version, ..] = cursor.take::<4>()?;
    let next = match (version, family) {
        (0, AF_INET) => Step::Ip(Version::V4),
        (0, AF_INET6) => Step::Ip(Version::V6),
        _ => return Err(NoEvent::NotIp),
    };
    // The records are in the byte order of the machine that wrote them, which
    // the frame does not tell: the wrong one finds no payload.
    let mut other = *cursor;
    if let Err(cause) = nflog_payload(cursor, u16::from_le_bytes) {
        nflog_payload(&mut other, u16::from_be_bytes).map_err(|_| cause)?;
        *cursor = other;
    }
    Ok(next)
}

/// Moves to the value of the record that holds the packet.
fn nflog_payload(cursor: &mut Cursor<'_>, number: fn([u8; 2]) -> u16) -> Result<(), NoEvent> {
    const HEADER: usize = 4;
    const PAYLOAD: u16 = 9;
    loop {
        let &[a, b, c, d] = cursor.take::<HEADER>()?;
        // The length counts the record's header, and not the padding behind it.
        let length = usize::from(number([a, b])).checked_sub(HEADER).ok_or(NoEvent::NotIp)?;
        if number([c, d]) == PAYLOAD {
            cursor.end_after(length);
            return Ok(());
        }
        cursor.skip(length.next_multiple_of(4))?;
    }
}

/// macOS's header with the process behind a packet (LINKTYPE_PKTAP), in
/// little-endian byte order. Its two versions differ but for the flags, which
/// tell them apart.
pub(super) fn pktap(cursor: &mut Cursor<'_>) -> Next {
    // Up to and with the flags.
    const FIXED: usize = 40;
    const VERSION_2: u32 = 0x0008_0000;
    const PACKET_FOLLOWS: u32 = 1;
    let header = cursor.peek::<FIXED>()?;
    let word = |at: usize| {
        u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let (length, dlt) = if word(36) & VERSION_2 != 0 {
        (u32::from(header[0]), u32::from(u16::from_le_bytes([header[6], header[7]])))
    } else if word(4) == PACKET_FOLLOWS {
        (word(0), word(8))
    } else {
        return Err(NoEvent::NotIp);
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length < FIXED {
        return Err(NoEvent::NotIp);
    }
    cursor.skip(length)?;
    Ok(Step::Link(link_type_of_dlt(dlt)))
}

#[cfg(test)]
mod tests {
    use super::super::super::NoEvent;
    use super::super::super::test_frames::{SNAP_IPV4, decode_as, ethernet, ipv4_udp, ipv6_udp};
    use crate::packet::notes;

    fn start(link_type: u32, parts: &[&[u8]]) -> Result<usize, NoEvent> {
        decode_as(link_type, &parts.concat()).map(|headers| headers.ip_start as usize)
    }

    fn sll(device: u16, protocol: u16) -> Vec<u8> {
        [&[0, 4], &device.to_be_bytes()[..], &[0; 10], &protocol.to_be_bytes()].concat()
    }

    fn sll2(device: u16, protocol: u16) -> Vec<u8> {
        [&protocol.to_be_bytes()[..], &[0; 6], &device.to_be_bytes(), &[0; 10]].concat()
    }

    #[test]
    fn cooked_captures_carry_an_ethernet_type() {
        let ip = ipv4_udp(b"x");
        for (link_type, header) in
            [(113, sll as fn(u16, u16) -> Vec<u8>), (276, sll2 as fn(u16, u16) -> Vec<u8>)]
        {
            let length = header(1, 0x0800).len();
            assert_eq!(start(link_type, &[&header(1, 0x0800), &ip]), Ok(length));
            assert_eq!(start(link_type, &[&header(1, 0x86dd), &ipv6_udp(b"x")]), Ok(length));
            let tag = [0, 5, 8, 0];
            assert_eq!(start(link_type, &[&header(1, 0x8100), &tag, &ip]), Ok(length + 4));
            assert_eq!(start(link_type, &[&header(1, 4), &SNAP_IPV4, &ip]), Ok(length + 8));
            assert_eq!(start(link_type, &[&header(280, 0x0c), &ip]), Err(NoEvent::NotIp));
            assert_eq!(start(link_type, &[&header(824, 0x0800), &ip]), Err(NoEvent::NotIp));
            let relay = [0x18, 0x41, 3, 0xcc];
            assert_eq!(start(link_type, &[&header(770, 0), &relay, &ip]), Ok(length + 4));
            let radio = [&[0, 0, 8, 0, 0, 0, 0, 0, 8, 1][..], &[0; 22], &SNAP_IPV4].concat();
            assert_eq!(start(link_type, &[&header(803, 0), &radio, &ip]), Ok(length + 40));
        }
    }

    /// Records of an nflog frame: a mark, then the packet, then padding and a
    /// prefix.
    fn nflog(family: u8, number: fn(u16) -> [u8; 2], ip: &[u8]) -> Vec<u8> {
        let record = |kind: u16, value: &[u8]| {
            let mut record =
                [&number(4 + u16::try_from(value.len()).unwrap())[..], &number(kind), value]
                    .concat();
            record.resize(record.len().next_multiple_of(4), 0);
            record
        };
        [&[family, 0, 0, 7][..], &record(10, b"in\0"), &record(9, ip), &record(2, &[0; 4])].concat()
    }

    #[test]
    fn a_logged_packet_ends_where_its_record_ends() {
        for number in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let ip = ipv4_udp(b"xyz");
            let headers = decode_as(239, &nflog(2, number, &ip)).unwrap();
            assert_eq!((headers.ip_start, headers.payload_length), (16, 11));
            assert_eq!(headers.notes & notes::PADDING, 0);
            assert_eq!(start(239, &[&nflog(10, number, &ipv6_udp(b"x"))]), Ok(16));
        }
    }

    #[test]
    fn a_log_without_a_packet_is_no_event() {
        assert_eq!(
            start(239, &[&nflog(7, u16::to_le_bytes, &ipv4_udp(b"x"))]),
            Err(NoEvent::NotIp)
        );
        assert_eq!(start(239, &[&[2, 0, 0, 7]]), Err(NoEvent::Truncated));
        assert_eq!(start(239, &[&[2, 0, 0, 7, 3, 0, 1, 0]]), Err(NoEvent::NotIp));
    }

    #[test]
    fn both_versions_of_pktap_name_the_link_type() {
        let frame = ethernet(&[8, 0], &ipv4_udp(b"x"));
        let mut first = vec![0; 108];
        first[0] = 108;
        first[4] = 1;
        first[8] = 1;
        assert_eq!(start(258, &[&first, &frame]), Ok(122));
        first[4] = 0; // nothing follows
        assert_eq!(start(258, &[&first, &frame]), Err(NoEvent::NotIp));
        let mut second = vec![0; 60];
        second[0] = 60;
        second[6] = 12;
        second[38] = 8;
        assert_eq!(start(258, &[&second, &ipv4_udp(b"x")]), Ok(60));
        second[0] = 8;
        assert_eq!(start(258, &[&second, &ipv4_udp(b"x")]), Err(NoEvent::NotIp));
    }
}
