//! The texts of a packet's two addresses.

use super::{TEXT_SIZE, four, six};

/// How many IPv6 addresses are remembered: 512 KiB of them.
const ENTRIES: usize = 8192;

/// What the texts of one packet take at most.
pub const TEXTS_ROOM: usize = 2 * TEXT_SIZE;

/// An IPv6 address and its text, in one line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Entry {
    ip: [u8; 16],
    text: [u8; TEXT_SIZE],
}

/// What the places hold at first: an address and its text as well.
const FIRST: Entry = {
    let mut text = [0; TEXT_SIZE];
    text[0] = b':';
    text[1] = b':';
    Entry { ip: [0; 16], text }
};

/// Makes and keeps the texts of one packet at a time. IPv4 is written faster
/// than it could be looked up; IPv6 addresses are remembered, each in the one
/// place that its bits lead to.
pub struct Texts {
    four: [[u8; four::ROOM]; 2],
    /// Empty until the first IPv6 address comes, and where there is no memory.
    remembered: Vec<Entry>,
    /// For an address that has no place: the other address of the packet has
    /// taken it, or there is no memory to remember it in.
    scratch: [[u8; TEXT_SIZE]; 2],
}

impl Texts {
    /// Without a text yet; takes no memory before the first IPv6 address.
    pub fn new() -> Self {
        Texts { four: [[0; four::ROOM]; 2], remembered: Vec::new(), scratch: [[0; TEXT_SIZE]; 2] }
    }

    /// The NUL-terminated texts of the source and the destination address,
    /// which are given as [`crate::packet::Headers`] hold them.
    #[inline(always)]
    pub fn of(&mut self, version: u8, source: &[u8; 16], destination: &[u8; 16]) -> [&[u8]; 2] {
        if version != 4 {
            return self.six(source, destination);
        }
        let first_four = |ip: &[u8; 16]| [ip[0], ip[1], ip[2], ip[3]];
        four::write(first_four(source), &mut self.four[0]);
        four::write(first_four(destination), &mut self.four[1]);
        [&self.four[0][1..], &self.four[1][1..]]
    }

    /// Writes both texts into `room`, for who keeps those of many packets: where each
    /// begins, and how much of the room they take.
    #[inline(always)]
    pub fn write(
        &mut self,
        version: u8,
        source: &[u8; 16],
        destination: &[u8; 16],
        room: &mut [u8; TEXTS_ROOM],
    ) -> ([usize; 2], usize) {
        if version == 4 {
            let (first, rest) = room.split_at_mut(four::ROOM);
            if let (Some(first), Some(second)) = (first.first_chunk_mut(), rest.first_chunk_mut()) {
                four::write([source[0], source[1], source[2], source[3]], first);
                let d = destination;
                four::write([d[0], d[1], d[2], d[3]], second);
            }
            return ([1, four::ROOM + 1], 2 * four::ROOM);
        }
        let texts = self.six(source, destination);
        for (place, text) in room.chunks_exact_mut(TEXT_SIZE).zip(texts) {
            place.copy_from_slice(text);
        }
        ([0, TEXT_SIZE], 2 * TEXT_SIZE)
    }

    /// Writes one text without a NUL into `room`; its length. What lies behind it there
    /// means nothing.
    #[inline(always)]
    pub fn write_one(&mut self, version: u8, ip: &[u8; 16], room: &mut [u8; TEXT_SIZE]) -> usize {
        if version == 4 {
            return four::write_bare([ip[0], ip[1], ip[2], ip[3]], room);
        }
        let [text, _] = self.six(ip, ip);
        if let Some(text) = text.first_chunk() {
            *room = *text;
        }
        room.iter().position(|byte| *byte == 0).unwrap_or(0)
    }

    #[inline(never)]
    fn six(&mut self, source: &[u8; 16], destination: &[u8; 16]) -> [&[u8]; 2] {
        if self.remembered.is_empty() && self.remembered.try_reserve_exact(ENTRIES).is_ok() {
            self.remembered.resize(ENTRIES, FIRST);
        }
        // Of a length that the compiler knows, in which every place is.
        let Some(entries) = self.remembered.first_chunk_mut::<ENTRIES>() else {
            six::write(source, &mut self.scratch[0]);
            six::write(destination, &mut self.scratch[1]);
            let [source, destination] = &self.scratch;
            return [source, destination];
        };
        let (first, second) = (place(source), place(destination));
        entries[first].hold(source);
        if first == second && source != destination {
            six::write(destination, &mut self.scratch[1]);
            return [&entries[first].text, &self.scratch[1]];
        }
        entries[second].hold(destination);
        [&entries[first].text, &entries[second].text]
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self::new()
    }
}

impl Entry {
    /// A function of its own, so that a look that finds the address has no
    /// registers to put aside.
    #[inline(never)]
    fn write(&mut self, ip: &[u8; 16]) {
        self.ip = *ip;
        six::write(ip, &mut self.text);
    }

    #[inline(always)]
    fn hold(&mut self, ip: &[u8; 16]) {
        if self.ip != *ip {
            self.write(ip);
        }
    }
}

/// Where an address is remembered. The bits of a network are much alike, and
/// those of a host often too: all of them count.
#[inline(always)]
pub(super) fn place(ip: &[u8; 16]) -> usize {
    let bits = u128::from_be_bytes(*ip);
    #[allow(clippy::cast_possible_truncation, reason = "the halves")]
    let (network, host) = ((bits >> 64) as u64, bits as u64);
    let mixed = network
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(host.wrapping_mul(0xd6e8_feb8_6659_fd93));
    #[allow(clippy::cast_possible_truncation, reason = "below ENTRIES")]
    let place = (mixed >> (u64::BITS - ENTRIES.ilog2())) as usize;
    place
}
