//! The extension headers between an IPv6 header and its payload.

use crate::packet::notes;
use etherparse::Ipv6FragmentHeaderSlice;

/// IPv6 extension headers that are walked (IANA, "IPv6 Extension Header
/// Types"). The encrypted one and those that carry no payload of their own
/// (ESP, Mobility, HIP, Shim6) end the walk.
const HOP_BY_HOP: u8 = 0; // RFC 8200 section 4.3
const ROUTING: u8 = 43; // RFC 8200 section 4.4
pub(super) const FRAGMENT: u8 = 44; // RFC 8200 section 4.5
pub(super) const AUTHENTICATION: u8 = 51; // RFC 4302 section 2
const DESTINATION: u8 = 60; // RFC 8200 section 4.6
const WALKED: [u8; 5] = [HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION];

/// The options of a hop-by-hop header that matter here: one byte of padding,
/// which alone has no length, and the jumbo payload's length (RFC 2675).
const OPTION_PAD_1: u8 = 0;
const OPTION_JUMBO: u8 = 0xc2;

/// What the extension headers say, and how many bytes they take.
#[derive(Clone, Copy)]
pub(super) struct Chain {
    pub(super) protocol: u8,
    pub(super) length: usize,
    pub(super) offset: u16,
    pub(super) more_fragments: bool,
    pub(super) id: u32,
    pub(super) truncated: bool,
}

impl Chain {
    /// Of no header: the payload is of this protocol.
    #[inline]
    pub(super) fn none(protocol: u8) -> Self {
        Chain { protocol, length: 0, offset: 0, more_fragments: false, id: 0, truncated: false }
    }

    /// What it tells beyond its fields.
    #[inline]
    pub(super) fn notes(&self) -> u32 {
        let truncated = if self.truncated { notes::EXTENSION_TRUNCATED } else { 0 };
        let is_fragment = self.more_fragments || self.offset != 0;
        truncated | if is_fragment { notes::FRAGMENT } else { 0 }
    }
}

/// 0 for an extension header that is walked, 1 for what ends a chain of them; by a table, so
/// that one branch takes it together with what else may end one.
#[inline]
pub(super) fn ends(protocol: u8) -> u64 {
    static ENDS: [u8; 256] = {
        let mut ends = [1; 256];
        let mut at = 0;
        while at < WALKED.len() {
            ends[WALKED[at] as usize] = 0;
            at += 1;
        }
        ends
    };
    ENDS[usize::from(protocol)].into()
}

/// Whether `protocol` is an extension header that is walked.
#[inline]
pub(super) fn is_extension(protocol: u8) -> bool {
    ends(protocol) == 0
}

/// Walks the extension headers at the front of `bytes`, which end where the
/// packet or the capture ends. A header that is not wholly there stops the walk
/// in front of it, and is the payload.
#[inline]
pub(super) fn walk(first: u8, bytes: &[u8]) -> Chain {
    let mut chain = Chain::none(first);
    let mut rest = bytes;
    loop {
        // The second byte counts what follows the first 8 bytes, in units of 8;
        // for the authentication header in units of 4.
        let units = usize::from(rest.get(1).copied().unwrap_or_default());
        let length = match chain.protocol {
            HOP_BY_HOP | ROUTING | DESTINATION => (units + 1) * 8,
            AUTHENTICATION => (units + 2) * 4,
            FRAGMENT => 8,
            _ => return chain,
        };
        let Some((header, behind)) = rest.split_at_checked(length) else {
            chain.truncated = true;
            return chain;
        };
        if chain.protocol == FRAGMENT
            && let Ok(fragment) = Ipv6FragmentHeaderSlice::from_slice(header)
        {
            chain.offset = fragment.fragment_offset().value();
            chain.more_fragments = fragment.more_fragments();
            chain.id = fragment.identification();
        }
        chain.protocol = header.first().copied().unwrap_or_default();
        chain.length += length;
        rest = behind;
        // What follows is the middle of a packet, whatever its bytes look like.
        if chain.offset > 0 {
            return chain;
        }
    }
}

