//! Frames as they were captured, with what is to become of each.

use super::encapsulations::{Encapsulation, Ip};
use super::packets::{Header, Packet};
use ipmon::packet::Headers;

/// One captured frame.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) bytes: Vec<u8>,
    pub(crate) wire_length: u32,
    pub(crate) link_type: u32,
    pub(crate) outcome: Outcome,
}

/// What a run makes of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Event(Box<Headers>),
    NotIp,
    Unsupported,
    Truncated,
    Version,
    HeaderLength,
    TotalLength,
    Short,
}

/// A packet in an encapsulation, of whose packet and padding no more than
/// `captured` bytes were kept; `None` where it cannot be carried so.
pub(crate) fn frame(packet: &Packet, way: &Encapsulation, captured: usize) -> Option<Frame> {
    let ip = packet.bytes();
    let mut bytes = way.header(Ip { version: packet.version(), length: ip.len() })?;
    let ip_start = bytes.len();
    // Where less is there than the byte that tells the version, it depends on
    // the encapsulation what is missing.
    let captured = captured.clamp(1, ip.len());
    let wire_length = (ip_start + ip.len()) as u32;
    bytes.extend(&ip[..captured]);
    let outcome = match packet.read(ip_start, captured) {
        Some(headers) => Outcome::Event(Box::new(headers)),
        None => Outcome::Short,
    };
    Some(Frame { bytes, wire_length, link_type: way.link_type, outcome })
}

/// Frames of an encapsulation that are no events, one for each reason there is.
pub(crate) fn no_events(packet: &Packet, way: &Encapsulation) -> Vec<Frame> {
    let Some(whole) = frame(packet, way, usize::MAX) else { return Vec::new() };
    let Outcome::Event(headers) = &whole.outcome else { return Vec::new() };
    let start = headers.ip_start as usize;
    let mut frames = Vec::new();
    let mut add = |outcome: Outcome, change: &dyn Fn(&mut Vec<u8>)| {
        let mut frame = Frame { outcome, ..whole.clone() };
        change(&mut frame.bytes);
        frames.push(frame);
    };
    if start > 0 {
        add(Outcome::Truncated, &|bytes| bytes.truncate(start - 1));
    }
    let unknown = if way.guessed { Outcome::NotIp } else { Outcome::Version };
    add(unknown, &|bytes| bytes[start] = 0x5a);
    add(Outcome::Short, &|bytes| bytes.truncate(start + 19));
    if let Header::V4 { options, .. } = &packet.header {
        let short = 20 + options.len() as u8 - 1;
        add(Outcome::HeaderLength, &|bytes| bytes[start] = 0x44);
        add(Outcome::TotalLength, &|bytes| {
            bytes[start + 2..start + 4].copy_from_slice(&[0, short])
        });
    }
    frames
}

/// A frame of a link type that leads nowhere.
pub(crate) fn unsupported(link_type: u32) -> Frame {
    let bytes = vec![0x45; 60];
    Frame { bytes, wire_length: 60, link_type, outcome: Outcome::Unsupported }
}

/// ARP in Ethernet.
pub(crate) fn not_ip() -> Frame {
    let bytes = [&[2; 12], &[8, 6][..], &[0; 28]].concat();
    Frame { bytes, wire_length: 60, link_type: 1, outcome: Outcome::NotIp }
}
