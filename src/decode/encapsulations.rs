//! What stands in front of IP, for each link type and encapsulation, written
//! from the specifications.
//!
//! Stands alone, so that tests outside the library can include it too.
#![allow(dead_code, reason = "each test that includes it uses another part")]

/// The IP packet that a header is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ip {
    /// 4 or 6.
    pub(crate) version: u8,
    /// Its bytes, and those behind it up to the end of the frame.
    pub(crate) length: usize,
}

/// One way to carry IP.
pub(crate) struct Encapsulation {
    pub(crate) name: &'static str,
    pub(crate) link_type: u32,
    /// Whether nothing but the packet itself tells that it is IP: a wrong
    /// version is then something else, and not a malformed header.
    pub(crate) guessed: bool,
    header: Box<dyn Fn(Ip) -> Option<Vec<u8>>>,
}

impl Encapsulation {
    /// The bytes in front of the packet; `None` where it cannot be carried so.
    pub(crate) fn header(&self, ip: Ip) -> Option<Vec<u8>> {
        (self.header)(ip)
    }
}

impl std::fmt::Debug for Encapsulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.link_type)
    }
}

/// All of them. A link type may come several times, in different shapes.
pub(crate) fn every() -> Vec<Encapsulation> {
    let mut list = Vec::new();
    bare(&mut list);
    ethernet_types(&mut list);
    local_networks(&mut list);
    wireless(&mut list);
    serial_lines(&mut list);
    captured_by_systems(&mut list);
    list
}

fn add(
    list: &mut Vec<Encapsulation>,
    name: &'static str,
    link_type: u32,
    header: impl Fn(Ip) -> Option<Vec<u8>> + 'static,
) {
    let guessed = name.contains("mpls");
    list.push(Encapsulation { name, link_type, guessed, header: Box::new(header) });
}

/// IP itself, or behind a word that names the address family.
fn bare(list: &mut Vec<Encapsulation>) {
    for link_type in [12, 14, 101] {
        add(list, "raw", link_type, |_| Some(Vec::new()));
    }
    add(list, "ipv4", 228, |ip| (ip.version == 4).then(Vec::new));
    add(list, "ipv6", 229, |ip| (ip.version == 6).then(Vec::new));
    for link_type in [0, 108] {
        for af in [10, 23, 24, 28, 30] {
            add(list, "null, little-endian", link_type, move |ip| {
                Some(family(ip, 2, af).to_le_bytes().to_vec())
            });
            add(list, "null, big-endian", link_type, move |ip| {
                Some(family(ip, 2, af).to_be_bytes().to_vec())
            });
        }
    }
    add(list, "enc", 109, |ip| Some(cat(&[&family(ip, 2, 24).to_be_bytes(), &[7; 8]])));
    add(list, "pflog", 117, |ip| {
        // The header's length is 61, and 3 bytes of padding follow it.
        Some(sized(&[61, byte(family(ip, 2, 30))], 64))
    });
    add(list, "ipnet", 226, |ip| Some(sized(&[1, byte(family(ip, 2, 26))], 24)));
    add(list, "slip", 8, |_| Some(sized(&[1, 0x45], 16)));
}

