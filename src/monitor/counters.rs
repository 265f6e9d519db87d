//! The ledger: every frame is counted once, where it happens.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One counter. Only the thread that runs writes it; any thread may read it.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`. A plain load and store, because there is one writer: an
    /// atomic addition would cost each packet several nanoseconds.
    #[inline]
    pub(crate) fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(n), Relaxed);
    }

    #[inline]
    pub(crate) fn set(&self, n: u64) {
        self.0.store(n, Relaxed);
    }

    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

macro_rules! ledger {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The counters of a run.
        #[derive(Debug, Default)]
        pub struct Counters { $($(#[$doc])* pub $name: Counter,)* }

        /// The counters of a run at one moment.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Stats { $($(#[$doc])* pub $name: u64,)* }

        impl Counters {
            /// The counters now. While packets arrive they may be one packet
            /// apart from each other; after the run they add up.
            pub fn stats(&self) -> Stats {
                Stats { $($name: self.$name.get(),)* }
            }

            pub(crate) fn clear(&self) {
                $(self.$name.set(0);)*
            }
        }
    };
}

ledger! {
    /// Frames that the file holds, or that the kernel saw.
    received,
    /// Packets handed to the callback, or that had none to go to.
    delivered,
    /// Frames whose link layer leads to something else than IP.
    not_ip,
    /// Frames of a link type or encapsulation that is not decoded.
    unsupported,
    /// Frames whose capture ends before IP could be reached.
    truncated,
    /// IP headers of another version than the link layer announces.
    malformed_version,
    /// IPv4 headers that state a length below 20 bytes.
    malformed_header_length,
    /// IPv4 headers whose total length is below their header length.
    malformed_total_length,
    /// IP headers that are not wholly captured.
    malformed_short,
    /// Frames that the filter expression of a file left out.
    filtered,
    /// Packets that came while delivery was paused.
    paused,
    /// Frames that had arrived when a stop forbade to deliver them.
    discarded,
    /// Frames that the kernel had no room for.
    dropped,
    /// Bytes read from the file, or captured.
    bytes,
}

impl Counters {
    /// Packets that were taken for somebody who does not get them.
    pub(super) fn take_back(&self, packets: usize) {
        let packets = packets as u64;
        self.delivered.set(self.delivered.get().saturating_sub(packets));
        self.discarded.add(packets);
    }
}

impl Stats {
    /// What became of the frames, added up; equals `received` after a run.
    pub fn accounted(&self) -> u64 {
        self.delivered
            + self.not_ip
            + self.unsupported
            + self.truncated
            + self.malformed_version
            + self.malformed_header_length
            + self.malformed_total_length
            + self.malformed_short
            + self.filtered
            + self.paused
            + self.discarded
            + self.dropped
    }
}
