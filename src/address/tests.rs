use super::*;
use std::net::{Ipv4Addr, Ipv6Addr};

fn text(ip: [u8; 16], version: u8) -> String {
    let mut text = [0xff; TEXT_SIZE];
    let length = format(&ip, version, &mut text);
    assert_eq!(text[length], 0);
    String::from_utf8(text[..length].to_vec()).unwrap()
}

/// The text up to its NUL.
fn until_nul(text: &[u8]) -> String {
    let (text, _) = text.split_at(text.iter().position(|&byte| byte == 0).unwrap());
    String::from_utf8(text.to_vec()).unwrap()
}

fn four(ip: u32) -> [u8; 16] {
    let [a, b, c, d] = ip.to_be_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// The same sequence in every run (Steele, Lea and Flood's SplitMix).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn word(&mut self) -> u32 {
        u32::try_from(self.next() >> 32).unwrap()
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    /// An IPv6 address, with every group 0 half of the time, and short often.
    fn six(&mut self) -> [u8; 16] {
        let mut ip = [0; 16];
        let (zero, short) = (self.next(), self.next());
        for (at, group) in ip.chunks_exact_mut(2).enumerate() {
            if zero >> at & 1 == 0 {
                let value = self.next() >> (48 + short / 7 % 16);
                group.copy_from_slice(&value.to_be_bytes()[6..]);
            }
        }
        ip
    }
}

#[test]
fn addresses_are_written_as_people_write_them() {
    let ip = four(0xc000_02ff);
    assert_eq!(text(ip, 4), "192.0.2.255");
    assert_eq!(text(ip, 6), "c000:2ff::");
    assert_eq!(text([0; 16], 6), "::");
}

#[test]
fn the_longest_address_fits_with_its_nul() {
    assert_eq!(text([0xff; 16], 6), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert_eq!(text([0xff; 16], 4), "255.255.255.255");
}

#[test]
fn ipv4_is_written_as_the_standard_library_writes_it() {
    // Every pair of numbers in front and behind, and every number of bytes.
    for pair in 0..=0xffff {
        for ip in [pair << 16 | 0x0007, 0xffff << 16 | pair, pair << 16 | pair] {
            assert_eq!(text(four(ip), 4), Ipv4Addr::from(ip).to_string());
        }
    }
}

#[test]
fn ipv6_is_written_as_the_standard_library_writes_it() {
    let mut random = Random(1);
    for zeros in 0..=255u32 {
        // Every set of groups that are 0, and every value of a group.
        for fill in [1u16, 0x10, 0xfff, 0xffff] {
            let mut groups = [fill; 8];
            (0..8).filter(|at| zeros >> at & 1 == 1).for_each(|at| groups[at] = 0);
            let ip = Ipv6Addr::from(groups);
            assert_eq!(text(ip.octets(), 6), ip.to_string());
        }
    }
    for value in 0..=0xffff {
        let ip = Ipv6Addr::from([value, 0, 0, value, value, 1, 0, value]);
        assert_eq!(text(ip.octets(), 6), ip.to_string());
    }
    for _ in 0..200_000 {
        let ip = random.six();
        assert_eq!(text(ip, 6), Ipv6Addr::from(ip).to_string());
    }
}

#[test]
fn ipv4_in_the_guise_of_ipv6_is_written_as_the_standard_library_writes_it() {
    for prefix in [0xffff_u128 << 32, 0, 0xfffe << 32, 0xffff << 48, 1 << 80 | 0xffff << 32] {
        for ip in [0u128, 1, 0xffff, 0x0102_0304, 0xffff_ffff] {
            let ip = Ipv6Addr::from(prefix | ip);
            assert_eq!(text(ip.octets(), 6), ip.to_string());
        }
    }
}

/// Where there are vectors, the test above is of these.
#[test]
fn ipv6_is_written_alike_without_vectors() {
    let mut random = Random(5);
    for _ in 0..200_000 {
        let ip = random.six();
        let mut room = [0xff; TEXT_SIZE];
        let length = six::groups(&ip, &mut room);
        let (written, _) = room.split_at(length);
        if ip[..12] != [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] {
            assert_eq!(written, text(ip, 6).as_bytes());
        }
    }
}

#[test]
fn remembered_texts_are_those_of_the_addresses_that_are_asked_for() {
    let mut random = Random(2);
    let mut texts = Texts::new();
    // More addresses than have a place, new ones and old ones, and each as
    // source and as destination; the first ones share a place now and then.
    let known: Vec<_> = (0..20_000).map(|_| random.six()).collect();
    for round in 0..100_000 {
        let mut pick = || match random.next() % 4 {
            0 => random.six(),
            1 => known[round % 10],
            _ => known[random.below(known.len())],
        };
        let (source, destination) = (pick(), pick());
        let [first, second] = texts.of(6, &source, &destination);
        assert_eq!(until_nul(first), Ipv6Addr::from(source).to_string());
        assert_eq!(until_nul(second), Ipv6Addr::from(destination).to_string());
        let (source, destination) = (random.word(), random.word());
        let [first, second] = texts.of(4, &four(source), &four(destination));
        assert_eq!(until_nul(first), Ipv4Addr::from(source).to_string());
        assert_eq!(until_nul(second), Ipv4Addr::from(destination).to_string());
    }
}

#[test]
fn two_addresses_may_share_a_place() {
    let mut random = Random(3);
    let mut texts = Texts::new();
    let first = random.six();
    let mut shared = 0;
    while shared < 10 {
        let second = random.six();
        shared += u32::from(texts::place(&first) == texts::place(&second));
        let [a, b] = texts.of(6, &first, &second);
        assert_eq!(until_nul(a), Ipv6Addr::from(first).to_string());
        assert_eq!(until_nul(b), Ipv6Addr::from(second).to_string());
    }
    let [a, b] = texts.of(6, &first, &first);
    assert_eq!(until_nul(a), until_nul(b));
}

#[test]
fn addresses_of_one_place_are_told_apart_by_every_two_bytes() {
    let mut random = Random(4);
    for at in 0..15 {
        let mut met = 0;
        while met < 3 {
            let first = random.six();
            let mut second = first;
            second[at..at + 2].copy_from_slice(&random.word().to_be_bytes()[..2]);
            if first == second || texts::place(&first) != texts::place(&second) {
                continue;
            }
            met += 1;
            let mut texts = Texts::new();
            for (a, b) in [(first, first), (second, second), (first, second)] {
                let [one, other] = texts.of(6, &a, &b);
                assert_eq!(until_nul(one), Ipv6Addr::from(a).to_string());
                assert_eq!(until_nul(other), Ipv6Addr::from(b).to_string());
            }
        }
    }
}

#[test]
fn a_text_by_itself_is_the_text_without_its_nul() {
    let (mut random, mut texts) = (Random(9), Texts::new());
    for _ in 0..200_000 {
        for (ip, version) in [(four(random.word() >> random.below(32)), 4), (random.six(), 6)] {
            let mut room = [0xff; TEXT_SIZE];
            let length = texts.write_one(version, &ip, &mut room);
            assert_eq!(room[..length], *text(ip, version).as_bytes());
        }
    }
}
