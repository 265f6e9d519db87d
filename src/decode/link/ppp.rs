//! PPP in its framings, PPPoE sessions and Cisco's HDLC.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::{Next, Step};

/// The first two bytes of PPP in HDLC-like framing: all stations, unnumbered
/// information (RFC 1662 section 3.1).
const HDLC_ADDRESS: u8 = 0xff;
const HDLC_CONTROL: u8 = 0x03;

/// The first byte of Cisco's HDLC, for unicast and for broadcast (RFC 1547
/// section 4.3.1).
const CISCO_UNICAST: u8 = 0x0f;
const CISCO_BROADCAST: u8 = 0x8f;

/// PPP with or without HDLC-like framing (LINKTYPE_PPP, LINKTYPE_PPP_HDLC).
/// Serial lines that ran Cisco's HDLC instead were captured under these numbers
/// too.
pub(super) fn ppp(cursor: &mut Cursor<'_>) -> Next {
    match *cursor.rest() {
        [] | [HDLC_ADDRESS] => Err(NoEvent::Truncated),
        [HDLC_ADDRESS, HDLC_CONTROL, ..] => {
            cursor.skip(2)?;
            Ok(Step::Ppp)
        }
        [CISCO_UNICAST | CISCO_BROADCAST, ..] => cisco_hdlc(cursor),
        _ => Ok(Step::Ppp),
    }
}

/// PPP as pppd captures it, with the direction in the place of the HDLC address
/// (LINKTYPE_PPP_PPPD).
pub(super) fn pppd(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(2)?;
    Ok(Step::Ppp)
}

/// The protocol field of PPP (RFC 1661 section 2; IANA, "PPP DLL Protocol
/// Numbers"). It may be compressed to its low byte, which is odd, unlike the
/// first of two (RFC 1661 section 6.5).
pub(super) fn protocol(cursor: &mut Cursor<'_>) -> Next {
    let first = cursor.byte()?;
    let protocol =
        if first & 1 == 1 { u16::from(first) } else { u16::from_be_bytes([first, cursor.byte()?]) };
    match protocol {
        0x0021 => Ok(Step::Ip(Version::V4)),
        0x0057 => Ok(Step::Ip(Version::V6)),
        0x0281 => Ok(Step::Mpls),
        _ => Err(NoEvent::NotIp),
    }
}

/// A PPPoE header (RFC 2516 section 4; LINKTYPE_PPP_ETHER): version 1, type 1,
/// and code 0 for a session's data.
pub(super) fn session(cursor: &mut Cursor<'_>) -> Next {
    match *cursor.take::<6>()? {
        [0x11, 0, ..] => Ok(Step::Ppp),
        _ => Err(NoEvent::NotIp),
    }
}

/// Cisco's HDLC (RFC 1547 section 4.3.1; LINKTYPE_C_HDLC): address, control,
/// Ethernet type.
pub(super) fn cisco_hdlc(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(2)?;
    cursor.be16().map(Step::EtherType)
}

#[cfg(test)]
mod tests {
    use super::super::super::NoEvent;
    use super::super::super::test_frames::{decode_as, ethernet, ipv4_udp, ipv6_udp};

    fn start(link_type: u32, header: &[u8], ip: &[u8]) -> Result<usize, NoEvent> {
        decode_as(link_type, &[header, ip].concat()).map(|headers| headers.ip_start as usize)
    }

    #[test]
    fn ppp_is_read_with_and_without_framing() {
        let ip = ipv4_udp(b"x");
        for link_type in [9, 50] {
            assert_eq!(start(link_type, &[0xff, 3, 0, 0x21], &ip), Ok(4));
            assert_eq!(start(link_type, &[0, 0x21], &ip), Ok(2));
            assert_eq!(start(link_type, &[0, 0x57], &ipv6_udp(b"x")), Ok(2));
            assert_eq!(start(link_type, &[0x21], &ip), Ok(1));
            assert_eq!(start(link_type, &[0xff, 3, 0x57], &ipv6_udp(b"x")), Ok(3));
            assert_eq!(start(link_type, &[0xff, 3, 2, 0x81, 0, 0, 1, 9], &ip), Ok(8));
        }
        assert_eq!(start(204, &[0, 0xff, 3, 0, 0x21], &ip), Ok(5));
        assert_eq!(start(166, &[1, 3, 0, 0x21], &ip), Ok(4));
    }

    #[test]
    fn control_protocols_and_compressed_headers_are_not_ip() {
        for protocol in [[0xc0, 0x21], [0x80, 0x21], [0, 0x2d], [0, 0x2f]] {
            let header = [0xff, 3, protocol[0], protocol[1]];
            assert_eq!(start(9, &header, &ipv4_udp(b"x")), Err(NoEvent::NotIp));
        }
    }

    #[test]
    fn cisco_hdlc_carries_ethernet_types() {
        let ip = ipv4_udp(b"x");
        for link_type in [9, 50, 104] {
            assert_eq!(start(link_type, &[0x0f, 0, 8, 0], &ip), Ok(4));
            assert_eq!(start(link_type, &[0x8f, 0, 0x86, 0xdd], &ipv6_udp(b"x")), Ok(4));
            assert_eq!(start(link_type, &[0x0f, 0, 0x88, 0x47, 0, 0, 1, 9], &ip), Ok(8));
            assert_eq!(start(link_type, &[0x8f, 0, 0x80, 0x35], &ip), Err(NoEvent::NotIp));
            // A length stands for no 802.3 frame here.
            assert_eq!(start(link_type, &[0x0f, 0, 0, 60, 6, 6, 3], &ip), Err(NoEvent::NotIp));
        }
    }

    #[test]
    fn a_pppoe_session_carries_ppp() {
        let ip = ipv4_udp(b"x");
        for (protocol, length) in [(&[0, 0x21][..], 22), (&[0x21], 21)] {
            let header = [&[0x88, 0x64, 0x11, 0, 0, 1, 0, 40], protocol].concat();
            let frame = ethernet(&header, &ip);
            assert_eq!(decode_as(1, &frame).unwrap().ip_start, length);
        }
        assert_eq!(start(51, &[0x11, 0, 0, 1, 0, 40, 0, 0x21], &ip), Ok(8));
        let over_880b = ethernet(&[0x88, 0x0b, 0, 0x21], &ip);
        assert_eq!(decode_as(1, &over_880b).unwrap().ip_start, 16);
    }

    #[test]
    fn pppoe_that_is_no_session_data_is_not_ip() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(51, &[0x12, 0, 0, 1, 0, 40, 0, 0x21], &ip), Err(NoEvent::NotIp));
        assert_eq!(start(51, &[0x11, 9, 0, 1, 0, 40, 0, 0x21], &ip), Err(NoEvent::NotIp));
    }
}
