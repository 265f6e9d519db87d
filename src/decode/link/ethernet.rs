//! Ethernet: the MAC header, Ethernet types, and LLC with SNAP.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::{Next, Step, ppp, tags};

/// The two addresses of a MAC header.
pub(super) const ADDRESSES: usize = 12;

/// The greatest value of the length/type field that is a length, and the
/// smallest that is a type (IEEE 802.3 clause 3.2.6). Between them it is
/// neither.
const MAX_LENGTH: u16 = 1500;
const MIN_TYPE: u16 = 1536;

/// The MAC header of Ethernet (IEEE 802.3 clause 3.1).
#[inline]
pub(super) fn mac(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(ADDRESSES)?;
    cursor.be16().map(Step::LengthOrType)
}

/// The field behind the addresses or behind a tag (IEEE 802.3 clause 3.2.6).
#[inline]
pub(super) fn length_or_type(field: u16) -> Next {
    match field {
        MIN_TYPE.. => Ok(Step::EtherType(field)),
        0..=MAX_LENGTH => Ok(Step::Llc),
        _ => Err(NoEvent::NotIp),
    }
}

/// What an Ethernet type leads to (IEEE registration authority, "EtherType";
/// IANA, "IEEE 802 Numbers").
#[inline]
pub(super) fn ether_type(ether_type: u16, cursor: &mut Cursor<'_>) -> Next {
    match ether_type {
        0x0800 => Ok(Step::Ip(Version::V4)),
        0x86dd => Ok(Step::Ip(Version::V6)),
        // 802.1Q, 802.1ad, and the numbers used for stacked tags before it.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => tags::tag::<2>(cursor),
        0x8847 | 0x8848 => Ok(Step::Mpls),
        0x8864 => ppp::session(cursor),
        0x880b => Ok(Step::Ppp),
        0x8909 => tags::cisco_metadata(cursor),
        0x8926 => tags::tag::<4>(cursor), // Cisco VN-tag
        0x893f => tags::tag::<6>(cursor), // 802.1BR E-tag
        0x894f => tags::nsh(cursor),
        0x88e7 => tags::provider_backbone(cursor),
        0xf1c1 => tags::tag::<4>(cursor), // 802.1CB R-tag
        _ => Err(NoEvent::NotIp),
    }
}

/// An LLC header with unnumbered information (IEEE 802.2), and the SNAP header
/// that may follow it (IEEE 802 clause 9; RFC 1042).
pub(super) fn llc(cursor: &mut Cursor<'_>) -> Next {
    const SNAP: u8 = 0xaa;
    const IP: u8 = 0x06;
    const UNNUMBERED_INFORMATION: u8 = 0x03;
    let &[destination, source, control] = cursor.take()?;
    if control != UNNUMBERED_INFORMATION {
        return Err(NoEvent::NotIp);
    }
    // The lowest bit of the source tells a response from a command.
    match (destination, source & 0xfe) {
        (SNAP, SNAP) => snap(cursor),
        (IP, IP) => Ok(Step::Ip(Version::V4)),
        _ => Err(NoEvent::NotIp),
    }
}

/// A SNAP header: an organisation and, where that is the one for Ethernet types
/// (RFC 1042) or for frames that were Ethernet before bridging (IEEE 802.1H),
/// an Ethernet type.
pub(super) fn snap(cursor: &mut Cursor<'_>) -> Next {
    let organisation = *cursor.take::<3>()?;
    let protocol = cursor.be16()?;
    match organisation {
        [0, 0, 0] | [0, 0, 0xf8] => Ok(Step::EtherType(protocol)),
        _ => Err(NoEvent::NotIp),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::NoEvent;
    use super::super::super::test_frames::{decode_as, ethernet, ipv4_udp, ipv6_udp};

    fn start(frame: &[u8]) -> Result<usize, NoEvent> {
        decode_as(1, frame).map(|headers| headers.ip_start as usize)
    }

    #[test]
    fn the_ethernet_type_names_the_version() {
        assert_eq!(start(&ethernet(&[8, 0], &ipv4_udp(b"x"))), Ok(14));
        assert_eq!(start(&ethernet(&[0x86, 0xdd], &ipv6_udp(b"x"))), Ok(14));
    }

    #[test]
    fn other_ethernet_types_are_not_ip() {
        for ether_type in [[8, 6], [0x88, 0x63], [0x88, 0xcc], [0x90, 0]] {
            assert_eq!(start(&ethernet(&ether_type, &ipv4_udp(b"x"))), Err(NoEvent::NotIp));
        }
    }

    #[test]
    fn a_length_leads_to_llc() {
        let ip = ipv4_udp(b"x");
        for header in [
            &[0u8, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..],
            &[5, 220, 0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0],
            &[0, 0, 6, 6, 3],
        ] {
            assert_eq!(start(&ethernet(header, &ip)), Ok(12 + header.len()));
        }
    }

    #[test]
    fn llc_that_carries_no_ip_is_not_ip() {
        let ip = ipv4_udp(b"x");
        for header in [
            &[0u8, 60, 0xaa, 0xaa, 3, 0, 0, 0x0c, 8, 0][..], // Cisco's organisation code
            &[0, 60, 0xaa, 0xaa, 0xaf, 0, 0, 0, 8, 0],       // not unnumbered information
            &[0, 60, 0x42, 0x42, 3],                         // spanning tree
            &[0, 60, 0xff, 0xff, 0],                         // Novell's frames without LLC
        ] {
            assert_eq!(start(&ethernet(header, &ip)), Err(NoEvent::NotIp));
        }
    }

    #[test]
    fn what_is_neither_length_nor_type_is_not_ip() {
        for field in [1501u16, 1535] {
            let header = [&field.to_be_bytes()[..], &[6, 6, 3]].concat();
            assert_eq!(start(&ethernet(&header, &ipv4_udp(b"x"))), Err(NoEvent::NotIp));
        }
    }
}
