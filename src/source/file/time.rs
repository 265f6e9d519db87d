//! Time stamps of pcapng interfaces, in nanoseconds.

use crate::packet::notes;

const NS_PER_SECOND: u32 = 1_000_000_000;

/// The if_tsresol of an interface that names none: microseconds
/// (draft-ietf-opsawg-pcapng, if_tsresol).
pub(super) const DEFAULT_RESOLUTION: u8 = 6;

/// How an interface counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// if_tsoffset: seconds to add.
    offset: i64,
    /// Nanoseconds in a tick where they are a whole number and nothing is to be
    /// added, else 0.
    tick: u32,
    /// if_tsresol: the top bit clear says 10^-n seconds a tick, set 2^-n.
    resolution: u8,
}

/// Ticks of a whole number of nanoseconds, since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticks(u32);

impl Ticks {
    /// So many of them; `None` where they do not fit.
    #[inline(always)]
    pub(super) fn nanoseconds(self, ticks: u64) -> Option<i64> {
        i64::try_from(ticks.checked_mul(self.0.into())?).ok()
    }
}

impl Clock {
    pub(super) fn new(resolution: u8, offset: i64) -> Self {
        let tick = match resolution {
            n @ 0..=9 => 10u32.pow(9 - u32::from(n)),
            // 10^9 is divided by 2 nine times without a remainder.
            n @ 0x80..=0x89 => NS_PER_SECOND >> (n & 0x7f),
            _ => 0,
        };
        let tick = if offset == 0 { tick } else { 0 };
        Clock { offset, tick, resolution }
    }

    /// Its ticks, where a multiplication makes nanoseconds of them.
    #[inline(always)]
    pub(super) fn ticks(&self) -> Option<Ticks> {
        (self.tick != 0).then_some(Ticks(self.tick))
    }

    /// Ticks since 1970 as nanoseconds, rounded down; with the note that says
    /// so where they do not fit and are saturated.
    #[inline(always)]
    pub(super) fn nanoseconds(&self, ticks: u64) -> (i64, u32) {
        match self.ticks().and_then(|of| of.nanoseconds(ticks)) {
            Some(ns) => (ns, 0),
            None => self.general(ticks),
        }
    }

    /// 64 bits of ticks times 10^9 need 94 bits, and the offset as many.
    #[cold]
    fn general(&self, ticks: u64) -> (i64, u32) {
        let power = u32::from(self.resolution & 0x7f);
        let ns = u128::from(ticks) * u128::from(NS_PER_SECOND);
        let since = if self.resolution & 0x80 != 0 {
            ns >> power
        } else {
            // A divisor beyond 128 bits is larger than any dividend here.
            10u128.checked_pow(power).map_or(0, |p| ns / p)
        };
        let offset = i128::from(self.offset) * i128::from(NS_PER_SECOND);
        let ns = i128::try_from(since).unwrap_or(i128::MAX).saturating_add(offset);
        match i64::try_from(ns) {
            Ok(ns) => (ns, 0),
            Err(_) if ns < 0 => (i64::MIN, notes::TIME_OUT_OF_RANGE),
            Err(_) => (i64::MAX, notes::TIME_OUT_OF_RANGE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resolution_rounds_down_to_nanoseconds() {
        for resolution in 0..=255u8 {
            let clock = Clock::new(resolution, 0);
            for ticks in [0, 1, 999, 1_700_000_000_123_456, u64::MAX] {
                let power = resolution & 0x7f;
                // Long division, digit by digit or bit by bit, as a second way.
                let base = if resolution < 0x80 { 10 } else { 2 };
                let mut expected = u128::from(ticks) * 1_000_000_000;
                for _ in 0..power {
                    expected /= base;
                }
                let expected = match i64::try_from(expected) {
                    Ok(ns) => (ns, 0),
                    Err(_) => (i64::MAX, notes::TIME_OUT_OF_RANGE),
                };
                assert_eq!(clock.nanoseconds(ticks), expected, "{resolution:#x} {ticks}");
                assert_eq!(clock.general(ticks), expected, "{resolution:#x} {ticks}");
            }
        }
    }

    #[test]
    fn offsets_move_the_time_both_ways_and_saturate() {
        assert_eq!(Clock::new(6, 10).nanoseconds(1), (10_000_001_000, 0));
        assert_eq!(Clock::new(6, -10).nanoseconds(1), (-9_999_999_000, 0));
        assert_eq!(Clock::new(6, i64::MAX).nanoseconds(1), (i64::MAX, notes::TIME_OUT_OF_RANGE));
        assert_eq!(Clock::new(6, i64::MIN).nanoseconds(1), (i64::MIN, notes::TIME_OUT_OF_RANGE));
        // Ticks beyond the range that the offset brings back into it.
        let (ns, notes) = Clock::new(0, -18_000_000_000).nanoseconds(18_000_000_001);
        assert_eq!((ns, notes), (1_000_000_000, 0));
    }
}
