use super::*;

const COMMON: Common = Common { link_type: ETHERNET, interface: 7, snap_length: 262_144 };
const COOKED: Common = Common { link_type: SLL2, interface: 0, snap_length: 262_144 };
const VALID: u32 = libc::TP_STATUS_VLAN_VALID;
const TPID: u32 = libc::TP_STATUS_VLAN_TPID_VALID;

/// A slot as the kernel fills it: the frame begins where its network header lies at
/// a multiple of 16.
fn slot(at: &Layout, status: u32, frame: &[u8], link: usize) -> Vec<u8> {
    let network = (at.end + link.max(16)).next_multiple_of(16);
    let start = network - link;
    let mut slot = vec![0xee; start + frame.len() + 64];
    let mut put = |offset: usize, bytes: &[u8]| {
        slot[offset..offset + bytes.len()].copy_from_slice(bytes);
    };
    let length = u32::try_from(frame.len()).unwrap();
    put(at.status, &status.to_ne_bytes());
    put(at.captured, &length.to_ne_bytes());
    put(at.length, &(length + 1000).to_ne_bytes());
    put(at.frame, &u16::try_from(start).unwrap().to_ne_bytes());
    put(at.seconds, &3u32.to_ne_bytes());
    put(at.nanoseconds, &4u32.to_ne_bytes());
    put(at.tag, &0x2005u16.to_ne_bytes());
    put(at.tag_type, &0x88a8u16.to_ne_bytes());
    // sockaddr_ll: family, protocol, index, device, packet type, length, address.
    put(at.address, &17u16.to_ne_bytes());
    put(at.address + 2, &[8, 0]);
    put(at.address + 4, &9u32.to_ne_bytes());
    put(at.address + 8, &1u16.to_ne_bytes());
    put(at.address + 10, &[4, 6, 1, 2, 3, 4, 5, 6, 0, 0]);
    put(start, frame);
    slot
}

fn ethernet() -> Vec<u8> {
    (1..=12).chain([8, 0]).chain([0x45; 20]).collect()
}

#[test]
fn a_frame_is_what_the_kernel_says() {
    for at in [V2, V3] {
        let mut slot = slot(&at, 1, &ethernet(), 14);
        let frame = frame(&mut slot, &at, &COMMON).unwrap();
        assert_eq!(frame.bytes, ethernet());
        assert_eq!((frame.wire_length, frame.timestamp_ns), (1034, 3_000_000_004));
        assert_eq!((frame.interface, frame.direction), (7, Direction::Out));
        assert_eq!(frame.notes, 0);
    }
}

#[test]
fn a_tag_is_put_back_behind_the_addresses() {
    for at in [V2, V3] {
        for (status, kind) in [(VALID, [0x81, 0]), (VALID | TPID, [0x88, 0xa8])] {
            let mut slot = slot(&at, status, &ethernet(), 14);
            let frame = frame(&mut slot, &at, &COMMON).unwrap();
            let tag = [kind, [0x20, 5]].concat();
            assert_eq!(frame.bytes, [&ethernet()[..12], &tag, &ethernet()[12..]].concat());
            assert_eq!(frame.wire_length, 1038);
        }
    }
}

#[test]
fn a_cooked_frame_has_its_header_and_its_tag() {
    let address = [0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0];
    for at in [V2, V3] {
        let mut plain = slot(&at, 1, &[0x45; 20], 0);
        let frame = super::frame(&mut plain, &at, &COOKED).unwrap();
        let header = [&[8, 0, 0, 0, 0, 0, 0, 9], &address[..]].concat();
        assert_eq!(frame.bytes, [&header[..], &[0x45; 20]].concat());
        assert_eq!((frame.wire_length, frame.interface), (1040, 9));
        let mut tagged = slot(&at, VALID | TPID, &[0x45; 20], 0);
        let frame = super::frame(&mut tagged, &at, &COOKED).unwrap();
        let header = [&[0x88, 0xa8, 0, 0, 0, 0, 0, 9], &address[..], &[0x20, 5, 8, 0]].concat();
        assert_eq!(frame.bytes, [&header[..], &[0x45; 20]].concat());
        assert_eq!(frame.wire_length, 1044);
    }
}