/// Ethernet, and what has an Ethernet type.
fn ethernet_types(list: &mut Vec<Encapsulation>) {
    add(list, "ethernet", 1, |ip| Some(ethernet(&[], &ether_type(ip))));
    for kind in [[0x81, 0], [0x88, 0xa8], [0x91, 0], [0x92, 0], [0x93, 0]] {
        add(list, "vlan", 1, move |ip| Some(ethernet(&kind, &cat(&[&[0x60, 5], &ether_type(ip)]))));
    }
    add(list, "qinq", 1, |ip| {
        Some(ethernet(&[0x88, 0xa8], &cat(&[&[0, 1, 0x81, 0, 0, 2], &ether_type(ip)])))
    });
    add(list, "vlan, ten deep", 1, |ip| {
        Some(cat(&[&[2; 12], &[0x81, 0, 0, 1].repeat(10), &ether_type(ip)]))
    });
    add(list, "ethernet, snap", 1, |ip| {
        let length = u16::try_from(8 + ip.length).ok().filter(|&n| n <= 1500)?;
        Some(ethernet(&length.to_be_bytes(), &snap(ip)))
    });
    add(list, "ethernet, snap of 802.1H", 1, |ip| {
        Some(ethernet(&[0, 60], &cat(&[&[0xaa, 0xaa, 3, 0, 0, 0xf8], &ether_type(ip)])))
    });
    add(list, "ethernet, llc", 1, |ip| (ip.version == 4).then(|| ethernet(&[0, 60], &[6, 6, 3])));
    add(list, "vlan, snap", 1, |ip| Some(ethernet(&[0x81, 0], &cat(&[&[0, 1, 0, 60], &snap(ip)]))));
    add(list, "mpls", 1, |_| Some(ethernet(&[0x88, 0x47], &[0, 0, 1, 64])));
    add(list, "mpls, three labels", 1, |_| {
        Some(ethernet(&[0x88, 0x48], &[0, 1, 0x10, 64, 0, 2, 0x10, 64, 0, 3, 0x11, 64]))
    });
    add(list, "vlan, mpls", 1, |_| Some(ethernet(&[0x81, 0], &[0, 1, 0x88, 0x47, 0, 0, 1, 64])));
    add(list, "pppoe", 1, |ip| {
        let length = u16::try_from(2 + ip.length).ok()?;
        let session = cat(&[&[0x11, 0, 0, 1], &length.to_be_bytes(), &ppp(ip)]);
        Some(ethernet(&[0x88, 0x64], &session))
    });
    add(list, "pppoe, one byte of protocol", 1, |ip| {
        let length = u16::try_from(1 + ip.length).ok()?;
        let session = cat(&[&[0x11, 0, 0, 1], &length.to_be_bytes(), &ppp(ip)[1..]]);
        Some(ethernet(&[0x88, 0x64], &session))
    });
    add(list, "pppoe, mpls", 1, |_| {
        Some(ethernet(&[0x88, 0x64], &[0x11, 0, 0, 1, 0, 60, 2, 0x81, 0, 0, 1, 9]))
    });
    add(list, "ppp by its ethernet type", 1, |ip| Some(ethernet(&[0x88, 0x0b], &ppp(ip))));
    for (name, words, between) in [("nsh", 2, 8), ("nsh with metadata", 6, 24)] {
        add(list, name, 1, move |ip| {
            let next = if ip.version == 4 { 1 } else { 2 };
            Some(ethernet(&[0x89, 0x4f], &sized(&[0x0f, 0xc0 | words, 1, next], between)))
        });
    }
    add(list, "nsh, ethernet", 1, |ip| {
        let inner = ethernet(&[], &ether_type(ip));
        Some(ethernet(&[0x89, 0x4f], &cat(&[&[0, 2, 1, 3, 0, 0, 1, 255], &inner])))
    });
    add(list, "provider backbone", 1, |ip| {
        Some(ethernet(&[0x88, 0xe7], &cat(&[&[0, 0, 1, 0], &ethernet(&[], &ether_type(ip))])))
    });
    for (name, kind, length) in
        [("e-tag", [0x89, 0x3f], 6), ("vn-tag", [0x89, 0x26], 4), ("r-tag", [0xf1, 0xc1], 4)]
    {
        add(list, name, 1, move |ip| {
            Some(ethernet(&kind, &cat(&[&sized(&[0], length), &ether_type(ip)])))
        });
    }
    add(list, "cisco metadata", 1, |ip| {
        Some(ethernet(&[0x89, 0x09], &cat(&[&[1, 1, 0, 1, 0, 7], &ether_type(ip)])))
    });
    add(list, "broadcom", 281, |ip| Some(cat(&[&[2; 12], &[0x20, 0, 0, 1], &ether_type(ip)])));
    add(list, "broadcom, in front", 282, |ip| {
        Some(cat(&[&[0x20, 0, 0, 1], &ethernet(&[], &ether_type(ip))]))
    });
    add(list, "dsa", 284, |ip| Some(cat(&[&[2; 12], &[0x40, 0, 0, 1], &ether_type(ip)])));
    add(list, "edsa", 285, |ip| {
        Some(cat(&[&[2; 12], &[0xda, 0xda, 0, 0, 0x40, 0, 0, 1], &ether_type(ip)]))
    });
    add(list, "netanalyzer", 240, |ip| {
        Some(cat(&[&[0, 4, 0, 0], &ethernet(&[], &ether_type(ip))]))
    });
}

