//! Wide-area links other than PPP: Frame Relay, ATM, SLIP.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::{Next, Step, ethernet, family};

/// Frame Relay (LINKTYPE_FRELAY): an ITU-T Q.922 address of 2 to 4 bytes, the
/// last of which is odd, then either unnumbered information with a network
/// layer identifier (RFC 2427 section 3) or, on Cisco's links, an Ethernet
/// type; none of those begins with the control byte.
pub(super) fn frame_relay(cursor: &mut Cursor<'_>) -> Next {
    const UNNUMBERED_INFORMATION: u8 = 0x03;
    const PADDING: u8 = 0x00;
    if cursor.byte()? & 1 != 0 {
        return Err(NoEvent::NotIp);
    }
    let mut more = 3;
    while cursor.byte()? & 1 == 0 {
        more -= 1;
        if more == 0 {
            return Err(NoEvent::NotIp);
        }
    }
    if cursor.peek()? != &[UNNUMBERED_INFORMATION] {
        return cursor.be16().map(Step::EtherType);
    }
    cursor.skip(1)?;
    let mut identifier = cursor.byte()?;
    // One byte that aligns what follows (RFC 2427 section 3).
    if identifier == PADDING {
        identifier = cursor.byte()?;
    }
    match identifier {
        0xcc => Ok(Step::Ip(Version::V4)),
        0x8e => Ok(Step::Ip(Version::V6)),
        0x80 => ethernet::snap(cursor),
        _ => Err(NoEvent::NotIp),
    }
}

/// ATM with LLC encapsulation (RFC 2684 section 5, before it RFC 1483;
/// LINKTYPE_ATM_RFC1483).
pub(super) fn rfc_1483() -> Next {
    Ok(Step::Llc)
}

/// ATM as Solaris captures it (LINKTYPE_SUNATM): flags, of which the low four
/// bits name the traffic, and the circuit.
pub(super) fn sun_atm(cursor: &mut Cursor<'_>) -> Next {
    const LANE: u8 = 1;
    const LLC: u8 = 2;
    // What stands for an address in the frames that control LAN emulation.
    const LANE_CONTROL: u16 = 0xff00;
    let &[flags, ..] = cursor.take::<4>()?;
    match flags & 0x0f {
        LANE if cursor.be16()? != LANE_CONTROL => Ok(Step::Ethernet),
        LLC => Ok(Step::Llc),
        _ => Err(NoEvent::NotIp),
    }
}

/// SLIP (RFC 1055; LINKTYPE_SLIP): one byte of direction and the 15 that the
/// TCP/IP header was compressed to, in front of the whole header.
pub(super) fn slip(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(16)?;
    family::raw(cursor)
}

#[cfg(test)]
mod tests {
    use super::super::super::test_frames::{SNAP_IPV4, decode_as, ethernet, ipv4_udp, ipv6_udp};
    use super::super::super::{Malformed, NoEvent};

    fn start(link_type: u32, parts: &[&[u8]]) -> Result<usize, NoEvent> {
        decode_as(link_type, &parts.concat()).map(|headers| headers.ip_start as usize)
    }

    #[test]
    fn frame_relay_names_the_network_layer() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(107, &[&[0x18, 0x41, 3, 0xcc], &ip]), Ok(4));
        assert_eq!(start(107, &[&[0x18, 0x41, 3, 0x8e], &ipv6_udp(b"x")]), Ok(4));
        assert_eq!(start(107, &[&[0x18, 0x41, 3, 0, 0xcc], &ip]), Ok(5));
        assert_eq!(start(107, &[&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0], &ip]), Ok(10));
        assert_eq!(start(206, &[&[0, 0x18, 0x41, 3, 0xcc], &ip]), Ok(5));
        // Q.933 signalling and ISO protocols.
        assert_eq!(start(107, &[&[0, 1, 3, 8], &ip]), Err(NoEvent::NotIp));
        assert_eq!(start(107, &[&[0x18, 0x41, 3, 0x83], &ip]), Err(NoEvent::NotIp));
    }

    #[test]
    fn a_frame_relay_address_has_two_to_four_bytes() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(107, &[&[0x18, 0x40, 1, 3, 0xcc], &ip]), Ok(5));
        assert_eq!(start(107, &[&[0x18, 0x40, 2, 1, 3, 0xcc], &ip]), Ok(6));
        assert_eq!(start(107, &[&[0x18, 0x40, 2, 2, 1, 3, 0xcc], &ip]), Err(NoEvent::NotIp));
        assert_eq!(start(107, &[&[0x19, 3, 0xcc], &ip]), Err(NoEvent::NotIp));
    }

    #[test]
    fn ciscos_frame_relay_carries_an_ethernet_type() {
        assert_eq!(start(107, &[&[0x18, 0x41, 8, 0], &ipv4_udp(b"x")]), Ok(4));
        assert_eq!(start(107, &[&[0x18, 0x41, 0x20, 0], &ipv4_udp(b"x")]), Err(NoEvent::NotIp));
    }

    #[test]
    fn atm_carries_llc_or_emulates_a_lan() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(100, &[&SNAP_IPV4, &ip]), Ok(8));
        assert_eq!(start(123, &[&[0x82, 0, 0, 50], &SNAP_IPV4, &ip]), Ok(12));
        let lan = ethernet(&[8, 0], &ip);
        assert_eq!(start(123, &[&[1, 0, 0, 50, 0, 7], &lan]), Ok(20));
        assert_eq!(start(123, &[&[1, 0, 0, 50, 0xff, 0], &lan]), Err(NoEvent::NotIp));
        assert_eq!(start(123, &[&[5, 0, 0, 16], &ip]), Err(NoEvent::NotIp));
    }

    #[test]
    fn slip_has_sixteen_bytes_in_front() {
        assert_eq!(start(8, &[&[0; 16], &ipv4_udp(b"x")]), Ok(16));
        assert_eq!(start(8, &[&[0; 16], &ipv6_udp(b"x")]), Ok(16));
        assert_eq!(start(8, &[&[1; 16], &[0x80; 40]]), Err(NoEvent::Malformed(Malformed::Version)));
    }
}
