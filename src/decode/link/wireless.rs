//! 802.11, and the headers that drivers put in front of it.

use super::super::NoEvent;
use super::super::cursor::Cursor;
use super::{Next, Step, link_type_of_dlt};

/// Whether the 802.11 header is followed by padding to a multiple of 4 bytes,
/// as some adapters insert it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    None,
    ToFourBytes,
}

/// A data frame of 802.11 (IEEE 802.11 clause 9.3.2.1; LINKTYPE_IEEE802_11).
pub(super) fn ieee_802_11(cursor: &mut Cursor<'_>, padding: Padding) -> Next {
    // Frame control, low byte: version (2 bits), type (2), subtype (4).
    const VERSION_AND_TYPE: u8 = 0x0f;
    const DATA: u8 = 0x08;
    const NO_DATA: u8 = 0x40;
    const QOS: u8 = 0x80;
    // Frame control, high byte.
    const BOTH_DISTRIBUTION_SYSTEMS: u8 = 0x03;
    const PROTECTED: u8 = 0x40;
    const HT_CONTROL: u8 = 0x80;
    // QoS control, low byte.
    const AGGREGATE: u8 = 0x80;

    let &[kind, flags] = cursor.peek()?;
    let is_data = kind & (VERSION_AND_TYPE | NO_DATA) == DATA;
    if !is_data || flags & PROTECTED != 0 {
        return Err(NoEvent::NotIp);
    }
    let header = cursor.take::<24>()?;
    let mut length = 24;
    // The sequence control's low four bits: a later fragment begins in the
    // middle of what was fragmented.
    if header[22] & 0x0f != 0 {
        return Err(NoEvent::NotIp);
    }
    if flags & BOTH_DISTRIBUTION_SYSTEMS == BOTH_DISTRIBUTION_SYSTEMS {
        cursor.skip(6)?; // a fourth address
        length += 6;
    }
    let mut aggregate = false;
    if kind & QOS != 0 {
        aggregate = cursor.take::<2>()?[0] & AGGREGATE != 0;
        length += 2;
        if flags & HT_CONTROL != 0 {
            cursor.skip(4)?;
            length += 4;
        }
    }
    if padding == Padding::ToFourBytes {
        cursor.skip(length % 4)?; // 2 or 0: all its parts are even
    }
    if aggregate {
        cursor.skip(14)?; // the first subframe's addresses and length
    }
    Ok(Step::Llc)
}

/// Radiotap (<https://www.radiotap.org>; LINKTYPE_IEEE802_11_RADIOTAP), in
/// little-endian byte order: version, a byte of padding, the header's length,
/// words that tell the fields which follow.
pub(super) fn radiotap(cursor: &mut Cursor<'_>) -> Next {
    const FIXED: usize = 8;
    let &[version, _, low, high] = cursor.peek()?;
    let length = usize::from(u16::from_le_bytes([low, high]));
    if version != 0 || length < FIXED {
        return Err(NoEvent::NotIp);
    }
    let header = cursor.rest();
    cursor.skip(length)?;
    let padding = radiotap_padding(header.get(..length).unwrap_or_default());
    ieee_802_11(cursor, padding.unwrap_or(Padding::None))
}

/// The padding bit of a radiotap header's flags field, where it has one.
fn radiotap_padding(header: &[u8]) -> Option<Padding> {
    const TIMESTAMP: u32 = 1 << 0;
    const FLAGS: u32 = 1 << 1;
    const ANOTHER_WORD: u32 = 1 << 31;
    const DATA_PAD: u8 = 0x20;
    let mut words = header
        .get(4..)?
        .chunks_exact(4)
        .map(|word| word.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)));
    let first = words.next()?;
    if first & FLAGS == 0 {
        return None;
    }
    let mut place = 8;
    let mut word = first;
    while word & ANOTHER_WORD != 0 {
        word = words.next()?;
        place += 4;
    }
    // Fields are aligned to their size, counted from the header's first byte.
    if first & TIMESTAMP != 0 {
        place = usize::next_multiple_of(place, 8) + 8;
    }
    let padded = *header.get(place)? & DATA_PAD != 0;
    Some(if padded { Padding::ToFourBytes } else { Padding::None })
}

