//! The `pcap-parser` crate reads, and a parse by hand takes what is needed: the same parse
//! as in `benches/readers/libpcap.c`.
//!
//! usage: pcap_parser MODE FILE

use ipmon_benches::{Packet, Sums, arguments};
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};

fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// The payload, and the packet's fields of the header.
#[inline]
fn ipv4<'a>(packet: &mut Packet, ip: &'a [u8]) -> Option<&'a [u8]> {
    if ip.len() < 20 || ip[0] >> 4 != 4 {
        return None;
    }
    let (header, total) = (usize::from(ip[0] & 15) * 4, usize::from(be16(ip, 2)));
    if header < 20 || ip.len() < header || total < header {
        return None;
    }
    let ip = &ip[..ip.len().min(total)];
    packet.ip_version = 4;
    packet.tos = ip[1];
    packet.id = be16(ip, 4).into();
    packet.flags = ip[6] >> 5;
    packet.offset = be16(ip, 6) & 0x1fff;
    packet.ttl = ip[8];
    packet.ip_protocol = ip[9];
    packet.checksum = be16(ip, 10);
    packet.source_ip[..4].copy_from_slice(&ip[12..16]);
    packet.destination_ip[..4].copy_from_slice(&ip[16..20]);
    packet.ip_length = ip.len() as u32;
    packet.payload_wire_length = (total - header) as u32;
    Some(&ip[header..])
}

#[inline]
fn ipv6<'a>(packet: &mut Packet, ip: &'a [u8]) -> Option<&'a [u8]> {
    if ip.len() < 40 || ip[0] >> 4 != 6 {
        return None;
    }
    let total = 40 + usize::from(be16(ip, 4));
    let ip = &ip[..ip.len().min(total)];
    packet.ip_version = 6;
    packet.tos = (be16(ip, 0) >> 4) as u8;
    packet.ttl = ip[7];
    (packet.id, packet.flags, packet.offset, packet.checksum) = (0, 0, 0, 0);
    packet.source_ip.copy_from_slice(&ip[8..24]);
    packet.destination_ip.copy_from_slice(&ip[24..40]);
    let (mut next, mut rest) = (ip[6], &ip[40..]);
    while let (0 | 43 | 44 | 60, [following, length, ..]) = (next, rest) {
        let size = if next == 44 { 8 } else { (usize::from(*length) + 1) * 8 };
        if rest.len() < size {
            break;
        }
        if next == 44 {
            packet.offset = be16(rest, 2) >> 3;
            packet.flags = rest[3] & 1;
            packet.id = u32::from_be_bytes([rest[4], rest[5], rest[6], rest[7]]);
        }
        next = *following;
        rest = &rest[size..];
        if packet.offset != 0 {
            break;
        }
    }
    packet.ip_protocol = next;
    packet.ip_length = ip.len() as u32;
    packet.payload_wire_length = (total - (ip.len() - rest.len())) as u32;
    Some(rest)
}

#[inline]
fn deliver(sums: &mut Sums, packet: &mut Packet, frame: &[u8]) {
    if frame.len() < 14 {
        return;
    }
    let (mut kind, mut at) = (be16(frame, 12), 14);
    while matches!(kind, 0x8100 | 0x88a8) && frame.len() >= at + 4 {
        kind = be16(frame, at + 2);
        at += 4;
    }
    let payload = match kind {
        0x0800 => ipv4(packet, &frame[at..]),
        0x86dd => ipv6(packet, &frame[at..]),
        _ => None,
    };
    let Some(payload) = payload else { return };
    packet.payload = payload.as_ptr();
    packet.payload_length = payload.len() as u32;
    (packet.source_port, packet.destination_port) =
        if matches!(packet.ip_protocol, 6 | 17) && packet.offset == 0 && payload.len() >= 4 {
            (be16(payload, 0), be16(payload, 2))
        } else {
            (0, 0)
        };
    sums.deliver(packet);
}

fn main() {
    let (mode, file) = arguments();
    let mut sums = Sums::begin(&mode);
    let file = std::fs::File::open(file).expect("a file");
    let mut reader = create_reader(128 * 1024, file).expect("a capture file");
    let mut packet = Packet::default();
    loop {
        match reader.next() {
            Ok((size, block)) => {
                match block {
                    PcapBlockOwned::Legacy(record) => {
                        packet.frame_number += 1;
                        packet.timestamp_ns = i64::from(record.ts_sec) * 1_000_000_000
                            + i64::from(record.ts_usec) * 1000;
                        packet.frame_length = record.caplen;
                        packet.frame_wire_length = record.origlen;
                        deliver(&mut sums, &mut packet, record.data);
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(block)) => {
                        // The captures here have microseconds, as is the default.
                        packet.frame_number += 1;
                        let time = u64::from(block.ts_high) << 32 | u64::from(block.ts_low);
                        packet.timestamp_ns = (time * 1000) as i64;
                        packet.frame_length = block.caplen;
                        packet.frame_wire_length = block.origlen;
                        deliver(&mut sums, &mut packet, block.packet_data());
                    }
                    _ => {}
                }
                reader.consume(size);
            }
            Err(PcapError::Eof) => break,
            Err(PcapError::Incomplete(_)) => reader.refill().expect("a readable file"),
            Err(error) => panic!("{error:?}"),
        }
    }
    sums.end();
}