fn local_networks(list: &mut Vec<Encapsulation>) {
    add(list, "token ring", 6, |ip| Some(cat(&[&[0x10, 0x40], &[1; 6], &[2; 6], &snap(ip)])));
    add(list, "token ring with a route", 6, |ip| {
        let route = [0x06, 0, 0, 0x11, 0, 0x20];
        Some(cat(&[&[0x10, 0x40], &[1; 6], &[0x82, 2, 2, 2, 2, 2], &route, &snap(ip)]))
    });
    add(list, "fddi", 10, |ip| Some(cat(&[&[0x57], &[1; 12], &snap(ip)])));
    add(list, "arcnet, rfc 1051", 129, |ip| (ip.version == 4).then(|| vec![1, 2, 0, 0, 240]));
    add(list, "arcnet", 129, |ip| {
        Some(vec![1, 2, 0, 0, if ip.version == 4 { 212 } else { 196 }, 0, 0, 1])
    });
    add(list, "ip over fibre channel", 122, |ip| Some(cat(&[&[1; 16], &snap(ip)])));
    add(list, "ieee 1394", 138, |ip| Some(cat(&[&[1; 16], &ether_type(ip)])));
    add(list, "infiniband", 242, |ip| Some(cat(&[&ether_type(ip), &[0, 0]])));
    add(list, "infiniband with a route", 242, |ip| {
        Some(cat(&[&[0x60; 40], &ether_type(ip), &[0, 0]]))
    });
}

fn wireless(list: &mut Vec<Encapsulation>) {
    // Frame control, what of the header follows the three addresses, and what
    // an aggregate puts in front.
    for (name, control, more) in [
        ("802.11", [0x08, 1], &[][..]),
        ("802.11, four addresses", [0x08, 3], &[5; 6]),
        ("802.11, quality of service", [0x88, 2], &[0, 0]),
        ("802.11, ht control", [0x88, 0x81], &[0, 0, 1, 2, 3, 4]),
        ("802.11, aggregate", [0x88, 1], &[0x80, 0, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 0, 60]),
    ] {
        add(list, name, 105, move |ip| Some(ieee_802_11(control, more, ip)));
    }
    add(list, "radiotap", 127, |ip| {
        Some(cat(&[&[0, 0, 8, 0, 0, 0, 0, 0], &ieee_802_11([8, 1], &[], ip)]))
    });
    add(list, "radiotap that tells of padding", 127, |ip| {
        let padded = ieee_802_11([0x88, 1], &[0, 0, 0, 0], ip);
        Some(cat(&[&[0, 0, 9, 0, 2, 0, 0, 0, 0x20], &padded]))
    });
    add(list, "avs", 163, |ip| {
        let avs = sized(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64], 64);
        Some(cat(&[&avs, &ieee_802_11([8, 1], &[], ip)]))
    });
    add(list, "prism", 119, |ip| Some(cat(&[&sized(&[0x44], 144), &ieee_802_11([8, 1], &[], ip)])));
    add(list, "prism that is avs", 119, |ip| {
        let avs = sized(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64], 64);
        Some(cat(&[&avs, &ieee_802_11([8, 1], &[], ip)]))
    });
    add(list, "ppi, 802.11", 192, |ip| {
        let ppi = [0, 0, 12, 0, 105, 0, 0, 0, 1, 2, 3, 4];
        Some(cat(&[&ppi, &ieee_802_11([8, 1], &[], ip)]))
    });
    add(list, "ppi, ethernet", 192, |ip| {
        Some(cat(&[&[0, 0, 8, 0, 1, 0, 0, 0], &ethernet(&[], &ether_type(ip))]))
    });
}