/// The header of AbsoluteValue Systems (LINKTYPE_IEEE802_11_AVS), in network
/// byte order: a version and the header's length.
pub(super) fn avs(cursor: &mut Cursor<'_>) -> Next {
    // Version, length and the MAC time, which every version has.
    const MIN_LENGTH: u32 = 16;
    let &[_, _, _, _, a, b, c, d] = cursor.peek()?;
    let length = u32::from_be_bytes([a, b, c, d]);
    if length < MIN_LENGTH {
        return Err(NoEvent::NotIp);
    }
    cursor.skip(usize::try_from(length).unwrap_or(usize::MAX))?;
    ieee_802_11(cursor, Padding::None)
}

/// The header of Prism adapters (LINKTYPE_IEEE802_11_PRISM), of 144 bytes.
/// Drivers that changed to the AVS header kept the link type; its first field
/// tells.
pub(super) fn prism(cursor: &mut Cursor<'_>) -> Next {
    const PRISM_HEADER: usize = 144;
    const AVS_MAGIC: [u8; 3] = [0x80, 0x21, 0x10];
    if cursor.peek()? == &AVS_MAGIC {
        return avs(cursor);
    }
    cursor.skip(PRISM_HEADER)?;
    ieee_802_11(cursor, Padding::None)
}

/// Per-Packet Information (LINKTYPE_PPI), in little-endian byte order: version,
/// flags, the header's length, and the DLT_ of what follows it.
pub(super) fn ppi(cursor: &mut Cursor<'_>) -> Next {
    const FIXED: usize = 8;
    let &[version, _, low, high, a, b, c, d] = cursor.peek::<FIXED>()?;
    let length = usize::from(u16::from_le_bytes([low, high]));
    if version != 0 || length < FIXED {
        return Err(NoEvent::NotIp);
    }
    cursor.skip(length)?;
    Ok(Step::Link(link_type_of_dlt(u32::from_le_bytes([a, b, c, d]))))
}

#[cfg(test)]
mod tests {
    use super::super::super::NoEvent;
    use super::super::super::test_frames::{SNAP_IPV4, decode_as, ethernet, ipv4_udp};

    fn start(link_type: u32, parts: &[&[u8]]) -> Result<usize, NoEvent> {
        decode_as(link_type, &parts.concat()).map(|headers| headers.ip_start as usize)
    }

    /// Frame control, then zeros up to `length`.
    fn header(kind: u8, flags: u8, length: usize) -> Vec<u8> {
        let mut header = vec![0; length];
        header[..2].copy_from_slice(&[kind, flags]);
        header
    }

    fn body() -> Vec<u8> {
        [&SNAP_IPV4[..], &ipv4_udp(b"x")].concat()
    }

    #[test]
    fn a_data_frame_carries_llc() {
        assert_eq!(start(105, &[&header(0x08, 1, 24), &body()]), Ok(32));
        assert_eq!(start(105, &[&header(0x08, 2, 24), &body()]), Ok(32));
    }

    #[test]
    fn optional_fields_lengthen_the_header() {
        // A fourth address; QoS; both; QoS and HT control.
        for (kind, flags, length) in [(0x08, 3, 30), (0x88, 1, 26), (0x88, 3, 32), (0x88, 0x81, 30)]
        {
            let found = start(105, &[&header(kind, flags, length), &body()]);
            assert_eq!(found, Ok(length + 8));
        }
        // Without QoS the same bit means strict ordering, and adds nothing.
        assert_eq!(start(105, &[&header(0x08, 0x81, 24), &body()]), Ok(32));
    }

