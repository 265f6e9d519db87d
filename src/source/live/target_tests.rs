use super::*;
use crate::source::live::adapters::Address;

fn adapter(name: &str, index: u32, addresses: &[&str]) -> Adapter {
    let addresses = addresses.iter().map(|text| {
        let mut ip = [0; 16];
        let version = match text.parse().unwrap() {
            IpAddr::V4(v4) => {
                ip[..4].copy_from_slice(&v4.octets());
                4
            }
            IpAddr::V6(v6) => {
                ip = v6.octets();
                6
            }
        };
        Address { ip, version, prefix_length: 24, scope: 0 }
    });
    Adapter {
        name: name.into(),
        index,
        up: true,
        running: true,
        loopback: name == "lo",
        hardware_type: 1,
        hardware_address: Vec::new(),
        addresses: addresses.collect(),
    }
}

fn machine() -> Vec<Adapter> {
    vec![
        adapter("lo", 1, &["127.0.0.1", "::1"]),
        adapter("eth0", 2, &["192.0.2.7", "fe80::1"]),
        adapter("eth1", 3, &["fe80::1"]),
        adapter("empty", 4, &[]),
    ]
}

fn choice(local_host: Option<&str>) -> Result<Target> {
    choose(local_host, &machine(), || Some("eth0".into()))
}

fn index(local_host: &str) -> u32 {
    match choice(Some(local_host)).unwrap() {
        Target::Interface { index, .. } => index,
        Target::Any => panic!("one interface expected"),
    }
}

#[test]
fn a_local_host_is_a_name_an_address_or_any() {
    assert_eq!(choice(Some("any")), Ok(Target::Any));
    assert_eq!(index("eth1"), 3);
    assert_eq!(index("empty"), 4);
    assert_eq!(index("192.0.2.7"), 2);
    assert_eq!(index("0:0:0:0:0:0:0:1"), 1);
    assert_eq!(index("fe80::1%eth1"), 3);
    assert_eq!(index("fe80::1%2"), 2);
}

#[test]
fn without_a_local_host_the_default_route_chooses() {
    let want = Target::Interface { name: "eth0".into(), index: 2 };
    assert_eq!(choice(None), Ok(want.clone()));
    assert_eq!(choice(Some("")), Ok(want));
    let error = choose(None, &machine(), || None).unwrap_err();
    assert_eq!(error.kind, Kind::NoDevice);
    assert!(error.text.contains("no default route"), "{error}");
    assert!(error.text.ends_with("(there are lo, eth0, eth1, empty)"), "{error}");
}

#[test]
fn an_interface_that_is_not_there_is_answered_with_those_that_are() {
    let error = choice(Some("eth7")).unwrap_err();
    assert_eq!(error.kind, Kind::NoDevice);
    assert_eq!(error.text, "no interface is named eth7 (there are lo, eth0, eth1, empty)");
    let error = choice(Some("192.0.2.8")).unwrap_err();
    assert_eq!(error.kind, Kind::NoDevice);
    assert!(error.text.contains("192.0.2.8 (there are 127.0.0.1, ::1, 192.0.2.7, "), "{error}");
    assert_eq!(choice(Some("fe80::1%lo")).unwrap_err().kind, Kind::NoDevice);
    let error = choice(Some("fe80::1")).unwrap_err();
    assert!(error.text.ends_with("fe80::1%NAME (they are eth0, eth1)"), "{error}");
}

#[test]
fn an_error_with_many_interfaces_stays_short() {
    let many: Vec<_> = (0..1000).map(|i| adapter(&format!("interface{i}"), i, &[])).collect();
    let error = choose(Some(&"x\n".repeat(900)), &many, || None).unwrap_err();
    assert!(error.text.len() < 500 && error.text.ends_with(" more)"), "{error}");
    assert!(!error.text.contains('\n'));
}

#[test]
fn the_default_route_has_the_lowest_metric_and_is_usable() {
    let v4 =
        b"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
        wlan0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0  \n\
        eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0  \n\
        down0\t00000000\t0100000A\t0002\t0\t0\t5\t00000000\t0\t0\t0  \n\
        half0\t00000000\t0100000A\t0003\t0\t0\t1\t00000080\t0\t0\t0  \n\
        eth1\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0  \n";
    assert_eq!(default_v4(v4), Some("eth0".into()));
    assert_eq!(default_v4(b"Iface\tDestination\n"), None);
    let zero = "0".repeat(32);
    let line = |metric, flags, name| {
        format!("{zero} 00 {zero} 00 {zero} {metric} 00000001 00000000 {flags} {name}\n")
    };
    let table = line("00000400", "00000003", "eth0")
        + &line("00000100", "00000003", "tun0")
        + &line("ffffffff", "00200200", "lo")
        + &line("00000001", "00000203", "reject0")
        + &format!("fe80{} 40 {zero} 00 {zero} 00000000 1 0 00000001 eth9\n", "0".repeat(28));
    assert_eq!(default_v6(table.as_bytes()), Some("tun0".into()));
    assert_eq!(default_v6(b"garbage\n\xff\n"), None);
}
