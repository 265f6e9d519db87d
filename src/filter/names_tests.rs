use super::*;
use crate::filter::Filter;

/// Examples of pcap-filter(7) and more, all without names of hosts.
#[rustfmt::skip]
pub(crate) const FINE: &[&str] = &[
    "", "tcp", "ip6", "host 10.1.2.3", "src host 10.1.2.3 or dst net 192.168", "net 10",
    "net 10.0.0.0/8", "net 10.0.0.0 mask 255.0.0.0", "host ::1", "host 2001:db8::1 and port 53",
    "net 2001:db8::/32", "ip6 host fe80::1:2", "host ::ffff:1.2.3.4", "port 80", "port http",
    "tcp port http or https", "port ftp or ftp-data or domain", "portrange 6000-6008",
    "portrange 80-http-alt or 1", "udp portrange domain-80", "src port ssh", "dst port (ssh or telnet)",
    "not port ssh and not port domain", "port ! ( ssh or smtp )", "ip proto \\icmp",
    "ether proto \\arp", "ether proto \\ip and host 10.1.1.1", "proto 17", "ip6 proto \\udp",
    "ip proto \\tcp or \\udp", "ether host 00:11:22:33:44:55", "ether src 0-11-22-33-44-55",
    "ether dst 0011.2233.4455", "ether host 001122334455", "ether broadcast", "ether multicast",
    "ip broadcast", "ip multicast", "ip6 multicast", "ether[0] & 1 != 0", "ip[0] & 0xf != 5",
    "ip[6:2] & 0x1fff = 0", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[13] == 2",
    "tcp[tcpflags] & (tcp-rst|tcp-ack) == (tcp-rst|tcp-ack)", "tcp[tcpflags]&tcp-push!=0",
    "tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
    "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply", "icmp[icmpcode]=3",
    "icmp6[icmp6type] == icmp6-neighborsolicit", "icmp6[icmp6code] = 0", "greater 1000",
    "less 64", "len > 100", "len - 10 > 5", "length != 60", "vlan", "vlan 100 and tcp",
    "vlan and vlan 300 and ip", "mpls 100000 and mpls 1024 and host 10.1.1.1", "pppoes 0x27 and ip",
    "pppoed", "geneve 0xb and tcp", "arp", "rarp", "stp", "iso proto \\clnp", "isis", "atalk",
    "decnet src 10.15", "lat or moprc or mopdl", "llc", "llc i", "llc rr", "llc rnr", "ip6 protochain 6",
    "ip protochain 51", "type mgt subtype beacon", "type mgt", "subtype qos-data",
    "type data subtype qos-data", "wlan addr1 00:11:22:33:44:55", "wlan ra ff:ff:ff:ff:ff:ff",
    "dir fromds", "direction tods or type ctl", "wlan type mgt subtype probe-req", "on eth0",
    "ifname en0 and tcp", "reason match", "action pass and rnr 5", "rset main", "vpi 3 and vci 5",
    "lane", "oamf4sc", "fisu", "opc 5", "inbound", "outbound and tcp", "ip and not (udp or icmp)",
    "(tcp or udp) and (src net 10.0.0.0/8 && ! dst net 172.16.0.0/12) || icmp", "sctp port 2905",
    "tcp dst port 443 and host 1.2.3.4 or 5.6.7.8", "ether[100:2]=0x800",
    "1 = 1", "ip host 10.0.0.1 and \t not\n arp\r",
];

/// What a name of a host or network looks like in all its disguises.
#[rustfmt::skip]
const REFUSED: &[(&str, &str)] = &[
    ("host example.com", "example.com"), ("src example.com", "example.com"),
    ("dst host a-b.c", "a-b.c"), ("example.com", "example.com"), ("net loopback", "loopback"),
    ("gateway snup and ip[2:2] > 576", "snup"), ("ether host router", "router"),
    ("ether src router", "router"), ("wlan addr1 station", "station"),
    ("host 10.1.1.1 or example.com", "example.com"), ("host not evil", "evil"),
    ("host (10.1.1.1 or evil)", "evil"), ("port http and host evil", "evil"),
    ("port http and src evil", "evil"), ("port 80 and ip host evil", "evil"),
    ("host \\tcp", "\\tcp"), ("src \\host", "\\host"), ("host 1.2.3.4.5", "1.2.3.4.5"),
    ("host 1.2.3.4x", "1.2.3.4x"), ("host 10abc", "10abc"), ("host a:b", "a:b"),
    ("host 1::2::3", "1::2::3"), ("on eth0 and evil", "evil"), ("on eth0 evil", "evil"),
    ("ifname eth0 or host evil", "evil"), ("type mgt and evil", "evil"), ("llc and evil", "evil"),
    ("llc or host evil", "evil"), ("ip[0] = 5 and host evil", "evil"), ("host TCP", "TCP"),
    ("src net evil", "evil"), ("net 10.0.0.0 mask evil", "evil"), ("host e]vil", "e"),
    ("host tcp-foo", "tcp-foo"), ("host evil-", "evil"), ("host\tevil\n", "evil"),
    ("ip[0]] = 1 or host evil", "evil"), ("(host evil)", "evil"), ("!host evil", "evil"),
    ("host 123456789abcd", "123456789abcd"), ("tpc port 80", "tpc"),
    ("port 80 or tcp and evil", "evil"), ("proto 6 and len > 5 and evil", "evil"),
    ("decnet host evil", "evil"), ("vxlan", "vxlan"), ("action pass or evil", "evil"),
];

#[test]
fn expressions_without_host_names_pass_and_compile() {
    let mut failed = Vec::new();
    for expression in FINE {
        if let Err(error) = refuse(expression) {
            panic!("{expression:?}: {error}");
        }
        if let Err(error) = Filter::new(expression) {
            failed.push(format!("{expression:?}: {error}"));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn names_of_hosts_and_networks_are_refused_and_named() {
    for (expression, word) in REFUSED {
        let error = refuse(expression).expect_err(expression);
        assert_eq!(error.kind, Kind::BadFilter);
        assert!(error.text.contains(&format!("\"{word}\"")), "{expression:?}: {error}");
        assert!(error.text.ends_with("write the address"), "{error}");
    }
}

#[test]
fn a_long_name_is_shortened_in_the_error() {
    let error = refuse(&format!("host {}", "x".repeat(900))).unwrap_err();
    assert!(error.text.len() < 250 && error.text.contains("xxx...\""), "{error}");
}

#[test]
fn any_text_is_judged_without_a_panic() {
    let mut random = crate::filter::tests::Random(0x1234_5678_9abc_def1);
    let pieces = [
        "host ", "[", "]", "\\", "é", "a", ":", "::", "-", " ", "port", "1.2", "\u{0}", "(", "\r",
        "0x",
    ];
    for _ in 0..20_000 {
        let length = random.below(12);
        let text: String = (0..length).map(|_| pieces[random.below(pieces.len())]).collect();
        let _ = refuse(&text);
    }
}
