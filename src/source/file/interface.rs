//! Interface Description Blocks (draft-ietf-opsawg-pcapng, section 4.2).

use super::options::Options;
use super::order::Order;
use super::time::{Clock, DEFAULT_RESOLUTION};
use crate::source::LinkType;

/// Link type, two reserved bytes, snap length.
pub(super) const FIXED: usize = 8;

const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;

/// What packets need of their interface: 24 bytes, so that the most interfaces
/// that are read take 1.5 MiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) clock: Clock,
    /// 0 is no limit.
    pub(super) snap_length: u32,
    link_type: u16,
}

impl Interface {
    /// From a block's body of at least [`FIXED`] bytes. Of an option that comes
    /// twice the first counts; one of another length than it must have does
    /// not.
    pub(super) fn parse(order: Order, body: &[u8]) -> Self {
        let (mut resolution, mut offset) = (None, None);
        for (code, value) in Options::new(order, body.get(FIXED..).unwrap_or_default()) {
            match (code, value) {
                (IF_TSRESOL, &[n]) => resolution = resolution.or(Some(n)),
                (IF_TSOFFSET, v) if v.len() == 8 => offset = offset.or(Some(order.i64(v, 0))),
                _ => {}
            }
        }
        Interface {
            clock: Clock::new(resolution.unwrap_or(DEFAULT_RESOLUTION), offset.unwrap_or(0)),
            snap_length: order.u32(body, 4),
            link_type: order.u16(body, 0),
        }
    }

    pub(super) fn link_type(&self) -> LinkType {
        LinkType(self.link_type.into())
    }
}
