use super::*;
use crate::error::Kind;
use std::process::Command;

#[test]
fn the_loopback_interface_is_listed_with_its_address() {
    let adapters = list().unwrap();
    assert!(adapters.is_sorted_by_key(|a| a.index));
    let lo = adapters.iter().find(|a| a.loopback).expect("a loopback interface");
    assert_eq!(lo.name, "lo");
    assert!(lo.index > 0 && lo.up && lo.running);
    let v4 = lo.addresses.iter().find(|a| a.version == 4).expect("127.0.0.1");
    assert_eq!(v4.ip_addr().to_string(), "127.0.0.1");
    assert_eq!(v4.prefix_length, 8);
    let want = Target::Interface { name: "lo".into(), index: lo.index };
    assert_eq!(resolve(Some("127.0.0.1")), Ok(want.clone()));
    assert_eq!(resolve(Some("lo")), Ok(want));
}

/// A network namespace that goes when the test does.
struct Namespace(String);

impl Namespace {
    /// `None`, and a line that counts as a skip, where this is not allowed.
    fn new(test: &str) -> Option<Self> {
        let name = format!("ipmon-{test}-{}", std::process::id());
        if !ip(&["netns", "add", &name]) {
            eprintln!("SKIPPED {test}: needs root and network namespaces");
            return None;
        }
        Some(Namespace(name))
    }

    fn ip(&self, arguments: &str) {
        let all = format!("-n {} {arguments}", self.0);
        assert!(ip(&all.split(' ').collect::<Vec<_>>()), "ip {all}");
    }

    /// Runs on a thread that lives in the namespace.
    fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let path = std::fs::File::open(format!("/run/netns/{}", self.0)).unwrap();
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                crate::sys::interfaces::enter_namespace(&path);
                work()
            });
            thread.join().unwrap()
        })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["netns", "del", &self.0]);
    }
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).output().is_ok_and(|done| done.status.success())
}

#[test]
fn a_veth_pair_is_listed_with_everything_it_has() {
    let Some(namespace) = Namespace::new("adapters") else { return };
    namespace.ip("link add va address 02:00:00:00:00:0a type veth peer name vb");
    namespace.ip("link set va up");
    namespace.ip("addr add 192.0.2.1/24 dev va");
    namespace.ip("addr add 198.51.100.1/30 dev va label va:second");
    namespace.ip("addr add 2001:db8::1/64 dev va nodad");
    let (adapters, without_route) = namespace.inside(|| (list().unwrap(), resolve(None)));
    assert_eq!(without_route.unwrap_err().kind, Kind::NoDevice);

    let va = adapters.iter().find(|a| a.name == "va").unwrap();
    assert!(va.up && !va.running && !va.loopback, "{va:?}");
    assert_eq!(va.hardware_address, [2, 0, 0, 0, 0, 10]);
    let addresses: Vec<_> =
        va.addresses.iter().map(|a| (a.ip_addr().to_string(), a.prefix_length)).collect();
    assert!(addresses.contains(&("192.0.2.1".to_owned(), 24)), "{addresses:?}");
    assert!(addresses.contains(&("198.51.100.1".to_owned(), 30)), "{addresses:?}");
    assert!(addresses.contains(&("2001:db8::1".to_owned(), 64)), "{addresses:?}");
    let vb = adapters.iter().find(|a| a.name == "vb").unwrap();
    assert!(!vb.up && !vb.running && vb.addresses.is_empty(), "{vb:?}");

    namespace.ip("link set vb up");
    namespace.ip("route add default via 192.0.2.254 dev va");
    let (adapters, by_route, by_address) =
        namespace.inside(|| (list().unwrap(), resolve(None), resolve(Some("198.51.100.1"))));
    let va = adapters.iter().find(|a| a.name == "va").unwrap();
    assert!(va.up && va.running, "{va:?}");
    let want = Ok(Target::Interface { name: "va".into(), index: va.index });
    assert_eq!(by_route, want);
    assert_eq!(by_address, want);
    // Both ends are up, so each has a link-local address with its own scope.
    let local = va.addresses.iter().find(|a| a.version == 6 && a.ip[0] == 0xfe).unwrap();
    assert_eq!(local.scope, va.index);
}

#[test]
fn a_default_route_of_ipv6_alone_chooses_too() {
    let Some(namespace) = Namespace::new("route6") else { return };
    namespace.ip("link add va type veth peer name vb");
    namespace.ip("link set va up");
    namespace.ip("link set vb up");
    namespace.ip("addr add 2001:db8::1/64 dev va nodad");
    namespace.ip("route add default via 2001:db8::2 dev va metric 50");
    assert_eq!(namespace.inside(default_route), Some("va".into()));
}
