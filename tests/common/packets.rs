//! IP packets, from their fields to their bytes and to what is to be read.

use ipmon::packet::{Headers, notes};

/// The protocols whose header begins with two ports.
pub(crate) const WITH_PORTS: [u8; 5] = [6, 17, 33, 132, 136];

/// One IP packet, by its fields.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) tos: u8,
    pub(crate) ttl: u8,
    pub(crate) source: [u8; 16],
    pub(crate) destination: [u8; 16],
    pub(crate) protocol: u8,
    /// At the front of the payload, for the protocols that have them.
    pub(crate) ports: (u16, u16),
    pub(crate) data: Vec<u8>,
    /// Bytes behind the packet.
    pub(crate) padding: usize,
    pub(crate) header: Header,
}

/// What the versions do not share.
#[derive(Clone, Debug)]
pub(crate) enum Header {
    V4 {
        id: u16,
        flags: u8,
        offset: u16,
        checksum: u16,
        /// A multiple of 4 bytes, at most 40.
        options: Vec<u8>,
        /// Whether the total length is 0.
        length_zero: bool,
    },
    V6 {
        flow: u32,
        chain: Vec<Extension>,
        length: Length,
    },
}

/// How an IPv6 header states the length of what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Stated,
    /// 0, and nothing else states it.
    Zero,
    /// 0, and a jumbo option in front of the other extensions does.
    Jumbo,
}

/// An IPv6 extension header; the numbers are its length field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extension {
    HopByHop(u8),
    Routing(u8),
    Fragment { offset: u16, more: bool, id: u32 },
    Destination(u8),
    Authentication(u8),
}

const JUMBO_HEADER: usize = 8;

impl Extension {
    fn number(self) -> u8 {
        match self {
            Extension::HopByHop(_) => 0,
            Extension::Routing(_) => 43,
            Extension::Fragment { .. } => 44,
            Extension::Authentication(_) => 51,
            Extension::Destination(_) => 60,
        }
    }

    fn bytes(self, next: u8) -> Vec<u8> {
        match self {
            // A hop-by-hop header is looked into, for the jumbo option: this
            // one holds padding. The others hold what looks like that option.
            Extension::HopByHop(units) => filled(&[next, units], 0, (usize::from(units) + 1) * 8),
            Extension::Routing(units) | Extension::Destination(units) => {
                filled(&[next, units, 0xc2, 4], 0xc2, (usize::from(units) + 1) * 8)
            }
            Extension::Authentication(units) => {
                filled(&[next, units], 0x51, (usize::from(units) + 2) * 4)
            }
            Extension::Fragment { offset, more, id } => {
                // The two bits between the offset and the flag are reserved.
                let word = offset << 3 | 0b110 | u16::from(more);
                [&[next, 0x77][..], &word.to_be_bytes(), &id.to_be_bytes()].concat()
            }
        }
    }
}

impl Packet {
    pub(crate) fn version(&self) -> u8 {
        match self.header {
            Header::V4 { .. } => 4,
            Header::V6 { .. } => 6,
        }
    }

    fn has_ports(&self) -> bool {
        WITH_PORTS.contains(&self.protocol)
    }

    fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        if self.has_ports() {
            payload.extend(self.ports.0.to_be_bytes());
            payload.extend(self.ports.1.to_be_bytes());
        }
        payload.extend(&self.data);
        payload
    }

    /// The packet and the padding behind it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let payload = self.payload();
        let mut bytes = match &self.header {
            Header::V4 { .. } => self.v4_header(payload.len()),
            Header::V6 { .. } => self.v6_headers(payload.len()),
        };
        bytes.extend(payload);
        bytes.resize(bytes.len() + self.padding, 0xee);
        bytes
    }

    fn v4_header(&self, payload: usize) -> Vec<u8> {
        let Header::V4 { id, flags, offset, checksum, options, length_zero } = &self.header else {
            return Vec::new();
        };
        let length = 20 + options.len();
        let total = if *length_zero { 0 } else { (length + payload) as u16 };
        let mut bytes = vec![0x40 | (length / 4) as u8, self.tos];
        bytes.extend(total.to_be_bytes());
        bytes.extend(id.to_be_bytes());
        bytes.extend((u16::from(*flags) << 13 | offset).to_be_bytes());
        bytes.extend([self.ttl, self.protocol]);
        bytes.extend(checksum.to_be_bytes());
        bytes.extend(&self.source[..4]);
        bytes.extend(&self.destination[..4]);
        bytes.extend(options);
        bytes
    }

    fn v6_headers(&self, payload: usize) -> Vec<u8> {
        let Header::V6 { flow, chain, length } = &self.header else { return Vec::new() };
        let jumbo = *length == Length::Jumbo;
        let mut extensions = Vec::new();
        for (place, extension) in chain.iter().enumerate() {
            let next = chain.get(place + 1).map_or(self.protocol, |e| e.number());
            extensions.extend(extension.bytes(next));
        }
        let mut behind = extensions.len() + payload;
        let mut first = chain.first().map_or(self.protocol, |e| e.number());
        if jumbo {
            behind += JUMBO_HEADER;
            let mut option = vec![first, 0, 0xc2, 4];
            option.extend((behind as u32).to_be_bytes());
            extensions.splice(0..0, option);
            first = 0;
        }
        let stated = if *length == Length::Stated { behind as u16 } else { 0 };
        let word = 6 << 28 | u32::from(self.tos) << 20 | (flow & 0xf_ffff);
        let mut bytes = word.to_be_bytes().to_vec();
        bytes.extend(stated.to_be_bytes());
        bytes.extend([first, self.ttl]);
        bytes.extend(self.source);
        bytes.extend(self.destination);
        bytes.extend(extensions);
        bytes
    }

    /// What is to be read when it begins at `ip_start` in its frame and
    /// `captured` bytes of it and its padding are there; `None` where those end
    /// inside the header.
    pub(crate) fn read(&self, ip_start: usize, captured: usize) -> Option<Headers> {
        match &self.header {
            Header::V4 { .. } => self.read_v4(ip_start, captured),
            Header::V6 { .. } => self.read_v6(ip_start, captured),
        }
    }

    fn read_v4(&self, ip_start: usize, captured: usize) -> Option<Headers> {
        let Header::V4 { id, flags, offset, checksum, options, length_zero } = &self.header else {
            return None;
        };
        let header = 20 + options.len();
        if captured < header {
            return None;
        }
        // Without a length, all of the frame is the packet's.
        let stated = header + self.payload().len() + if *length_zero { self.padding } else { 0 };
        let fragment = *offset > 0 || flags & 1 != 0;
        let rest = self.read_rest(ip_start, captured, stated, header, *offset == 0);
        Some(Headers {
            flags: *flags,
            protocol: self.protocol,
            offset: *offset,
            checksum: *checksum,
            id: u32::from(*id),
            notes: rest.notes
                | bit(*length_zero, notes::LENGTH_ZERO)
                | bit(fragment, notes::FRAGMENT),
            ..rest
        })
    }

    fn read_v6(&self, ip_start: usize, captured: usize) -> Option<Headers> {
        let Header::V6 { chain, length, .. } = &self.header else { return None };
        if captured < 40 {
            return None;
        }
        let behind: usize =
            chain.iter().map(|e| e.bytes(0).len()).sum::<usize>() + self.payload().len();
        let stated = match length {
            Length::Stated => behind,
            // The option has to be there to be known of.
            Length::Jumbo if captured >= 40 + JUMBO_HEADER => JUMBO_HEADER + behind,
            Length::Jumbo | Length::Zero => 0,
        };
        let room = stated.min(captured - 40);
        let numbers: Vec<u8> = chain.iter().map(|e| e.number()).chain([self.protocol]).collect();
        let (mut place, mut protocol, mut cut) = (0, self.protocol, false);
        let (mut offset, mut more, mut id) = (0, false, 0);
        if *length == Length::Jumbo {
            place = JUMBO_HEADER;
            cut = place > room;
        }
        if cut {
            (place, protocol) = (0, 0);
        }
        for (extension, next) in chain.iter().zip(&numbers[1..]) {
            let end = place + extension.bytes(0).len();
            if cut || end > room {
                if !cut {
                    protocol = extension.number();
                }
                cut = true;
                break;
            }
            place = end;
            if let Extension::Fragment { offset: o, more: m, id: i } = *extension {
                (offset, more, id) = (o, m, i);
                if offset > 0 {
                    protocol = *next;
                    break;
                }
            }
        }
        let fragment = offset > 0 || more;
        let first = !cut && offset == 0;
        let rest = self.read_rest(ip_start, captured, 40 + stated, 40 + place, first);
        Some(Headers {
            flags: u8::from(more),
            protocol,
            offset,
            id,
            notes: rest.notes
                | bit(cut, notes::EXTENSION_TRUNCATED)
                | bit(fragment, notes::FRAGMENT),
            ..rest
        })
    }

    /// What the versions share. `stated` is the length of the packet as far as
    /// it is known, and `headers` bytes of it come before the payload.
    fn read_rest(
        &self,
        ip_start: usize,
        captured: usize,
        stated: usize,
        headers: usize,
        first_fragment: bool,
    ) -> Headers {
        let ip_length = captured.min(stated);
        let payload_length = ip_length - headers;
        let ports = if first_fragment && self.has_ports() && payload_length >= 4 {
            self.ports
        } else {
            (0, 0)
        };
        Headers {
            version: self.version(),
            tos: self.tos,
            flags: 0,
            ttl: self.ttl,
            protocol: self.protocol,
            offset: 0,
            checksum: 0,
            source_port: ports.0,
            destination_port: ports.1,
            id: 0,
            source: self.address(&self.source),
            destination: self.address(&self.destination),
            ip_start: ip_start as u32,
            ip_length: ip_length as u32,
            payload_start: (ip_start + headers) as u32,
            payload_length: payload_length as u32,
            payload_wire_length: (stated - headers) as u32,
            notes: bit(captured < stated, notes::TRUNCATED)
                | bit(captured > stated, notes::PADDING),
        }
    }

    fn address(&self, address: &[u8; 16]) -> [u8; 16] {
        let mut shown = *address;
        if self.version() == 4 {
            shown[4..].fill(0);
        }
        shown
    }
}

fn bit(set: bool, note: u32) -> u32 {
    if set { note } else { 0 }
}

fn filled(first: &[u8], rest: u8, length: usize) -> Vec<u8> {
    let mut bytes = first.to_vec();
    bytes.resize(length, rest);
    bytes
}
