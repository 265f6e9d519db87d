//! Writes capture files for tests, correct ones and wrong ones.
//!
//! Stands alone, so that tests outside the library can include it too.
#![allow(dead_code, reason = "each test that includes it uses another part")]

/// A byte order to write in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endian {
    Little,
    Big,
}

pub(crate) const BOTH: [Endian; 2] = [Endian::Little, Endian::Big];

impl Endian {
    pub(crate) fn u16(self, n: u16) -> [u8; 2] {
        if self == Endian::Little { n.to_le_bytes() } else { n.to_be_bytes() }
    }

    pub(crate) fn u32(self, n: u32) -> [u8; 4] {
        if self == Endian::Little { n.to_le_bytes() } else { n.to_be_bytes() }
    }

    pub(crate) fn i64(self, n: i64) -> [u8; 8] {
        if self == Endian::Little { n.to_le_bytes() } else { n.to_be_bytes() }
    }
}

/// A pcap file in the making. Its fields are what goes into the header.
#[derive(Clone)]
pub(crate) struct PcapWriter {
    pub(crate) endian: Endian,
    pub(crate) magic: u32,
    pub(crate) version: (u16, u16),
    pub(crate) snap_length: u32,
    pub(crate) link_type: u32,
    pub(crate) records: Vec<u8>,
}

impl PcapWriter {
    pub(crate) fn new(endian: Endian) -> Self {
        PcapWriter {
            endian,
            magic: 0xa1b2_c3d4,
            version: (2, 4),
            snap_length: 262_144,
            link_type: 1,
            records: Vec::new(),
        }
    }

    /// Four fields as they stand in a record header; the data need not be as
    /// long as they say.
    pub(crate) fn record(&mut self, fields: [u32; 4], data: &[u8]) -> &mut Self {
        for field in fields {
            self.records.extend(self.endian.u32(field));
        }
        if self.magic == 0xa1b2_cd34 {
            self.records.extend([9, 9, 9, 9, 9, 9, 9, 9]);
        }
        self.records.extend(data);
        self
    }

    /// A record that is right.
    pub(crate) fn frame(&mut self, seconds: u32, fraction: u32, data: &[u8]) -> &mut Self {
        let length = u32::try_from(data.len()).unwrap();
        self.record([seconds, fraction, length, length], data)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let e = self.endian;
        let mut file = Vec::new();
        file.extend(e.u32(self.magic));
        file.extend(e.u16(self.version.0));
        file.extend(e.u16(self.version.1));
        file.extend([0; 8]);
        file.extend(e.u32(self.snap_length));
        file.extend(e.u32(self.link_type));
        file.extend(&self.records);
        file
    }
}

/// An option with its padding.
pub(crate) fn option(endian: Endian, code: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(endian.u16(code));
    bytes.extend(endian.u16(u16::try_from(value.len()).unwrap()));
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A pcapng file in the making.
#[derive(Clone)]
pub(crate) struct PcapngWriter {
    pub(crate) endian: Endian,
    pub(crate) file: Vec<u8>,
}

impl PcapngWriter {
    /// With a first section header.
    pub(crate) fn new(endian: Endian) -> Self {
        let mut writer = PcapngWriter { endian, file: Vec::new() };
        writer.section(endian);
        writer
    }

    /// Any block: its lengths are right, its body is given.
    pub(crate) fn block(&mut self, kind: u32, body: &[u8]) -> &mut Self {
        let padded = body.len().next_multiple_of(4);
        let total = self.endian.u32(u32::try_from(padded + 12).unwrap());
        self.file.extend(self.endian.u32(kind));
        self.file.extend(total);
        self.file.extend(body);
        self.file.resize(self.file.len() + padded - body.len(), 0);
        self.file.extend(total);
        self
    }

    /// From here on in `endian`.
    pub(crate) fn section(&mut self, endian: Endian) -> &mut Self {
        self.endian = endian;
        let mut body = Vec::new();
        body.extend(endian.u32(0x1a2b_3c4d));
        body.extend(endian.u16(1));
        body.extend(endian.u16(0));
        body.extend(endian.i64(-1));
        body.extend(option(endian, 4, b"a test"));
        body.extend([0; 4]);
        self.block(0x0a0d_0d0a, &body)
    }

    pub(crate) fn interface(&mut self, link_type: u16, snap: u32, options: &[u8]) -> &mut Self {
        let mut body = Vec::new();
        body.extend(self.endian.u16(link_type));
        body.extend([0; 2]);
        body.extend(self.endian.u32(snap));
        body.extend(options);
        self.block(1, &body)
    }

    /// An Enhanced Packet Block, of a frame that was 1,000 bytes longer.
    pub(crate) fn enhanced(
        &mut self,
        interface: u32,
        ticks: u64,
        data: &[u8],
        options: &[u8],
    ) -> &mut Self {
        self.enhanced_of(longer(data), interface, ticks, data, options)
    }

    /// An Enhanced Packet Block, of a frame of that length on the wire.
    pub(crate) fn enhanced_of(
        &mut self,
        wire_length: u32,
        interface: u32,
        ticks: u64,
        data: &[u8],
        options: &[u8],
    ) -> &mut Self {
        let mut body = self.endian.u32(interface).to_vec();
        self.packet_body(&mut body, wire_length, ticks, data, options);
        self.block(6, &body)
    }

    /// The obsolete Packet Block, of a frame that was 1,000 bytes longer.
    pub(crate) fn obsolete(
        &mut self,
        interface: u16,
        ticks: u64,
        data: &[u8],
        options: &[u8],
    ) -> &mut Self {
        self.obsolete_of(longer(data), interface, ticks, data, options)
    }

    /// The obsolete Packet Block, with a count of drops that must not matter.
    pub(crate) fn obsolete_of(
        &mut self,
        wire_length: u32,
        interface: u16,
        ticks: u64,
        data: &[u8],
        options: &[u8],
    ) -> &mut Self {
        let mut body = self.endian.u16(interface).to_vec();
        body.extend(self.endian.u16(77));
        self.packet_body(&mut body, wire_length, ticks, data, options);
        self.block(2, &body)
    }

    pub(crate) fn simple(&mut self, length: u32, data: &[u8]) -> &mut Self {
        let mut body = self.endian.u32(length).to_vec();
        body.extend(data);
        self.block(3, &body)
    }

    fn packet_body(
        &self,
        body: &mut Vec<u8>,
        wire_length: u32,
        ticks: u64,
        data: &[u8],
        options: &[u8],
    ) {
        let length = u32::try_from(data.len()).unwrap();
        let high = u32::try_from(ticks >> 32).unwrap();
        let low = u32::try_from(ticks & 0xffff_ffff).unwrap();
        for field in [high, low, length, wire_length] {
            body.extend(self.endian.u32(field));
        }
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(options);
    }
}

fn longer(data: &[u8]) -> u32 {
    u32::try_from(data.len() + 1000).unwrap()
}
