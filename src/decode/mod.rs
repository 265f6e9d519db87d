//! From a captured frame to what its IP header says.
//!
//! A frame goes through three steps, each of them a module:
//!
//! 1. `link` walks from the first byte of the frame, as its link type tells,
//!    through tags, labels and encapsulations to the outermost IP header.
//! 2. `ip` reads that header, and finds the payload; `extensions` walks the
//!    extension headers of IPv6 on the way.
//! 3. `ports` reads the ports of the transports that have them.
//!
//! Nothing here looks further: what a tunnel carries is payload, and fragments
//! are not put together. Every read is checked against the captured bytes, so
//! that any input gives an answer; nothing is allocated.
//!
//! **A new link type** is one function in `link/` and one line in the table of
//! `link`; a new Ethernet type is the same in `link/ethernet.rs`.

mod chain;
mod cursor;
#[cfg(test)]
mod encapsulations;
mod extensions;
mod fast;
#[cfg(test)]
mod fast_tests;
mod ip;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod link;
mod ports;
#[cfg(test)]
mod test_frames;

pub use fast::{Common, V4, V6};

use crate::packet::Headers;
use crate::source::Frame;
use cursor::Cursor;

/// Why a frame makes no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEvent {
    /// The link layer carries something other than IP (ARP, an encrypted
    /// frame, a control frame).
    NotIp,
    /// The link type is not one that is walked to IP.
    Unsupported,
    /// The captured bytes end before an IP header could begin.
    Truncated,
    /// The link layer announces IP, and what is there is no IP header.
    Malformed(Malformed),
}

/// What is wrong with an IP header that makes no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The version is not the one that the link layer announces.
    Version,
    /// The IPv4 header states less than its fixed 20 bytes (IHL below 5).
    HeaderLength,
    /// The IPv4 packet states to be shorter than its own header.
    TotalLength,
    /// Less than the header was captured.
    Short,
}

/// Reads the outermost IP header of a frame, where that is a common one; for
/// all others there is no answer but that of [`decode`], which this never
/// differs from.
#[inline(always)]
pub fn decode_common<'a>(frame: &Frame<'a>) -> Option<Common<'a>> {
    fast::decode(frame)
}

/// Reads the outermost IP header of a frame.
///
/// # Errors
/// Why the frame makes no event.
pub fn decode(frame: &Frame<'_>) -> Result<Headers, NoEvent> {
    let mut cursor = Cursor::new(frame.bytes);
    match link::find(frame.link_type, &mut cursor)? {
        ip::Version::V4 => ip::version_4(frame, cursor),
        ip::Version::V6 => ip::version_6(frame, cursor),
    }
}

#[cfg(test)]
mod tests {
    use super::test_frames::{LINK_TYPES, Random, decode_as, every_link_type};
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn every_link_type_reaches_ip() {
        let samples = every_link_type();
        for (name, link_type, frame) in &samples {
            let headers = decode_as(*link_type, frame);
            assert!(headers.is_ok(), "{name}: {headers:?}");
        }
        for link_type in LINK_TYPES {
            assert!(samples.iter().any(|sample| sample.1 == link_type), "no sample of {link_type}");
        }
    }

    #[test]
    fn a_frame_cut_at_any_byte_is_an_event_or_a_stated_cause() {
        for (name, link_type, frame) in every_link_type() {
            for length in 0..frame.len() {
                match decode_as(link_type, &frame[..length]) {
                    Ok(headers) => assert!(
                        (headers.payload_start + headers.payload_length) as usize <= length,
                        "{name} at {length}"
                    ),
                    Err(cause) => assert!(
                        matches!(
                            cause,
                            NoEvent::Truncated
                                | NoEvent::NotIp
                                | NoEvent::Malformed(Malformed::Short)
                        ),
                        "{name} at {length}: {cause:?}"
                    ),
                }
            }
        }
    }

    #[test]
    fn random_bytes_never_panic_and_state_ranges_inside_the_frame() {
        let mut random = Random::new(1);
        let mut frame = [0u8; 160];
        for round in 0..3_000 {
            for link_type in LINK_TYPES {
                let length = random.below(frame.len());
                frame.iter_mut().for_each(|byte| *byte = random.byte());
                check_ranges(link_type, &frame[..length], round);
            }
        }
    }

    #[test]
    fn frames_with_damaged_bytes_never_panic() {
        let mut random = Random::new(2);
        for (_, link_type, frame) in every_link_type() {
            for round in 0..2_000 {
                let mut damaged = frame.clone();
                for _ in 0..=random.below(3) {
                    let place = random.below(damaged.len());
                    damaged[place] = random.byte();
                }
                check_ranges(link_type, &damaged, round);
            }
        }
    }

    fn check_ranges(link_type: u32, frame: &[u8], round: usize) {
        if let Ok(headers) = decode_as(link_type, frame) {
            let ip_end = headers.ip_start as usize + headers.ip_length as usize;
            let end = headers.payload_start as usize + headers.payload_length as usize;
            assert!(ip_end <= frame.len() && end <= ip_end, "link type {link_type}, round {round}");
        }
    }

    #[test]
    fn an_unknown_link_type_is_unsupported() {
        assert_eq!(decode_as(147, &[0x45; 40]), Err(NoEvent::Unsupported));
        assert_eq!(decode_as(u32::MAX, &[]), Err(NoEvent::Unsupported));
    }

    #[test]
    fn nesting_is_walked_in_a_loop_without_a_limit() {
        let ip = test_frames::ipv4_udp(b"deep");
        let tags = 25_000;
        let vlan = [0x81, 0, 0, 1].repeat(tags);
        let mut labels = [0u8, 0, 0, 0].repeat(tags);
        labels.extend([0, 0, 1, 0]);
        let nsh = [0u8, 2, 1, 4, 0, 0, 0, 0].repeat(tags);
        let mac = [2u8; 12].as_slice();
        let frames = [
            [mac, &vlan, &[8, 0], &ip].concat(),
            [mac, &[0x88, 0x47], &labels, &ip].concat(),
            [mac, &[0x89, 0x4f], &nsh, &[0, 2, 1, 1, 0, 0, 0, 0], &ip].concat(),
            [mac, &[0x88, 0xe7, 0, 0, 0, 0]].concat().repeat(5_000),
        ];
        let options = [60u8, 0, 1, 4, 0, 0, 0, 0].repeat(8_000);
        let chain = [&options[..], &[17, 0, 1, 4, 0, 0, 0, 0], &test_frames::udp(b"deep")].concat();
        let extended = test_frames::ipv6(60, &chain);

        let begin = Instant::now();
        assert_eq!(decode_as(229, &extended).unwrap().payload_length, 12);
        for frame in &frames[..3] {
            assert_eq!(decode_as(1, frame).unwrap().payload_length, 12);
        }
        assert_eq!(decode_as(1, &frames[3]), Err(NoEvent::Truncated));
        assert!(begin.elapsed() < Duration::from_secs(1));
    }
}
