//! Packets for every rule of reading IP headers.

use super::packets::{Extension, Header, Length, Packet, WITH_PORTS};

pub(crate) fn v4() -> Packet {
    let mut source = [0x77; 16];
    source[..4].copy_from_slice(&[192, 0, 2, 1]);
    let mut destination = [0x88; 16];
    destination[..4].copy_from_slice(&[198, 51, 100, 2]);
    Packet {
        tos: 0xb8,
        ttl: 64,
        source,
        destination,
        protocol: 17,
        ports: (53, 0x1234),
        data: vec![0xda; 13],
        padding: 0,
        header: Header::V4 {
            id: 0xabcd,
            flags: 2,
            offset: 0,
            checksum: 0x9abc,
            options: Vec::new(),
            length_zero: false,
        },
    }
}

pub(crate) fn v6() -> Packet {
    Packet {
        tos: 0xab,
        source: *b"\x20\x01\x0d\xb8abcdefghijkl",
        destination: *b"\x20\x01\x0d\xb8mnopqrstuvwx",
        header: Header::V6 { flow: 0xc_def0, chain: Vec::new(), length: Length::Stated },
        ..v4()
    }
}

/// Packets with the bytes that were kept of each and of its padding.
pub(crate) fn all() -> Vec<(Packet, usize)> {
    const ALL: usize = usize::MAX;
    let mut samples = Vec::new();
    for packet in [v4(), v6()] {
        for protocol in WITH_PORTS.into_iter().chain([1, 4, 41, 50, 58, 59, 253]) {
            samples.push((Packet { protocol, ..packet.clone() }, ALL));
        }
        samples.push((Packet { padding: 7, ..packet.clone() }, ALL));
        samples.push((Packet { data: Vec::new(), protocol: 253, ..packet.clone() }, ALL));
        samples.push((Packet { data: vec![1; 3], protocol: 253, ..packet.clone() }, ALL));
    }
    v4_samples(&mut samples);
    v6_samples(&mut samples);
    samples
}

fn v4_samples(samples: &mut Vec<(Packet, usize)>) {
    let with = |options: usize, fragments: (u8, u16), zero: bool, padding: usize| Packet {
        padding,
        header: Header::V4 {
            id: 7,
            flags: fragments.0,
            offset: fragments.1,
            checksum: 0xffff,
            options: vec![0x83; options],
            length_zero: zero,
        },
        ..v4()
    };
    for options in [4, 40] {
        samples.push((with(options, (0, 0), false, 0), usize::MAX));
    }
    for flags in 0..8 {
        samples.push((with(0, (flags, 0), false, 0), usize::MAX));
        samples.push((with(0, (flags, 0x1fff), false, 3), usize::MAX));
    }
    for padding in [0, 9] {
        samples.push((with(8, (2, 0), true, padding), usize::MAX));
        samples.push((with(8, (2, 0), true, padding), 30));
    }
    // In the header, between it and the ports, behind them, in the padding.
    for kept in [1, 19, 27, 28, 31, 32, 40, 44, 45, 46] {
        samples.push((with(8, (0, 0), false, 9), kept));
    }
}

fn v6_samples(samples: &mut Vec<(Packet, usize)>) {
    let with = |chain: &[Extension], length| Packet {
        padding: 5,
        header: Header::V6 { flow: 1, chain: chain.to_vec(), length },
        ..v6()
    };
    let first = Extension::Fragment { offset: 0, more: true, id: 0xdead_beef };
    let later = Extension::Fragment { offset: 0x1fff, more: false, id: 1 };
    let whole = Extension::Fragment { offset: 0, more: false, id: 9 };
    let (hop, route) = (Extension::HopByHop(0), Extension::Routing(2));
    let (destination, authentication) = (Extension::Destination(1), Extension::Authentication(4));
    let chains = [
        &[][..],
        &[hop],
        &[hop, destination, route, first, authentication, destination],
        &[authentication, route, hop, hop],
        &[first],
        &[later],
        &[whole],
        &[destination, later, route, authentication],
        &[first, whole],
        &[whole, first],
    ];
    for chain in chains {
        for length in [Length::Stated, Length::Jumbo, Length::Zero] {
            samples.push((with(chain, length), usize::MAX));
        }
    }
    let long = [hop, route, authentication, first, destination];
    for kept in (1..160).step_by(3) {
        samples.push((with(&long, Length::Stated), kept));
        samples.push((with(&long, Length::Jumbo), kept));
    }
}
