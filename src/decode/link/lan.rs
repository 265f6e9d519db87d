//! Local networks other than Ethernet and 802.11.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::{Next, Step};

/// FDDI (ISO 9314-2; LINKTYPE_FDDI): frame control, then two 48-bit addresses.
pub(super) fn fddi(cursor: &mut Cursor<'_>) -> Next {
    // Of the bits CLFFZZZZ: 48-bit addresses, and the format LLC.
    const LONG_LLC: u8 = 0x50;
    if cursor.byte()? & 0x70 != LONG_LLC {
        return Err(NoEvent::NotIp);
    }
    cursor.skip(12)?;
    Ok(Step::Llc)
}

/// Token Ring (IEEE 802.5 clause 3; LINKTYPE_IEEE802_5): access control, frame
/// control, two addresses, and the route where the source address says so.
pub(super) fn token_ring(cursor: &mut Cursor<'_>) -> Next {
    const LLC_FRAME: u8 = 0x40;
    const ROUTE_PRESENT: u8 = 0x80;
    let header = cursor.take::<14>()?;
    if header[1] & 0xc0 != LLC_FRAME {
        return Err(NoEvent::NotIp);
    }
    if header[8] & ROUTE_PRESENT != 0 {
        // The length counts the two bytes that it is part of.
        let length = usize::from(cursor.peek::<1>()?[0] & 0x1f);
        if length < 2 || length % 2 != 0 {
            return Err(NoEvent::NotIp);
        }
        cursor.skip(length)?;
    }
    Ok(Step::Llc)
}

/// ARCnet as Linux captures it, put together from its fragments
/// (LINKTYPE_ARCNET_LINUX): source, destination, two unused bytes, protocol.
/// The protocol of RFC 1051 follows at once; those of RFC 1201 and RFC 2497
/// have a split flag and a sequence number first.
pub(super) fn arcnet(cursor: &mut Cursor<'_>) -> Next {
    const IP_RFC_1051: u8 = 240;
    const IP_RFC_1201: u8 = 212;
    const IPV6_RFC_2497: u8 = 196;
    let &[_, _, _, _, protocol] = cursor.take()?;
    match protocol {
        IP_RFC_1051 => Ok(Step::Ip(Version::V4)),
        IP_RFC_1201 => cursor.skip(3).map(|()| Step::Ip(Version::V4)),
        IPV6_RFC_2497 => cursor.skip(3).map(|()| Step::Ip(Version::V6)),
        _ => Err(NoEvent::NotIp),
    }
}

/// IP over Fibre Channel (RFC 4338 section 3; LINKTYPE_IP_OVER_FC): a network
/// header with two 8-byte addresses.
pub(super) fn fibre_channel(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(16)?;
    Ok(Step::Llc)
}

/// IP over IEEE 1394 as Apple captures it (LINKTYPE_APPLE_IP_OVER_IEEE1394):
/// two 8-byte addresses and an Ethernet type.
pub(super) fn ieee_1394(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(16)?;
    cursor.be16().map(Step::EtherType)
}

/// IP over InfiniBand (RFC 4391 section 6; LINKTYPE_IPOIB): an Ethernet type
/// and two reserved bytes. What writes such captures also puts the 40-byte
/// global route header, or zeros in its place, in front; that begins with
/// neither of the types.
pub(super) fn infiniband(cursor: &mut Cursor<'_>) -> Next {
    const GLOBAL_ROUTE_HEADER: usize = 40;
    const IPV4: u16 = 0x0800;
    const IPV6: u16 = 0x86dd;
    let &[a, b, c, d] = cursor.peek()?;
    let begins = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    if !matches!(begins, (IPV4 | IPV6, 0)) {
        cursor.skip(GLOBAL_ROUTE_HEADER)?;
    }
    let ether_type = cursor.be16()?;
    cursor.skip(2)?;
    Ok(Step::EtherType(ether_type))
}

/// Ethernet behind the 4-byte header of a netANALYZER
/// (LINKTYPE_NETANALYZER).
pub(super) fn net_analyzer(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(4)?;
    Ok(Step::Ethernet)
}

#[cfg(test)]
mod tests {
    use super::super::super::NoEvent;
    use super::super::super::test_frames::{SNAP_IPV4, decode_as, ethernet, ipv4_udp, ipv6_udp};

    fn start(link_type: u32, parts: &[&[u8]]) -> Result<usize, NoEvent> {
        decode_as(link_type, &parts.concat()).map(|headers| headers.ip_start as usize)
    }

    #[test]
    fn fddi_carries_llc() {
        let ip = ipv4_udp(b"x");
        for control in [0x50, 0x57, 0xd0] {
            assert_eq!(start(10, &[&[control], &[1; 12], &SNAP_IPV4, &ip]), Ok(21));
        }
        // A management frame.
        assert_eq!(start(10, &[&[0x41], &[1; 12], &SNAP_IPV4, &ip]), Err(NoEvent::NotIp));
    }

    #[test]
    fn a_token_ring_frame_may_carry_its_route() {
        let ip = ipv4_udp(b"x");
        let plain = [0x10, 0x40, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
        assert_eq!(start(6, &[&plain, &SNAP_IPV4, &ip]), Ok(22));
        let mut routed = plain;
        routed[8] |= 0x80;
        assert_eq!(start(6, &[&routed, &[0x06, 0, 0, 0x11, 0, 0x20], &SNAP_IPV4, &ip]), Ok(28));
        assert_eq!(start(6, &[&routed, &[0, 0], &SNAP_IPV4, &ip]), Err(NoEvent::NotIp));
        let mut mac_frame = plain;
        mac_frame[1] = 0;
        assert_eq!(start(6, &[&mac_frame, &SNAP_IPV4, &ip]), Err(NoEvent::NotIp));
    }

    #[test]
    fn arcnet_has_a_split_flag_only_in_the_newer_encapsulations() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(129, &[&[1, 2, 0, 0, 240], &ip]), Ok(5));
        assert_eq!(start(129, &[&[1, 2, 0, 0, 212, 0, 0, 1], &ip]), Ok(8));
        assert_eq!(start(129, &[&[1, 2, 0, 0, 196, 0, 0, 1], &ipv6_udp(b"x")]), Ok(8));
        assert_eq!(start(129, &[&[1, 2, 0, 0, 213, 0, 0, 1], &ip]), Err(NoEvent::NotIp));
    }

    #[test]
    fn infiniband_is_read_with_and_without_its_route_header() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(242, &[&[8, 0, 0, 0], &ip]), Ok(4));
        assert_eq!(start(242, &[&[0; 40], &[8, 0, 0, 0], &ip]), Ok(44));
        assert_eq!(start(242, &[&[0x60; 40], &[0x86, 0xdd, 0, 0], &ipv6_udp(b"x")]), Ok(44));
    }

    #[test]
    fn long_addresses_are_passed_over() {
        let ip = ipv4_udp(b"x");
        assert_eq!(start(122, &[&[1; 16], &SNAP_IPV4, &ip]), Ok(24));
        assert_eq!(start(138, &[&[1; 16], &[8, 0], &ip]), Ok(18));
    }

    #[test]
    fn an_analyzers_header_is_passed_over() {
        assert_eq!(start(240, &[&[0; 4], &ethernet(&[8, 0], &ipv4_udp(b"x"))]), Ok(18));
    }
}
