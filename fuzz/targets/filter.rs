//! The first byte chooses: a filter expression with a frame to ask it about, or
//! a BPF program of any instructions with one to run over.

#![no_main]

use ipmon::filter::bpf::Program;
use ipmon::filter::cooked::for_kernel;
use ipmon::filter::{FileFilter, Filter};
use ipmon::source::{Direction, Frame, LinkType};
use ipmon::sys::libpcap::Instruction;
use libfuzzer_sys::fuzz_target;
use std::hint::black_box;

const LINK_TYPES: [u32; 8] = [0, 1, 101, 105, 113, 127, 147, 276];

fuzz_target!(|input: &[u8]| {
    let Some((&choice, rest)) = input.split_first() else { return };
    let Some((&length, rest)) = rest.split_first() else { return };
    let link_type = LINK_TYPES[usize::from(choice >> 1) % LINK_TYPES.len()];
    // The frame stands in front, and the expression or the program behind.
    let (bytes, rest) = rest.split_at(rest.len().min(usize::from(length)));
    let frame = Frame {
        bytes,
        window: None,
        wire_length: u32::from(length) * 8,
        timestamp_ns: 0,
        link_type: LinkType(link_type),
        interface: 0,
        direction: Direction::Unknown,
        notes: 0,
    };
    if choice & 1 == 0 {
        ask(rest, &frame);
    } else {
        run(rest, &frame);
    }
});

fn ask(expression: &[u8], frame: &Frame<'_>) {
    let Ok(filter) = Filter::new(expression) else { return };
    let mut filter = FileFilter::new(&filter);
    // The second time it is compiled already, and nothing new is told.
    let (first, second) = (filter.matches(frame), filter.matches(frame));
    black_box((first, second));
}

fn run(bytes: &[u8], frame: &Frame<'_>) {
    let instructions: Vec<_> = bytes
        .chunks_exact(8)
        .map(|b| Instruction {
            code: u16::from_le_bytes([b[0], b[1]]),
            jt: b[2],
            jf: b[3],
            k: u32::from_le_bytes([b[4], b[5], b[6], b[7]]),
        })
        .collect();
    let _ = black_box(for_kernel(&instructions, frame.link_type));
    if let Ok(program) = Program::new(&instructions) {
        let one = program.run(frame.bytes, frame.wire_length);
        assert_eq!(one, program.run(frame.bytes, frame.wire_length));
        black_box(program.with_first_word_in_either_order().run(frame.bytes, frame.wire_length));
    }
}
