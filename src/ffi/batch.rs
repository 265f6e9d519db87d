//! Packets written one behind the other into an array of the caller's.

use super::event::Event;
use super::packet::ipmon_packet;
use super::sink::CSink;
use crate::address::TEXTS_ROOM;
use crate::monitor::Batch;
use crate::packet::{Fields, Packet};
use std::mem::{MaybeUninit, size_of};

/// The most packets of one batch: more of them, with their texts, would not stay in a
/// processor's caches until they are looked at.
const MOST: usize = 4096;

/// What a batch lends, but for the packets themselves.
pub(super) struct Lent {
    texts: Vec<u8>,
    /// The memory from the first byte of its frames to their last.
    pub(super) base: *const u8,
    pub(super) length: usize,
}

// SAFETY: `base` is never followed here; what lies there is borrowed from the source, which
// moves between threads with the monitor.
unsafe impl Send for Lent {}

impl Lent {
    pub(super) fn new() -> Self {
        Lent { texts: Vec::new(), base: b"".as_ptr(), length: 0 }
    }

    /// The batch is over.
    pub(super) fn forget(&mut self) {
        (self.base, self.length) = (b"".as_ptr(), 0);
    }
}

/// One call's batch.
pub(super) struct CBatch {
    out: *mut u8,
    stride: usize,
    capacity: usize,
    count: usize,
    address_text: bool,
    /// How much of the room for texts is used.
    used: usize,
    /// The first frame, from which offsets count.
    base: *const u8,
    /// The first and the last byte of all frames, as offsets from the base.
    low: isize,
    high: isize,
}

// SAFETY: it lives on the stack of one call, and the array is that call's.
unsafe impl Send for CBatch {}

impl CBatch {
    /// # Safety
    /// `out` points to `stride * capacity` writable bytes that nothing else uses during
    /// the call; it and `stride` are multiples of an event's alignment, and `stride` is not
    /// smaller than an event.
    pub(super) unsafe fn new(
        out: *mut ipmon_packet,
        stride: usize,
        capacity: usize,
        address_text: bool,
    ) -> Self {
        CBatch {
            out: out.cast(),
            stride,
            capacity: capacity.min(MOST),
            count: 0,
            address_text,
            used: 0,
            base: std::ptr::null(),
            low: 0,
            high: 0,
        }
    }

    /// The place of a packet in the array.
    #[inline(always)]
    fn place(&mut self, i: usize) -> &mut MaybeUninit<Event> {
        // SAFETY: i < capacity, and the caller of `new` vouches for the array.
        let place = unsafe { self.out.add(i * self.stride) };
        // SAFETY: as above: aligned, and room for an event.
        unsafe { &mut *place.cast() }
    }

    /// Zeroes what a newer caller knows of the packet at hand and this library does not.
    fn fill_rest(&mut self) {
        let (at, known) = (self.count * self.stride, size_of::<Event>());
        // SAFETY: the place's bytes behind the event; `new` vouches for them.
        let rest = unsafe { self.out.add(at + known) };
        // SAFETY: as above, to the end of the place.
        unsafe { rest.write_bytes(0, self.stride - known) };
    }

    /// How many packets were written.
    pub(super) fn written(&self) -> isize {
        self.count.cast_signed()
    }

    /// A ring begins anew after its end: a frame lies in front of the first.
    #[cold]
    fn move_base(&mut self) {
        let by = self.low.unsigned_abs() as u64;
        for i in 0..self.count {
            // SAFETY: the first `count` places were written.
            let event = unsafe { self.place(i).assume_init_mut() };
            event.set_frame_offset(event.frame_offset().wrapping_add(by));
        }
    }
}

impl Batch<CSink> for CBatch {
    #[inline(always)]
    fn packet(&mut self, sink: &mut CSink, packet: &Packet<'_, impl Fields>) {
        let frame = packet.frame.bytes;
        if self.count == 0 {
            self.base = frame.as_ptr();
            if self.address_text {
                // Once for all: packets point into it.
                let room = self.capacity * TEXTS_ROOM;
                if sink.lent.texts.len() < room {
                    sink.lent.texts.resize(room, 0);
                }
            }
        }
        let offset = frame.as_ptr().addr().wrapping_sub(self.base.addr()).cast_signed();
        self.low = self.low.min(offset);
        self.high = self.high.max(offset.wrapping_add(frame.len().cast_signed()));
        let mut texts = None;
        if self.address_text
            && let Some(room) = sink.lent.texts.get_mut(self.used..)
            && let Some(room) = room.first_chunk_mut::<TEXTS_ROOM>()
        {
            let h = packet.headers;
            let (at, used) = sink.texts.write(h.version(), &h.source(), &h.destination(), room);
            self.used += used;
            texts = Some(at.map(|at| room.as_ptr().wrapping_add(at).cast()));
        }
        let event = self.place(self.count).write(Event::new());
        event.write(packet);
        event.set_frame_offset(offset.cast_unsigned() as u64);
        if let Some([source, destination]) = texts {
            event.set_text(source, destination);
        }
        if self.stride != size_of::<Event>() {
            self.fill_rest();
        }
        self.count += 1;
    }

    fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn is_full(&self) -> bool {
        self.count == self.capacity
    }

    fn done(&mut self, sink: &mut CSink) {
        sink.lent.forget();
        if self.count == 0 {
            return;
        }
        if self.low < 0 {
            self.move_base();
        }
        sink.lent.base = self.base.wrapping_offset(self.low);
        sink.lent.length = usize::try_from(self.high - self.low).unwrap_or(0);
    }

    fn kept(&self) -> usize {
        self.count
    }
}