#[test]
fn a_second_tag_on_a_cooked_frame_is_found() {
    let ip = [0x45; 20];
    for (inner, next) in [([0x00, 99], [0x81, 0]), ([0x45, 0x45], [8, 0])] {
        let data = [&inner[..], &[8, 0], &ip].concat();
        let mut slot = slot(&V3, VALID | TPID, &data, 0);
        let frame = frame(&mut slot, &V3, &COOKED).unwrap();
        assert_eq!(frame.bytes[..2], [0x88, 0xa8]);
        assert_eq!(frame.bytes[SLL2_LENGTH..], [&[0x20, 5], &next[..], &data].concat());
    }
}

#[test]
fn a_snap_length_counts_what_was_put_in_front() {
    for (common, link) in [(COMMON, 14), (COOKED, 0)] {
        let common = Common { snap_length: 30, ..common };
        let mut slot = slot(&V3, VALID, &ethernet(), link);
        assert_eq!(frame(&mut slot, &V3, &common).unwrap().bytes.len(), 30);
    }
}

#[test]
fn what_the_network_card_was_to_do_is_noted() {
    let status = libc::TP_STATUS_CSUMNOTREADY | TP_STATUS_GSO_TCP;
    let mut slot = slot(&V3, status, &ethernet(), 14);
    let notes = frame(&mut slot, &V3, &COMMON).unwrap().notes;
    assert_eq!(notes, notes::CHECKSUM_NOT_READY | notes::OFFLOADED);
}

#[test]
fn a_header_that_contradicts_itself_gives_no_frame_and_no_panic() {
    for at in [V2, V3] {
        for common in [COMMON, COOKED] {
            let good = slot(&at, VALID | TPID, &ethernet(), 14);
            for field in [at.captured, at.length, at.frame] {
                for value in [0u32, 1, 51, 67, 70, 0xffff, 0x7fff_ffff, u32::MAX] {
                    let mut slot = good.clone();
                    slot[field..field + 4].copy_from_slice(&value.to_ne_bytes());
                    let length = slot.len();
                    if let Some(frame) = frame(&mut slot, &at, &common) {
                        assert!(frame.bytes.len() <= length);
                    }
                }
            }
            for length in 0..good.len() {
                let mut slot = good[..length].to_vec();
                let _ = frame(&mut slot, &at, &common);
            }
        }
    }
}

/// Another link type, of which nothing is taken either.
const RAW: Common = Common { link_type: LinkType(101), ..COMMON };

#[test]
fn the_short_way_gives_the_same_frame_or_none() {
    let statuses = [1, VALID | TPID, libc::TP_STATUS_CSUMNOTREADY, TP_STATUS_GSO_TCP, u32::MAX];
    let mut given = 0;
    for (common, link) in [(COMMON, 14), (RAW, 0), (Common { snap_length: 30, ..COMMON }, 14)] {
        for status in statuses {
            let mut good = slot(&V3, status, &ethernet(), link);
            good.resize(400, 0xee);
            for field in [V3.captured, V3.length, V3.frame, V3.address + 10] {
                for value in [None, Some(0u32), Some(67), Some(68), Some(300), Some(u32::MAX)] {
                    let mut slot = good.clone();
                    if let Some(value) = value {
                        slot[field..field + 4].copy_from_slice(&value.to_ne_bytes());
                    }
                    for length in [0, 67, 68, 127, 200, 272, 273, 400] {
                        let mut slot = slot[..length].to_vec();
                        let Some(short) = plain(&slot, &common).map(|f| format!("{f:?}")) else {
                            continue;
                        };
                        given += 1;
                        assert_eq!(
                            Some(short),
                            frame(&mut slot, &V3, &common).map(|f| format!("{f:?}"))
                        );
                    }
                }
            }
        }
    }
    assert!(given > 100);
}