/// The payload length of a jumbogram (RFC 2675): what the jumbo option of a
/// hop-by-hop header states, as far as that was captured. `behind` is what
/// follows the IPv6 header.
pub(super) fn jumbo_length(next_header: u8, behind: &[u8]) -> Option<usize> {
    if next_header != HOP_BY_HOP {
        return None;
    }
    let units = usize::from(*behind.get(1)?);
    let header = behind.get(..(units + 1) * 8).unwrap_or(behind);
    let mut options = header.get(2..)?;
    loop {
        match *options {
            [OPTION_PAD_1, ref rest @ ..] => options = rest,
            [OPTION_JUMBO, 4, a, b, c, d, ..] => {
                // On a 32-bit machine no frame is longer than the maximum.
                return Some(
                    usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX),
                );
            }
            [_, length, ref rest @ ..] => options = rest.get(usize::from(length)..)?,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::{decode_as, ipv6, udp};
    use crate::packet::notes;

    const V6: u32 = 229;

    /// An extension header of 8 bytes.
    fn extension(next: u8) -> [u8; 8] {
        [next, 0, 1, 4, 0, 0, 0, 0]
    }

    #[test]
    fn extension_headers_are_walked_in_any_order_and_number() {
        let chain = [
            &extension(60)[..],
            &extension(43),
            &[51, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            // The authentication header counts in fours: 4 + 2, so 24 bytes.
            &[0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0; 12],
            &extension(17),
            &udp(b"data"),
        ]
        .concat();
        let headers = decode_as(V6, &ipv6(0, &chain)).unwrap();
        assert_eq!((headers.protocol, headers.payload_length), (17, 12));
        assert_eq!((headers.source_port, headers.notes), (53, 0));
    }

    #[test]
    fn other_headers_end_the_walk() {
        for protocol in [50, 59, 135, 139, 140, 253] {
            let headers = decode_as(V6, &ipv6(60, &extension(protocol))).unwrap();
            assert_eq!((headers.protocol, headers.payload_length), (protocol, 0));
        }
    }

    #[test]
    fn a_first_fragment_of_ipv6_has_ports_and_a_later_one_ends_the_walk() {
        let first = [&[17, 0, 0, 1, 1, 2, 3, 4][..], &udp(b"data")].concat();
        let headers = decode_as(V6, &ipv6(44, &first)).unwrap();
        assert_eq!((headers.flags, headers.offset, headers.id), (1, 0, 0x0102_0304));
        assert_eq!((headers.source_port, headers.notes), (53, notes::FRAGMENT));
        // Offset 2, no more fragments; what follows only looks like a header.
        let later = [&[60, 0, 0, 16, 1, 2, 3, 4][..], &extension(17), &udp(b"data")].concat();
        let headers = decode_as(V6, &ipv6(44, &later)).unwrap();
        assert_eq!((headers.flags, headers.offset, headers.protocol), (0, 2, 60));
        assert_eq!((headers.payload_length, headers.source_port), (20, 0));
        assert_eq!(headers.notes, notes::FRAGMENT);
    }

    #[test]
    fn the_last_fragment_header_counts() {
        let chain =
            [&[44, 0, 0, 1, 0, 0, 0, 1][..], &[17, 0, 0, 0, 0, 0, 0, 2], &udp(b"data")].concat();
        let headers = decode_as(V6, &ipv6(44, &chain)).unwrap();
        assert_eq!((headers.flags, headers.id, headers.notes), (0, 2, 0));
    }

    #[test]
    fn the_walk_stops_in_front_of_a_header_that_is_not_wholly_there() {
        // Its length reaches beyond the stated payload.
        let packet = ipv6(60, &[&extension(43)[..], &[17, 1, 0, 0, 0, 0, 0, 0]].concat());
        let headers = decode_as(V6, &[&packet[..], &[0; 32]].concat()).unwrap();
        assert_eq!((headers.protocol, headers.payload_start, headers.payload_length), (43, 48, 8));
        assert_eq!(headers.notes, notes::EXTENSION_TRUNCATED | notes::PADDING);
        // The capture ends inside it.
        let packet = ipv6(60, &[&extension(44)[..], &extension(17), &udp(b"x")].concat());
        let headers = decode_as(V6, &packet[..53]).unwrap();
        assert_eq!((headers.protocol, headers.payload_start, headers.payload_length), (44, 48, 5));
        assert_eq!(headers.notes, notes::EXTENSION_TRUNCATED | notes::TRUNCATED);
        assert_eq!((headers.id, headers.payload_wire_length), (0, 17));
    }

    #[test]
    fn a_jumbo_option_states_the_payload_length() {
        // Two ways to pad in front of the option, which wants 4n + 2.
        for options in [[0xc2, 4, 0, 0, 0, 20, 0, 0], [0, 1, 0, 0xc2, 4, 0, 0, 0]] {
            let length = if options[0] == 0xc2 { 0 } else { 1 };
            let mut chain = vec![17, length];
            chain.extend(&options[..if length == 0 { 6 } else { 8 }]);
            if length == 1 {
                chain.extend([28, 0, 0, 0, 0, 0]);
            }
            chain.extend(udp(b"data"));
            let mut packet = ipv6(0, &chain);
            packet[4..6].copy_from_slice(&[0, 0]);
            let headers = decode_as(V6, &packet).unwrap();
            assert_eq!((headers.payload_length, headers.payload_wire_length), (12, 12));
            assert_eq!((headers.source_port, headers.notes), (53, 0));
        }
    }

    #[test]
    fn a_jumbo_option_is_ignored_beside_a_payload_length() {
        let chain = [&[17, 0, 0xc2, 4, 0, 1, 0, 0][..], &udp(b"data")].concat();
        assert_eq!(decode_as(V6, &ipv6(0, &chain)).unwrap().payload_wire_length, 12);
    }

    #[test]
    fn a_jumbo_option_counts_also_where_its_header_is_cut() {
        let chain = [&[17, 1, 0xc2, 4, 0, 0, 0, 24][..], &[0; 8], &udp(b"data")].concat();
        let mut packet = ipv6(0, &chain);
        packet[4..6].copy_from_slice(&[0, 0]);
        let headers = decode_as(V6, &packet[..50]).unwrap();
        assert_eq!((headers.protocol, headers.payload_length, headers.source_port), (0, 10, 0));
        assert_eq!(headers.notes, notes::EXTENSION_TRUNCATED | notes::TRUNCATED);
    }

    #[test]
    fn a_jumbogram_longer_than_the_capture_is_truncated() {
        let chain = [&[17, 0, 0xc2, 4, 0xff, 0xff, 0xff, 0xff][..], &udp(b"data")].concat();
        let mut packet = ipv6(0, &chain);
        packet[4..6].copy_from_slice(&[0, 0]);
        let headers = decode_as(V6, &packet).unwrap();
        assert_eq!(headers.payload_wire_length, u32::MAX - 8);
        assert_eq!((headers.payload_length, headers.notes), (12, notes::TRUNCATED));
    }
}
