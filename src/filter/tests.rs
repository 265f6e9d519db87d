use super::*;
use crate::source::Direction;

/// xorshift64: the same numbers in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

const ETHERNET: LinkType = LinkType(1);

fn frame(bytes: &[u8], wire_length: u32, link_type: LinkType) -> Frame<'_> {
    Frame {
        bytes,
        window: None,
        wire_length,
        timestamp_ns: 0,
        link_type,
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    }
}

fn over(expression: &str) -> FileFilter {
    FileFilter::new(&Filter::new(expression).unwrap())
}

/// The beginning of an IPv4/TCP frame.
fn tcp() -> Vec<u8> {
    let mut bytes = vec![0; 60];
    bytes[12..14].copy_from_slice(&[8, 0]);
    bytes[14] = 0x45;
    bytes[23] = 6;
    bytes[36..38].copy_from_slice(&[0, 80]);
    bytes
}

#[test]
fn lengths_in_a_filter_are_those_on_the_wire() {
    let bytes = tcp();
    let mut filter = over("greater 1000");
    assert_eq!(filter.matches(&frame(&bytes, 1500, ETHERNET)), Match::Yes);
    assert_eq!(filter.matches(&frame(&bytes, 999, ETHERNET)), Match::No);
    let mut filter = over("len = 1500 and tcp port 80");
    assert_eq!(filter.matches(&frame(&bytes, 1500, ETHERNET)), Match::Yes);
    assert_eq!(filter.matches(&frame(&bytes[..30], 1500, ETHERNET)), Match::No);
}

#[test]
fn each_link_type_of_a_file_has_its_own_program() {
    let bytes = tcp();
    let mut filter = over("tcp dst port 80");
    for _ in 0..3 {
        assert_eq!(filter.matches(&frame(&bytes, 60, ETHERNET)), Match::Yes);
        assert_eq!(filter.matches(&frame(&bytes[14..], 46, LinkType(101))), Match::Yes);
        assert_eq!(filter.matches(&frame(&bytes, 60, LinkType(101))), Match::No);
        assert_eq!(filter.matches(&frame(&bytes[14..], 46, ETHERNET)), Match::No);
    }
    assert_eq!(filter.programs.len(), 2);
}

#[test]
fn what_a_link_type_cannot_express_matches_nothing_and_is_told_once() {
    let bytes = tcp();
    let mut filter = over("ether host 00:00:00:00:00:00");
    assert_eq!(filter.matches(&frame(&bytes, 60, ETHERNET)), Match::Yes);
    let Match::Inexpressible(error) = filter.matches(&frame(&bytes, 60, LinkType(101))) else {
        panic!("expected a reason");
    };
    assert_eq!(error.kind, Kind::BadFilter);
    assert!(error.text.contains("link type 101"), "{error}");
    assert!(!error.text.contains('\n'));
    assert_eq!(filter.matches(&frame(&bytes, 60, LinkType(101))), Match::No);
    assert_eq!(filter.matches(&frame(&bytes, 60, ETHERNET)), Match::Yes);
    assert_eq!(filter.matches(&frame(&bytes, 60, LinkType(101))), Match::No);
    let unknown = frame(&bytes, 60, LinkType(65_000));
    assert!(matches!(filter.matches(&unknown), Match::Inexpressible(_)));
    assert_eq!(filter.matches(&unknown), Match::No);
    let largest = frame(&bytes, 60, LinkType(u32::MAX));
    assert!(matches!(filter.matches(&largest), Match::Inexpressible(_)));
}

#[test]
fn what_only_a_live_capture_knows_is_inexpressible_in_a_file() {
    let bytes = tcp();
    let mut filter = over("inbound");
    let Match::Inexpressible(error) = filter.matches(&frame(&bytes, 60, ETHERNET)) else {
        panic!("expected a reason");
    };
    assert!(error.text.contains("not supported"), "{error}");
}

#[test]
fn an_empty_filter_takes_every_frame() {
    let mut filter = over("");
    assert_eq!(filter.matches(&frame(&[], 0, ETHERNET)), Match::Yes);
}

#[test]
fn the_family_of_a_null_frame_is_read_in_either_byte_order() {
    let mut bytes = vec![0u8; 4];
    bytes.extend_from_slice(&tcp()[14..]);
    let mut filter = over("tcp port 80");
    for family in [[2, 0, 0, 0], [0, 0, 0, 2]] {
        bytes[..4].copy_from_slice(&family);
        assert_eq!(filter.matches(&frame(&bytes, 50, NULL)), Match::Yes);
    }
    bytes[0] = 7;
    assert_eq!(filter.matches(&frame(&bytes, 50, NULL)), Match::No);
    // IPv6 has another number on each BSD: 24, 28, 30.
    bytes[4] = 0x60;
    let mut filter = over("ip6");
    for family in [[24, 0, 0, 0], [28, 0, 0, 0], [0, 0, 0, 28], [30, 0, 0, 0]] {
        bytes[..4].copy_from_slice(&family);
        assert_eq!(filter.matches(&frame(&bytes, 50, NULL)), Match::Yes);
    }
}

#[test]
fn a_filter_beyond_the_limits_is_too_complex() {
    let long = "tcp or ".repeat(150);
    assert_eq!(Filter::new(&long).unwrap_err().kind, Kind::FilterTooComplex);
    // 1,024 bytes are allowed, and no stack is too small for them.
    let mut most = "port 1".to_owned();
    for port in 1000.. {
        let next = format!(" or port {port}");
        if most.len() + next.len() > MAX_EXPRESSION {
            break;
        }
        most.push_str(&next);
    }
    most.push_str(&" ".repeat(MAX_EXPRESSION - most.len()));
    let small = std::thread::Builder::new().stack_size(64 << 10);
    let thread = small.spawn(move || Filter::new(&most).map(|f| f.expression().len())).unwrap();
    assert_eq!(thread.join().unwrap().unwrap(), MAX_EXPRESSION);
}

#[test]
fn a_wrong_filter_has_libpcaps_reason_in_one_line() {
    for wrong in
        ["tcp port", "host 1.2.3.4 and", "port nosuchservice\n", "ip[", "tcp and udp and", "&"]
    {
        let error = Filter::new(wrong).unwrap_err();
        assert_eq!(error.kind, Kind::BadFilter, "{wrong:?}");
        assert!(error.text.starts_with("bad filter: "), "{error}");
        assert!(!error.text.contains('\n'), "{error}");
    }
    assert_eq!(Filter::new("tcp\0").unwrap_err().kind, Kind::BadFilter);
    assert_eq!(Filter::new([0xff, 0xfe]).unwrap_err().kind, Kind::BadFilter);
}

#[test]
fn linktype_numbers_become_libpcaps() {
    assert_eq!(dlt(LinkType(1)), 1);
    assert_eq!(dlt(LinkType(101)), 12);
    assert_eq!(dlt(LinkType(100)), 11);
    assert_eq!(dlt(LinkType(106)), 19);
    assert_eq!(dlt(LinkType(276)), 276);
}

#[test]
fn work_on_a_big_stack_hands_back_its_result_and_its_panic() {
    let borrowed = [1u8, 2, 3];
    assert_eq!(on_big_stack(|| borrowed.len()), Ok(3));
    let error = on_big_stack(|| panic!("deliberate")).map(|(): ()| ()).unwrap_err();
    assert_eq!(error.kind, Kind::Panic);
}
