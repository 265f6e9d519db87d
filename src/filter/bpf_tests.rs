use super::*;
use crate::filter::compile::compile;
use crate::filter::tests::Random;
use crate::source::LinkType;

#[rustfmt::skip]
const EXPRESSIONS: &[&str] = &[
    "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "sctp", "host 10.0.0.1", "net 10.0.0.0/8",
    "src net 192.168.0.0/16", "dst host 10.0.0.2", "port 80", "tcp port 80", "udp src port 53",
    "tcp dst port 443", "portrange 1000-2000", "not port 22", "greater 80", "less 70", "len > 65",
    "vlan", "vlan 5", "vlan and ip", "vlan and vlan", "vlan and ip6 and tcp", "mpls", "mpls 16 and ip",
    "pppoes and ip", "pppoed", "ip multicast", "ip broadcast", "ether multicast", "ether broadcast",
    "ip6 multicast", "ether host 0:0:0:0:0:1", "tcp[tcpflags] & tcp-syn != 0", "ip[0] & 0xf > 5",
    "ip[6:2] & 0x1fff = 0", "tcp[0:2] / 2 * 2 != tcp[0:2]", "ip[8] % 7 = 3", "ip[4:2] ^ 0xffff > 5",
    "udp[ip[8]:1] = 7", "ip[2:2] - ((ip[0]&0xf)<<2) > 20", "ip6[6] = 17", "ip6 protochain 6",
    "ip protochain 17", "llc", "stp", "icmp[icmptype] = icmp-echo", "ip and 1000 / ip[9] > 50",
    "host 2001:db8::1", "net 2001:db8::/32", "-ip[1] = 0", "len << ip[8] = 0", "1 >> ip[8] = 0",
];

/// Frames that come far into the programs: right types, then random.
fn random_frame(random: &mut Random) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        (0..random.below(90)).map(|_| random.next().to_le_bytes()[0]).collect();
    let mut put = |at: usize, values: &[u8]| {
        for (to, from) in bytes.iter_mut().skip(at).zip(values) {
            *to = *from;
        }
    };
    let mut at = 12;
    if random.below(4) == 0 {
        put(at, &[0x81, 0, 0, 5]);
        at += 4;
    }
    if random.below(3) == 0 {
        put(at, &[0x86, 0xdd, 0x60]);
        put(at + 8, &[[6, 17, 58, 0, 60, 51][random.below(6)]]);
    } else {
        let kinds: [&[u8]; 4] = [&[8, 0], &[8, 6], &[0x88, 0x47], &[0x88, 0x64]];
        put(at, kinds[random.below(8).saturating_sub(4)]);
        put(at + 2, &[0x45]);
        put(at + 8, &[0, 0, 64, [6, 17, 1, 51][random.below(4)], 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        put(at + 22, &[[0, 80], [1, 187], [0, 53], [4, 210]][random.below(4)]);
    }
    bytes
}

#[test]
fn the_machine_agrees_with_libpcaps() {
    crate::sys::libpcap::load().unwrap();
    let mut random = Random(88_172_645_463_325_252);
    let frames: Vec<_> = (0..3000).map(|_| random_frame(&mut random)).collect();
    let ethernet = pcap::Capture::dead(pcap::Linktype::ETHERNET).unwrap();
    let mut matched = 0;
    for expression in EXPRESSIONS {
        for optimize in [true, false] {
            let theirs = ethernet.compile(expression, optimize).expect(expression);
            let ours = Program::new(&crate::sys::libpcap::instructions(&theirs)).expect(expression);
            for frame in &frames {
                let length = u32::try_from(frame.len()).unwrap();
                let yes = ours.run(frame, length) != 0;
                assert_eq!(yes, theirs.filter(frame), "{expression}: {frame:02x?}");
                matched += u32::from(yes);
            }
        }
    }
    assert!(matched > 10_000, "the frames do not test much: {matched}");
}

fn random_instruction(random: &mut Random, length: usize) -> Instruction {
    const CODES: [u16; 46] = [
        0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x00, 0x60, 0x81, 0x01, 0x61, 0xb1, 0x02, 0x03,
        0x84, 0x05, 0x06, 0x16, 0x07, 0x87, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x04,
        0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x54, 0x64, 0x6c, 0x74, 0x7c, 0x94, 0xa4,
        0xac,
    ];
    let any = random.next().to_le_bytes();
    let small = u32::from(any[0]);
    let k = match random.below(8) {
        0 => u32::from_le_bytes([any[1], any[2], any[3], any[4]]),
        1 => small.wrapping_neg(),
        2 => small % 40,
        _ => small % 16,
    };
    let code = if random.below(400) == 0 {
        u16::from_le_bytes([any[5], any[6]])
    } else {
        CODES[random.below(CODES.len())]
    };
    let skip = |random: &mut Random| u8::try_from(random.below(length.min(6))).unwrap();
    Instruction { code, jt: skip(random), jf: skip(random), k }
}

#[test]
fn any_program_is_refused_or_runs_to_its_end() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut accepted = 0;
    for _ in 0..300_000 {
        let length = 1 + random.below(12);
        let mut program: Vec<_> =
            (0..length).map(|_| random_instruction(&mut random, length)).collect();
        if random.below(10) != 0 {
            program.push(Instruction { code: 0x16, jt: 0, jf: 0, k: 0 });
        }
        let Ok(program) = Program::new(&program) else { continue };
        accepted += 1;
        for frame in [&[][..], &[0xff; 7], &[0x45; 64]] {
            let _ = program.run(frame, 1500);
            let _ = program.clone().with_first_word_in_either_order().run(frame, u32::MAX);
        }
    }
    assert!(accepted > 10_000, "{accepted}");
}

