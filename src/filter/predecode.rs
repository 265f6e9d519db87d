//! Checking a BPF program and turning it into operations that need no further
//! check: codes become variants, relative jumps become places.

use crate::filter::bpf::MEMORY_WORDS;
use crate::sys::libpcap::Instruction;
use std::fmt;

/// The longest program (`BPF_MAXINSNS` in linux/bpf_common.h): the kernel
/// takes no longer one, and a file shall not match what an interface cannot.
pub const MAX_INSTRUCTIONS: usize = 4096;

/// Why a program cannot be run over frames of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// More than [`MAX_INSTRUCTIONS`], or none.
    Length,
    /// The instruction at this place is none, or its operand means nothing.
    Instruction(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Length => {
                write!(f, "the filter needs more than {MAX_INSTRUCTIONS} instructions")
            }
            Refusal::Instruction(at) => {
                write!(f, "libpcap made a program whose instruction {at} is wrong")
            }
        }
    }
}

/// How many bytes a load takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Byte,
    Half,
    Word,
}

/// What stands beside A.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Immediate(u32),
    X,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    And,
    Or,
    ExclusiveOr,
    ShiftLeft,
    ShiftRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    BitsSet,
}

/// One operation; targets are places in the program, inside it. What programs
/// are mostly made of, loads at fixed places and comparisons with constants,
/// is a variant each: one branch runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    LoadByte(u32),
    LoadHalf(u32),
    LoadWord(u32),
    LoadIndexed(Width, u32),
    /// The address family of LINKTYPE_NULL; no code stands for it.
    LoadFamily,
    LoadLength,
    LoadImmediate(u32),
    LoadMemory(u8),
    LoadXLength,
    LoadXImmediate(u32),
    LoadXMemory(u8),
    LoadXHeaderLength(u32),
    Store(u8),
    StoreX(u8),
    Calculate(Arithmetic, Operand),
    Negate,
    Jump(u16),
    JumpBack(u16),
    Equal(u32, u16, u16),
    Greater(u32, u16, u16),
    GreaterOrEqual(u32, u16, u16),
    BitsSet(u32, u16, u16),
    CompareX(Comparison, u16, u16),
    ReturnImmediate(u32),
    ReturnA,
    AToX,
    XToA,
}

/// # Errors
/// The first thing that is wrong with the program.
pub(crate) fn predecode(program: &[Instruction]) -> Result<Vec<Op>, Refusal> {
    if program.is_empty() || program.len() > MAX_INSTRUCTIONS {
        return Err(Refusal::Length);
    }
    let mut ops = Vec::with_capacity(program.len());
    for (at, &instruction) in program.iter().enumerate() {
        ops.push(decode(instruction, at, program.len()).ok_or(Refusal::Instruction(at))?);
    }
    // Nothing may run past the end, so what is there returns.
    match ops.last() {
        Some(Op::ReturnImmediate(_) | Op::ReturnA) => Ok(ops),
        _ => Err(Refusal::Instruction(ops.len() - 1)),
    }
}

/// The codes are sums of a class, a size or operation, and a mode or source
/// (bpf(4)); `None` is a code that no machine knows, or a bad operand.
fn decode(instruction: Instruction, at: usize, length: usize) -> Option<Op> {
    let Instruction { code, jt, jf, k } = instruction;
    Some(match code {
        0x20 => Op::LoadWord(k),
        0x28 => Op::LoadHalf(k),
        0x30 => Op::LoadByte(k),
        0x40 => Op::LoadIndexed(Width::Word, k),
        0x48 => Op::LoadIndexed(Width::Half, k),
        0x50 => Op::LoadIndexed(Width::Byte, k),
        0x80 => Op::LoadLength,
        0x00 => Op::LoadImmediate(k),
        0x60 => Op::LoadMemory(slot(k)?),
        0x81 => Op::LoadXLength,
        0x01 => Op::LoadXImmediate(k),
        0x61 => Op::LoadXMemory(slot(k)?),
        0xb1 => Op::LoadXHeaderLength(k),
        0x02 => Op::Store(slot(k)?),
        0x03 => Op::StoreX(slot(k)?),
        0x84 => Op::Negate,
        0x05 => jump(k, at, length)?,
        0x06 => Op::ReturnImmediate(k),
        0x16 => Op::ReturnA,
        0x07 => Op::AToX,
        0x87 => Op::XToA,
        0x15 => Op::Equal(k, place(at, jt, length)?, place(at, jf, length)?),
        0x25 => Op::Greater(k, place(at, jt, length)?, place(at, jf, length)?),
        0x35 => Op::GreaterOrEqual(k, place(at, jt, length)?, place(at, jf, length)?),
        0x45 => Op::BitsSet(k, place(at, jt, length)?, place(at, jf, length)?),
        0x1d | 0x2d | 0x3d | 0x4d => {
            Op::CompareX(comparison(code), place(at, jt, length)?, place(at, jf, length)?)
        }
        _ if code & 0x08 == 0 => calculate(arithmetic(code)?, Operand::Immediate(k))?,
        _ => calculate(arithmetic(code & !0x08)?, Operand::X)?,
    })
}

fn slot(k: u32) -> Option<u8> {
    u8::try_from(k).ok().filter(|&slot| usize::from(slot) < MEMORY_WORDS)
}

/// libpcap's loops jump back by a negative distance in the unsigned operand;
/// everything else jumps forward.
fn jump(k: u32, at: usize, length: usize) -> Option<Op> {
    let next = u32::try_from(at).ok()? + 1;
    let target = next.wrapping_add(k);
    if usize::try_from(target).ok()? >= length {
        return None;
    }
    let place = u16::try_from(target).ok()?;
    Some(if target >= next { Op::Jump(place) } else { Op::JumpBack(place) })
}

/// Where a comparison goes on.
fn place(at: usize, skip: u8, length: usize) -> Option<u16> {
    let target = at + 1 + usize::from(skip);
    u16::try_from(target).ok().filter(|_| target < length)
}

fn comparison(code: u16) -> Comparison {
    match code {
        0x1d => Comparison::Equal,
        0x2d => Comparison::Greater,
        0x3d => Comparison::GreaterOrEqual,
        _ => Comparison::BitsSet,
    }
}

fn arithmetic(code: u16) -> Option<Arithmetic> {
    Some(match code {
        0x04 => Arithmetic::Add,
        0x14 => Arithmetic::Subtract,
        0x24 => Arithmetic::Multiply,
        0x34 => Arithmetic::Divide,
        0x44 => Arithmetic::Or,
        0x54 => Arithmetic::And,
        0x64 => Arithmetic::ShiftLeft,
        0x74 => Arithmetic::ShiftRight,
        0x94 => Arithmetic::Remainder,
        0xa4 => Arithmetic::ExclusiveOr,
        _ => return None,
    })
}

fn calculate(what: Arithmetic, operand: Operand) -> Option<Op> {
    let divides = matches!(what, Arithmetic::Divide | Arithmetic::Remainder);
    (!(divides && operand == Operand::Immediate(0))).then_some(Op::Calculate(what, operand))
}
