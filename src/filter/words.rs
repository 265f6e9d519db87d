//! What the words of a filter expression can be, other than names.

use std::net::Ipv6Addr;

/// Every word that means itself in libpcap 1.10 (pcap-filter(7) and its
/// grammar). A keyword of a later libpcap is missing on purpose: an older one
/// would look it up as a host.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    // qualifiers
    "dst", "src", "host", "net", "mask", "port", "portrange", "proto", "protochain", "gateway",
    // protocols
    "link", "ether", "ppp", "slip", "fddi", "tr", "wlan", "radio", "arp", "rarp", "ip", "ip6",
    "sctp", "tcp", "udp", "icmp", "icmp6", "igmp", "igrp", "pim", "vrrp", "carp", "ah", "esp",
    "atalk", "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "iso", "esis", "es-is", "isis",
    "is-is", "l1", "l2", "iih", "lsp", "snp", "csnp", "psnp", "clnp", "stp", "ipx", "netbeui",
    // primitives and operators
    "less", "greater", "byte", "broadcast", "multicast", "and", "or", "not", "len", "length",
    "inbound", "outbound", "ifindex", "vlan", "mpls", "pppoed", "pppoes", "geneve", "llc",
    // IEEE 802.11
    "type", "subtype", "direction", "dir", "address1", "addr1", "address2", "addr2", "address3",
    "addr3", "address4", "addr4", "ra", "ta",
    // ATM
    "lane", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "vpi", "vci",
    "connectmsg", "metaconnect",
    // PF logs
    "on", "ifname", "rset", "ruleset", "rnr", "rulenum", "srnr", "subrulenum", "reason", "action",
    // SS7
    "fisu", "lssu", "lsu", "msu", "hfisu", "hlssu", "hmsu", "sio", "opc", "dpc", "sls", "hsio",
    "hopc", "hdpc", "hsls",
    // names of numbers
    "icmptype", "icmpcode", "icmp-echoreply", "icmp-unreach", "icmp-sourcequench",
    "icmp-redirect", "icmp-echo", "icmp-routeradvert", "icmp-routersolicit", "icmp-timxceed",
    "icmp-paramprob", "icmp-tstamp", "icmp-tstampreply", "icmp-ireq", "icmp-ireqreply",
    "icmp-maskreq", "icmp-maskreply", "icmp6type", "icmp6code", "icmp6-destinationunreach",
    "icmp6-packettoobig", "icmp6-timeexceeded", "icmp6-parameterproblem", "icmp6-echo",
    "icmp6-echoreply", "icmp6-multicastlistenerquery", "icmp6-multicastlistenerreportv1",
    "icmp6-multicastlistenerdone", "icmp6-routersolicit", "icmp6-routeradvert",
    "icmp6-neighborsolicit", "icmp6-neighboradvert", "icmp6-redirect", "icmp6-routerrenum",
    "icmp6-nodeinformationquery", "icmp6-nodeinformationresponse",
    "icmp6-ineighbordiscoverysolicit", "icmp6-ineighbordiscoveryadvert",
    "icmp6-multicastlistenerreportv2", "icmp6-homeagentdiscoveryrequest",
    "icmp6-homeagentdiscoveryreply", "icmp6-mobileprefixsolicit", "icmp6-mobileprefixadvert",
    "icmp6-certpathsolicit", "icmp6-certpathadvert", "icmp6-multicastrouteradvert",
    "icmp6-multicastroutersolicit", "icmp6-multicastrouterterm",
    "tcpflags", "tcp-fin", "tcp-syn", "tcp-rst", "tcp-push", "tcp-ack", "tcp-urg", "tcp-ece",
    "tcp-cwr",
];

pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Decimal, octal, or hexadecimal after 0x.
pub(crate) fn is_number(word: &str) -> bool {
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => is_hex(digits),
        None => !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// An IPv4 address or the beginning of one (`net 10.1`), an IPv6 address, or
/// a link-layer address in any of its spellings.
pub(crate) fn is_address(word: &str) -> bool {
    is_dotted(word) || word.parse::<Ipv6Addr>().is_ok() || is_link_address(word)
}

fn is_dotted(word: &str) -> bool {
    (2..=4).contains(&word.split('.').count()) && word.split('.').all(is_number)
}

fn is_link_address(word: &str) -> bool {
    let pairs = |separator| {
        word.split(separator).count() == 6
            && word.split(separator).all(|part| part.len() <= 2 && is_hex(part))
    };
    let quads = || {
        word.split('.').count() == 3 && word.split('.').all(|part| part.len() == 4 && is_hex(part))
    };
    pairs(':') || pairs('-') || pairs('.') || quads() || (word.len() == 12 && is_hex(word))
}

fn is_hex(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit())
}
