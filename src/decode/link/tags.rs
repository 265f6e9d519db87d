//! Tags and labels between a MAC header and IP, and the tags that switches put
//! on the frames for their own processor.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::ethernet::ADDRESSES;
use super::{Next, Step};

/// A tag of `N` bytes with a length/type field behind it: VLAN (IEEE 802.1Q
/// clause 9.6, 2 bytes), R-tag (IEEE 802.1CB clause 7.8, 4 bytes), E-tag (IEEE
/// 802.1BR clause 7.4, 6 bytes) and Cisco's VN-tag (4 bytes).
#[inline]
pub(super) fn tag<const N: usize>(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(N)?;
    cursor.be16().map(Step::LengthOrType)
}

/// The tag of Cisco TrustSec, "Cisco metadata": version, length, one option
/// with a security group (draft-smith-kandula-sxp).
pub(super) fn cisco_metadata(cursor: &mut Cursor<'_>) -> Next {
    tag::<6>(cursor)
}

/// The instance tag of a provider backbone bridge, with the customer's whole
/// frame behind it (IEEE 802.1Q clause 9.7).
pub(super) fn provider_backbone(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(4)?;
    Ok(Step::Ethernet)
}

/// The tag that a switch puts between the addresses and the type, for the
/// processor behind it: 4 bytes for Broadcom (LINKTYPE_DSA_TAG_BRCM) and
/// Marvell (LINKTYPE_DSA_TAG_DSA), 8 bytes where Marvell's tag has an Ethernet
/// type of its own (LINKTYPE_DSA_TAG_EDSA). The link type says that it is there;
/// the type that it may bear is programmable.
pub(super) fn switch_tag<const N: usize>(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(ADDRESSES)?;
    tag::<N>(cursor)
}

/// Broadcom's tag in front of the frame (LINKTYPE_DSA_TAG_BRCM_PREPEND).
pub(super) fn broadcom_prepended(cursor: &mut Cursor<'_>) -> Next {
    cursor.skip(4)?;
    Ok(Step::Ethernet)
}

/// A stack of MPLS labels (RFC 3032 section 2.1). Nothing in it names the
/// payload, so its first four bits must: IP is told from a pseudowire by them
/// (RFC 4928 section 3).
#[inline]
pub(super) fn mpls(cursor: &mut Cursor<'_>) -> Next {
    const BOTTOM_OF_STACK: u8 = 0x01;
    loop {
        let label = cursor.take::<4>()?;
        if label[2] & BOTTOM_OF_STACK != 0 {
            break;
        }
    }
    match cursor.peek::<1>()?[0] >> 4 {
        4 => Ok(Step::Ip(Version::V4)),
        6 => Ok(Step::Ip(Version::V6)),
        _ => Err(NoEvent::NotIp),
    }
}