    #[test]
    fn the_first_frame_of_an_aggregate_counts() {
        let mut qos = header(0x88, 1, 26);
        qos[24] = 0x80;
        assert_eq!(start(105, &[&qos, &[5; 14], &body()]), Ok(48));
    }

    #[test]
    fn other_frames_are_not_ip() {
        let mut later_fragment = header(0x08, 1, 24);
        later_fragment[22] = 1;
        for frame in [
            header(0x80, 0, 24),    // beacon
            header(0x08, 0x41, 24), // protected
            header(0x48, 1, 24),    // no data
            header(0xc8, 1, 26),    // QoS, no data
            header(0x09, 1, 24),    // another version of 802.11
            later_fragment,
        ] {
            assert_eq!(start(105, &[&frame, &body()]), Err(NoEvent::NotIp));
        }
        // Shorter than a data header, and known all the same.
        assert_eq!(start(105, &[&header(0xd4, 0, 10)]), Err(NoEvent::NotIp));
    }

    #[test]
    fn radiotap_is_passed_over_by_its_length() {
        let frame = header(0x08, 1, 24);
        assert_eq!(start(127, &[&[0, 0, 8, 0, 0, 0, 0, 0], &frame, &body()]), Ok(40));
        assert_eq!(start(127, &[&[0, 0, 7, 0, 0, 0, 0, 0], &frame, &body()]), Err(NoEvent::NotIp));
        assert_eq!(start(127, &[&[0, 0, 99, 0, 0, 0, 0, 0], &frame]), Err(NoEvent::Truncated));
    }

    #[test]
    fn radiotap_tells_of_padding_behind_the_header() {
        let qos = header(0x88, 1, 26);
        let flags_only = [0, 0, 9, 0, 2, 0, 0, 0, 0x20];
        assert_eq!(start(127, &[&flags_only, &qos, &[0; 2], &body()]), Ok(45));
        // Behind a second word of fields and the aligned time stamp.
        let mut second = vec![0, 0, 25, 0, 3, 0, 0, 0x80, 0, 0, 0, 0];
        second.resize(24, 0);
        second.push(0x20);
        assert_eq!(start(127, &[&second, &qos, &[0; 2], &body()]), Ok(61));
        second[24] = 0x10;
        assert_eq!(start(127, &[&second, &qos, &body()]), Ok(59));
    }

    #[test]
    fn avs_and_prism_headers_are_passed_over() {
        let frame = header(0x08, 1, 24);
        let mut avs = vec![0x80, 0x21, 0x10, 1, 0, 0, 0, 64];
        avs.resize(64, 0);
        assert_eq!(start(163, &[&avs, &frame, &body()]), Ok(96));
        assert_eq!(start(119, &[&avs, &frame, &body()]), Ok(96));
        assert_eq!(start(119, &[&[0x44; 144], &frame, &body()]), Ok(176));
        avs[7] = 8;
        assert_eq!(start(163, &[&avs, &frame, &body()]), Err(NoEvent::NotIp));
    }

    #[test]
    fn per_packet_information_names_the_link_type() {
        let ip = ipv4_udp(b"x");
        let wireless = [0, 0, 12, 0, 105, 0, 0, 0, 9, 9, 9, 9];
        assert_eq!(start(192, &[&wireless, &header(0x08, 1, 24), &body()]), Ok(44));
        let lan = [0, 0, 8, 0, 1, 0, 0, 0];
        assert_eq!(start(192, &[&lan, &ethernet(&[8, 0], &ip)]), Ok(22));
        let atm = [0, 0, 8, 0, 11, 0, 0, 0];
        assert_eq!(start(192, &[&atm, &body()]), Ok(16));
        let unknown = [0, 0, 8, 0, 147, 0, 0, 0];
        assert_eq!(start(192, &[&unknown, &ip]), Err(NoEvent::Unsupported));
        assert_eq!(start(192, &[&[0, 0, 4, 0, 1, 0, 0, 0], &ip]), Err(NoEvent::NotIp));
    }
}
