//! From the first byte of a frame to its outermost IP header.
//!
//! The way is a chain of small steps. A function for a header takes that header
//! off the cursor and answers with the [`Step`] that follows it; [`find`] takes
//! step after step until one is IP. So tags and labels may nest as deeply as
//! the frame is long: there is no recursion, and as every header that leads on
//! takes bytes off the frame, the work is bounded by its length.

mod cooked;
mod ethernet;
mod family;
mod lan;
mod ppp;
mod tags;
mod wide;
mod wireless;

use super::NoEvent;
use super::cursor::Cursor;
use super::ip::Version;
use crate::source::LinkType;

/// What follows the header that was just read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// An IP header of this version.
    Ip(Version),
    /// What this Ethernet type names.
    EtherType(u16),
    /// What this length or type field of a MAC header names: up to 1500 it is
    /// the length of an 802.3 frame.
    LengthOrType(u16),
    /// An Ethernet MAC header.
    Ethernet,
    /// An 802.2 LLC header.
    Llc,
    /// A PPP protocol field.
    Ppp,
    /// An MPLS label stack.
    Mpls,
    /// A header of another link type.
    Link(LinkType),
}

/// What a header's function answers.
type Next = Result<Step, NoEvent>;

/// Moves the cursor to the outermost IP header, and tells the version of IP
/// that the link layer announces there.
///
/// # Errors
/// Why there is none.
#[inline]
pub(super) fn find(link_type: LinkType, cursor: &mut Cursor<'_>) -> Result<Version, NoEvent> {
    let mut step = Step::Link(link_type);
    loop {
        step = match step {
            Step::Ip(version) => return Ok(version),
            Step::LengthOrType(field) => ethernet::length_or_type(field)?,
            Step::EtherType(ether_type) => ethernet::ether_type(ether_type, cursor)?,
            Step::Ethernet => ethernet::mac(cursor)?,
            Step::Llc => ethernet::llc(cursor)?,
            Step::Ppp => ppp::protocol(cursor)?,
            Step::Mpls => tags::mpls(cursor)?,
            Step::Link(link_type) => header(link_type, cursor)?,
        }
    }
}

/// The link types, by the numbers that capture files carry
/// (<https://www.tcpdump.org/linktypes.html>): the one place to add one. 12 and
/// 14 are raw IP under the DLT_ numbers of single systems, which some programs
/// wrote into files unchanged.
#[inline]
fn header(LinkType(number): LinkType, cursor: &mut Cursor<'_>) -> Next {
    match number {
        0 | 108 => family::null(cursor),
        1 => ethernet::mac(cursor),
        6 => lan::token_ring(cursor),
        8 => wide::slip(cursor),
        9 | 50 => ppp::ppp(cursor),
        10 => lan::fddi(cursor),
        12 | 14 | 101 => family::raw(cursor),
        51 => ppp::session(cursor),
        100 => wide::rfc_1483(),
        104 => ppp::cisco_hdlc(cursor),
        105 => wireless::ieee_802_11(cursor, wireless::Padding::None),
        107 => wide::frame_relay(cursor),
        109 => family::enc(cursor),
        113 => cooked::sll(cursor),
        117 => family::pflog(cursor),
        119 => wireless::prism(cursor),
        122 => lan::fibre_channel(cursor),
        123 => wide::sun_atm(cursor),
        127 => wireless::radiotap(cursor),
        129 => lan::arcnet(cursor),
        138 => lan::ieee_1394(cursor),
        163 => wireless::avs(cursor),
        166 => ppp::pppd(cursor),
        192 => wireless::ppi(cursor),
        204 => with_direction(cursor, 9),
        205 => with_direction(cursor, 104),
        206 => with_direction(cursor, 107),
        226 => family::ipnet(cursor),
        228 => Ok(Step::Ip(Version::V4)),
        229 => Ok(Step::Ip(Version::V6)),
        239 => cooked::nflog(cursor),
        240 => lan::net_analyzer(cursor),
        242 => lan::infiniband(cursor),
        258 => cooked::pktap(cursor),
        276 => cooked::sll2(cursor),
        281 => tags::switch_tag::<4>(cursor),
        282 => tags::broadcom_prepended(cursor),
        284 => tags::switch_tag::<4>(cursor),
        285 => tags::switch_tag::<8>(cursor),
        _ => Err(NoEvent::Unsupported),
    }
}

/// One byte that tells received from sent, in front of another link type's
/// header (LINKTYPE_PPP_WITH_DIR, LINKTYPE_C_HDLC_WITH_DIR,
/// LINKTYPE_FRELAY_WITH_DIR).
fn with_direction(cursor: &mut Cursor<'_>, link_type: u32) -> Next {
    cursor.skip(1)?;
    Ok(Step::Link(LinkType(link_type)))
}

/// The LINKTYPE_ number for a DLT_ number, which is what a header that names
/// the link type of the packet behind it holds. They differ where systems
/// disagreed; 11 is ATM with RFC 1483 encapsulation on all of them.
fn link_type_of_dlt(dlt: u32) -> LinkType {
    LinkType(if dlt == 11 { 100 } else { dlt })
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::{decode_as, ipv4_udp};
    use super::*;

    #[test]
    fn a_direction_byte_is_passed_over() {
        let frame = [&[1, 0x0f, 0, 8, 0], &ipv4_udp(b"x")[..]].concat();
        assert_eq!(decode_as(205, &frame).unwrap().ip_start, 5);
        assert_eq!(decode_as(206, &[]), Err(NoEvent::Truncated));
    }

    #[test]
    fn ip_without_a_link_layer_is_judged_as_ip() {
        use super::super::Malformed;
        assert_eq!(decode_as(228, &[0x60; 40]), Err(NoEvent::Malformed(Malformed::Version)));
        assert_eq!(decode_as(229, &[]), Err(NoEvent::Malformed(Malformed::Short)));
    }
}
