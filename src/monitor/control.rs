//! What other threads (and callbacks, and signal handlers) ask of a run.

use crate::error::Result;
use crate::sync::atomic::{AtomicU32, Ordering::AcqRel, Ordering::Relaxed};
use crate::sys::wake::Waker;

/// Stop: deliver what had arrived, then end.
pub(crate) const STOP: u32 = 1 << 0;
/// With `STOP`, from inside a callback: deliver nothing more.
pub(crate) const AT_ONCE: u32 = 1 << 1;
/// End the call that runs on its caller's thread, or the next one.
pub(crate) const INTERRUPT: u32 = 1 << 2;
/// Count packets and do not deliver them.
pub(crate) const PAUSED: u32 = 1 << 3;
/// The callback of this bit's event is no longer wanted.
pub(crate) const NO_PACKETS: u32 = 1 << 4;
/// As above, for errors.
pub(crate) const NO_ERRORS: u32 = 1 << 5;
/// As above, for notices.
pub(crate) const NO_NOTICES: u32 = 1 << 6;
/// All removals.
pub(crate) const REMOVALS: u32 = NO_PACKETS | NO_ERRORS | NO_NOTICES;
/// A thread waits to be let through the gate; the rest of the word counts them.
pub(crate) const VISITOR: u32 = 1 << 8;

/// One word that the run looks at before every packet, so that nothing else
/// has to be looked at while it is 0, and the descriptors that end waits.
#[derive(Debug)]
pub(crate) struct Control {
    word: AtomicU32,
    /// Ends the wait of the thread that runs.
    pub(crate) wake: Waker,
    /// Set while no run is under way or an interrupt is pending: what
    /// `Monitor::wait` waits for. A descriptor and not a condition variable,
    /// because a signal handler may set it.
    pub(crate) over: Waker,
}

impl Control {
    pub(crate) fn new() -> Result<Self> {
        Ok(Control { word: AtomicU32::new(0), wake: Waker::new()?, over: Waker::new()? })
    }

    /// What is asked for. Relaxed: nothing is read on the strength of it; the
    /// locks that follow order the rest.
    #[inline]
    pub(crate) fn get(&self) -> u32 {
        self.word.load(Relaxed)
    }

    /// Asks for `bits`; says which of them stood already.
    pub(crate) fn raise(&self, bits: u32) -> u32 {
        self.word.fetch_or(bits, AcqRel) & bits
    }

    /// Takes `bits` back; says which of them stood.
    pub(crate) fn lower(&self, bits: u32) -> u32 {
        self.word.fetch_and(!bits, AcqRel) & bits
    }

    pub(crate) fn visitor_comes(&self) {
        self.word.fetch_add(VISITOR, AcqRel);
    }

    pub(crate) fn visitor_leaves(&self) {
        self.word.fetch_sub(VISITOR, AcqRel);
    }

    /// Async-signal-safe: an atomic operation and two writes; of an interrupt
    /// that stands already, the writes are another's.
    pub(crate) fn interrupt(&self) {
        if self.raise(INTERRUPT) == 0 {
            self.wake.set();
            self.over.set();
        }
    }
}