/// A Network Service Header (RFC 8300 section 2.2): its length counts 4-byte
/// words, the base and service path headers (8 bytes) included.
pub(super) fn nsh(cursor: &mut Cursor<'_>) -> Next {
    let &[version, length, _, protocol] = cursor.peek()?;
    let words = usize::from(length & 0x3f);
    if version >> 6 != 0 || words < 2 {
        return Err(NoEvent::NotIp);
    }
    cursor.skip(words * 4)?;
    match protocol {
        1 => Ok(Step::Ip(Version::V4)),
        2 => Ok(Step::Ip(Version::V6)),
        3 => Ok(Step::Ethernet),
        4 => Ok(Step::EtherType(0x894f)),
        5 => Ok(Step::Mpls),
        _ => Err(NoEvent::NotIp),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::NoEvent;
    use super::super::super::test_frames::{decode_as, ethernet, ipv4_udp, ipv6_udp};

    fn start(header: &[u8], ip: &[u8]) -> Result<usize, NoEvent> {
        decode_as(1, &ethernet(header, ip)).map(|headers| headers.ip_start as usize)
    }

    #[test]
    fn a_vlan_tag_is_looked_through() {
        for kind in [[0x81, 0], [0x88, 0xa8], [0x91, 0], [0x92, 0], [0x93, 0]] {
            let header = [kind[0], kind[1], 0x20, 5, 8, 0];
            assert_eq!(start(&header, &ipv4_udp(b"x")), Ok(18));
        }
        let two = [0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 0x86, 0xdd];
        assert_eq!(start(&two, &ipv6_udp(b"x")), Ok(22));
    }

    #[test]
    fn an_llc_frame_may_lie_behind_a_vlan_tag() {
        let header = [0x81, 0, 0, 1, 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
        assert_eq!(start(&header, &ipv4_udp(b"x")), Ok(26));
    }

    #[test]
    fn mpls_labels_end_at_the_bottom_of_the_stack() {
        let two = [0x88, 0x47, 0, 0, 0x10, 64, 0, 0, 0x21, 64];
        assert_eq!(start(&two, &ipv4_udp(b"x")), Ok(22));
        let one = [0x88, 0x48, 0, 0, 0x21, 64];
        assert_eq!(start(&one, &ipv6_udp(b"x")), Ok(18));
    }

    #[test]
    fn a_pseudowire_under_mpls_is_not_ip() {
        for first in [0x00, 0x10] {
            assert_eq!(start(&[0x88, 0x47, 0, 0, 0x21, 64], &[first; 60]), Err(NoEvent::NotIp));
        }
    }

    #[test]
    fn mpls_with_nothing_behind_it_is_truncated() {
        assert_eq!(start(&[0x88, 0x47, 0, 0, 0x21, 64], &[]), Err(NoEvent::Truncated));
    }

    #[test]
    fn the_tags_of_bridges_are_looked_through() {
        let ip = ipv4_udp(b"x");
        let etag = [0x89, 0x3f, 0, 0, 0, 0, 0, 0, 8, 0];
        assert_eq!(start(&etag, &ip), Ok(12 + etag.len()));
        let vntag = [0x89, 0x26, 0, 0, 0, 0, 0x81, 0, 0, 1, 8, 0];
        assert_eq!(start(&vntag, &ip), Ok(12 + vntag.len()));
        let rtag = [0xf1, 0xc1, 0, 0, 0, 9, 8, 0];
        assert_eq!(start(&rtag, &ip), Ok(12 + rtag.len()));
        let metadata = [0x89, 9, 1, 1, 0, 1, 0, 7, 8, 0];
        assert_eq!(start(&metadata, &ip), Ok(12 + metadata.len()));
        let backbone = [&[0x88, 0xe7, 0, 0, 1, 0][..], &[4; 12], &[8, 0]].concat();
        assert_eq!(start(&backbone, &ip), Ok(12 + backbone.len()));
    }

    #[test]
    fn a_service_header_names_what_it_carries() {
        let ip = ipv4_udp(b"x");
        let path = [0, 0, 1, 255];
        let header = |length: u8, protocol: u8, more: &[u8]| {
            [&[0x89, 0x4f, 0x0f, 0xc0 | length, 2, protocol][..], &path, more].concat()
        };
        assert_eq!(start(&header(2, 1, &[]), &ip), Ok(22));
        assert_eq!(start(&header(3, 2, &[0; 4]), &ipv6_udp(b"x")), Ok(26));
        assert_eq!(start(&header(2, 3, &[[9; 12].as_slice(), &[8, 0]].concat()), &ip), Ok(36));
        assert_eq!(start(&header(2, 4, &[0, 2, 1, 1, 0, 0, 0, 0]), &ip), Ok(30));
        assert_eq!(start(&header(2, 5, &[0, 0, 0x21, 64]), &ip), Ok(26));
        assert_eq!(start(&header(2, 9, &[]), &ip), Err(NoEvent::NotIp));
        assert_eq!(start(&header(1, 1, &[]), &ip), Err(NoEvent::NotIp));
    }

    #[test]
    fn switch_tags_are_passed_over_by_their_link_type() {
        let ip = ipv4_udp(b"x");
        let between = |tag: &[u8]| [&[2; 12], tag, &[8, 0], &ip].concat();
        for (link_type, tag) in [(281, 4), (284, 4), (285, 8)] {
            let start = decode_as(link_type, &between(&[0; 8][..tag])).unwrap().ip_start;
            assert_eq!(start as usize, 14 + tag);
        }
        let in_front = [&[0; 4], &ethernet(&[8, 0], &ip)[..]].concat();
        assert_eq!(decode_as(282, &in_front).unwrap().ip_start, 18);
    }
}
