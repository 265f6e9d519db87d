//! Link types whose header is little more than an address family, or less: IP
//! that never had a link layer.

use super::super::cursor::Cursor;
use super::super::ip::Version;
use super::super::{Malformed, NoEvent};
use super::{Next, Step};

/// The values of AF_INET and AF_INET6. The former is 2 everywhere; the latter
/// is 10 on Linux, 23 on Windows, 24 on NetBSD, OpenBSD and BSD/OS, 28 on
/// FreeBSD and 30 on macOS (LINKTYPE_NULL).
#[inline]
fn family(family: u32) -> Option<Step> {
    match family {
        2 => Some(Step::Ip(Version::V4)),
        10 | 23 | 24 | 28 | 30 => Some(Step::Ip(Version::V6)),
        _ => None,
    }
}

/// The same for 32 bits in the byte order of a machine that the frame does not
/// name. The values are small enough to be told apart.
#[inline]
fn family_in_either_order(bytes: [u8; 4]) -> Next {
    family(u32::from_be_bytes(bytes))
        .or_else(|| family(u32::from_le_bytes(bytes)))
        .ok_or(NoEvent::NotIp)
}

/// The loopback header of BSD: an address family in the byte order of the
/// machine (LINKTYPE_NULL), or of the network (LINKTYPE_LOOP).
pub(super) fn null(cursor: &mut Cursor<'_>) -> Next {
    family_in_either_order(*cursor.take()?)
}

/// IP without a header in front (LINKTYPE_RAW): its own version tells which.
pub(super) fn raw(cursor: &mut Cursor<'_>) -> Next {
    match cursor.peek::<1>()?[0] >> 4 {
        4 => Ok(Step::Ip(Version::V4)),
        6 => Ok(Step::Ip(Version::V6)),
        _ => Err(NoEvent::Malformed(Malformed::Version)),
    }
}

/// Decrypted IPsec packets as OpenBSD and FreeBSD hand them out: address
/// family, SPI and flags, 4 bytes each (LINKTYPE_ENC).
pub(super) fn enc(cursor: &mut Cursor<'_>) -> Next {
    let &[a, b, c, d, ..] = cursor.take::<12>()?;
    family_in_either_order([a, b, c, d])
}

/// What BSD's packet filter logs (LINKTYPE_PFLOG): the header states its length
/// without the padding to 4 bytes that follows it, then an address family.
pub(super) fn pflog(cursor: &mut Cursor<'_>) -> Next {
    // Up to the interface, the rule set and the rule numbers, which every
    // version of the header has.
    const MIN_LENGTH: u8 = 45;
    let &[length, af] = cursor.peek()?;
    if length < MIN_LENGTH {
        return Err(NoEvent::NotIp);
    }
    cursor.skip(usize::from(length).next_multiple_of(4))?;
    family(u32::from(af)).ok_or(NoEvent::NotIp)
}

/// What Solaris captures at its IP observability devices (LINKTYPE_IPNET):
/// version, address family as on Solaris, and 22 bytes about interface and
/// zones.
pub(super) fn ipnet(cursor: &mut Cursor<'_>) -> Next {
    const AF_INET: u8 = 2;
    const AF_INET6: u8 = 26;
    let &[_, family, ..] = cursor.take::<24>()?;
    match family {
        AF_INET => Ok(Step::Ip(Version::V4)),
        AF_INET6 => Ok(Step::Ip(Version::V6)),
        _ => Err(NoEvent::NotIp),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::test_frames::{decode_as, ipv4_udp, ipv6_udp};
    use super::super::super::{Malformed, NoEvent};

    fn start(link_type: u32, header: &[u8], ip: &[u8]) -> Result<usize, NoEvent> {
        decode_as(link_type, &[header, ip].concat()).map(|headers| headers.ip_start as usize)
    }

    #[test]
    fn the_loopback_family_is_known_in_both_byte_orders() {
        for link_type in [0, 108] {
            for header in [2u32.to_le_bytes(), 2u32.to_be_bytes()] {
                assert_eq!(start(link_type, &header, &ipv4_udp(b"x")), Ok(4));
            }
            for af in [10u32, 23, 24, 28, 30] {
                assert_eq!(start(link_type, &af.to_le_bytes(), &ipv6_udp(b"x")), Ok(4));
                assert_eq!(start(link_type, &af.to_be_bytes(), &ipv6_udp(b"x")), Ok(4));
            }
            assert_eq!(start(link_type, &[0, 0, 0, 7], &ipv4_udp(b"x")), Err(NoEvent::NotIp));
        }
    }

    #[test]
    fn raw_ip_tells_its_own_version() {
        for link_type in [12, 14, 101] {
            assert_eq!(start(link_type, &[], &ipv4_udp(b"x")), Ok(0));
            assert_eq!(start(link_type, &[], &ipv6_udp(b"x")), Ok(0));
            assert_eq!(start(link_type, &[], &[]), Err(NoEvent::Truncated));
            assert_eq!(
                start(link_type, &[0x50; 40], &[]),
                Err(NoEvent::Malformed(Malformed::Version))
            );
        }
    }

    #[test]
    fn logged_packets_name_their_family() {
        let enc = |af: u8| [[0, 0, 0, af], [0; 4], [0; 4]].concat();
        assert_eq!(start(109, &enc(2), &ipv4_udp(b"x")), Ok(12));
        assert_eq!(start(109, &enc(24), &ipv6_udp(b"x")), Ok(12));
        let pflog = |af: u8, length: u8| [&[length, af][..], &[0; 62]].concat();
        assert_eq!(start(117, &pflog(2, 61), &ipv4_udp(b"x")), Ok(64));
        assert_eq!(start(117, &pflog(30, 64), &ipv6_udp(b"x")), Ok(64));
        assert_eq!(start(117, &pflog(2, 8), &ipv4_udp(b"x")), Err(NoEvent::NotIp));
        let ipnet = |af: u8| [&[2, af][..], &[0; 22]].concat();
        assert_eq!(start(226, &ipnet(2), &ipv4_udp(b"x")), Ok(24));
        assert_eq!(start(226, &ipnet(26), &ipv6_udp(b"x")), Ok(24));
        assert_eq!(start(226, &ipnet(10), &ipv6_udp(b"x")), Err(NoEvent::NotIp));
    }
}
