//! What the kernel lets through, and how much of it is kept.

use super::Layer;
use crate::error::{Error, Kind, Result};
use crate::filter::{compile_live, cooked};
use crate::options::Options;
use crate::source::Direction;
use crate::source::live::adapters;
use crate::source::live::expression::expression;
use crate::source::live::target::Target;
use crate::sys::libpcap::Instruction;

/// Notes of the kernel about a packet, at offsets that no packet has
/// (linux/filter.h).
const PACKET_TYPE: u32 = 0xffff_f004;
const INTERFACE: u32 = 0xffff_f008;
/// The packet type of what this machine sent (linux/if_packet.h).
const OUTGOING: u32 = 4;

/// Instructions (bpf(4)).
const LOAD: u16 = 0x20;
const EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// A jump to the instruction that lets nothing through.
const REJECT: u8 = u8::MAX;

/// The program for the kernel. Its result is the number of bytes to keep.
///
/// # Errors
/// `BadFilter`, `FilterTooComplex`, `NoLibpcap`; `System`.
pub(super) fn program(
    target: &Target,
    layer: Layer,
    options: &Options,
    keep: u32,
) -> Result<Vec<Instruction>> {
    if options.filter.is_none() {
        let loopback = adapters::list()?.iter().find(|a| a.loopback).map(|a| a.index);
        return Ok(own(target, options.direction, loopback, keep));
    }
    let expression = expression(target, options)?.unwrap_or_default();
    let name = match target {
        Target::Any => "any",
        Target::Interface { name, .. } => name.to_str().unwrap_or_default(),
    };
    let compiled = compile_live(&expression, layer.link_type, name)?;
    let unsuited = || {
        let text = "the filter looks at link-layer fields that this interface does not have";
        Error::new(Kind::BadFilter, text)
    };
    let mut program = cooked::for_kernel(&compiled, layer.link_type).ok_or_else(unsuited)?;
    for i in &mut program {
        if i.code == RETURN && i.k != 0 {
            i.k = keep;
        }
    }
    Ok(program)
}

/// The conditions that are not the user's: the direction, and on loopback one of the
/// two appearances of each packet.
fn own(
    target: &Target,
    direction: Direction,
    loopback: Option<u32>,
    keep: u32,
) -> Vec<Instruction> {
    let instruction = |code, k, jt, jf| Instruction { code, jt, jf, k };
    let load = |note| instruction(LOAD, note, 0, 0);
    let mut program = Vec::new();
    match direction {
        Direction::Unknown => {}
        Direction::In => {
            program.extend([load(PACKET_TYPE), instruction(EQUAL, OUTGOING, REJECT, 0)]);
        }
        Direction::Out => {
            program.extend([load(PACKET_TYPE), instruction(EQUAL, OUTGOING, 0, REJECT)]);
        }
    }
    match (target, loopback) {
        (Target::Interface { index, .. }, Some(loopback)) if *index == loopback => {
            program.extend([load(PACKET_TYPE), instruction(EQUAL, OUTGOING, REJECT, 0)]);
        }
        (Target::Any, Some(loopback)) => program.extend([
            load(PACKET_TYPE),
            instruction(EQUAL, OUTGOING, 0, 2),
            load(INTERFACE),
            instruction(EQUAL, loopback, REJECT, 0),
        ]),
        _ => {}
    }
    program.extend([instruction(RETURN, keep, 0, 0), instruction(RETURN, 0, 0, 0)]);
    let last = program.len() - 1;
    for (place, i) in program.iter_mut().enumerate() {
        let reject = u8::try_from((last - place).saturating_sub(1)).unwrap_or(0);
        for jump in [&mut i.jt, &mut i.jf] {
            if *jump == REJECT {
                *jump = reject;
            }
        }
    }
    program
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(index: u32) -> Target {
        Target::Interface { name: "x".into(), index }
    }

    /// What the kernel's machine makes of it, for packets of a type and interface.
    fn run(program: &[Instruction], kind: u32, index: u32) -> u32 {
        let (mut a, mut pc) = (0, 0);
        loop {
            let i = program[pc];
            pc += 1;
            match i.code {
                LOAD => a = if i.k == PACKET_TYPE { kind } else { index },
                EQUAL => pc += usize::from(if a == i.k { i.jt } else { i.jf }),
                _ => return i.k,
            }
        }
    }

    #[test]
    fn without_a_filter_all_is_let_through_up_to_the_snap_length() {
        let program = own(&interface(2), Direction::Unknown, Some(1), 77);
        assert_eq!(run(&program, 0, 2), 77);
        assert_eq!(run(&program, OUTGOING, 2), 77);
    }

    #[test]
    fn directions_are_told_apart() {
        for target in [interface(2), Target::Any] {
            let program = own(&target, Direction::In, Some(1), 77);
            assert_eq!([run(&program, 0, 2), run(&program, OUTGOING, 2)], [77, 0]);
            let program = own(&target, Direction::Out, Some(1), 77);
            assert_eq!([run(&program, 0, 2), run(&program, OUTGOING, 2)], [0, 77]);
        }
    }

    #[test]
    fn a_packet_on_loopback_is_let_through_once() {
        for (target, other) in [(interface(1), 1), (Target::Any, 2)] {
            let program = own(&target, Direction::Unknown, Some(1), 77);
            assert_eq!([run(&program, 0, 1), run(&program, OUTGOING, 1)], [77, 0]);
            assert_eq!(run(&program, 0, other), 77);
        }
        let program = own(&Target::Any, Direction::Unknown, Some(1), 77);
        assert_eq!(run(&program, OUTGOING, 2), 77);
        let program = own(&Target::Any, Direction::Out, Some(1), 77);
        assert_eq!([run(&program, OUTGOING, 1), run(&program, OUTGOING, 2)], [0, 77]);
    }
}