fn one(code: u16, k: u32) -> Instruction {
    Instruction { code, jt: 0, jf: 0, k }
}

#[test]
fn a_program_with_a_fault_is_refused() {
    let end = one(0x06, 1);
    let refused = |program: &[Instruction]| Program::new(program).unwrap_err();
    assert_eq!(refused(&[]), Refusal::Length);
    assert_eq!(refused(&vec![end; MAX_INSTRUCTIONS + 1]), Refusal::Length);
    assert_eq!(refused(&[one(0xffff, 0), end]), Refusal::Instruction(0));
    assert_eq!(refused(&[one(0x60, 16), end]), Refusal::Instruction(0));
    assert_eq!(refused(&[one(0x34, 0), end]), Refusal::Instruction(0));
    assert_eq!(refused(&[one(0x05, 1), end]), Refusal::Instruction(0));
    assert_eq!(refused(&[end, one(0x00, 1)]), Refusal::Instruction(1));
    assert_eq!(refused(&[Instruction { jf: 9, ..one(0x15, 0) }, end]), Refusal::Instruction(0));
    assert!(Program::new(&vec![end; MAX_INSTRUCTIONS]).is_ok());
}

#[test]
fn a_load_beyond_the_captured_bytes_is_no_match() {
    for (code, bytes) in [(0x20, 4), (0x28, 2), (0x30, 1), (0x40, 4), (0x48, 2), (0x50, 1)] {
        for offset in [0, 5, u32::MAX >> 8] {
            let program = Program::new(&[one(code, offset), one(0x06, 9)]).unwrap();
            let need = offset.saturating_add(bytes).min(64) as usize;
            assert_eq!(program.run(&vec![0; need - 1], 1500), 0);
            assert_eq!(program.run(&vec![0; need], 1500) != 0, offset < 64);
        }
    }
    // Nor is there anything at the offsets that ask the kernel (SKF_AD_OFF).
    let program = Program::new(&[one(0x28, 0xffff_f004), one(0x06, 9)]).unwrap();
    assert_eq!(program.run(&[1; 64], 64), 0);
    // An offset that X carries beyond 32 bits does not begin anew at 0.
    let (x, k) = (0xffff_ff00, 0x200);
    let program = Program::new(&[one(0x01, x), one(0x50, k), one(0x06, 9)]).unwrap();
    assert_eq!(program.run(&[1; 600], 600), 0);
}

#[test]
fn a_program_that_jumps_back_for_ever_ends() {
    let program = Program::new(&[one(0x00, 1), one(0x05, 2u32.wrapping_neg()), one(0x06, 1)]);
    assert_eq!(program.unwrap().run(&[], 0), 0);
}

#[test]
fn a_chain_of_headers_is_followed_to_its_protocol() {
    crate::sys::libpcap::load().unwrap();
    let program = Program::new(&compile("ip6 protochain 6", LinkType(101)).unwrap()).unwrap();
    let mut packet = vec![0u8; 40];
    packet[0] = 0x60;
    packet[6] = 60;
    for next in [60, 60, 60, 6] {
        packet.extend_from_slice(&[next, 0, 0, 0, 0, 0, 0, 0]);
    }
    packet.extend_from_slice(&[0; 20]);
    assert_ne!(program.run(&packet, 92), 0);
    packet[64] = 17;
    assert_eq!(program.run(&packet, 92), 0);
}
