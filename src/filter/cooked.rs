//! Filters for cooked captures, in the kernel.
//!
//! libpcap compiles for the cooked header (LINKTYPE_LINUX_SLL, _SLL2) that the
//! program will see; the kernel filters before that header is made, on the
//! packet from its network header on. So what lies behind the header moves
//! forward, and its fields become the kernel's own notes about the packet
//! (SKF_AD_, linux/filter.h).

use crate::source::LinkType;
use crate::sys::libpcap::Instruction;

/// linux/filter.h: offsets from here on are notes, not packet bytes.
const SKF_AD_OFF: u32 = 0xffff_f000;
const SKF_AD_PROTOCOL: u32 = SKF_AD_OFF;
const SKF_AD_PKTTYPE: u32 = SKF_AD_OFF + 4;
const SKF_AD_IFINDEX: u32 = SKF_AD_OFF + 8;
const SKF_AD_HATYPE: u32 = SKF_AD_OFF + 28;

/// Instruction classes and modes (bpf(4)).
const CLASS: u16 = 0x07;
const LD: u16 = 0x00;
const LDX: u16 = 0x01;
const MODE: u16 = 0xe0;
const ABS: u16 = 0x20;
const IND: u16 = 0x40;
const MSH: u16 = 0xa0;

/// The program as the kernel has to run it; `None` when it looks at something
/// that the kernel does not have.
pub fn for_kernel(program: &[Instruction], link_type: LinkType) -> Option<Vec<Instruction>> {
    let Some((length, fields)) = header(link_type) else { return Some(program.to_vec()) };
    let moved = |i: &Instruction| {
        let load = matches!((i.code & CLASS, i.code & MODE), (LD, ABS | IND) | (LDX, MSH));
        if !load || i.k >= SKF_AD_OFF {
            return Some(*i);
        }
        let k = match i.k.checked_sub(length) {
            Some(k) => k,
            // A field can only be loaded whole, and at a fixed place.
            None if i.code & MODE == ABS => {
                fields.iter().find(|(offset, _)| *offset == i.k).map(|(_, note)| *note)?
            }
            None => return None,
        };
        Some(Instruction { k, ..*i })
    };
    program.iter().map(moved).collect()
}

type Fields = &'static [(u32, u32)];

/// The length of the cooked header, and where its fields lie.
fn header(link_type: LinkType) -> Option<(u32, Fields)> {
    match link_type.0 {
        113 => Some((16, &[(0, SKF_AD_PKTTYPE), (2, SKF_AD_HATYPE), (14, SKF_AD_PROTOCOL)])),
        276 => Some((
            20,
            &[(0, SKF_AD_PROTOCOL), (4, SKF_AD_IFINDEX), (8, SKF_AD_HATYPE), (10, SKF_AD_PKTTYPE)],
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(code: u16, k: u32) -> Instruction {
        Instruction { code, jt: 0, jf: 0, k }
    }

    const SLL2: LinkType = LinkType(276);

    #[test]
    fn what_lies_behind_the_header_moves_forward() {
        let program = [load(0x28, 20), load(0x50, 42), load(0xb1, 20), load(0x15, 6)];
        let moved = for_kernel(&program, SLL2).unwrap();
        assert_eq!(moved.iter().map(|i| i.k).collect::<Vec<_>>(), [0, 22, 0, 6]);
    }

    #[test]
    fn fields_of_the_header_become_the_notes_of_the_kernel() {
        let program = [load(0x28, 0), load(0x20, 4), load(0x30, 10), load(0x28, SKF_AD_PKTTYPE)];
        let moved = for_kernel(&program, SLL2).unwrap();
        let notes = [SKF_AD_PROTOCOL, SKF_AD_IFINDEX, SKF_AD_PKTTYPE, SKF_AD_PKTTYPE];
        assert_eq!(moved.iter().map(|i| i.k).collect::<Vec<_>>(), notes);
    }

    #[test]
    fn a_field_that_the_kernel_does_not_have_is_refused() {
        // The link-layer address of the sender.
        assert!(for_kernel(&[load(0x20, 12)], SLL2).is_none());
        assert!(for_kernel(&[load(0x48, 3)], SLL2).is_none());
    }

    #[test]
    fn other_link_types_are_filtered_as_they_are() {
        let program = [load(0x28, 12)];
        assert_eq!(for_kernel(&program, LinkType(1)).unwrap(), program);
    }
}
