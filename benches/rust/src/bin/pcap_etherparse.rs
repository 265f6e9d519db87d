//! The obvious design in Rust: the `pcap` crate reads, `etherparse::SlicedPacket` parses.
//!
//! usage: pcap_etherparse MODE FILE

use etherparse::{Ipv6ExtensionSlice, NetSlice, SlicedPacket, TransportSlice};
use ipmon_benches::{Packet, Sums, arguments};

/// Fills the packet; false where there is no IP.
#[inline]
fn fill(packet: &mut Packet, frame: &[u8]) -> bool {
    let Ok(sliced) = SlicedPacket::from_ethernet(frame) else {
        return false;
    };
    let payload = match &sliced.net {
        Some(NetSlice::Ipv4(ip)) => {
            let header = ip.header();
            packet.ip_version = 4;
            packet.tos = header.dcp().value() << 2 | header.ecn().value();
            packet.id = header.identification().into();
            packet.flags =
                u8::from(header.dont_fragment()) << 1 | u8::from(header.more_fragments());
            packet.offset = header.fragments_offset().value();
            packet.ttl = header.ttl();
            packet.checksum = header.header_checksum();
            packet.source_ip[..4].copy_from_slice(&header.source());
            packet.destination_ip[..4].copy_from_slice(&header.destination());
            let header_length = header.slice().len() as u32;
            packet.payload_wire_length = u32::from(header.total_len()) - header_length;
            packet.ip_length = header_length + ip.payload().payload.len() as u32;
            ip.payload()
        }
        Some(NetSlice::Ipv6(ip)) => {
            let header = ip.header();
            packet.ip_version = 6;
            packet.tos = header.traffic_class();
            packet.ttl = header.hop_limit();
            (packet.id, packet.flags, packet.offset, packet.checksum) = (0, 0, 0, 0);
            packet.source_ip = header.source();
            packet.destination_ip = header.destination();
            for extension in ip.extensions().clone() {
                if let Ipv6ExtensionSlice::Fragment(fragment) = extension {
                    packet.id = fragment.identification();
                    packet.flags = fragment.more_fragments().into();
                    packet.offset = fragment.fragment_offset().value();
                }
            }
            let extensions = ip.extensions().slice().len() as u32;
            packet.payload_wire_length = u32::from(header.payload_length()) - extensions;
            packet.ip_length = 40 + extensions + ip.payload().payload.len() as u32;
            ip.payload()
        }
        _ => return false,
    };
    packet.ip_protocol = payload.ip_number.0;
    packet.payload = payload.payload.as_ptr();
    packet.payload_length = payload.payload.len() as u32;
    (packet.source_port, packet.destination_port) = match &sliced.transport {
        Some(TransportSlice::Tcp(tcp)) => (tcp.source_port(), tcp.destination_port()),
        Some(TransportSlice::Udp(udp)) => (udp.source_port(), udp.destination_port()),
        // etherparse leaves fragments alone; the first of them has the ports.
        _ => match (packet.offset, packet.ip_protocol, payload.payload) {
            (0, 6 | 17, [a, b, c, d, ..]) => {
                (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]))
            }
            _ => (0, 0),
        },
    };
    true
}

fn main() {
    let (mode, file) = arguments();
    let mut sums = Sums::begin(&mode);
    let mut capture = pcap::Capture::from_file(file).expect("a capture file");
    let mut packet = Packet::default();
    // The faster of the crate's two ways: pcap_loop() behind a closure.
    capture
        .for_each(None, |frame| {
            packet.frame_number += 1;
            let time = frame.header.ts;
            packet.timestamp_ns = time.tv_sec * 1_000_000_000 + time.tv_usec * 1000;
            packet.frame_length = frame.header.caplen;
            packet.frame_wire_length = frame.header.len;
            if fill(&mut packet, frame.data) {
                sums.deliver(&packet);
            }
        })
        .expect("a whole file");
    sums.end();
}
