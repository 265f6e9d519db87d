//! Running classic BPF programs over frames.
//!
//! The machine is that of S. McCanne and V. Jacobson, "The BSD Packet Filter:
//! A New Architecture for User-level Packet Capture" (USENIX Winter 1993), with
//! MOD and XOR, as bpf(4) and the kernel's Documentation/networking/filter.rst
//! describe it: an accumulator A, an index register X, 16 words of memory, and
//! a frame that ends the program with "no match" when it is read beyond its
//! captured bytes. libpcap's own machine is reached through the pcap crate with
//! captured and wire length set equal, which makes `greater 1000` wrong on a
//! cut frame; hence this one.

use crate::filter::predecode::{Arithmetic, Comparison, Op, Operand, Width};
use crate::sys::libpcap::Instruction;

pub use crate::filter::predecode::{MAX_INSTRUCTIONS, Refusal};

/// Words of scratch memory (`BPF_MEMWORDS`).
pub(crate) const MEMORY_WORDS: usize = 16;

/// Backward jumps in one run. Only `protochain` makes them, one for each IPv6
/// extension header that it walks over, and a packet with more than these is
/// an attack and no packet.
const MAX_BACKWARD_JUMPS: u32 = 256;

/// A checked program: it cannot fail, and it always ends.
#[derive(Clone, Debug)]
pub struct Program {
    ops: Vec<Op>,
}

impl Program {
    /// Checks a program once, so that running it need not.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(instructions: &[Instruction]) -> Result<Self, Refusal> {
        Ok(Program { ops: crate::filter::predecode::predecode(instructions)? })
    }

    /// The same program for frames whose first word is an address family in
    /// the byte order of whichever machine captured them (LINKTYPE_NULL).
    #[must_use]
    pub fn with_first_word_in_either_order(mut self) -> Self {
        for op in &mut self.ops {
            if *op == Op::LoadWord(0) {
                *op = Op::LoadFamily;
            }
        }
        self
    }

    /// What the program returns for a frame: 0 is no match. `wire_length` is
    /// what `len`, `greater` and `less` mean.
    #[must_use]
    pub fn run(&self, bytes: &[u8], wire_length: u32) -> u32 {
        self.run_until_done(bytes, wire_length).unwrap_or(0)
    }

    /// `None` where the machine stops: a load beyond the frame, a division by
    /// a zero X.
    fn run_until_done(&self, bytes: &[u8], wire_length: u32) -> Option<u32> {
        let (mut a, mut x) = (0u32, 0u32);
        let mut memory = [0u32; MEMORY_WORDS];
        let mut backward_jumps = 0;
        let mut pc = 0usize;
        loop {
            let op = *self.ops.get(pc)?;
            pc += 1;
            match op {
                Op::LoadByte(k) => a = load_byte(bytes, k)?,
                Op::LoadHalf(k) => a = load_half(bytes, k)?,
                Op::LoadWord(k) => a = load_word(bytes, k)?,
                Op::LoadIndexed(width, k) => {
                    let offset = x.checked_add(k)?;
                    a = match width {
                        Width::Byte => load_byte(bytes, offset)?,
                        Width::Half => load_half(bytes, offset)?,
                        Width::Word => load_word(bytes, offset)?,
                    }
                }
                Op::LoadFamily => a = load_family(bytes)?,
                Op::LoadLength => a = wire_length,
                Op::LoadImmediate(k) => a = k,
                Op::LoadMemory(slot) => a = *memory.get(usize::from(slot))?,
                Op::LoadXLength => x = wire_length,
                Op::LoadXImmediate(k) => x = k,
                Op::LoadXMemory(slot) => x = *memory.get(usize::from(slot))?,
                Op::LoadXHeaderLength(k) => x = (load_byte(bytes, k)? & 0xf) << 2,
                Op::Store(slot) => *memory.get_mut(usize::from(slot))? = a,
                Op::StoreX(slot) => *memory.get_mut(usize::from(slot))? = x,
                Op::Calculate(what, operand) => a = calculate(what, a, value(operand, x))?,
                Op::Negate => a = a.wrapping_neg(),
                Op::Jump(target) => pc = usize::from(target),
                Op::JumpBack(target) => {
                    backward_jumps += 1;
                    if backward_jumps > MAX_BACKWARD_JUMPS {
                        return None;
                    }
                    pc = usize::from(target);
                }
                Op::Equal(k, yes, no) => pc = usize::from(if a == k { yes } else { no }),
                Op::Greater(k, yes, no) => pc = usize::from(if a > k { yes } else { no }),
                Op::GreaterOrEqual(k, yes, no) => pc = usize::from(if a >= k { yes } else { no }),
                Op::BitsSet(k, yes, no) => pc = usize::from(if a & k != 0 { yes } else { no }),
                Op::CompareX(how, yes, no) => {
                    let holds = match how {
                        Comparison::Equal => a == x,
                        Comparison::Greater => a > x,
                        Comparison::GreaterOrEqual => a >= x,
                        Comparison::BitsSet => a & x != 0,
                    };
                    pc = usize::from(if holds { yes } else { no });
                }
                Op::ReturnImmediate(k) => return Some(k),
                Op::ReturnA => return Some(a),
                Op::AToX => x = a,
                Op::XToA => a = x,
            }
        }
    }
}

#[inline]
fn value(operand: Operand, x: u32) -> u32 {
    match operand {
        Operand::Immediate(k) => k,
        Operand::X => x,
    }
}

#[inline]
fn load_byte(bytes: &[u8], offset: u32) -> Option<u32> {
    Some(u32::from(*bytes.get(usize::try_from(offset).ok()?)?))
}

#[inline]
fn load_half(bytes: &[u8], offset: u32) -> Option<u32> {
    let at = bytes.get(usize::try_from(offset).ok()?..)?;
    Some(u32::from(u16::from_be_bytes(*at.first_chunk()?)))
}

#[inline]
fn load_word(bytes: &[u8], offset: u32) -> Option<u32> {
    let at = bytes.get(usize::try_from(offset).ok()?..)?;
    Some(u32::from_be_bytes(*at.first_chunk()?))
}

/// The value that libpcap compares with is the address family in this
/// machine's order. No family needs the upper half of the word, so a value
/// that does was written in the other order.
#[inline]
fn load_family(bytes: &[u8]) -> Option<u32> {
    let family = u32::from_ne_bytes(*bytes.first_chunk()?);
    let family = if family > 0xffff { family.swap_bytes() } else { family };
    Some(family.to_be())
}

#[inline]
fn calculate(what: Arithmetic, a: u32, b: u32) -> Option<u32> {
    Some(match what {
        Arithmetic::Add => a.wrapping_add(b),
        Arithmetic::Subtract => a.wrapping_sub(b),
        Arithmetic::Multiply => a.wrapping_mul(b),
        Arithmetic::Divide => a.checked_div(b)?,
        Arithmetic::Remainder => a.checked_rem(b)?,
        Arithmetic::And => a & b,
        Arithmetic::Or => a | b,
        Arithmetic::ExclusiveOr => a ^ b,
        // C leaves shifts by 32 and more undefined; libpcap makes them 0.
        Arithmetic::ShiftLeft => a.checked_shl(b).unwrap_or(0),
        Arithmetic::ShiftRight => a.checked_shr(b).unwrap_or(0),
    })
}

#[cfg(test)]
#[path = "bpf_tests.rs"]
mod tests;