fn serial_lines(list: &mut Vec<Encapsulation>) {
    for link_type in [9, 50] {
        add(list, "ppp", link_type, |ip| Some(ppp(ip)));
        add(list, "ppp, one byte of protocol", link_type, |ip| Some(ppp(ip)[1..].to_vec()));
        add(list, "ppp like hdlc", link_type, |ip| Some(cat(&[&[0xff, 3], &ppp(ip)])));
        add(list, "ppp that is cisco hdlc", link_type, |ip| {
            Some(cat(&[&[0x0f, 0], &ether_type(ip)]))
        });
        add(list, "ppp, mpls", link_type, |_| Some(vec![0xff, 3, 2, 0x81, 0, 0, 1, 9]));
    }
    add(list, "pppoe session", 51, |ip| {
        let length = u16::try_from(2 + ip.length).ok()?;
        Some(cat(&[&[0x11, 0, 0, 1], &length.to_be_bytes(), &ppp(ip)]))
    });
    add(list, "pppd", 166, |ip| Some(cat(&[&[1, 3], &ppp(ip)])));
    add(list, "ppp with direction", 204, |ip| Some(cat(&[&[0, 0xff, 3], &ppp(ip)])));
    add(list, "cisco hdlc", 104, |ip| Some(cat(&[&[0x8f, 0], &ether_type(ip)])));
    add(list, "cisco hdlc with direction", 205, |ip| Some(cat(&[&[1, 0x0f, 0], &ether_type(ip)])));
    add(list, "frame relay", 107, |ip| Some(cat(&[&[0x18, 0x41, 3], &[nlpid(ip)]])));
    add(list, "frame relay, aligned", 107, |ip| Some(vec![0x18, 0x40, 1, 3, 0, nlpid(ip)]));
    add(list, "frame relay, snap", 107, |ip| {
        Some(cat(&[&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0], &ether_type(ip)]))
    });
    add(list, "cisco's frame relay", 107, |ip| Some(cat(&[&[0x18, 0x41], &ether_type(ip)])));
    add(list, "frame relay with direction", 206, |ip| Some(vec![0, 0x18, 0x41, 3, nlpid(ip)]));
    add(list, "rfc 1483", 100, |ip| Some(snap(ip)));
    add(list, "sun atm, llc", 123, |ip| Some(cat(&[&[0x82, 0, 0, 50], &snap(ip)])));
    add(list, "sun atm, lan", 123, |ip| {
        Some(cat(&[&[1, 0, 0, 50, 0, 7], &ethernet(&[], &ether_type(ip))]))
    });
}

fn captured_by_systems(list: &mut Vec<Encapsulation>) {
    add(list, "sll", 113, |ip| {
        Some(cat(&[&[0, 4, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0], &ether_type(ip)]))
    });
    add(list, "sll, llc", 113, |ip| {
        Some(cat(&[&[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 0, 4], &snap(ip)]))
    });
    add(list, "sll, vlan", 113, |ip| {
        let sll = [0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 0x81, 0, 0, 5];
        Some(cat(&[&sll, &ether_type(ip)]))
    });
    add(list, "sll2", 276, |ip| {
        let behind = [0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 2, 2, 2, 2, 2, 0, 0];
        Some(cat(&[&ether_type(ip), &behind]))
    });
    for little in [true, false] {
        add(list, "nflog", 239, move |ip| {
            let number = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
            let length = number(u16::try_from(4 + ip.length).ok()?);
            let mark = cat(&[&number(7), &number(10), b"in\0\0"]);
            let head = [if ip.version == 4 { 2 } else { 10 }, 0, 0, 7];
            Some(cat(&[&head, &mark, &length, &number(9)]))
        });
    }
    add(list, "pktap", 258, |ip| {
        let header = sized(&[108, 0, 0, 0, 1, 0, 0, 0, 1], 108);
        Some(cat(&[&header, &ethernet(&[], &ether_type(ip))]))
    });
    add(list, "pktap, version 2", 258, |_| {
        let mut header = sized(&[60, 0, 0, 0, 0, 0, 12], 60);
        header[38] = 8;
        Some(header)
    });
}

fn family(ip: Ip, v4: u32, v6: u32) -> u32 {
    if ip.version == 4 { v4 } else { v6 }
}

fn byte(n: u32) -> u8 {
    n.to_le_bytes()[0]
}

fn ether_type(ip: Ip) -> [u8; 2] {
    if ip.version == 4 { [0x08, 0x00] } else { [0x86, 0xdd] }
}

/// LLC and SNAP with an Ethernet type (RFC 1042).
fn snap(ip: Ip) -> Vec<u8> {
    cat(&[&[0xaa, 0xaa, 3, 0, 0, 0], &ether_type(ip)])
}

fn ppp(ip: Ip) -> Vec<u8> {
    vec![0, if ip.version == 4 { 0x21 } else { 0x57 }]
}

/// A network layer protocol identifier (RFC 2427).
fn nlpid(ip: Ip) -> u8 {
    if ip.version == 4 { 0xcc } else { 0x8e }
}

/// Two addresses, a type where there is one, and what follows.
fn ethernet(kind: &[u8], rest: &[u8]) -> Vec<u8> {
    cat(&[&[2; 12], kind, rest])
}

/// Frame control, duration, three addresses, sequence control, and LLC behind
/// what follows them.
fn ieee_802_11(control: [u8; 2], more: &[u8], ip: Ip) -> Vec<u8> {
    cat(&[&control, &[0; 2], &[5; 18], &[0x10, 0], more, &snap(ip)])
}

fn sized(first: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = first.to_vec();
    bytes.resize(length, 0);
    bytes
}

fn cat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}
